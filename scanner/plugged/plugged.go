// Package plugged names the devices that are plugged in so that the names outlast a replug.
//
// /dev/ttyACM0 and /dev/input/event7 are given out in the order of plugging. udev keeps names
// that stay: by-id goes with the device into any socket, by-path with the socket whatever
// is in it. Two devices of one model that carry no serial number want the same name by-id,
// and one of them gets it, now this one and now that: such devices are told apart by-path.
//
// A setting that chooses a device is one of
//
//	auto              the first that looks like a code scanner
//	05e0:1200         the first of this vendor and product, four hex digits each, as lsusb has them
//	/dev/…            that path
//
// Where several are meant, the first that is not in use is taken, so that the same setting
// twice finds two. Paths are found again at every start of a source.
//
// Limits: what looks like a scanner is told by the vendor's number (makers of code scanners
// and of nothing that people type on) and by a few words in the device's name. Of the many
// scanners that call themselves a USB keyboard nothing can be told: name those.
package plugged

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Auto is the setting for the first device that looks like a scanner.
const Auto = "auto"

// ID is a vendor and a product, as numbered for USB or Bluetooth. The zero value is unknown.
type ID struct{ Vendor, Product uint16 }

// ParseID reads what String writes; false: that is no id.
func ParseID(s string) (ID, bool) {
	vendor, product, found := strings.Cut(s, ":")
	if !found || len(vendor) != 4 || len(product) != 4 {
		return ID{}, false
	}
	v, err := strconv.ParseUint(vendor, 16, 16)
	if err != nil {
		return ID{}, false
	}
	p, err := strconv.ParseUint(product, 16, 16)
	return ID{uint16(v), uint16(p)}, err == nil
}

// String writes an id as lsusb does.
func (id ID) String() string { return fmt.Sprintf("%04x:%04x", id.Vendor, id.Product) }

// Device is a device that is plugged in.
type Device struct {
	Path string // what to write into the settings: it outlasts a replug where that is possible
	Node string // where it is now: /dev/ttyACM0
	Name string // what it calls itself; empty: nothing
	ID   ID
}

// Scanner reports whether it looks like a scanner of codes.
func (d Device) Scanner() bool {
	switch d.ID.Vendor {
	case 0x05e0, // Symbol, now Zebra
		0x0536, 0x0c2e, // Hand Held Products and Metrologic, now Honeywell
		0x05f9, 0x080c, // PSC and Datalogic
		0x065a, // Opticon
		0x0745, // CipherLab
		0x1eab: // Newland
		return true
	}
	name := strings.ToLower(d.Name)
	for _, word := range []string{"barcode", "bar code", "qr code", "scanner", "scan engine", "hid kbw"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// Choose gives the devices that a setting may mean, the best first. A path is itself, whether
// there is such a device or not.
func Choose(devices []Device, setting string) []Device {
	if setting == Auto {
		return slices.DeleteFunc(slices.Clone(devices), func(d Device) bool { return !d.Scanner() })
	}
	if id, ok := ParseID(setting); ok {
		return slices.DeleteFunc(slices.Clone(devices), func(d Device) bool { return d.ID != id })
	}
	return []Device{{Path: setting, Node: setting}}
}

// Name gives each device the path that udev keeps for it in the folders by-id and by-path of
// folder, or its node, and puts them in the order of those paths.
func Name(devices []Device, folder string) []Device {
	byID, byPath := links(filepath.Join(folder, "by-id")), links(filepath.Join(folder, "by-path"))
	unnamed := map[ID]bool{} // somebody of this model has no name of its own
	for _, d := range devices {
		if byID[filepath.Base(d.Node)] == "" {
			unnamed[d.ID] = true
		}
	}
	named := slices.Clone(devices)
	for i, d := range named {
		node := filepath.Base(d.Node)
		named[i].Path = d.Node
		switch {
		case byID[node] != "" && !unnamed[d.ID]:
			named[i].Path = byID[node]
		case byPath[node] != "":
			named[i].Path = byPath[node]
		}
	}
	slices.SortStableFunc(named, func(a, b Device) int { return strings.Compare(a.Path, b.Path) })
	return named
}

// links maps the names of device files to the first link to each.
func links(folder string) map[string]string {
	found := map[string]string{}
	entries, err := os.ReadDir(folder) // in the order of their names
	if err != nil {
		return found // udev makes the folder with the first device
	}
	for _, e := range entries {
		link := filepath.Join(folder, e.Name())
		target, err := os.Readlink(link)
		if node := filepath.Base(target); err == nil && found[node] == "" {
			found[node] = link
		}
	}
	return found
}

// Attribute reads a file of sysfs; "" where there is none.
func Attribute(folder, name string) string {
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// ReadID reads an id from two files of sysfs.
func ReadID(folder, vendor, product string) ID {
	id, _ := ParseID(Attribute(folder, vendor) + ":" + Attribute(folder, product))
	return id
}
