package kiosk_test

import (
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

func TestReplayFromAnyCheckpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K1", drawOrder(t), drawPolicy(t))
		c.steps(t)
		same(t, "from scratch", c.state, fold(kiosk.OrderState{}, c.journal...))

		cut := rapid.IntRange(0, len(c.journal)).Draw(t, "cut")
		checkpoint := throughDisk(t, fold(kiosk.OrderState{}, c.journal[:cut]...))
		same(t, "checkpoint and rest", c.state, fold(checkpoint, c.journal[cut:]...))

		// A checkpoint whose head was not written: the journal is read again from somewhere before it.
		again := rapid.IntRange(0, cut).Draw(t, "again from")
		same(t, "checkpoint and overlap", c.state, fold(checkpoint, c.journal[again:]...))
		same(t, "all of it twice", c.state, fold(c.state, c.journal...))
	})
}

func TestApplyLeavesTheOldStateAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K1", drawOrder(t), drawPolicy(t))
		c.steps(t)
		var states, copies []kiosk.OrderState
		s := kiosk.OrderState{}
		for _, e := range c.journal {
			states, copies = append(states, s), append(copies, throughDisk(t, s))
			// Two successors of the same state must not share what they change.
			s.Apply((&terminal{name: "ZZ", at: noon()}).event(kiosk.Redeemed{Order: "O1"}))
			s = s.Apply(e)
		}
		for i := range states {
			same(t, "a state after it was built upon", copies[i], states[i])
		}
	})
}

// several lets up to three terminals serve one order. They see each other's
// redemptions only now and then, as they are online only now and then.
func several(t *rapid.T) []*counter {
	o, p := drawOrder(t), drawPolicy(t)
	var all []*counter
	for _, name := range []kiosk.TerminalID{"K1", "K2", "K3"} {
		all = append(all, newCounter(t, name, o, p))
	}
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		c := rapid.SampledFrom(all).Draw(t, "terminal")
		if other := rapid.SampledFrom(all).Draw(t, "other"); rapid.IntRange(0, 3).Draw(t, "meets") == 0 {
			// Whatever the conflict, both handovers are known from now on.
			merged := c.state.Merge(told(other.state.Redemptions))
			if overrun(o, merged) == "" {
				c.state = merged
				for id, left := range other.before {
					c.before[id] = left
				}
			}
			continue
		}
		if rapid.Bool().Draw(t, "undoes another's") && len(c.state.Standing()) > 0 {
			r := rapid.SampledFrom(c.state.Standing()).Draw(t, "redemption")
			if body, err := kiosk.DecideUndo(o, c.state, c.ctx, r.Event, leader(), ""); err == nil {
				c.record(t, body)
			}
			continue
		}
		c.step(t)
	}
	return all
}

// interleave draws an order of all events that keeps each terminal's own, with repetitions.
func interleave(t *rapid.T, all []*counter) []kiosk.Event {
	next := make([]int, len(all))
	var out []kiosk.Event
	for {
		var open []int
		for i, c := range all {
			if next[i] < len(c.journal) {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			return out
		}
		i := rapid.SampledFrom(open).Draw(t, "next of")
		out = append(out, all[i].journal[next[i]])
		next[i]++
		if rapid.IntRange(0, 4).Draw(t, "again") == 0 {
			out = append(out, rapid.SampledFrom(out).Draw(t, "repeated"))
		}
	}
}

func TestInterleavingsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := several(t)
		first, second := interleave(t, all), interleave(t, all)
		want := fold(kiosk.OrderState{}, first...)
		same(t, "two interleavings", want, fold(kiosk.OrderState{}, second...))
		if len(want.Early) != 0 {
			t.Fatalf("undos wait for redemptions that all came: %+v", want.Early)
		}
		// The journal of one terminal first and what HQ settled of the others later: as after a rebuild.
		own := fold(kiosk.OrderState{}, all[0].journal...)
		merged := throughDisk(t, own).Merge(told(want.Redemptions))
		same(t, "redemptions after a rebuild", want.Redemptions, merged.Redemptions)
		same(t, "merging twice", merged, merged.Merge(told(want.Redemptions)))
	})
}

// A leader undoes at K2 what K1 handed over. K2's journal alone does not know
// the redemption; the undo must not be lost when the state is built from it.
func TestUndoOfAnotherTerminalsRedemption(t *testing.T) {
	o := order()
	k1, k2 := terminal{name: "K1", at: noon()}, terminal{name: "K2", at: noon()}
	handed := k1.event(kiosk.Redeemed{Order: o.ID, Lines: whole(o), Method: kiosk.MethodAlone})
	settled := fold(kiosk.OrderState{}, handed).Redemptions

	s := kiosk.OrderState{}.Merge(told(settled))
	body, err := kiosk.DecideUndo(o, s, scene(), handed.ID, leader(), "wrong bag")
	if err != nil {
		t.Fatal(err)
	}
	undone := k2.event(body)
	if err := kiosk.Check(o, s, undone); err != nil {
		t.Fatal(err)
	}
	live := s.Apply(undone)
	rebuilt := throughDisk(t, fold(kiosk.OrderState{}, undone)).Merge(told(settled))
	same(t, "live and rebuilt", live, rebuilt)
	same(t, "remaining", whole(o), kiosk.Remaining(o, rebuilt))
	if r, _ := rebuilt.Redemption(handed.ID); r.Undone == nil || r.Undone.Event != undone.ID {
		t.Errorf("the undo is lost: %+v", r)
	} else {
		same(t, "what was handed over stays recorded", whole(o), r.Lines)
	}

	waiting := fold(kiosk.OrderState{}, undone)
	if waiting.IsZero() {
		t.Error("a state with an undo that waits counts as nothing")
	}
	// Two leaders undo at two terminals: whichever is read first, the same one counts.
	k3 := terminal{name: "K3", at: noon()}
	later := k3.event(body)
	for _, events := range [][]kiosk.Event{
		{undone, later, handed}, {later, undone, handed}, {handed, later, undone}, {later, handed, undone},
	} {
		got := fold(kiosk.OrderState{}, events...)
		same(t, "undone twice", live, got)
	}
	other := later
	other.Body = kiosk.RedemptionUndone{Order: o.ID, Redemption: kiosk.EventID{9}, By: "L1"}
	same(t, "an undo of something else waits on", 1, len(fold(kiosk.OrderState{}, other, undone, handed).Early))
}

// A terminal that was set up anew may count from 1 again under its old name.
func TestSequenceThatBeganAnewHidesNoHandover(t *testing.T) {
	o := order()
	tm := terminal{name: "K1", at: noon()}
	old := tm.event(kiosk.Redeemed{Order: o.ID, Lines: []kiosk.Handed{{Line: "1", Handed: 2}}, Method: kiosk.MethodAlone})
	anew := old
	anew.ID, anew.Epoch = kiosk.EventID{1}, 2
	a, b := fold(kiosk.OrderState{}, old, anew), fold(kiosk.OrderState{}, anew, old)
	same(t, "either order", a, b)
	if n := a.Line("1").Handed; n != 4 {
		t.Errorf("%d units counted, not both handovers", n)
	}
	if got, _, _ := kiosk.Settle(o, true, fold(kiosk.OrderState{}, old), anew); got != kiosk.SettledConflict {
		t.Errorf("HQ settles the second as %s, not as a conflict", got)
	}
}

// A customer who scans and cancels all day must not make the state unreadable.
func TestStateOfManyHoldsIsReadAgain(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	var s kiosk.OrderState
	for range 1_500 {
		held := tm.event(kiosk.OrderHeld{Order: "O1", Reason: kiosk.Held})
		s = fold(s, held, tm.event(kiosk.HoldRejected{Order: "O1", Hold: held.ID}))
	}
	same(t, "read again", s, throughDisk(t, s))
}
