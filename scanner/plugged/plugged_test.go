package plugged_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner/plugged"
)

func TestParseID(t *testing.T) {
	id, ok := plugged.ParseID("05e0:1200")
	if !ok || id != (plugged.ID{Vendor: 0x05e0, Product: 0x1200}) || id.String() != "05e0:1200" {
		t.Errorf("%v, %v", id, ok)
	}
	if id, ok := plugged.ParseID("1EAB:0c03"); !ok || id.String() != "1eab:0c03" {
		t.Errorf("%v, %v", id, ok)
	}
	for _, s := range []string{"", ":", "auto", "5e0:1200", "05e0:12000", "05e0", "05e0:", "05g0:1200", "05e0:+200", "/dev/ttyS0"} {
		if id, ok := plugged.ParseID(s); ok {
			t.Errorf("%q is %v", s, id)
		}
	}
}

func TestScanner(t *testing.T) {
	for d, want := range map[plugged.Device]bool{
		{ID: plugged.ID{Vendor: 0x05e0, Product: 0x1200}, Name: "USB Keyboard"}:          true,
		{ID: plugged.ID{Vendor: 0x1eab, Product: 0x0c03}}:                                true,
		{Name: "SM SM-2D PRODUCT HID KBW", ID: plugged.ID{Vendor: 0x2dd6}}:               true,
		{Name: "Tera 2D Barcode Scanner EVHK0012", ID: plugged.ID{Vendor: 0x05ac}}:       true,
		{Name: "USBKey Chip USBKey Module", ID: plugged.ID{Vendor: 0x0416}}:              false,
		{Name: "Logitech USB Keyboard", ID: plugged.ID{Vendor: 0x046d, Product: 0xc31c}}: false,
		{}: false,
	} {
		if d.Scanner() != want {
			t.Errorf("%+v: %v", d, !want)
		}
	}
}

func TestChoose(t *testing.T) {
	zebra := plugged.Device{Path: "/z", ID: plugged.ID{Vendor: 0x05e0, Product: 0x1200}}
	twin := plugged.Device{Path: "/z2", ID: zebra.ID}
	keys := plugged.Device{Path: "/k", Name: "Keyboard", ID: plugged.ID{Vendor: 0x046d, Product: 0xc31c}}
	all := []plugged.Device{keys, zebra, twin}
	for setting, want := range map[string][]plugged.Device{
		"auto": {zebra, twin}, "05e0:1200": {zebra, twin}, "046d:c31c": {keys}, "046d:0001": {},
		"/dev/x": {{Path: "/dev/x", Node: "/dev/x"}},
	} {
		if diff := cmp.Diff(want, append([]plugged.Device{}, plugged.Choose(all, setting)...)); diff != "" {
			t.Errorf("%s: %s", setting, diff)
		}
	}
	if all[0] != keys || all[2] != twin {
		t.Error("choosing changed the list")
	}
}

// Names by-id where they are the device's own, by-path for two that would share one.
func TestName(t *testing.T) {
	folder := t.TempDir()
	link := func(name, node string) string {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("../../"+node, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := link("by-id/usb-One_123-if00", "ttyACM3")
	two := link("by-id/usb-One_456-if00", "ttyACM4") // the same model, with numbers of their own
	link("by-id/usb-Twin-if00", "ttyACM1")
	left, right := link("by-path/pci-1-port0", "ttyACM0"), link("by-path/pci-2-port0", "ttyACM1")
	link("by-path/pci-3-port0", "ttyACM3")
	node := func(name string, product uint16) plugged.Device {
		return plugged.Device{Node: "/dev/" + name, ID: plugged.ID{Vendor: 1, Product: product}}
	}
	in := []plugged.Device{node("ttyS9", 0), node("ttyACM4", 1), node("ttyACM3", 1), node("ttyACM0", 2), node("ttyACM1", 2)}
	got := plugged.Name(in, folder)
	paths := map[string]string{}
	for i, d := range got {
		paths[d.Node] = d.Path
		if i > 0 && got[i-1].Path > d.Path {
			t.Errorf("%s before %s", got[i-1].Path, d.Path)
		}
	}
	want := map[string]string{"/dev/ttyS9": "/dev/ttyS9", "/dev/ttyACM3": one, "/dev/ttyACM4": two, "/dev/ttyACM0": left, "/dev/ttyACM1": right}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
	if in[0].Path != "" {
		t.Error("naming changed the list")
	}
}

func TestAttribute(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"idVendor": "05e0\n", "idProduct": "1701\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if id := plugged.ReadID(folder, "idVendor", "idProduct"); id.String() != "05e0:1701" {
		t.Errorf("id %v", id)
	}
	if plugged.Attribute(folder, "none") != "" || plugged.ReadID(folder, "none", "idProduct") != (plugged.ID{}) {
		t.Error("what is not there was read")
	}
}
