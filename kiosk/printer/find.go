package printer

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Found is a USB printer that is plugged in.
type Found struct {
	Path string // /dev/usb/lp0
	ID   string // vendor:product in small hex digits, as lsusb has them; empty: unknown
	Name string // what it calls itself; may be empty
}

// Find lists the USB printers in the order of their numbers. root is "/", or a copy
// of the files for tests.
func Find(root string) []Found {
	nodes, err := filepath.Glob(filepath.Join(root, "dev/usb/lp*"))
	if err != nil {
		return nil // root's own name is a bad pattern
	}
	var found []Found
	for _, node := range nodes {
		found = append(found, describe(root, node))
	}
	return found
}

// describe asks sysfs whose file it is: that of an interface, which lies in the
// folder of its USB device.
func describe(root, node string) Found {
	f := Found{Path: node}
	face, err := filepath.EvalSymlinks(filepath.Join(root, "sys/class/usbmisc", filepath.Base(node), "device"))
	if err != nil {
		return f
	}
	attribute := func(name string) string {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(face), name))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(b))
	}
	if id := strings.ToLower(attribute("idVendor") + ":" + attribute("idProduct")); isID(id) {
		f.ID = id
	}
	f.Name = strings.TrimSpace(attribute("manufacturer") + " " + attribute("product"))
	return f
}

// isID reports whether a setting is a vendor and a product.
func isID(s string) bool { return regexp.MustCompile(`^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}$`).MatchString(s) }
