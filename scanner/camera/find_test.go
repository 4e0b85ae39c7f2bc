package camera

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
)

// devices makes a folder of device files; "a -> b" is a link.
func devices(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		name, target, link := strings.Cut(name, " -> ")
		path := filepath.Join(root, "dev", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if link {
			err = os.Symlink(filepath.Join(root, "dev", target), path)
		} else {
			err = os.WriteFile(path, nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const aCamera = capCapture | capStreaming

func TestFind(t *testing.T) {
	kinds := map[string]capability{
		"video0": {"Laptop camera", aCamera}, "video1": {"Laptop camera", capStreaming}, // metadata
		"video2": {"Brio", aCamera}, "video3": {"Brio", capStreaming},
		"video4": {"Brio infrared", aCamera}, "video9": {"Loopback", aCamera | 2}, "video10": {"Codec", aCamera | capMemory}, "video11": {"Dummy", capCapture},
	}
	failures := map[string]error{"video12": unix.EACCES, "video13": unix.ENODEV, "video14": unix.ENOTTY}
	root := devices(t, "video0", "video1", "video2", "video3", "video4", "video9", "video10", "video11", "video12", "video13", "video14", "videocard",
		"v4l/by-id/usb-Brio-video-index0 -> video2", "v4l/by-id/usb-Brio-video-index1 -> video3", "v4l/by-id/usb-Brio-video-index2 -> video4",
		"v4l/by-id/usb-Gone-video-index0 -> video77",
		"v4l/by-path/pci-1-video-index0 -> video0", "v4l/by-path/pci-1-video-index1 -> video1", "v4l/by-path/pci-2-video-index0 -> video2")
	got := find(root, func(path string) (capability, error) {
		node, err := filepath.EvalSymlinks(path)
		if err != nil {
			t.Error(err)
		}
		if err, fails := failures[filepath.Base(node)]; fails {
			return capability{}, err
		}
		c, known := kinds[filepath.Base(node)]
		if !known {
			return c, unix.ENOTTY
		}
		return c, nil
	})
	want := []Device{
		{"v4l/by-id/usb-Brio-video-index0", "Brio"}, {"v4l/by-id/usb-Brio-video-index2", "Brio infrared"},
		{"v4l/by-path/pci-1-video-index0", "Laptop camera"}, {"video9", "Loopback"}, {"video12", ""},
	}
	for i := range want {
		want[i].Path = filepath.Join(root, "dev", want[i].Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Find(root); len(got) > 0 {
		t.Errorf("ordinary files are cameras: %v", got)
	}
	if got := Find(filepath.Join(root, "none")); len(got) > 0 {
		t.Errorf("no folder has cameras: %v", got)
	}
}

// Links are asked by the order of their numbers: the tenth is not the second.
func TestCandidatesInOrder(t *testing.T) {
	root := devices(t, "video10", "video2", "video0")
	var got []string
	for _, path := range candidates(root) {
		got = append(got, filepath.Base(path))
	}
	if diff := cmp.Diff([]string{"video0", "video2", "video10"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseCapability(t *testing.T) {
	b := make([]byte, 104)
	copy(b[16:], "HD Webcam\xff: HD\x00rubbish")
	binary.NativeEndian.PutUint32(b[84:], aCamera)
	if got, want := parseCapability(b), (capability{"HD Webcam?: HD", aCamera}); got != want || !got.camera() {
		t.Errorf("%+v", got)
	}
	binary.NativeEndian.PutUint32(b[84:], capDeviceCaps|aCamera)
	binary.NativeEndian.PutUint32(b[88:], capStreaming)
	if got := parseCapability(b); got.camera() {
		t.Errorf("a metadata node is a camera: %+v", got)
	}
	if _, err := askDevice("/dev/null"); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("/dev/null: %v", err)
	}
	if _, err := askDevice("/dev/hexiao-none"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("nothing: %v", err)
	}
}

// autoCamera is a source of the cameras that list has at the moment.
func autoCamera(t *testing.T, list *[]Device, open func(path string) (device, error)) *Source {
	t.Helper()
	s, err := Open(Auto, Options{Read: reader(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	g := frameOf(code)
	c := s.feed.(*capture)
	c.find = func() []Device { return *list }
	c.open = func(path string, _ int) (device, format, error) {
		dev, err := open(path)
		return dev, format{formatGREY, g.Rect.Dx(), g.Rect.Dy(), g.Stride}, err
	}
	return s
}

// The camera is looked for whenever the source starts: it may come late, and to another
// port.
func TestAutoFindsTheCameraAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list []Device
		var opened []string
		s := autoCamera(t, &list, func(path string) (device, error) {
			opened = append(opened, path)
			return &fakeDevice{t: t, script: []func() ([]byte, error){ok(frameOf(code).Pix), fail(unix.ENODEV)}}, nil
		})
		if got := play(t, s, time.Minute); !errors.Is(got.err, scanner.ErrMissing) {
			t.Errorf("without a camera: %v", got.err)
		}
		for _, path := range []string{"/dev/v4l/by-id/a-index0", "/dev/video7"} {
			list = []Device{{path, "A camera"}}
			if got := play(t, s, time.Minute); !errors.Is(got.err, scanner.ErrMissing) || len(got.texts) != 1 {
				t.Errorf("%s: %v, %d codes", path, got.err, len(got.texts))
			}
			if f := s.Figures(); f.Device != list[0] {
				t.Errorf("device %+v", f.Device)
			}
		}
		if diff := cmp.Diff([]string{"/dev/v4l/by-id/a-index0", "/dev/video7"}, opened); diff != "" {
			t.Error(diff)
		}
	})
}

// Of several cameras the first that works is taken; when none does, the first tells why.
func TestAutoTakesOneThatWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := []Device{{"/dev/video0", "Busy"}, {"/dev/video2", "Infrared"}, {"/dev/video4", "Good"}}
		errs := map[string]error{"/dev/video0": unix.EBUSY}
		var opened []string
		s := autoCamera(t, &list, func(path string) (device, error) {
			opened = append(opened, path)
			if err := errs[path]; err != nil {
				return nil, err
			}
			if path == "/dev/video2" {
				return &fakeDevice{t: t}, nil // gives nothing
			}
			return &fakeDevice{t: t, script: []func() ([]byte, error){ok(frameOf(code).Pix), fail(unix.EIO)}}, nil
		})
		if got := play(t, s, time.Minute); !errors.Is(got.err, scanner.ErrSilent) {
			t.Errorf("the second gives nothing: %v", got.err)
		}
		if got := play(t, s, time.Minute); !errors.Is(got.err, unix.EIO) || len(got.texts) != 1 {
			t.Errorf("the third: %v, %d codes", got.err, len(got.texts))
		}
		want := "/dev/video0 /dev/video2 /dev/video0 /dev/video4"
		if got := strings.Join(opened, " "); got != want {
			t.Errorf("opened %s, want %s", got, want)
		}
		errs["/dev/video2"], errs["/dev/video4"] = unix.EACCES, fmt.Errorf("odd")
		if got := play(t, s, time.Minute); !errors.Is(got.err, scanner.ErrBusy) {
			t.Errorf("none works: %v", got.err)
		}
	})
}

// lampDevice is a fake device with a torch.
type lampDevice struct {
	*fakeDevice
	lit []bool
}

func (d *lampDevice) light(on bool)       { d.lit = append(d.lit, on) }
func (d *lampDevice) settings() []Setting { return []Setting{{Name: "Focus", Value: 1}} }

func TestTheTorchFollowsAndGoesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := Open("/dev/video7", Options{Read: reader(), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		g := frameOf("")
		dev := &lampDevice{fakeDevice: &fakeDevice{t: t}}
		c := s.feed.(*capture)
		c.torch = &s.torch
		step := func(on bool) func() ([]byte, error) {
			return func() ([]byte, error) { c.torch.Store(on); return g.Pix, nil }
		}
		dev.script = []func() ([]byte, error){step(false), step(true), step(true), step(false), step(true), fail(unix.ENODEV)}
		c.open = func(string, int) (device, format, error) {
			return dev, format{formatGREY, g.Rect.Dx(), g.Rect.Dy(), g.Stride}, nil
		}
		if err := c.run(t.Context(), newSlot(&s.dropped, time.Now)); !errors.Is(err, scanner.ErrMissing) {
			t.Error(err)
		}
		if diff := cmp.Diff([]bool{true, false, true, false}, dev.lit); diff != "" || !dev.closed {
			t.Errorf("closed %v %s", dev.closed, diff)
		}
		if f := s.Figures(); len(f.Settings) != 1 || f.Device.Path != "/dev/video7" {
			t.Errorf("%+v", f)
		}
	})
}

func TestLamp(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var l lamp
	var out []string
	was := false
	// Somebody stands there from the first second to the 20th. The lamp's own light is a
	// change as well, and ends the darkness.
	moved := start
	for i := range 60 * 10 {
		second := float64(i) / 10
		at := start.Add(time.Duration(second * float64(time.Second)))
		if second >= 1 && second < 20 {
			moved = at
		}
		lit := l.judge(!was && second > 2, moved, at)
		if lit != was {
			was = lit
			moved = at
			out = append(out, fmt.Sprintf("%v@%.0f", lit, second))
		}
	}
	if got := strings.Join(out, " "); got != "true@2 false@30" {
		t.Errorf("lit %s", got)
	}
}
