package engine_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

// HQ is told on contact, when something changes, and not again for no reason.
func TestConditionIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		well, out := kiosk.Condition{Version: "v1"}, kiosk.Condition{Version: "v1", Fault: "E-DISK"}
		is := well
		var s *scene
		s = newScene(t, func(c *engine.Config) {
			c.Condition = func() (c kiosk.Condition) {
				s.hq.change(func() { c = is })
				return c
			}
		})
		var refuse error
		s.hq.before = func(call string) error {
			if call == "tell" || call == "time" {
				return refuse
			}
			return nil
		}
		want := func(what string, list ...kiosk.Condition) {
			t.Helper()
			s.hq.mu.Lock()
			defer s.hq.mu.Unlock()
			if !slices.Equal(s.hq.told, list) {
				t.Errorf("%s: told %+v", what, s.hq.told)
			}
			s.hq.told = nil
		}
		stop := s.running(t)
		want("on contact", well)
		pass(time.Minute)
		want("nothing changed")
		s.hq.change(func() { is = out })
		pass(5 * time.Second)
		want("out of order", out)

		s.hq.change(func() { refuse = refusal{unreachable: true} })
		pass(time.Minute)
		want("HQ is away")
		s.hq.change(func() { refuse = nil })
		pass(time.Minute)
		want("back, perhaps from a backup", out)

		// An HQ of an older version knows no conditions: the terminal is online all
		// the same, and does not ask every few seconds.
		asked := 0
		heard := func() (n int) {
			s.hq.change(func() { n = asked })
			return n
		}
		s.hq.change(func() {
			s.hq.before = func(call string) error {
				if call != "tell" {
					return nil
				}
				asked++
				return errors.New("no such place")
			}
			is = well
		})
		pass(time.Minute)
		if st := s.last(); heard() != 1 || !st.Online || st.DownError != "" {
			t.Errorf("asked %d times, status %+v", heard(), st)
		}
		pass(10 * time.Minute)
		if n := heard(); n != 2 {
			t.Errorf("asked %d times in eleven minutes", n)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
