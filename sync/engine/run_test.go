package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/sync/engine"
)

// running starts Run in a bubble and gives what ends it.
func (s *scene) running(t *testing.T) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.engine.Run(ctx) }()
	synctest.Wait()
	return func() error { cancel(); return <-done }
}

func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.outbox.add("one")
		s.hq.put("a")
		stop := s.running(t)
		s.inStep(t)
		if st := s.last(); !st.Online || !st.LastContact.Equal(time.Now()) || st.UpError+st.DownError != "" || st.Measured == 0 || st.Offset != 0 {
			t.Errorf("status %+v", st)
		}
		s.outbox.add("two")
		pass(time.Second)
		if s.outbox.acked.Seq != 1 {
			t.Error("pushed without a wake and before its time")
		}
		s.engine.Wake()
		s.engine.Wake() // never blocks
		synctest.Wait()
		s.inStep(t)
		s.hq.put("b")
		pass(5 * time.Second)
		s.inStep(t)
		s.outbox.add("three") // nobody wakes the engine
		pass(30 * time.Second)
		s.inStep(t)
		s.hq.change(func() { s.hq.name = "望江苑" })
		pass(time.Minute)
		if s.orders.point.Name != "望江苑" {
			t.Error("changed settings did not come within a minute")
		}
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestRunThroughAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.hq.put("a")
		calls := map[string]int{}
		s.hq.before = func(call string) error { calls[call]++; return errors.New("cable pulled") }
		stop := s.running(t)
		s.outbox.add("one")
		for range 600 {
			s.engine.Wake() // customers go on collecting
			pass(time.Second)
		}
		// Ten minutes with pauses of 1 s doubling to 30 s, jittered by half.
		if up := calls["push"] + calls["head"]; up < 15 || up > 40 || calls["orders"] < 15 || calls["orders"] > 40 {
			t.Errorf("in ten minutes of outage: %v", calls)
		}
		if st := s.last(); st.Online || !st.LastContact.IsZero() || !strings.Contains(st.UpError, "cable pulled") || strings.Contains(st.DownError, "\n") {
			t.Errorf("status %+v", st)
		}
		s.hq.change(func() { s.hq.before = func(string) error { return nil } })
		pass(46 * time.Second)
		s.inStep(t)
		if st := s.last(); !st.Online || st.UpError+st.DownError != "" {
			t.Errorf("status %+v", st)
		}
		// The next outage begins with short pauses again: the first call fails within
		// the 5 s between rounds, two more follow after at most 1.5 and 3 s. After a
		// long pause, of 15 s at least, there would be one.
		s.hq.change(func() {
			clear(calls)
			s.hq.before = func(call string) error { calls[call]++; return errors.New("cable pulled") }
		})
		pass(10 * time.Second)
		if calls["orders"] < 3 {
			t.Errorf("a new outage begins with the long pauses of the old one: %v", calls)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestHQAsksToBeLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.outbox.add("one")
		busy := true
		s.hq.before = func(call string) error {
			if busy && call == "push" {
				return &backoff.RetryAfterError{Duration: 5 * time.Minute}
			}
			return nil
		}
		stop := s.running(t)
		pass(5*time.Minute - time.Second)
		if s.hq.pushes != 1 {
			t.Errorf("%d pushes within the time HQ asked for", s.hq.pushes)
		}
		s.hq.change(func() { busy = false })
		pass(time.Second)
		s.inStep(t)
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestRevocationEndsRun(t *testing.T) {
	for _, call := range []string{"push", "orders", "point"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.outbox.add("one")
			stop := s.running(t)
			s.outbox.add("two")
			s.hq.change(func() {
				s.hq.before = func(c string) error {
					if c == call {
						return refusal{revoked: true}
					}
					return nil
				}
			})
			pass(2 * time.Minute)
			if err := stop(); !errors.Is(err, engine.ErrRevoked) {
				t.Errorf("%s: %v", call, err)
			}
			if st := s.last(); st.UpError+st.DownError == "" {
				t.Errorf("%s: %+v", call, st)
			}
		})
	}
}

func TestClockOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := newScene(t, func(c *engine.Config) { c.Since = func() time.Duration { return time.Since(began) } })
		s.hq.now = func() time.Time { pass(2 * time.Second); return time.Now().Add(-time.Hour) }
		s.hq.before = func(call string) error {
			if call == "time" {
				pass(2 * time.Second)
			}
			return nil
		}
		if _, err := s.engine.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		st := s.last()
		if st.Measured == 0 || st.Offset != -time.Hour {
			t.Errorf("offset %v of %+v", st.Offset, st)
		}
		if !st.HQTime.Equal(began.Add(st.At-time.Hour)) || st.At == 0 {
			t.Errorf("HQ's clock is %v at %v, after %v", st.HQTime, st.At, began)
		}
	})
}
