package wedge

import (
	"path/filepath"
	"strconv"
	"strings"

	"hexiao/scanner/plugged"
)

// Find lists the input devices that have the digits and Enter: scanners and keyboards. It opens
// none of them. root is "/", or a copy of the files for tests.
func Find(root string) []plugged.Device {
	var found []plugged.Device
	folders, err := filepath.Glob(filepath.Join(root, "sys/class/input/event*"))
	if err != nil {
		return nil // root's own name is a bad pattern
	}
	for _, folder := range folders {
		device := filepath.Join(folder, "device")
		if !types(plugged.Attribute(device, "capabilities/key")) {
			continue
		}
		found = append(found, plugged.Device{
			Node: filepath.Join(root, "dev/input", filepath.Base(folder)),
			Name: plugged.Attribute(device, "name"),
			ID:   plugged.ReadID(device, "id/vendor", "id/product"),
		})
	}
	return plugged.Name(found, filepath.Join(root, "dev/input"))
}

// types reports whether a set of keys, as sysfs writes it, has the digits and Enter. The set is
// hexadecimal words, the one with the lowest codes last, and those keys are all in that.
func types(keys string) bool {
	const wanted = 1<<28 | 0x3ff<<2 // KEY_ENTER, KEY_1 to KEY_0
	words := strings.Fields(keys)
	if len(words) == 0 {
		return false
	}
	lowest, err := strconv.ParseUint(words[len(words)-1], 16, 64)
	return err == nil && lowest&wanted == wanted
}
