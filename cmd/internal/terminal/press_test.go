package terminal

import (
	"errors"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/printer"
	"hexiao/kiosk/printer/printertest"
)

// printing starts a terminal with a printer and a handover, and opens the order.
func printing(t *testing.T, device *printertest.Printer) *rig {
	t.Helper()
	f, codes := localFolder(t, 2, kiosk.Policy{})
	f.Config.Printer = config.Printer{Device: device.TCP(t), Paper: 58}
	camera := newScannerFake("camera")
	r := start(t, officeOptions(f, camera))
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	r.signIn("printer")
	r.until("the books", func(s desk.State) bool { return s.Tally.Known && s.Tally.Collected == 1 })
	r.Tap(desk.TapCounter)
	r.Pick(desk.PickOrder, "A1")
	r.until("the order", func(s desk.State) bool { return s.Screen == desk.OrderFile && s.Order.Offers(desk.TapPrint) })
	return r
}

// A slip waits for paper while the screen says so and everything else goes on, and
// comes out once when there is paper again.
func TestASlipWaitsForPaper(t *testing.T) {
	device := printertest.New()
	device.Load(0)
	r := printing(t, device)
	r.Tap(desk.TapPrint)
	r.until("it waits for paper", func(s desk.State) bool { return s.Job.UnderWay() && s.Job.Waits == desk.JobNoPaper })
	r.Tap(desk.TapPrint) // a second slip, which tries the first again
	r.until("that waits, too", func(s desk.State) bool { return s.Job.Job.Number == 2 && s.Job.Waits == desk.JobNoPaper })
	r.open("printer")
	if s := r.until("no paper", func(s desk.State) bool { return s.Diagnostics.Open.Note == desk.NoteNoPaper }); s.Diagnostics.Open.Health != desk.PartBad {
		t.Errorf("%+v", s.Diagnostics.Open)
	}
	if got := r.done(desk.TapTest); got.Failed != desk.JobBusy {
		t.Errorf("a test of the printer meanwhile: %+v", got)
	}
	device.Load(-1)
	for range 2 {
		<-device.Slips
	}
	r.until("printed", func(s desk.State) bool { return s.Diagnostics.Open.Health == desk.PartFine })
	r.stop()
	if n := len(device.Slips); n > 0 {
		t.Errorf("%d slips more", n)
	}
}

// The terminal's end and other settings end what waits.
func TestWaitingSlipsEnd(t *testing.T) {
	for name, end := range map[string]func(*rig){
		"the terminal's end": (*rig).stop,
		"another printer": func(r *rig) {
			r.touch(func(kiosk.Moment) {
				r.changedSettings(config.Config{Printer: config.Printer{Device: "/dev/usb/none", Paper: 80}})
			})
			r.Tap(desk.TapPrint)
		},
	} {
		t.Run(name, func(t *testing.T) {
			device := printertest.New()
			device.Load(0)
			r := printing(t, device)
			ended, waits := make(chan error, 1), make(chan printer.State, 10)
			set := r.printing.Load()
			go func() {
				slip, err := r.slip(desk.Job{Slip: desk.SlipDayClose, Day: r.day()}, 384, func(string, map[string]any) string { return "" })
				if err == nil {
					err = r.press.print(t.Context(), set.Device, slip, false, func(s printer.State) { waits <- s })
				}
				ended <- err
			}()
			for s := range waits {
				if s == printer.PaperOut {
					break
				}
			}
			end(r)
			if err := <-ended; !errors.Is(err, printer.ErrStopped) {
				t.Errorf("it ended with %v", err)
			}
			device.Load(-1)
			r.stop()
			if n := len(device.Slips); n > 0 {
				t.Errorf("%d slips came out", n)
			}
		})
	}
}
