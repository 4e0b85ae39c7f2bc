package serial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
	"hexiao/scanner/plugged"
	"hexiao/scanner/scannertest"
)

// machine is a folder that looks like / to Find.
type machine struct {
	t    *testing.T
	root string
}

func (m machine) write(path, content string) {
	m.t.Helper()
	path = filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m machine) link(path, target string) string {
	m.t.Helper()
	path = filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		m.t.Fatal(err)
	}
	return path
}

// port plugs a USB device with a serial port into a socket. Its files lie where the drivers put
// them: cdc_acm's port belongs to the interface, an adapter's to a port of the interface.
func (m machine) port(node, socket, vendor, product, maker, name, leadsTo string) {
	m.t.Helper()
	usb := "sys/devices/pci/usb1/" + socket
	inside := usb + "/" + socket + ":1.0"
	if node[:6] == "ttyUSB" {
		inside += "/" + node
	}
	m.write(inside+"/driver", "")
	m.write(usb+"/idVendor", vendor)
	m.write(usb+"/idProduct", product)
	m.write(usb+"/manufacturer", maker)
	m.write(usb+"/product", name)
	m.link("sys/class/tty/"+node+"/device", filepath.Join(m.root, inside))
	m.link("dev/"+node, leadsTo)
	m.link("dev/serial/by-path/pci-usb-"+socket+"-port0", "../../"+node)
}

func TestFind(t *testing.T) {
	if found := Find(t.TempDir()); len(found) != 0 {
		t.Errorf("found %v where nothing is", found)
	}
	m := machine{t, t.TempDir()}
	m.port("ttyACM1", "1-2", "1eab", "0c06", "Newland", "HR32", "/dev/null")
	m.port("ttyUSB0", "1-1.4", "1a86", "7523", "", "USB Serial", "/dev/null")
	m.port("ttyACM0", "1-3", "1eab", "0c06", "Newland", "HR32", "/dev/null")
	m.link("dev/ttyUSB7", "/dev/null") // nothing is known of it
	m.link("dev/ttyS0", "/dev/null")
	adapter := m.link("dev/serial/by-id/usb-1a86_USB_Serial-if00-port0", "../../ttyUSB0")
	m.link("dev/serial/by-id/usb-Newland_HR32-if00", "../../ttyACM0")
	newland := plugged.ID{Vendor: 0x1eab, Product: 0x0c06}
	in := func(path string) string { return filepath.Join(m.root, path) }
	want := []plugged.Device{
		{Path: adapter, Node: in("dev/ttyUSB0"), Name: "USB Serial", ID: plugged.ID{Vendor: 0x1a86, Product: 0x7523}},
		{Path: in("dev/serial/by-path/pci-usb-1-2-port0"), Node: in("dev/ttyACM1"), Name: "Newland HR32", ID: newland},
		{Path: in("dev/serial/by-path/pci-usb-1-3-port0"), Node: in("dev/ttyACM0"), Name: "Newland HR32", ID: newland},
		{Path: in("dev/ttyUSB7"), Node: in("dev/ttyUSB7")},
	}
	found := Find(m.root)
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
	for setting, n := range map[string]int{"auto": 2, "1eab:0c06": 2, "1a86:7523": 1, "0000:0001": 0, "/dev/ttyS3": 1} {
		if got := choose(found, setting); len(got) != n {
			t.Errorf("%s means %v", setting, got)
		}
	}
	if got := choose(found[:1], "auto"); len(got) != 1 || got[0] != found[0] {
		t.Errorf("auto means %v where an adapter is all there is", got)
	}
}

// plug puts a pseudo-terminal into a socket of the machine, as the scanner of a maker.
func (m machine) plug(node, socket string) *scannertest.Port {
	m.t.Helper()
	port := scannertest.NewPort(m.t)
	m.port(node, socket, "1eab", "0c06", "Newland", "HR32", port.Path)
	return port
}

func (m machine) pull(node, socket string, port *scannertest.Port) {
	m.t.Helper()
	for _, path := range []string{"dev/" + node, "sys/class/tty/" + node, "sys/devices/pci/usb1/" + socket, "dev/serial/by-path/pci-usb-" + socket + "-port0"} {
		if err := os.RemoveAll(filepath.Join(m.root, path)); err != nil {
			m.t.Fatal(err)
		}
	}
	port.Unplug()
}

// The same setting twice finds two scanners; one that is plugged into another socket is found
// there.
func TestAutoFindsScanners(t *testing.T) {
	m := machine{t, t.TempDir()}
	one, two := m.plug("ttyACM0", "1-1"), m.plug("ttyACM1", "1-2")
	scans, health := make(chan scanner.Scan, 10), make(chan scanner.Health, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	var merge scanner.Merge
	merge.Now = time.Now
	for _, name := range []string{"serial", "serial-2"} {
		src, err := Open("auto@115200", name, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		src.root = m.root
		merge.Sources = append(merge.Sources, src)
	}
	go func() {
		done <- merge.Run(ctx, func(s scanner.Scan) { scans <- s }, func(h scanner.Health) { health <- h })
	}()
	one.Send("ONE\r")
	two.Send("TWO\r")
	from := map[string]string{}
	for range 2 {
		s := next(t, scans)
		from[s.Text] = s.Source
	}
	if len(from) != 2 || from["ONE"] == from["TWO"] {
		t.Errorf("scans from %v", from)
	}
	two.Send("HALF")
	m.pull("ttyACM1", "1-2", two)
	for h := next(t, health); h.State != scanner.Missing && h.State != scanner.Busy; { // Busy where the other one's port was tried again already
		h = next(t, health)
	}
	two = m.plug("ttyACM5", "1-4.1")
	two.Send("AGAIN\r")
	if s := next(t, scans); s.Text != "AGAIN" || s.Source != from["TWO"] {
		t.Errorf("got %+v", s)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAutoWithoutScanners(t *testing.T) {
	for _, setting := range []string{"auto", "1eab:0c06"} {
		src, err := Open(setting, "", time.Now)
		if err != nil {
			t.Fatal(err)
		}
		src.root = t.TempDir()
		if err := src.Run(t.Context(), func(scanner.Scan) {}, func(scanner.Health) {}); !errors.Is(err, scanner.ErrMissing) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}
