package terminal

import (
	"fmt"
	"os"
	"strings"

	"hexiao/kiosk/config"
	"hexiao/scanner/plugged"
	"hexiao/scanner/serial"
)

// examineScanners says of every scanner in the settings whether it is there, and then which
// others are, so that whoever writes the settings can choose one. serials and typing are
// what serial.Find and wedge.Find have found.
func examineScanners(c config.Scanners, serials, typing []plugged.Device, add func(check string, err error, fine string) bool) {
	used := map[string]bool{}
	check := func(setting string, meant []plugged.Device) {
		if strings.HasPrefix(setting, "/") {
			_, err := os.Stat(meant[0].Path)
			if err != nil {
				err = fmt.Errorf("%w; plug it in, or correct kiosk.toml", err)
			}
			used[meant[0].Path] = true
			add("device", err, meant[0].Path+" is there")
			return
		}
		for _, d := range meant { // the same setting twice is two scanners
			if !used[d.Path] {
				used[d.Path] = true
				add("device", nil, setting+" is "+named(d))
				return
			}
		}
		add("device", fmt.Errorf("%s: no such scanner is plugged in; plug it in, or correct kiosk.toml", setting), "")
	}
	for _, spec := range c.Serial {
		setting, meant, err := serial.Choose(serials, spec)
		if err != nil {
			add("device", err, "")
			continue
		}
		check(setting, meant)
	}
	for _, setting := range c.Wedge {
		check(setting, plugged.Choose(typing, setting))
	}
	for _, d := range serials {
		if !used[d.Path] && !used[d.Node] {
			add("found", nil, "a serial port that is not used: "+named(d))
		}
	}
	for _, d := range typing {
		if d.Scanner() && !used[d.Path] && !used[d.Node] {
			add("found", nil, "a scanner that types into the window, for scanners.wedge in kiosk.toml: "+named(d))
		} else if !used[d.Path] && !used[d.Node] {
			add("found", nil, "a keyboard, or a scanner that looks like one: "+named(d))
		}
	}
}

// named names a device as the settings would, with what it is.
func named(d plugged.Device) string {
	var about []string
	if d.Name != "" {
		about = append(about, d.Name)
	}
	if d.ID != (plugged.ID{}) {
		about = append(about, d.ID.String())
	}
	if len(about) == 0 {
		return d.Path
	}
	return fmt.Sprintf("%s (%s)", d.Path, strings.Join(about, ", "))
}
