package serial

import (
	"path/filepath"
	"strings"

	"hexiao/scanner/plugged"
)

// Find lists the serial ports of USB devices: ports on the board itself (ttyS0) cannot be told
// from sockets that are not there. root is "/", or a copy of the files for tests.
func Find(root string) []plugged.Device {
	var found []plugged.Device
	for _, pattern := range []string{"dev/ttyACM*", "dev/ttyUSB*"} {
		nodes, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			continue // root's own name is a bad pattern
		}
		for _, node := range nodes {
			found = append(found, describe(root, node))
		}
	}
	return plugged.Name(found, filepath.Join(root, "dev/serial"))
}

// describe asks sysfs whose port it is: the interface that it belongs to lies in the folder of
// the USB device, some folders deep for the adapters.
func describe(root, node string) plugged.Device {
	d := plugged.Device{Node: node}
	folder, err := filepath.EvalSymlinks(filepath.Join(root, "sys/class/tty", filepath.Base(node), "device"))
	if err != nil {
		return d
	}
	for range 4 {
		if d.ID = plugged.ReadID(folder, "idVendor", "idProduct"); d.ID != (plugged.ID{}) {
			d.Name = strings.TrimSpace(plugged.Attribute(folder, "manufacturer") + " " + plugged.Attribute(folder, "product"))
			break
		}
		folder = filepath.Dir(folder)
	}
	return d
}

// Choose gives the ports that a spec may mean, the best first, and the spec without its speed. A
// single port is what auto means, whatever is on it: an adapter bears its own name and not the
// scanner's. A wrong spec is an error with scanner.ErrFatal in it.
func Choose(devices []plugged.Device, spec string) (setting string, meant []plugged.Device, err error) {
	setting, _, err = split(spec)
	if err != nil {
		return "", nil, err
	}
	return setting, choose(devices, setting), nil
}

func choose(devices []plugged.Device, setting string) []plugged.Device {
	meant := plugged.Choose(devices, setting)
	if setting == plugged.Auto && len(meant) == 0 && len(devices) == 1 {
		return devices
	}
	return meant
}
