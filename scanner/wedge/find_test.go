package wedge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/plugged"
)

// fullKeyboard and others are what capabilities/key of real devices says.
const (
	fullKeyboard = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
	keyboard32   = "7 ff9f207a c14057ff febeffdf ffefffff ffffffff fffffffe" // of a 32-bit kernel
	powerButton  = "10000000000000 0"
	mouse        = "1f0000 0 0 0 0"
)

// addInput makes an input device as the kernel and udev show it.
func addInput(t *testing.T, root, event, vendor, product, name, keys string, links ...string) {
	t.Helper()
	device := filepath.Join(root, "sys/devices", event, "input1")
	for file, content := range map[string]string{"name": name, "id/vendor": vendor, "id/product": product, "capabilities/key": keys} {
		path := filepath.Join(device, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"sys/class/input/" + event + "/device": device} {
		addLink(t, filepath.Join(root, link), target)
	}
	for _, link := range links {
		addLink(t, filepath.Join(root, "dev/input", link), "../"+event)
	}
}

func addLink(t *testing.T, path, target string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// counter is a machine with two scanners alike, another, and what else has keys.
func counter(t *testing.T) string {
	root := t.TempDir()
	addInput(t, root, "event0", "0000", "0001", "Power Button", powerButton)
	addInput(t, root, "event2", "046d", "c31c", "Logitech USB Keyboard", fullKeyboard, "by-id/usb-Logitech-event-kbd", "by-path/p1-event-kbd")
	addInput(t, root, "event3", "05e0", "1200", "Symbol Bar Code Scanner", fullKeyboard, "by-path/p2-event-kbd")
	addInput(t, root, "event4", "05e0", "1200", "Symbol Bar Code Scanner", fullKeyboard, "by-id/usb-Symbol-event-kbd", "by-path/p3-event-kbd")
	addInput(t, root, "event5", "2dd6", "26c1", "SM SM-2D PRODUCT HID KBW", keyboard32, "by-id/usb-SM-event-kbd")
	addInput(t, root, "event6", "0416", "c141", "Barcode Mouse", mouse)
	return root
}

func TestFind(t *testing.T) {
	if found := Find(t.TempDir()); len(found) != 0 {
		t.Errorf("found %v where nothing is", found)
	}
	root := counter(t)
	var got []string
	for _, d := range Find(root) {
		got = append(got, fmt.Sprintf("%s %s %s %v", strings.TrimPrefix(d.Path, root), filepath.Base(d.Node), d.ID, d.Scanner()))
	}
	want := []string{
		"/dev/input/by-id/usb-Logitech-event-kbd event2 046d:c31c false",
		"/dev/input/by-id/usb-SM-event-kbd event5 2dd6:26c1 true",
		"/dev/input/by-path/p2-event-kbd event3 05e0:1200 true",
		"/dev/input/by-path/p3-event-kbd event4 05e0:1200 true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, keys := range []string{"", "x", "fffffffffffffffe 0", "10000000"} {
		if types(keys) {
			t.Errorf("%q types", keys)
		}
	}
}

// A setting takes the first device that it means and that is free, never somebody's keyboard.
func TestTake(t *testing.T) {
	root := counter(t)
	in := func(name string) string { return filepath.Join(root, "dev/input", name) }
	sm, left, right := in("by-id/usb-SM-event-kbd"), in("by-path/p2-event-kbd"), in("by-path/p3-event-kbd")
	gone := &os.PathError{Op: "open", Path: "x", Err: unix.ENOENT}
	for name, c := range map[string]struct {
		setting string
		fails   map[string]error
		tried   []string
		want    error
	}{
		"any":               {"auto", nil, []string{sm}, nil},
		"the first is used": {"auto", map[string]error{sm: errors.New(unix.EBUSY.Error())}, []string{sm, left}, nil},
		"all are used":      {"auto", map[string]error{sm: unix.EBUSY, left: unix.EBUSY, right: gone}, []string{sm, left, right}, scanner.ErrBusy},
		"one is just gone":  {"auto", map[string]error{sm: gone, left: unix.EBUSY, right: gone}, []string{sm, left, right}, scanner.ErrBusy},
		"a model":           {"05e0:1200", nil, []string{left}, nil},
		"somebody's own":    {"046d:c31c", nil, []string{in("by-id/usb-Logitech-event-kbd")}, nil},
		"none of a model":   {"05e0:1201", nil, nil, scanner.ErrMissing},
		"a path":            {"/dev/input/event9", nil, []string{"/dev/input/event9"}, nil},
		"may not":           {"auto", map[string]error{sm: unix.EIO, left: unix.EIO, right: unix.EIO}, []string{sm, left, right}, unix.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			src := Open(c.setting, "", time.Now)
			src.root = root
			var tried []string
			src.open = func(path string) (device, error) {
				tried = append(tried, path)
				if err := c.fails[path]; err != nil {
					return nil, err
				}
				return newFake(), nil
			}
			dev, path, err := src.take()
			if diff := cmp.Diff(c.tried, tried); diff != "" || !errors.Is(err, c.want) || (err == nil) != (dev != nil && path == tried[len(tried)-1]) {
				t.Errorf("%v at %q: %s", err, path, diff)
			}
		})
	}
	if plugged.Choose(Find(root), "auto")[0].ID.Vendor == 0x046d {
		t.Error("somebody's keyboard would be grabbed")
	}
}

// A process that stood still for a while must not take the pause for the scanner's.
func TestAStandstillIsNoPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := Open("/dev/input/event7", "", time.Now)
		events := make(chan []evdev.InputEvent)
		ctx, cancel := context.WithCancel(t.Context())
		var texts []string
		done := make(chan struct{})
		go func() {
			src.assemble(ctx, events, func(s scanner.Scan) { texts = append(texts, s.Text) }, func(string) {})
			close(done)
		}()
		events <- typed(t, "1234")
		<-time.After(pause + late/2) // the timer has fired, and the rest was there all the time
		events <- append(typed(t, "5678"), pressed(evdev.KEY_ENTER)...)
		events <- typed(t, "ABCD")
		<-time.After(pause + 2*late)
		events <- append(typed(t, "EFGH"), pressed(evdev.KEY_ENTER)...)
		synctest.Wait()
		cancel()
		<-done
		if diff := cmp.Diff([]string{"12345678", "ABCD", "EFGH"}, texts); diff != "" {
			t.Error(diff)
		}
	})
}
