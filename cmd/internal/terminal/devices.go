package terminal

import (
	"fmt"
	"image"
	"io"
	"path/filepath"
	"strings"
	"time"

	"hexiao/kiosk/config"
	"hexiao/scanner"
	"hexiao/scanner/camera"
	"hexiao/scanner/decode"
	"hexiao/scanner/serial"
	"hexiao/scanner/wedge"
)

// Words for the camera setting.
const (
	cameraAuto = "auto" // the first camera of this machine, also one that is plugged in later
	cameraNone = "none"
)

// Devices are what a terminal reads codes with.
type Devices struct {
	Camera string // see package camera; auto, none or empty
	Serial []string
	Wedge  []string
	Lines  io.Reader // a code a line; nil: none
}

// ConfiguredDevices are those of the settings file.
func ConfiguredDevices(c config.Config) Devices {
	return Devices{Camera: c.Scanners.Camera, Serial: c.Scanners.Serial, Wedge: c.Scanners.Wedge}
}

// Empty reports whether nothing reads codes.
func (d Devices) Empty() bool {
	return d.Camera == "" && len(d.Serial) == 0 && len(d.Wedge) == 0 && d.Lines == nil
}

// Open makes the sources; devices need not be there yet. It gives the name of
// the camera's source, if there is one. preview gets the camera's pictures,
// each to keep; nil: nobody looks.
func (d Devices) Open(now func() time.Time, preview func(image.Image)) (sources []scanner.Source, cameraName string, err error) {
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
	for i, path := range d.Wedge {
		sources = append(sources, wedge.Open(path, numbered("wedge", i), now))
	}
	if d.Camera == "" || d.Camera == cameraNone {
		return sources, "", nil
	}
	reader := decode.New(decode.Options{Symbologies: []scanner.Symbology{scanner.QR, scanner.Code128}, Strategy: decode.Live})
	o := camera.Options{Read: reader.View, Now: now}
	if preview != nil {
		o.Preview = func(g *image.Gray) { preview(g) }
	}
	cam, err := camera.Open(cameraSpec(d.Camera), o)
	if err != nil {
		return nil, "", fmt.Errorf("camera: %w", err)
	}
	return append(sources, cam), cam.Name(), nil
}

// cameraSpec finds the camera that auto means. Where there is none yet it is
// the name that the first one will have.
func cameraSpec(spec string) string {
	if spec != cameraAuto {
		return spec
	}
	// by-id lists a camera's metadata node too, as index1.
	if found, err := filepath.Glob("/dev/v4l/by-id/*-index0"); err == nil && len(found) > 0 {
		return found[0]
	}
	return "/dev/video0"
}

// numbered tells several scanners of a kind apart: serial, serial-2…
func numbered(kind string, i int) string {
	if i == 0 {
		return kind
	}
	return fmt.Sprintf("%s-%d", kind, i+1)
}

// devicePaths are the device files that the settings name.
func devicePaths(c config.Config) []string {
	var paths []string
	if strings.HasPrefix(c.Scanners.Camera, "/dev/") {
		paths = append(paths, c.Scanners.Camera)
	}
	for _, spec := range c.Scanners.Serial {
		if at := strings.LastIndexByte(spec, '@'); at >= 0 {
			spec = spec[:at]
		}
		paths = append(paths, spec)
	}
	return append(paths, c.Scanners.Wedge...)
}
