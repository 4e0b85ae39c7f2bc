package terminal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/printer/printertest"
)

// day is the business day of now at the point.
func (r *rig) day() kiosk.Day {
	day, _ := kiosk.DayOf(kiosk.Moment{Wall: r.o.Now()}, r.zone)
	return day
}

func TestSlipsArePrinted(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	device := printertest.New()
	f.Config.Printer = config.Printer{Device: device.TCP(t), Paper: 58}
	camera := newScannerFake("camera")
	r := start(t, officeOptions(f, camera))
	out := want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.signIn("printer")
	r.until("the books", func(s desk.State) bool { return s.Tally.Known && s.Tally.Collected == 1 })
	if got := r.done(desk.TapTest); got.Failed != "" {
		t.Fatalf("%+v\n%s", got, r.log)
	}
	<-device.Slips
	s := r.until("a printer that printed", func(s desk.State) bool { return s.Diagnostics.Open.Health == desk.PartFine })
	if len(s.Diagnostics.Open.Facts) != 1 {
		t.Errorf("%+v", s.Diagnostics.Open)
	}
	for name, j := range map[string]desk.Job{
		"handover": {Slip: desk.SlipHandover, Order: "A1", Event: out.Event},
		"day":      {Slip: desk.SlipDayClose, Day: r.day()},
	} {
		j.Kind, j.Lang, j.By = desk.JobPrint, desk.English, "L1"
		if _, err := r.perform(t.Context(), j, nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if slip := <-device.Slips; slip.Width != 384 || slip.Height < 300 {
			t.Errorf("%s: a slip of %d × %d dots", name, slip.Width, slip.Height)
		}
	}
	for name, j := range map[string]desk.Job{
		"no such order":    {Slip: desk.SlipHandover, Order: "none"},
		"no such handover": {Slip: desk.SlipHandover, Order: "A1"},
		"no such delivery": {Slip: desk.SlipConsignment, Consignment: "none"},
		"no such slip":     {Slip: "poem"},
	} {
		j.Kind, j.Lang = desk.JobPrint, desk.Chinese
		if _, err := r.perform(t.Context(), j, nil); !errors.Is(err, errNothingToPrint) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoPrinter(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	r := start(t, officeOptions(f))
	r.signIn("printer")
	if got := r.done(desk.TapTest); got.Failed != desk.JobNoDevice {
		t.Errorf("none is set up: %+v", got)
	}
	r.touch(func(kiosk.Moment) {
		r.changedSettings(config.Config{Printer: config.Printer{Device: "/dev/usb/none", Paper: 80}})
	})
	if got := r.done(desk.TapTest); got.Failed != desk.JobNoDevice {
		t.Errorf("it is not there: %+v", got)
	}
	r.until("it is missing", func(s desk.State) bool { return s.Diagnostics.Open.Note == desk.NoteMissing })
}

func TestTheDaysBookGoesToAStick(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := officeOptions(f, camera)
	var path string
	o.Sticks, path = stickIn(t, "rw")
	r := start(t, o)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.signIn("stick")
	r.until("the books", func(s desk.State) bool { return s.Tally.Known })
	got, err := r.perform(t.Context(), desk.Job{Kind: desk.JobExportDay, Day: r.day(), Lang: desk.English}, nil)
	if err != nil || len(got.facts) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	book, err := excelize.OpenFile(filepath.Join(path, got.result))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if what, err := book.GetCellValue("Entries", "C2"); err != nil || what != "handed over" {
		t.Errorf("the first entry is %q, %v", what, err)
	}
	sheet, err := os.ReadFile(filepath.Join(path, got.facts[0].Text))
	if err != nil || !strings.Contains(string(sheet), "handed over,A1,") {
		t.Errorf("%q, %v", sheet, err)
	}
	if _, err := r.perform(t.Context(), desk.Job{Kind: desk.JobExportDay, Day: "yesterday"}, nil); failureOf(err) != desk.JobBroken {
		t.Errorf("no day: %v", err)
	}
}
