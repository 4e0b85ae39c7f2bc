package terminal

import (
	"fmt"
	"path/filepath"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// What must hold of the terminals in TestScriptedClocks.

// observe has the terminal look at its clocks, and checks all that must hold.
func (s *sim) observe() kiosk.Moment {
	found, jump := s.expect()
	s.term.tick(s.t.Context())
	m := s.term.clock.moment()
	s.events(found, jump, 5*time.Millisecond)
	switch {
	case s.suspect != (m.Clock == kiosk.ClockSuspect):
		s.failf("the clock is %v, suspect should be %v", m.Clock, s.suspect)
	case m.Clock != kiosk.ClockSuspect && s.wall.Sub(s.now).Abs() > s.err+simSlack:
		s.failf("a %v clock is %v from the truth, no more than %v is excused", m.Clock, s.wall.Sub(s.now), s.err+simSlack)
	case m.HQ.Known && s.wall.Add(m.HQ.Offset).Sub(s.now).Abs() > 2*time.Second+time.Duration(float64(m.HQ.Age)*0.0002):
		s.failf("HQ's clock would be %v from the truth after %v", s.wall.Add(m.HQ.Offset).Sub(s.now), m.HQ.Age)
	}
	floor := s.floorNow()
	if floor.Before(s.floor.Add(-10 * time.Millisecond)) {
		s.failf("the floor went back from %v to %v", s.floor, floor)
	}
	s.floor = floor
	return m
}

// expect says what the next look must find, and follows it.
func (s *sim) expect() (found bool, jump time.Duration) {
	base := s.wall.Add(-s.mono)
	jump = base.Sub(s.base)
	if jump.Abs() <= jumpAllowed {
		return false, 0
	}
	s.suspect = true
	if s.mono-s.hour >= time.Hour {
		s.jumps, s.hour = 0, s.mono
	}
	if s.jumps == jumpsRecorded {
		return false, 0
	}
	s.jumps++
	s.base = base
	return true, jump
}

// events checks what the journal got.
func (s *sim) events(found bool, jump, within time.Duration) {
	want := s.head
	if found {
		want++
	}
	if got := s.term.store.Status().Head; got != want {
		_ = s.term.store.Recent(1, func(e kiosk.Event) error { s.say("  the last event is %+v", e); return nil })
		s.failf("%d events, want %d (a jump of %v)", got, want, jump)
	}
	if !found {
		return
	}
	s.head = want
	s.stats["changes"]++
	_ = s.term.store.Recent(1, func(e kiosk.Event) error {
		c, ok := e.Body.(kiosk.ClockChanged)
		if !ok || (c.Jump-jump).Abs() > within || c.Quality != e.At.Clock || e.At.Boot != (kiosk.BootID{s.boot}) {
			s.failf("event %+v, want a jump of %v", e, jump)
		}
		return nil
	})
}

// judge holds an answer against the truth.
func (s *sim) judge(kind simKind, out kiosk.Outcome) {
	o, slack := out.Order, s.err+simSlack
	ends := o.CollectBy.Add(simGrace)
	switch {
	case kind == simPlain && out.Verdict != kiosk.Accepted:
		s.failf("an order without a term is %s", out.Verdict)
	case kind == simTimed && s.suspect && out.Verdict != kiosk.NeedsLeader:
		s.failf("by a suspect clock an order with a term is %s", out.Verdict)
	case kind == simTimed && !s.suspect:
		within := !s.now.Before(o.ValidFrom.Add(-slack)) && !s.now.After(ends.Add(slack))
		certain := s.now.After(o.ValidFrom.Add(slack)) && s.now.Before(ends.Add(-slack))
		if out.Verdict == kiosk.Accepted && !within || out.Verdict != kiosk.Accepted && certain {
			s.failf("an order from %v to %v is %s at %v", o.ValidFrom, ends, out.Verdict, s.now)
		}
	case kind == simDear && out.Verdict == kiosk.Accepted:
		// Whatever became of the clock, the time that the machine ran has passed.
		if ran := s.ran - s.asOf; s.suspect || !s.lost && ran > kiosk.DefaultPolicy().MaxCacheAge+slackOf(ran) {
			s.failf("a dear order is accepted on a set that is older than %v", ran)
		}
	}
}

// slackOf is how far clocks may drift apart over a time.
func slackOf(d time.Duration) time.Duration {
	return simSlack + 10*time.Second + time.Duration(float64(d)*0.0004)
}

// verify reads the journal as it lies on disk.
func (s *sim) verify() {
	n := uint64(0)
	boots := map[kiosk.BootID]bool{}
	var last kiosk.Moment
	report, err := journal.Verify(filepath.Join(s.folder.Path, "journal"), journal.VerifyOptions{
		MACKey: s.folder.Keys.Journal, Each: func(e journal.Entry) error {
			n++
			if e.Event.Seq != n {
				return fmt.Errorf("event %d in place %d", e.Event.Seq, n)
			}
			at := e.Event.At
			if at.Boot == last.Boot && at.Mono < last.Mono || at.Boot != last.Boot && boots[at.Boot] {
				return fmt.Errorf("event %d happened before event %d", n, n-1)
			}
			boots[at.Boot], last = true, at
			return nil
		},
	})
	if err != nil || report.Events != s.head {
		s.failf("the journal has %d events of %d: %v", report.Events, s.head, err)
	}
}
