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

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
	"hexiao/scanner/plugged"
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
		"by themselves": {Devices{Serial: []string{"auto", "auto@115200"}, Wedge: []string{"auto", "05e0:1200"}}, "serial serial-2 wedge wedge-2", ""},
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

// Every scanner of the settings is looked for, and what else is plugged in is told, to choose from.
func TestExamineScanners(t *testing.T) {
	there := filepath.Join(t.TempDir(), "ttyUSB0")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	newland, logitech := plugged.ID{Vendor: 0x1eab, Product: 0x0c06}, plugged.ID{Vendor: 0x046d, Product: 0xc31c}
	serials := []plugged.Device{{Path: "/by-id/a", Node: "/dev/ttyACM0", Name: "Newland HR32", ID: newland}, {Path: "/by-id/b", Node: there}}
	typing := []plugged.Device{
		{Path: "/by-id/keys", Node: "/dev/input/event1", Name: "Logitech", ID: logitech},
		{Path: "/by-id/s", Node: "/dev/input/event2", Name: "Barcode Scanner"}, {Path: "/by-id/t", Node: "/dev/input/event3", Name: "Barcode Scanner"},
	}
	for name, c := range map[string]struct {
		scanners config.Scanners
		want     []string
	}{
		"none": {config.Scanners{}, []string{
			"found a serial port that is not used: /by-id/a (Newland HR32, 1eab:0c06)", "found a serial port that is not used: /by-id/b",
			"found a keyboard, or a scanner that looks like one: /by-id/keys (Logitech, 046d:c31c)",
			"found a scanner that types into the window, for scanners.wedge in kiosk.toml: /by-id/s (Barcode Scanner)",
			"found a scanner that types into the window, for scanners.wedge in kiosk.toml: /by-id/t (Barcode Scanner)",
		}},
		"chosen": {config.Scanners{Serial: []string{"auto@115200", there}, Wedge: []string{"auto", "auto", "046d:c31c"}}, []string{
			"device auto is /by-id/a (Newland HR32, 1eab:0c06)", "device " + there + " is there", "device auto is /by-id/s (Barcode Scanner)",
			"device auto is /by-id/t (Barcode Scanner)", "device 046d:c31c is /by-id/keys (Logitech, 046d:c31c)",
		}},
		"missing": {config.Scanners{Serial: []string{"1eab:0c06", "1eab:0c06", "/dev/hexiao-none@9600", "x@y"}, Wedge: []string{"/by-id/keys", "auto", "auto", "auto"}}, []string{
			"device 1eab:0c06 is /by-id/a (Newland HR32, 1eab:0c06)", "WRONG device 1eab:0c06: no such scanner is plugged in; plug it in, or correct kiosk.toml",
			"WRONG device stat /dev/hexiao-none: no such file or directory; plug it in, or correct kiosk.toml",
			`WRONG device serial port x: "y" is no speed, use one of [300 600 1200 2400 4800 9600 19200 38400 57600 115200 230400 460800 921600] (this source cannot work as it is set up)`,
			"WRONG device stat /by-id/keys: no such file or directory; plug it in, or correct kiosk.toml",
			"device auto is /by-id/s (Barcode Scanner)", "device auto is /by-id/t (Barcode Scanner)", "WRONG device auto: no such scanner is plugged in; plug it in, or correct kiosk.toml",
			"found a serial port that is not used: /by-id/b",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			examineScanners(c.scanners, serials, typing, func(check string, err error, fine string) bool {
				if err != nil {
					check, fine = "WRONG "+check, err.Error()
				}
				got = append(got, check+" "+fine)
				return err == nil
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
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

// What a scanner on a line sends is answered as it was meant, and what it garbled is malformed: a
// code with something in its middle is not the code without it.
func TestSerialScanner(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	port := scannertest.NewPort(t)
	sources, _, err := Devices{Serial: []string{port.Path}}.Open(time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := options(f)
	o.Sources = sources
	r := start(t, o)
	digits := codes[0].Typed.Text
	for _, garbled := range []string{"]C1\x1d" + digits, digits[:4] + "\x1d" + digits[4:], digits[:4] + "\x00" + digits[4:], "@SETUPE1;", digits[:4] + "\xff\x00" + digits[4:]} {
		port.Send(garbled + "\r\n")
	}
	port.Send("]C0" + digits + "\r\n")
	if a := r.answer(); a.answer.Verdict != kiosk.Malformed || a.scan.Source != "serial" || a.scan.Text != "" {
		t.Errorf("%+v", a)
	}
	if a := r.answer(); a.answer.Verdict != kiosk.Accepted || a.scan.Symbology != scanner.Code128 {
		t.Errorf("%+v", a)
	}
	if s := r.screen(desk.Accepted); s.Result.Orders[0].ID != "A1" {
		t.Errorf("result %+v", s.Result)
	}
}
