package boltstore_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

func scanAt(t testing.TB, s *boltstore.Store, n int, at kiosk.Moment) desk.Answer {
	t.Helper()
	a, err := s.Redeem(desk.Scan{Text: kiosktest.Code(n).Text, Source: "serial", At: at})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// How long ago a handover was that nobody was told of is known by the boot
// clock, whatever became of the wall clock.
func TestResumeByTheBootClock(t *testing.T) {
	a, b := kiosk.BootID{1}, kiosk.BootID{2}
	const ten = boltstore.ResumeWithin
	at := func(boot kiosk.BootID, wall, mono time.Duration, q kiosk.ClockQuality) kiosk.Moment {
		return kiosk.Moment{Wall: kiosktest.Start().Add(wall), Mono: mono, Boot: boot, Clock: q}
	}
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1))
	first := want(t, scanAt(t, s, 1, at(a, 0, time.Hour, kiosk.ClockUnchecked)), kiosk.Accepted)
	crash(t, s)
	for name, c := range map[string]struct {
		now     kiosk.Moment
		resumed bool
	}{
		"same boot, wall a year ahead":            {at(a, 9000*time.Hour, time.Hour+ten, kiosk.ClockSuspect), true},
		"same boot, later, wall set back":         {at(a, time.Second, time.Hour+ten+1, kiosk.ClockSuspect), false},
		"same boot, later, wall called trusted":   {at(a, time.Second, time.Hour+ten+1, kiosk.ClockSynced), false},
		"another boot, soon":                      {at(b, ten, time.Minute, kiosk.ClockUnchecked), true},
		"another boot, later":                     {at(b, ten+time.Second, time.Minute, kiosk.ClockUnchecked), false},
		"another boot, the time is lost":          {at(b, -9000*time.Hour, time.Minute, kiosk.ClockSuspect), true},
		"another boot, the time is lost for long": {at(b, -9000*time.Hour, ten+time.Second, kiosk.ClockSuspect), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, killed(t, o))
			defer shut(t, s)
			if !c.resumed {
				want(t, scanAt(t, s, 1, c.now), kiosk.AlreadyCollected)
				return
			}
			out := want(t, scanAt(t, s, 1, c.now), kiosk.Accepted)
			if !out.Resumed || out.Event != first.Event {
				t.Errorf("%+v", out)
			}
			want(t, scanAt(t, s, 1, c.now), kiosk.AlreadyCollected)
		})
	}
}

// The machine comes back with its clock gone and records that: the answer that
// it owes is still owed, also after one more kill.
func TestResumeOutlivesEventsOfNoOrder(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2, kiosktest.OpenedBy(kiosktest.Code(9))),
		kiosktest.Order(3, kiosktest.OpenedBy(kiosktest.Code(9))))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	s.Answered()
	want(t, redeem(t, s, 9, 0), kiosk.Accepted) // two events, never answered
	crash(t, s)
	for range 2 {
		o = killed(t, o)
		s = open(t, o)
		for _, b := range []kiosk.Body{kiosk.ClockChanged{Jump: -time.Hour, Quality: kiosk.ClockSuspect}, kiosk.SignedIn{By: "L1"}} {
			if err := s.Record(kiosktest.Moment(0), b); err != nil {
				t.Fatal(err)
			}
		}
		s.Answered() // of the others; it must not cover the one that is owed
		crash(t, s)
	}
	o = killed(t, o)
	s = open(t, o)
	for _, out := range redeem(t, s, 9, time.Minute).Outcomes {
		if out.Verdict != kiosk.Accepted || !out.Resumed {
			t.Errorf("order %s is %s", out.Order.ID, out.Verdict)
		}
	}
	want(t, redeem(t, s, 1, time.Minute), kiosk.AlreadyCollected)
	s.Answered()
	if err := s.Record(kiosktest.Moment(0), kiosk.SignedIn{By: "L1"}); err != nil {
		t.Fatal(err)
	}
	crash(t, s)
	s = open(t, killed(t, o)) // the mark is of the event before the last
	want(t, redeem(t, s, 9, time.Minute), kiosk.AlreadyCollected)
	shut(t, s)
}
