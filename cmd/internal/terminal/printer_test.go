package terminal

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk/config"
	"hexiao/kiosk/printer"
	"hexiao/kiosk/printer/printertest"
)

func TestExaminePrinter(t *testing.T) {
	device := printertest.New()
	address := device.TCP(t)
	empty := printertest.New()
	empty.Load(0)
	silent := printertest.New()
	silent.Mute = true
	found := []printer.Found{{Path: "/dev/usb/lp0", ID: "04b8:0202", Name: "EPSON TM-T88V"}, {Path: "/dev/usb/lp1"}}
	const others = "ok found: a printer that is not used, for printer.device in kiosk.toml: "
	for name, c := range map[string]struct {
		setting string
		found   []printer.Found
		want    []string // each with the beginning of what is said
	}{
		"none":     {"", nil, nil},
		"unused":   {"", found, []string{others + "/dev/usb/lp0 (EPSON TM-T88V 04b8:0202)", others + "/dev/usb/lp1"}},
		"ready":    {address, nil, []string{"ok printer: " + address + " is ready"}},
		"no paper": {empty.TCP(t), nil, []string{"WRONG printer: the printer has no paper"}},
		"silent":   {silent.TCP(t), nil, []string{"ok printer: tcp://"}},
		"missing":  {"/dev/usb/lp9", found[:1], []string{"WRONG printer: the printer is missing: /dev/usb/lp9 is not there", others + "/dev/usb/lp0"}},
		"by id":    {"04B8:0202", found[:1], []string{"WRONG printer: the printer is missing: no USB printer"}},
		"auto":     {"auto", found, []string{"WRONG printer: the printer is missing: no USB printer"}},
		"nonsense": {"lpt1", nil, []string{`WRONG printer: printer "lpt1": use auto`}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			examinePrinter(t.Context(), config.Printer{Device: c.setting, Paper: 80}, c.found, time.Now, func(check string, err error, fine string) bool {
				line := "ok " + check + ": " + fine
				if err != nil {
					line = "WRONG " + check + ": " + err.Error()
				}
				if n := len(got); n < len(c.want) && strings.HasPrefix(line, c.want[n]) {
					line = c.want[n]
				}
				got = append(got, line)
				return err == nil
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
