package terminal

import (
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/sync/engine"
)

// events reads a terminal's journal from its files.
func events(t *testing.T, f Folder) (list []kiosk.Event) {
	t.Helper()
	_, err := journal.Verify(f.Path+"/journal", journal.VerifyOptions{MACKey: f.Keys.Journal, Each: func(e journal.Entry) error {
		list = append(list, e.Event)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A wall clock that is set is an event of its own, and what follows bears the
// doubt, until HQ has measured anew.
func TestClockJumpIsRecorded(t *testing.T) {
	f, codes := localFolder(t, 3, kiosk.Policy{})
	camera := newScannerFake("camera")
	wall := &shifted{}
	o := options(f, camera)
	o.Now = wall.now
	r := start(t, o, func(term *Terminal) { term.clock = newClock(wall.now, stopwatch(time.Now), time.Time{}) })

	r.linked(engine.Status{Online: true, Offset: time.Second, Measured: 1})
	r.until("online", func(s desk.State) bool { return s.Header.Online })
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	wall.set(-time.Hour)
	// At once, not at the next second: the answer must not bear a trusted time.
	want(t, r.scanned(camera, codes[1].Opaque.Text), kiosk.Accepted)
	// The engine reports again what it measured before the jump.
	r.linked(engine.Status{Online: true, Offset: time.Second, Measured: 1})
	want(t, r.scanned(camera, codes[2].Opaque.Text), kiosk.Accepted)
	// A jump is found without any input, too.
	wall.set(time.Hour)
	r.until("the second jump in the log", func(desk.State) bool { return strings.Count(r.log.String(), "the wall clock jumped") == 2 })
	r.stop()

	var got []string
	for _, e := range events(t, f) {
		what := string(e.Body.Type())
		if c, ok := e.Body.(kiosk.ClockChanged); ok {
			what += " " + c.Jump.Round(time.Minute).String()
			if c.Quality != e.At.Clock {
				t.Errorf("event %d of quality %v tells of %v", e.Seq, e.At.Clock, c.Quality)
			}
		}
		if e.At.Clock == kiosk.ClockSuspect {
			what += "?"
		}
		got = append(got, what)
	}
	const all = "redeemed, clock-changed -1h0m0s?, redeemed?, redeemed?, clock-changed 2h0m0s?"
	if text := strings.Join(got, ", "); text != all {
		t.Errorf("got  %s\nwant %s", text, all)
	}
}

// A clock before the journal's last event is wrong from the start.
func TestClockBeforeTheJournal(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	camera := newScannerFake("camera")
	wall := &shifted{}
	for n, by := range []time.Duration{0, -24 * time.Hour} {
		wall.set(by)
		o := options(f, camera)
		o.Now = wall.now
		r := start(t, o)
		want(t, r.scanned(camera, codes[n].Opaque.Text), kiosk.Accepted)
		r.stop()
	}
	list := events(t, f)
	if len(list) != 2 || list[0].At.Clock != kiosk.ClockUnchecked || list[1].At.Clock != kiosk.ClockSuspect {
		t.Errorf("events %+v", list)
	}
}
