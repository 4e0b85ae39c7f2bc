package terminal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hexiao/kiosk/config"
	"hexiao/kiosk/printer"
)

// examinePrinter says how the printer in the settings is, and which others are plugged in.
// found is what printer.Find has found.
func examinePrinter(ctx context.Context, c config.Printer, found []printer.Found, now func() time.Time, add func(check string, err error, fine string) bool) {
	if c.Device != "" {
		d, err := printer.Parse(c.Device)
		talks := false
		if err == nil {
			talks, err = printer.Look(ctx, d, now)
		}
		fine := c.Device + " is there; whether it has paper it does not say"
		switch {
		case talks:
			fine = c.Device + " is ready"
		case printer.StateOf(err) == printer.Missing:
			err = fmt.Errorf("%w; plug it in, switch it on, or correct kiosk.toml", err)
		}
		add("printer", err, fine)
		if c.Device == printer.Auto {
			return // which of them it is changes with what is plugged in
		}
	}
	for _, f := range found {
		if c.Device != "" && (f.Path == c.Device || strings.EqualFold(f.ID, c.Device)) {
			continue
		}
		text := f.Path
		if about := strings.TrimSpace(f.Name + " " + f.ID); about != "" {
			text += " (" + about + ")"
		}
		add("found", nil, "a printer that is not used, for printer.device in kiosk.toml: "+text)
	}
}
