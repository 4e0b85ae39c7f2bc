package terminal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

func TestScanIsShownAndAnswered(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	camera, serial := newScannerFake("camera"), newScannerFake("serial")
	r := start(t, options(f, camera, serial))
	if s := r.screen(desk.Welcome); !s.Header.Local || s.Header.Online || s.Header.Orders != 2 || s.Header.Point != "幸福里" {
		t.Errorf("header %+v", s.Header)
	}
	a := r.scanned(camera, codes[0].Opaque.Text)
	out := want(t, a, kiosk.Accepted)
	if out.Order.ID != "A1" || out.Seq != 1 || a.scan.Source != "camera" || a.took <= 0 || a.took > patience {
		t.Errorf("%+v in %v", out, a.took)
	}
	s := r.screen(desk.Accepted)
	if o := s.Result.Orders[0]; o.ID != "A1" || o.Units != 3 || o.Customer.Tail != "1234" {
		t.Errorf("result %+v", o)
	}
	// The other scanner, at the same counter: another order, then the first one.
	want(t, r.scanned(serial, codes[1].Typed.Text), kiosk.Accepted)
	first := want(t, r.scanned(serial, codes[0].Typed.Text), kiosk.AlreadyCollected)
	if len(first.History) != 1 || first.History[0].Event != out.Event {
		t.Errorf("history %+v", first.History)
	}
	r.screen(desk.Refused)
	want(t, r.scanned(camera, "\x01"), kiosk.Malformed)
	r.stop()
	for _, c := range codes {
		for _, secret := range []string{c.Opaque.Text, c.Typed.Text, "张小明", "13800001234"} {
			if strings.Contains(r.log.String(), secret) {
				t.Fatalf("the log tells a code, a name or a phone:\n%s", r.log)
			}
		}
	}
}

// Two scanners read one code at the same moment: one handover, and no answer
// for the second sight.
func TestTwoSourcesOneCode(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{Debounce: time.Hour})
	camera, serial := newScannerFake("camera"), newScannerFake("serial")
	r := start(t, options(f, camera, serial))
	sent := make(chan struct{}, 2)
	for _, s := range []*scannerFake{camera, serial} {
		go func() { s.scans <- codes[0].Opaque.Text; sent <- struct{}{} }()
	}
	<-sent
	<-sent
	want(t, r.answer(), kiosk.Accepted)
	// What comes next is the answer to another code.
	if out := want(t, r.scanned(serial, codes[1].Opaque.Text), kiosk.Accepted); out.Order.ID != "A2" || out.Seq != 2 {
		t.Errorf("%+v", out)
	}
}

// A code that is shown again within the debounce is a note on the picture.
func TestRepeatIsANote(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{Debounce: time.Hour})
	camera := newScannerFake("camera")
	clock := &shifted{} // the debounce needs a second between sights
	o := options(f, camera)
	o.Now = clock.now
	r := start(t, o)
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	if s := r.screen(desk.Accepted); s.Result.Repeat {
		t.Error("the first sight is a repeat")
	}
	camera.health <- scanner.Working // taken when the first sight has been dealt with
	clock.set(1500 * time.Millisecond)
	camera.scans <- codes[0].Opaque.Text
	s := r.until("the note", func(s desk.State) bool { return s.Screen == desk.Accepted && s.Result.Repeat })
	if s.Result.Orders[0].ID != "A1" || len(r.answers) != 0 {
		t.Errorf("result %+v, %d more answers", s.Result, len(r.answers))
	}
}

func TestScannersHealthIsShown(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	camera, serial := newScannerFake("camera"), newScannerFake("serial")
	o := options(f, camera, serial)
	o.Camera = "camera"
	r := start(t, o)
	health := func(name string, h desk.Health) {
		t.Helper()
		r.until(name+" "+string(h), func(s desk.State) bool {
			for _, src := range s.Sources {
				if src.Name == name && src.Health == h && (name != "camera" || s.Camera == src) {
					return true
				}
			}
			return false
		})
	}
	health("camera", desk.HealthWorking)
	for state, h := range map[scanner.State]desk.Health{
		scanner.Silent: desk.HealthSilent, scanner.Missing: desk.HealthMissing, scanner.Busy: desk.HealthBusy, scanner.Broken: desk.HealthBroken,
	} {
		camera.health <- state
		health("camera", h)
	}
	camera.ends <- fmt.Errorf("unplugged: %w", scanner.ErrMissing)
	health("camera", desk.HealthMissing)
	health("camera", desk.HealthWorking) // tried again by itself
	// One scanner that will never work does not keep the other from its work.
	camera.ends <- fmt.Errorf("a wrong setting: %w", scanner.ErrFatal)
	health("camera", desk.HealthBroken)
	want(t, r.scanned(serial, codes[0].Opaque.Text), kiosk.Accepted)
	close(serial.scans)
	health("serial", desk.HealthEnded)
	r.tapUntil(desk.TapType, desk.Keypad) // a terminal without scanners still takes typed codes
	r.until("a word in the log", func(desk.State) bool { return strings.Contains(r.log.String(), "a scanner cannot work") })
}

// tapUntil taps and waits for a screen.
func (r *rig) tapUntil(a desk.Action, s desk.Screen) desk.State {
	r.t.Helper()
	if a == desk.TapType { // an answer may still be showing
		r.Tap(desk.TapDone)
		r.screen(desk.Welcome)
	}
	r.Tap(a)
	return r.screen(s)
}

func TestEndsWithItsSources(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	one, two := newScannerFake("one"), newScannerFake("two")
	o := options(f, one, two)
	o.EndWithSources = true
	r := start(t, o)
	one.ends <- fmt.Errorf("a wrong setting: %w", scanner.ErrFatal)
	want(t, r.scanned(two, codes[0].Opaque.Text), kiosk.Accepted)
	close(two.scans)
	err := r.end()
	if err == nil || !strings.Contains(err.Error(), "one: a wrong setting") {
		t.Errorf("Run ended with %v", err)
	}
}

func TestEndsWithItsContext(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	r.screen(desk.Welcome)
	r.cancel()
	if err := r.end(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	for range 2 * inputQueue { // a window that is still open must not hang
		r.Tap(desk.TapLanguage)
	}
}

func TestOneTerminalADataFolder(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	r := start(t, options(f))
	o := r.o
	if _, err := Open(o); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), f.Path) {
		t.Errorf("a second terminal in the folder: %v", err)
	}
	if _, err := Rebuild(f, o.Random, o.Now, o.Log, nil); err == nil {
		t.Error("the store of a running terminal was made again")
	}
	r.stop()
	if n, err := Rebuild(f, o.Random, o.Now, o.Log, nil); err != nil || n != 0 {
		t.Errorf("rebuilt %d events: %v", n, err)
	}
}
