package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A tree as the kernel makes it for a serial adapter, a keyboard, a camera, and things that are not on USB.
func TestLinks(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	device := func(class, name, at, node string) {
		t.Helper()
		write(filepath.Join("sys/class", class, name, "index"), "0\n")
		write(node, "")
		write(filepath.Join(at, "here"), "")
		if err := os.Symlink(filepath.Join(root, at), filepath.Join(root, "sys/class", class, name, "device")); err != nil {
			t.Fatal(err)
		}
	}
	usb := func(at, maker, product, serial, number string) {
		write(at+"/idVendor", "0403\n")
		write(at+"/manufacturer", maker+"\n")
		write(at+"/product", product+"\n")
		write(at+"/serial", serial+"\n")
		write(at+"/if/bInterfaceNumber", number+"\n")
	}
	usb("sys/devices/pci/usb1/1-1", "FTDI", "USB Serial/UART", "A1", "00")
	usb("sys/devices/pci/usb1/1-2", "QEMU", "QEMU USB Keyboard", "HX0001", "00")
	usb("sys/devices/pci/usb1/1-3", "", "Webcam", "", "00")
	device("tty", "ttyUSB0", "sys/devices/pci/usb1/1-1/if/ttyUSB0", "dev/ttyUSB0")
	write("sys/devices/pci/usb1/1-1/if/ttyUSB0/port_number", "0\n")
	device("tty", "ttyS0", "sys/devices/platform/serial8250", "dev/ttyS0")
	device("input", "event3", "sys/devices/pci/usb1/1-2/if/0003:0627:0001.0001/input/input5", "dev/input/event3")
	device("input", "mouse0", "sys/devices/pci/usb1/1-2/if/0003:0627:0001.0001/input/input6", "dev/input/mouse0")
	device("video4linux", "video0", "sys/devices/pci/usb1/1-3/if", "dev/video0")

	l := &links{root: root, made: map[string]string{}}
	check := func(want map[string]string) {
		t.Helper()
		if err := l.refresh(); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, pattern := range []string{"dev/serial/by-id/*", "dev/input/by-id/*", "dev/v4l/by-id/*"} {
			names, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				target, err := os.Readlink(name)
				if err != nil {
					t.Fatal(err)
				}
				got[name[len(root)+1:]] = target[len(root)+1:]
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("links (-want +got):\n%s", diff)
		}
	}
	want := map[string]string{
		"dev/serial/by-id/usb-FTDI_USB_Serial_UART_A1-if00-port0":     "dev/ttyUSB0",
		"dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_HX0001-event-kbd": "dev/input/event3",
		"dev/v4l/by-id/usb-Webcam-video-index0":                       "dev/video0",
	}
	check(want)
	check(want)
	// Pulled: the node goes first, then its place in sysfs.
	for _, gone := range []string{"dev/ttyUSB0", "dev/video0"} {
		if err := os.Remove(filepath.Join(root, gone)); err != nil {
			t.Fatal(err)
		}
	}
	maps.DeleteFunc(want, func(_, node string) bool { return slices.Contains([]string{"dev/ttyUSB0", "dev/video0"}, node) })
	check(want)
	// Back under another name.
	device("tty", "ttyUSB1", "sys/devices/pci/usb1/1-1/if/ttyUSB1", "dev/ttyUSB1")
	write("sys/devices/pci/usb1/1-1/if/ttyUSB1/port_number", "0\n")
	want["dev/serial/by-id/usb-FTDI_USB_Serial_UART_A1-if00-port0"] = "dev/ttyUSB1"
	check(want)
}
