package kiosk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// story is what several terminals that never met did to one order, with the truth
// beside their clocks.
type story struct {
	order    kiosk.Order
	journals []*counter // for interleave
	handed   []kiosk.Event
	undone   map[kiosk.EventID]bool
}

// drawStory has terminals hand out and undo, at minutes that all differ. What
// their clocks know of HQ's is more or less, and always true.
func drawStory(t *rapid.T) story {
	s := story{order: drawOrder(t), undone: map[kiosk.EventID]bool{}}
	s.order.Due = 0
	for n := range rapid.IntRange(2, 4).Draw(t, "terminals") {
		s.journals = append(s.journals, s.drawJournal(t, kiosk.TerminalID(fmt.Sprintf("K%d", n))))
	}
	return s
}

func (s *story) drawJournal(t *rapid.T, name kiosk.TerminalID) *counter {
	c := &counter{order: s.order}
	tm := terminal{name: name}
	lag := time.Duration(rapid.IntRange(-600, 600).Draw(t, "lag")) * time.Second
	age := rapid.SampledFrom([]time.Duration{0, 10 * 24 * time.Hour, 60 * 24 * time.Hour}).Draw(t, "age")
	blind := rapid.IntRange(0, 4).Draw(t, "blind") == 0
	truth := noon()
	record := func(b kiosk.Body) kiosk.Event {
		truth = truth.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute)
		tm.at = truth.Add(lag)
		e := tm.event(b)
		slack := 10*time.Second + age/2500
		wrong := time.Duration(rapid.Int64Range(-int64(slack), int64(slack)).Draw(t, "wrong by"))
		e.At.HQ = kiosk.HQClock{Known: true, Offset: (wrong - lag).Truncate(time.Millisecond), Age: age}
		if blind {
			e.At.HQ, e.At.Clock = kiosk.HQClock{}, kiosk.ClockSuspect
		}
		if b := e.At.Bounds(); b.Known() && (truth.Before(b.Earliest) || truth.After(b.Latest)) {
			t.Fatalf("it was %v, the bounds say %v", truth, b)
		}
		c.journal = append(c.journal, e)
		c.state = c.state.Apply(e)
		return e
	}
	for range rapid.IntRange(0, 5).Draw(t, "steps") {
		if standing := c.state.Standing(); len(standing) > 0 && rapid.IntRange(0, 2).Draw(t, "undo") == 0 {
			r := rapid.SampledFrom(standing).Draw(t, "redemption")
			record(kiosk.RedemptionUndone{Order: s.order.ID, Redemption: r.Event, By: "L1"})
			s.undone[r.Event] = true
			continue
		}
		var lines []kiosk.Handed
		for _, left := range kiosk.Remaining(s.order, c.state) {
			n := rapid.IntRange(0, left.Handed).Draw(t, "handed")
			lines = append(lines, kiosk.Handed{Line: left.Line, Handed: n, Short: rapid.IntRange(0, left.Handed-n).Draw(t, "short")})
		}
		if sum(lines) > 0 {
			s.handed = append(s.handed, record(kiosk.Redeemed{Order: s.order.ID, Lines: lines, Method: kiosk.MethodAlone}))
		}
	}
	return c
}

func sum(lines []kiosk.Handed) (n int) {
	for _, h := range lines {
		n += h.Total()
	}
	return n
}

// certain reports whether the clocks, or a terminal's sequence, put any two
// handovers of the same line in order.
func (s story) certain() bool {
	shares := func(a, b kiosk.Event) bool {
		return slices.ContainsFunc(a.Body.(kiosk.Redeemed).Lines, func(h kiosk.Handed) bool {
			return h.Total() > 0 && slices.ContainsFunc(b.Body.(kiosk.Redeemed).Lines, func(g kiosk.Handed) bool { return g.Line == h.Line && g.Total() > 0 })
		})
	}
	for i, a := range s.handed {
		for _, b := range s.handed[:i] {
			ordered := a.Terminal == b.Terminal || a.At.Bounds().Before(b.At.Bounds()) || b.At.Bounds().Before(a.At.Bounds())
			if !ordered && shares(a, b) && !s.undone[a.ID] && !s.undone[b.ID] {
				return false
			}
		}
	}
	return true
}

// push settles the events in their order, and fails when a unit counts twice.
func (s story) push(t *rapid.T, events []kiosk.Event) kiosk.OrderState {
	var state kiosk.OrderState
	for _, e := range events {
		var got kiosk.Settlement
		got, state, _ = kiosk.Settle(s.order, true, state, e)
		if got == kiosk.SettledRejected || got == kiosk.SettledUnknown {
			t.Fatalf("%s is %s", e.Body.Type(), got)
		}
		if bad := overrun(s.order, state); bad != "" {
			t.Fatal(bad)
		}
	}
	return state
}

// verdicts is what came of each handover: what counts of it, and the outcome of
// a dispute that is not settled in its favour.
func (s story) verdicts(state kiosk.OrderState) map[kiosk.EventID]string {
	out := map[kiosk.EventID]string{}
	for _, r := range state.Redemptions {
		out[r.Event] = fmt.Sprint(r.Lines, r.Undone != nil)
		if d, ok := state.Dispute(r.Event); ok && d.Outcome != kiosk.DisputeStands && r.Undone == nil {
			out[r.Event] += fmt.Sprint(d.Outcome, d.Judge, d.Lines, d.Against)
		}
	}
	return out
}

// However the journals arrive, the same handovers win where the clocks decide, the
// same units are left, and nothing is lost.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	decided := 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		one, other := s.push(t, interleave(t, s.journals)), s.push(t, interleave(t, s.journals))
		if s.certain() {
			decided++
			same(t, "the other way round", s.verdicts(one), s.verdicts(other))
		}
		for _, state := range []kiosk.OrderState{one, other} {
			if len(state.Redemptions) != len(s.handed) {
				t.Fatalf("HQ has %d of %d handovers", len(state.Redemptions), len(s.handed))
			}
			s.explained(t, state)
		}
		for _, a := range one.Disputes {
			// What the clocks took from a handover they take whoever comes first.
			if b, ok := other.Dispute(a.Event); a.Judge == kiosk.JudgeClocks && a.Outcome == kiosk.DisputeVoid && !s.undone[a.Event] &&
				(!ok || b.Outcome == kiosk.DisputeStands || sum(b.Lines) < sum(a.Lines)) {
				t.Fatalf("void by the clocks, and the other way round %+v", b)
			}
		}
	})
	if decided == 0 {
		t.Error("the clocks never decided: the test shows nothing")
	}
}

// explained checks that a line counts what was handed over, up to what was
// ordered, and that each handover that does not count in full says against what.
func (s story) explained(t *rapid.T, state kiosk.OrderState) {
	all := map[kiosk.LineID]int{}
	for _, e := range s.handed {
		for _, h := range e.Body.(kiosk.Redeemed).Lines {
			if !s.undone[e.ID] {
				all[h.Line] += h.Total()
			}
		}
	}
	for _, l := range s.order.Lines {
		if got, want := state.Line(l.ID).Total(), min(l.Quantity, all[l.ID]); got != want {
			t.Fatalf("line %s: %d count, of %d that were ordered and %d that were handed over", l.ID, got, l.Quantity, all[l.ID])
		}
	}
	for _, r := range state.Redemptions {
		i := slices.IndexFunc(s.handed, func(e kiosk.Event) bool { return e.ID == r.Event })
		same(t, "what was handed over", s.handed[i].Body.(kiosk.Redeemed).Lines, r.HandedOver())
		d, ok := state.Dispute(r.Event)
		switch less := sum(r.HandedOver()) - sum(r.Lines); {
		case s.undone[r.Event]:
			same(t, "what was undone", r.HandedOver(), r.Lines)
		case less > 0 && (!ok || d.Outcome == kiosk.DisputeStands || sum(d.Lines) != less || len(d.Against) == 0):
			t.Fatalf("%d units of %s do not count: %+v", less, r.Event, d)
		case less == 0 && ok && d.Outcome != kiosk.DisputeStands:
			t.Fatalf("all of %s counts: %+v", r.Event, d)
		}
		for _, id := range d.Against {
			if w, ok := state.Redemption(id); d.Outcome == kiosk.DisputeOpen && (!ok || !w.Counts()) {
				t.Fatalf("%s is against what does not count", r.Event)
			}
		}
	}
}

// What HQ tells brings a terminal's own state to HQ's.
func TestTerminalsAgreeWithHQ(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		state := s.push(t, interleave(t, s.journals))
		if len(state.Disputes) > 0 && rapid.Bool().Draw(t, "a person decides") {
			d := rapid.SampledFrom(state.Disputes).Draw(t, "dispute")
			r := kiosk.Ruling{By: "Zhou", At: noon()}
			if sides := state.Sides(d.Event); len(sides) > 0 && rapid.Bool().Draw(t, "for one") {
				r.Winner = rapid.SampledFrom(sides).Draw(t, "winner").Event
			}
			if ruled, err := state.Rule(s.order, d.Event, r); err == nil {
				state = ruled
			}
			if bad := overrun(s.order, state); bad != "" {
				t.Fatal(bad)
			}
		}
		o := s.order
		o.Settled, o.Disputes = throughDisk(t, state).Told()
		for _, c := range s.journals {
			merged := throughDisk(t, c.state).Merge(o)
			for _, l := range o.Lines {
				same(t, "line "+string(l.ID), state.Line(l.ID), merged.Line(l.ID))
			}
			standing := func(s kiosk.OrderState) (list []string) {
				for _, r := range s.Standing() {
					list = append(list, fmt.Sprint(r.Event, r.Lines))
				}
				return list
			}
			same(t, "what counts", standing(state), standing(merged))
			same(t, "disputes", o.Disputes, merged.Disputes)
			if len(merged.Redemptions) != len(state.Redemptions) {
				t.Fatalf("the terminal has %d handovers, HQ %d", len(merged.Redemptions), len(state.Redemptions))
			}
			same(t, "told twice", merged, merged.Merge(o))
		}
	})
}

// Who undoes the winner at a terminal that has not told HQ yet must not free the
// loser's units for a third handover: the loser counts again, as HQ will say.
func TestUndoOfTheWinnerFreesNothing(t *testing.T) {
	o := order()
	k1, k2 := cut("K1"), cut("K2")
	early, late := k1.hands(0, whole(o)...), k2.hands(10, whole(o)...)
	hq, _ := settle(t, o, kiosk.OrderState{}, early, late)
	told := o
	told.Settled, told.Disputes = hq.Told()
	undo := k2.undoes(20, early)
	here := fold(kiosk.OrderState{}, late, undo).Merge(told)
	if left := kiosk.Remaining(o, here); left != nil || len(here.Standing()) != 1 || here.Standing()[0].Event != late.ID {
		t.Fatalf("left to collect %v, counted %+v", left, here.Standing())
	}
	hq, _ = settle(t, o, hq, undo)
	same(t, "what counts", hq.Standing()[0].Lines, here.Standing()[0].Lines)
	told.Settled, told.Disputes = hq.Told()
	same(t, "HQ has heard of it", here.Standing(), fold(kiosk.OrderState{}, late, undo).Merge(told).Standing())
}
