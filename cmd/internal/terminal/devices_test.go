package terminal

import (
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

func TestDevicesOpen(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]struct {
		d      Devices
		names  string // of the sources
		camera string
	}{
		"none":          {Devices{}, "", ""},
		"none in words": {Devices{Camera: "none"}, "", ""},
		"lines":         {Devices{Lines: strings.NewReader("")}, "stdin", ""},
		"a camera":      {Devices{Camera: "/dev/video7"}, "camera", "camera"},
		"any camera":    {Devices{Camera: "auto"}, "camera", "camera"},
		"a stream":      {Devices{Camera: "http://127.0.0.1:1/stream"}, "camera", "camera"},
		"pictures":      {Devices{Camera: folder}, "camera", "camera"},
		"several": {Devices{
			Serial: []string{"/dev/ttyUSB0", "/dev/ttyUSB1@115200"}, Wedge: []string{"/dev/input/event3", "/dev/input/event4"}, Camera: "/dev/video0",
		}, "serial serial-2 wedge wedge-2 camera", "camera"},
	} {
		t.Run(name, func(t *testing.T) {
			sources, camera, err := c.d.Open(time.Now, nil)
			var names []string
			for _, s := range sources {
				names = append(names, s.Name())
			}
			if err != nil || strings.Join(names, " ") != c.names || camera != c.camera {
				t.Errorf("sources %v, camera %q, %v", names, camera, err)
			}
			if c.d.Empty() != (name == "none") {
				t.Errorf("empty: %v", c.d.Empty())
			}
		})
	}
}

func TestDevicesRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		d    Devices
		says string
	}{
		"a speed that is none": {Devices{Serial: []string{"/dev/ttyUSB0@fast"}}, "serial scanner: "},
		"no device":            {Devices{Serial: []string{"@9600"}}, "serial scanner: "},
		"no camera":            {Devices{Camera: "nocamera"}, "camera: "},
	} {
		t.Run(name, func(t *testing.T) {
			sources, _, err := c.d.Open(time.Now, nil)
			if !errors.Is(err, scanner.ErrFatal) || !strings.HasPrefix(err.Error(), c.says) || sources != nil {
				t.Errorf("%v, %v", sources, err)
			}
		})
	}
}

func TestConfiguredDevices(t *testing.T) {
	c := config.Default()
	c.Scanners = config.Scanners{Camera: "/dev/video1", Focus: 30, Serial: []string{"/dev/ttyS0@9600"}, Wedge: []string{"/dev/input/event1"}}
	d := ConfiguredDevices(c)
	if d.Camera != "/dev/video1" || d.Focus != 30 || d.Serial[0] != "/dev/ttyS0@9600" || d.Wedge[0] != "/dev/input/event1" || d.Lines != nil {
		t.Errorf("%+v", d)
	}
}

// A picture of a code, as a camera's frame, is answered like any scan; its
// frame comes to the preview.
func TestCameraPicture(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	folder := t.TempDir()
	writePicture(t, filepath.Join(folder, "1.png"), scannertest.Frame(codes[0].Opaque.Text, scannertest.Options{}))
	seen := make(chan image.Rectangle, 1)
	sources, camera, err := Devices{Camera: folder}.Open(time.Now, func(picture func() *image.Gray) {
		select {
		case seen <- picture().Rect:
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	o := options(f)
	o.Sources, o.Camera = sources, camera
	r := start(t, o)
	if a := r.answer(); a.answer.Verdict != kiosk.Accepted || a.scan.Symbology != scanner.QR || a.scan.Source != "camera" {
		t.Errorf("%+v", a)
	}
	if s := r.screen(desk.Accepted); s.Camera.Health != desk.HealthWorking {
		t.Errorf("camera %+v", s.Camera)
	}
	if b := <-seen; b.Empty() {
		t.Error("an empty preview")
	}
	if f, ok := r.Figures(); !ok || f.Shown != 1 || f.Frames == 0 {
		t.Errorf("figures %+v", f)
	}
	if _, ok := (&Terminal{}).Figures(); ok {
		t.Error("figures without a camera")
	}
}

func writePicture(t *testing.T, name string, m image.Image) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, m), f.Close()); err != nil {
		t.Fatal(err)
	}
}
