package terminal

import (
	"fmt"
	"image"
	"io"
	"strings"
	"time"

	"hexiao/kiosk/config"
	"hexiao/scanner"
	"hexiao/scanner/camera"
	"hexiao/scanner/decode"
	"hexiao/scanner/serial"
	"hexiao/scanner/wedge"
)

// cameraNone is another word for no camera.
const cameraNone = "none"

// previewWidth is about what the camera's picture has on the screen, in pixels.
const previewWidth = 640

// Devices are what a terminal reads codes with.
type Devices struct {
	Camera string    // see package camera; none or empty: none
	Focus  int       // see camera.Options
	Serial []string  // see package serial
	Wedge  []string  // see package wedge
	Lines  io.Reader // a code a line; nil: none
}

// ConfiguredDevices are those of the settings file.
func ConfiguredDevices(c config.Config) Devices {
	return Devices{Camera: c.Scanners.Camera, Focus: c.Scanners.Focus, Serial: c.Scanners.Serial, Wedge: c.Scanners.Wedge}
}

// Empty reports whether nothing reads codes.
func (d Devices) Empty() bool {
	return d.Camera == "" && len(d.Serial) == 0 && len(d.Wedge) == 0 && d.Lines == nil
}

// Open makes the sources; devices need not be there yet. It gives the name of
// the camera's source, if there is one. preview is offered the camera's pictures, see
// camera.Options; nil: nobody looks.
func (d Devices) Open(now func() time.Time, preview func(picture func() *image.Gray)) (sources []scanner.Source, cameraName string, err error) {
	if d.Lines != nil {
		sources = append(sources, scanner.NewLines("", d.Lines, now))
	}
	for i, spec := range d.Serial {
		s, err := serial.Open(spec, numbered("serial", i), now)
		if err != nil {
			return nil, "", fmt.Errorf("serial scanner: %w", err)
		}
		sources = append(sources, s)
	}
	for i, setting := range d.Wedge {
		sources = append(sources, wedge.Open(setting, numbered("wedge", i), now))
	}
	if d.Camera == "" || d.Camera == cameraNone {
		return sources, "", nil
	}
	reader := decode.New(decode.Options{Symbologies: []scanner.Symbology{scanner.QR, scanner.Code128}, Strategy: decode.Live})
	o := camera.Options{Read: reader.View, Focus: d.Focus, Preview: preview, PreviewWidth: previewWidth, Now: now}
	cam, err := camera.Open(d.Camera, o)
	if err != nil {
		return nil, "", fmt.Errorf("camera: %w", err)
	}
	return append(sources, cam), cam.Name(), nil
}

// Figures are those of the camera whose picture Welcome shows; false: there is none. Any
// goroutine may ask.
func (t *Terminal) Figures() (camera.Figures, bool) {
	for _, s := range t.o.Sources {
		if c, is := s.(*camera.Source); is && c.Name() == t.o.Camera {
			return c.Figures(), true
		}
	}
	return camera.Figures{}, false
}

// numbered tells several scanners of a kind apart: serial, serial-2…
func numbered(kind string, i int) string {
	if i == 0 {
		return kind
	}
	return fmt.Sprintf("%s-%d", kind, i+1)
}

// devicePaths are the device files of cameras that the settings name.
func devicePaths(c config.Config) []string {
	if strings.HasPrefix(c.Scanners.Camera, "/dev/") {
		return []string{c.Scanners.Camera}
	}
	return nil
}
