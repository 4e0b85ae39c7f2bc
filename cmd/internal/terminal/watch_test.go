package terminal

import (
	"fmt"
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
	o.Now, o.Boot = wall.now, bootClock(1)
	r := start(t, o)

	measured := engine.Status{Online: true, HQTime: time.Now().Add(time.Second), At: o.Boot.Since(), Measured: 1}
	r.linked(measured)
	r.until("online", func(s desk.State) bool { return s.Header.Online })
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	wall.set(-time.Hour)
	// At once, not at the next second: the answer must not bear a trusted time.
	want(t, r.scanned(camera, codes[1].Opaque.Text), kiosk.Accepted)
	// The engine reports again what it measured before the jump.
	r.linked(measured)
	want(t, r.scanned(camera, codes[2].Opaque.Text), kiosk.Accepted)
	// A jump is found without any input, too.
	wall.set(time.Hour)
	r.until("the second jump in the log", func(desk.State) bool { return strings.Count(r.log.String(), "trust in the wall clock changed") >= 2 })
	// HQ is asked again, while the clock is an hour off, and once it is set right.
	measured.HQTime, measured.At, measured.Measured = time.Now(), o.Boot.Since(), 2
	r.linked(measured)
	r.send(t.Context(), func(kiosk.Moment) {}) // it has been taken in
	wall.set(0)
	r.until("the third jump in the log", func(desk.State) bool { return strings.Count(r.log.String(), "trust in the wall clock changed") >= 3 })
	measured.HQTime, measured.At, measured.Measured = time.Now(), o.Boot.Since(), 3
	r.linked(measured)
	r.until("the trust in the log", func(desk.State) bool { return strings.Count(r.log.String(), "trust in the wall clock changed") >= 4 })
	r.stop()

	var got []string
	for _, e := range events(t, f) {
		what := string(e.Body.Type())
		if c, ok := e.Body.(kiosk.ClockChanged); ok {
			what += fmt.Sprintf(" %v %d", c.Jump.Round(time.Minute), c.Reason)
			if c.Quality != e.At.Clock {
				t.Errorf("event %d of quality %v tells of %v", e.Seq, e.At.Clock, c.Quality)
			}
		}
		if e.At.Boot != o.Boot.ID || !e.At.HQ.Known || time.Until(e.At.Wall.Add(e.At.HQ.Offset)).Abs() > time.Minute {
			t.Errorf("event %d knows of HQ's clock %+v in boot %v", e.Seq, e.At.HQ, e.At.Boot)
		}
		if e.At.Clock == kiosk.ClockSuspect {
			what += "?"
		}
		got = append(got, what)
	}
	const all = "redeemed, clock-changed -1h0m0s 0?, redeemed?, redeemed?, clock-changed 2h0m0s 0?, clock-changed -1h0m0s 0?, clock-changed 0s 4"
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
	if len(list) != 3 || list[0].At.Clock != kiosk.ClockUnchecked || list[2].At.Clock != kiosk.ClockSuspect {
		t.Fatalf("events %+v", list)
	}
	if c, ok := list[1].Body.(kiosk.ClockChanged); !ok || c.Reason != kiosk.ClockBehind || (c.Jump+24*time.Hour).Abs() > time.Minute {
		t.Errorf("the second event is %+v", list[1].Body)
	}
}
