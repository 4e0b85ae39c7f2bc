package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

// journal is an engine over another journal of the same terminal.
func (s *scene) journal(t testing.TB, payloads ...string) (*outbox, *engine.Engine) {
	t.Helper()
	o := newOutbox()
	o.add(payloads...)
	e, err := engine.New(engine.Config{Outbox: o, Orders: newOrders(), Remote: s.hq, Verify: verifyHQ, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return o, e
}

// A journal that lost events has nothing to send; it is found out all the same,
// and the first event that differs is named exactly.
func TestWrongJournalsAreFoundAtTheFirstContact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newScene(t)
		var all []string
		for i := range rapid.IntRange(1, 40).Draw(rt, "events") {
			all = append(all, fmt.Sprint("event ", i))
		}
		s.outbox.add(all...)
		s.once(t)
		cut := rapid.IntRange(0, len(all)-1).Draw(rt, "first other")
		wrong := slices.Clone(all[:cut])
		more := rapid.IntRange(0, 50).Draw(rt, "events of its own")
		for i := range more {
			wrong = append(wrong, fmt.Sprint("other ", i))
		}
		o, e := s.journal(t, wrong...)
		o.acked = o.heads[rapid.IntRange(0, cut).Draw(rt, "acknowledged")]
		_, err := e.Once(t.Context())
		want, name := engine.ErrForked, fmt.Sprintf("event %d is the first that differs", cut+1)
		if more == 0 {
			want, name = engine.ErrLost, fmt.Sprintf("event %d is the first that is missing", cut+1)
		}
		if !errors.Is(err, want) || !strings.Contains(err.Error(), name) {
			rt.Errorf("%d events, the first other is %d: %v", len(all), cut+1, err)
		}
		if s.hq.pushes != 1 {
			rt.Error("the wrong journal was sent")
		}
		if len(s.hq.compared) > 12 {
			rt.Errorf("HQ was asked about %v", s.hq.compared)
		}
		// The right journal goes on.
		s.outbox.add("later")
		s.once(t)
	})
}

func TestComparisonThatFails(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one", "two", "three", "four")
	s.once(t)
	dead := errors.New("dead")
	for calls := range 2 {
		_, e := s.journal(t, "uno", "due", "tre", "quattro")
		n := 0
		s.hq.before = func(call string) error {
			if n++; call == "head" && n > calls {
				return dead
			}
			return nil
		}
		if _, err := e.Once(t.Context()); !errors.Is(err, dead) || errors.Is(err, engine.ErrForked) != (calls > 0) {
			t.Errorf("after %d answers: %v", calls, err)
		}
	}
}

// The clone of a running terminal is told apart when HQ refuses its events.
func TestForkOfARunningTerminal(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one")
	s.once(t)
	o, other := s.journal(t, "one")
	if _, err := other.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.outbox.add("two")
	s.once(t)
	o.add("due")
	if _, err := other.Once(t.Context()); !errors.Is(err, engine.ErrForked) || !strings.Contains(err.Error(), "event 2 is the first that differs") {
		t.Errorf("the clone: %v", err)
	}
}

func TestUnsignedHeadIsNoEvidence(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one")
	s.once(t)
	_, e := s.journal(t)
	s.hq.ack = func(a *kiosk.Ack) { a.Signature[5] ^= 1 }
	if _, err := e.Once(t.Context()); !errors.Is(err, engine.ErrBadAck) || errors.Is(err, engine.ErrLost) {
		t.Errorf("%v", err)
	}
}
