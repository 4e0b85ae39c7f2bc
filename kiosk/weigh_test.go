package kiosk_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
)

// cutOff is a terminal that knows nothing of the others. Its clock was compared
// with HQ's just now, so that its bounds are 10 s either way.
type cutOff struct{ terminal }

func cut(name kiosk.TerminalID) *cutOff { return &cutOff{terminal{name: name}} }

// at records what happens some minutes after noon by HQ's clock.
func (c *cutOff) at(minute int, b kiosk.Body) kiosk.Event {
	c.terminal.at = noon().Add(time.Duration(minute) * time.Minute)
	e := c.event(b)
	e.At.HQ = kiosk.HQClock{Known: true}
	return e
}

func (c *cutOff) hands(minute int, lines ...kiosk.Handed) kiosk.Event {
	return c.at(minute, kiosk.Redeemed{Order: "O1", Lines: lines, Method: kiosk.MethodAlone})
}

func (c *cutOff) undoes(minute int, e kiosk.Event) kiosk.Event {
	return c.at(minute, kiosk.RedemptionUndone{Order: "O1", Redemption: e.ID, By: "L1"})
}

// one and two are units of the plain order's lines.
func one(n int) kiosk.Handed { return kiosk.Handed{Line: "1", Handed: n} }
func two(n int) kiosk.Handed { return kiosk.Handed{Line: "2", Handed: n} }

// settle pushes events to HQ and gives how the last was settled.
func settle(t failer, o kiosk.Order, s kiosk.OrderState, events ...kiosk.Event) (kiosk.OrderState, kiosk.Settlement) {
	t.Helper()
	var got kiosk.Settlement
	for _, e := range events {
		got, s, _ = kiosk.Settle(o, true, s, e)
		if bad := overrun(o, s); bad != "" {
			t.Fatalf("%s of %s at %s: %s", e.Body.Type(), e.Terminal, e.At.Wall, bad)
		}
	}
	return throughDisk(t, s), got
}

// counted gives what counts, by terminal and minute, and each dispute.
func counted(s kiosk.OrderState) (list []string) {
	name := func(src kiosk.Source) string { return fmt.Sprintf("%s@%g", src.Terminal, src.At.Sub(noon()).Minutes()) }
	for _, r := range s.Redemptions {
		if r.Counts() {
			list = append(list, fmt.Sprintf("%s %v", name(r.Source), units(r.Lines)))
		}
	}
	for _, d := range s.Disputes {
		list = append(list, fmt.Sprintf("%s %s %s %v", name(d.Source), d.Outcome, d.Judge, units(d.Lines)))
	}
	return list
}

func units(lines []kiosk.Handed) map[kiosk.LineID]int {
	sum := map[kiosk.LineID]int{}
	for _, h := range lines {
		sum[h.Line] += h.Total()
	}
	return sum
}

func TestWhoWins(t *testing.T) {
	o := order()
	k1, k2, k3 := cut("K1"), cut("K2"), cut("K3")
	early, late, overlapping := k1.hands(0, whole(o)...), k2.hands(10, whole(o)...), k3.hands(0, whole(o)...)
	firstLine, both := cut("K4").hands(0, one(2)), cut("K5").hands(10, one(2), two(1))
	suspect := cut("K6").hands(20, whole(o)...)
	suspect.At.Clock, suspect.At.HQ = kiosk.ClockSuspect, kiosk.HQClock{}
	back := cut("K8")
	wrongBag := back.hands(3, whole(o)...)
	proxy := func(name kiosk.TerminalID, minute int, line kiosk.Handed) kiosk.Event {
		return cut(name).at(minute, kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{line}, Method: kiosk.MethodAlone, Proxy: kiosk.ProxyID{7}})
	}
	flawed := cut("K7").hands(10, kiosk.Handed{Line: "1", Handed: 1, Short: 1, Damaged: 1, Reason: kiosk.ReasonShort})
	for name, c := range map[string]struct {
		events []kiosk.Event
		last   kiosk.Settlement
		want   []string
	}{
		"the earlier is heard first": {
			[]kiosk.Event{early, late}, kiosk.SettledConflict,
			[]string{"K1@0 map[1:3 2:1]", "K2@10 void clocks map[1:3 2:1]"},
		},
		"the earlier is heard last": {
			[]kiosk.Event{late, early}, kiosk.SettledAccepted,
			[]string{"K1@0 map[1:3 2:1]", "K2@10 void clocks map[1:3 2:1]"},
		},
		"at the same time": {
			[]kiosk.Event{overlapping, early}, kiosk.SettledConflict,
			[]string{"K3@0 map[1:3 2:1]", "K1@0 open  map[1:3 2:1]"},
		},
		"by a clock that nobody knows": {
			[]kiosk.Event{suspect, early}, kiosk.SettledConflict,
			[]string{"K6@20 map[1:3 2:1]", "K1@0 open  map[1:3 2:1]"},
		},
		// Whichever of the first two counts, the third does not.
		"later than two that overlap": {
			[]kiosk.Event{early, overlapping, late}, kiosk.SettledConflict,
			[]string{"K1@0 map[1:3 2:1]", "K2@10 void clocks map[1:3 2:1]", "K3@0 open  map[1:3 2:1]"},
		},
		"it takes the place of a later one only": {
			[]kiosk.Event{overlapping, late, early}, kiosk.SettledConflict,
			[]string{"K3@0 map[1:3 2:1]", "K1@0 open  map[1:3 2:1]", "K2@10 void clocks map[1:3 2:1]"},
		},
		"some units collide": {
			[]kiosk.Event{both, firstLine}, kiosk.SettledAccepted,
			[]string{"K4@0 map[1:2]", "K5@10 map[1:1 2:1]", "K5@10 void clocks map[1:1]"},
		},
		"what was given counts before what was short": {
			[]kiosk.Event{cut("K4").hands(0, one(2)), flawed}, kiosk.SettledConflict,
			[]string{"K4@0 map[1:2]", "K7@10 map[1:1]", "K7@10 void clocks map[1:2]"},
		},
		"other units": {
			[]kiosk.Event{cut("K4").hands(0, one(3)), cut("K5").hands(10, two(1))}, kiosk.SettledAccepted,
			[]string{"K4@0 map[1:3]", "K5@10 map[2:1]"},
		},
		"a proxy code twice": {
			[]kiosk.Event{proxy("K4", 5, one(1)), proxy("K5", 0, two(1))}, kiosk.SettledAccepted,
			[]string{"K5@0 map[2:1]", "K4@5 void clocks map[1:1]"},
		},
		"undone before": {
			[]kiosk.Event{wrongBag, back.undoes(4, wrongBag), late}, kiosk.SettledAccepted,
			[]string{"K2@10 map[1:3 2:1]"},
		},
		"the winner is undone": {
			[]kiosk.Event{early, late, k1.undoes(20, early)}, kiosk.SettledAccepted,
			[]string{"K2@10 map[1:3 2:1]", "K2@10 stands undo map[1:3 2:1]"},
		},
		"the loser is undone": {
			[]kiosk.Event{early, late, k2.undoes(20, late)}, kiosk.SettledAccepted,
			[]string{"K1@0 map[1:3 2:1]", "K2@10 void undo map[1:3 2:1]"},
		},
		"one of an open case is undone": {
			[]kiosk.Event{early, overlapping, k3.undoes(20, overlapping)}, kiosk.SettledAccepted,
			[]string{"K1@0 map[1:3 2:1]", "K3@0 void undo map[1:3 2:1]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, last := settle(t, o, kiosk.OrderState{}, c.events...)
			got := counted(s)
			if last != c.last {
				t.Errorf("the last was settled as %s, want %s", last, c.last)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("counted\n%q, want\n%q", got, c.want)
			}
			again, last := settle(t, o, s, c.events[len(c.events)-1])
			if last != kiosk.SettledReplay {
				t.Errorf("pushed again: %s", last)
			}
			same(t, "state after a replay", s, again)
		})
	}
}

// A terminal could not get its handover through, and the undo of it did.
func TestUndoThatComesBeforeItsHandover(t *testing.T) {
	o := order()
	k1, k2 := cut("K1"), cut("K2")
	wrongBag := k1.hands(0, whole(o)...)
	undo := k1.undoes(5, wrongBag)
	other := k2.hands(10, whole(o)...)
	s, got := settle(t, o, kiosk.OrderState{}, undo)
	if got != kiosk.SettledUnknown || len(s.Early) != 1 {
		t.Fatalf("the undo: %s, %+v", got, s.Early)
	}
	s, got = settle(t, o, s, other, wrongBag)
	if got != kiosk.SettledAccepted || !slices.Equal(counted(s), []string{"K2@10 map[1:3 2:1]"}) {
		t.Errorf("the handover after it: %s, counted %q", got, counted(s))
	}
	for n := range 100 { // of a terminal that has gone wrong
		s, got = settle(t, o, s, k1.at(n, kiosk.RedemptionUndone{Order: o.ID, Redemption: kiosk.EventID{0: 9, 1: byte(n)}, By: "L1"}))
	}
	if got != kiosk.SettledUnknown || len(s.Early) > 64 {
		t.Errorf("%s, %d undos wait", got, len(s.Early))
	}
}

func TestEvidence(t *testing.T) {
	o := order()
	k1, k2 := cut("K1"), cut("K2")
	first, second := k1.hands(0, whole(o)...), k2.hands(0, whole(o)...)
	s, _ := settle(t, o, kiosk.OrderState{}, first)
	got, s, against := kiosk.Settle(o, true, s, second)
	if got != kiosk.SettledConflict || len(against) != 1 || against[0].Event != first.ID || !against[0].Counts() {
		t.Fatalf("%s against %+v", got, against)
	}
	d, ok := s.Dispute(second.ID)
	if !ok || !slices.Equal(d.Against, []kiosk.EventID{first.ID}) || d.Bounds() != second.At.Bounds() || d.Terminal != "K2" {
		t.Errorf("the dispute %+v", d)
	}
	r, ok := s.Redemption(second.ID)
	if !ok || r.Counts() || !slices.Equal(r.HandedOver(), whole(o)) {
		t.Errorf("what was handed over is not recorded: %+v", r)
	}
	if sides := s.Sides(first.ID); len(sides) != 2 {
		t.Errorf("sides %+v", sides)
	}
	if _, ok := s.Dispute(first.ID); ok {
		t.Error("the winner is in dispute")
	}
	report := k2.at(9, kiosk.MissingReported{Order: o.ID, Redemption: second.ID, Lines: []kiosk.Handed{{Line: "1", Short: 1}}})
	if _, got := settle(t, o, s, report); got != kiosk.SettledAccepted {
		t.Errorf("what was missing of a handover that does not count: %s", got)
	}
}

func TestLateRevoked(t *testing.T) {
	o := order()
	late := cut("K1").hands(0, whole(o)...)
	o.Status = kiosk.StatusRefunded
	s, got := settle(t, o, kiosk.OrderState{}, late)
	if got != kiosk.SettledLateRevoked || len(s.Standing()) > 0 {
		t.Fatalf("%s, %v counts", got, s.Standing())
	}
	ruled, err := s.Rule(o, late.ID, kiosk.Ruling{Winner: late.ID, By: "Zhou", Note: "the refund was a mistake"})
	if err != nil || !slices.Equal(counted(ruled), []string{"K1@0 map[1:3 2:1]", "K1@0 stands Zhou map[1:3 2:1]"}) {
		t.Errorf("it counts: %q, %v", counted(ruled), err)
	}
	ruled, err = s.Rule(o, late.ID, kiosk.Ruling{By: "Zhou"})
	if err != nil || !slices.Equal(counted(ruled), []string{"K1@0 void Zhou map[1:3 2:1]"}) {
		t.Errorf("it does not: %q, %v", counted(ruled), err)
	}
	// An order whose handover HQ knew before it was refunded.
	before := cut("K2").hands(-60, whole(o)...)
	o.Status = kiosk.StatusArrived
	s, _ = settle(t, o, kiosk.OrderState{}, before)
	o.Status = kiosk.StatusCancelled
	s, got = settle(t, o, s, late)
	if d, _ := s.Dispute(late.ID); got != kiosk.SettledLateRevoked || len(d.Against) != 1 || len(s.Standing()) != 1 {
		t.Errorf("%s: %+v", got, d)
	}
}

func TestRulings(t *testing.T) {
	o := order()
	k1, k2, k3, k4 := cut("K1"), cut("K2"), cut("K3"), cut("K4")
	a, b := k1.hands(0, whole(o)...), k2.hands(0, whole(o)...)
	c, later := k3.hands(0, one(3)), k4.hands(10, whole(o)...)
	open, _ := settle(t, o, kiosk.OrderState{}, a, b)
	at := noon().Add(time.Hour)
	rule := func(s kiosk.OrderState, about, winner kiosk.EventID) kiosk.OrderState {
		t.Helper()
		s, err := s.Rule(o, about, kiosk.Ruling{Winner: winner, By: "Zhou", Note: "asked", At: at})
		if err != nil {
			t.Fatal(err)
		}
		return throughDisk(t, s)
	}
	then := func(s kiosk.OrderState, events ...kiosk.Event) kiosk.OrderState {
		s, _ = settle(t, o, s, events...)
		return s
	}
	forB := rule(open, b.ID, b.ID)
	for name, c := range map[string]struct {
		state kiosk.OrderState
		want  []string
	}{
		"the first":  {rule(open, b.ID, a.ID), []string{"K1@0 map[1:3 2:1]", "K1@0 stands Zhou map[1:3 2:1]", "K2@0 void Zhou map[1:3 2:1]"}},
		"the second": {forB, []string{"K2@0 map[1:3 2:1]", "K1@0 void Zhou map[1:3 2:1]", "K2@0 stands Zhou map[1:3 2:1]"}},
		"neither":    {rule(open, a.ID, kiosk.EventID{}), []string{"K1@0 void Zhou map[1:3 2:1]", "K2@0 void Zhou map[1:3 2:1]"}},
		"otherwise":  {rule(forB, b.ID, a.ID), []string{"K1@0 map[1:3 2:1]", "K1@0 stands Zhou map[1:3 2:1]", "K2@0 void Zhou map[1:3 2:1]"}},
		"a third comes": {then(forB, c), []string{
			"K2@0 map[1:3 2:1]", "K1@0 void Zhou map[1:3 2:1]", "K2@0 stands Zhou map[1:3 2:1]", "K3@0 open  map[1:3]"}},
		"a later one comes": {then(forB, later), []string{
			"K2@0 map[1:3 2:1]", "K1@0 void Zhou map[1:3 2:1]", "K2@0 stands Zhou map[1:3 2:1]", "K4@10 void clocks map[1:3 2:1]"}},
		"the winner is undone": {then(forB, k2.undoes(20, b)), []string{
			"K1@0 map[1:3 2:1]", "K1@0 stands undo map[1:3 2:1]", "K2@0 void undo map[1:3 2:1]"}},
		"neither, and one is undone": {then(rule(open, a.ID, kiosk.EventID{}), k1.undoes(20, a)), []string{
			"K1@0 void Zhou map[1:3 2:1]", "K2@0 void Zhou map[1:3 2:1]"}},
		"against the clocks": {rule(then(kiosk.OrderState{}, a, later), later.ID, later.ID), []string{
			"K4@10 map[1:3 2:1]", "K1@0 void Zhou map[1:3 2:1]", "K4@10 stands Zhou map[1:3 2:1]"}},
	} {
		if got := counted(c.state); !slices.Equal(got, c.want) {
			t.Errorf("%s: counted\n%q, want\n%q", name, got, c.want)
		}
	}
	if d, _ := forB.Dispute(a.ID); d.Note != "asked" || !d.Decided.Equal(at) || !slices.Equal(d.Against, []kiosk.EventID{b.ID}) {
		t.Errorf("the decision is kept as %+v", d)
	}
	if _, err := open.Rule(o, a.ID, kiosk.Ruling{Winner: later.ID, By: "Zhou"}); !errors.Is(err, kiosk.ErrWrongChoice) {
		t.Errorf("a winner of elsewhere: %v", err)
	}
	alone, _ := settle(t, o, kiosk.OrderState{}, a)
	if _, err := alone.Rule(o, a.ID, kiosk.Ruling{Winner: a.ID, By: "Zhou"}); !errors.Is(err, kiosk.ErrNoDispute) {
		t.Errorf("nothing to decide: %v", err)
	}
}

// What a person had said does not count may have gone out anew when the person says
// that it counts after all. The later handover is a side of that decision if HQ knows
// of it, and a new case if HQ hears of it afterwards: no clock may decide against it.
func TestWhatWentOutBetweenTwoRulings(t *testing.T) {
	o := order()
	k1, k2 := cut("K1"), cut("K2")
	first, copied := k1.hands(0, whole(o)...), k2.hands(0, whole(o)...)
	anew := k1.hands(30, whole(o)...)
	rule := func(s kiosk.OrderState, about, winner kiosk.EventID) kiosk.OrderState {
		t.Helper()
		s, err := s.Rule(o, about, kiosk.Ruling{Winner: winner, By: "Zhou", Note: "asked"})
		if err != nil {
			t.Fatal(err)
		}
		if bad := overrun(o, s); bad != "" {
			t.Fatal(bad)
		}
		return throughDisk(t, s)
	}
	open, _ := settle(t, o, kiosk.OrderState{}, first, copied)
	none := rule(open, copied.ID, kiosk.EventID{})
	heard, as := settle(t, o, none, anew)
	if as != kiosk.SettledAccepted || len(heard.Standing()) != 1 {
		t.Fatalf("collected anew: %s, %q", as, counted(heard))
	}
	before := rule(heard, copied.ID, first.ID)
	after, as := settle(t, o, rule(none, copied.ID, first.ID), anew)
	if as != kiosk.SettledConflict {
		t.Errorf("heard of after the decision: %s", as)
	}
	if d, _ := after.Dispute(anew.ID); !slices.Equal(d.Against, []kiosk.EventID{first.ID}) {
		t.Errorf("heard of after: %+v", d)
	}
	for name, s := range map[string]kiosk.OrderState{"void Zhou": before, "open ": after} {
		want := []string{"K1@0 map[1:3 2:1]", "K1@0 stands Zhou map[1:3 2:1]", "K1@30 " + name + " map[1:3 2:1]", "K2@0 void Zhou map[1:3 2:1]"}
		if got := counted(s); !slices.Equal(got, want) {
			t.Errorf("counted\n%q, want\n%q", got, want)
		}
		s = rule(s, anew.ID, anew.ID)
		if got := s.Standing(); len(got) != 1 || got[0].Event != anew.ID {
			t.Errorf("%s, and then decided for it: %q", name, counted(s))
		}
	}
	_, told := before.Told()
	for _, d := range told {
		if d.Ruled != "" || d.SetAside || d.Unlisted {
			t.Errorf("terminals are told what is HQ's alone: %+v", d)
		}
	}
}

// A terminal that has gone wrong must not fill an order without end, nor make HQ
// weigh for ever.
func TestDisputesHaveAnEnd(t *testing.T) {
	o := order()
	k := cut("K1")
	s, _ := settle(t, o, kiosk.OrderState{}, k.hands(0, whole(o)...))
	for n := range 64 {
		var got kiosk.Settlement
		if s, got = settle(t, o, s, k.hands(n, whole(o)...)); got != kiosk.SettledConflict {
			t.Fatalf("handover %d: %s", n, got)
		}
	}
	if after, got := settle(t, o, s, k.hands(99, whole(o)...)); got != kiosk.SettledRejected || len(after.Redemptions) != 65 {
		t.Errorf("one more: %s", got)
	}
}

// A terminal whose clock and sequence contradict each other, and another one,
// make a circle: HQ still decides, and the same units count once.
func TestClocksThatGoInACircle(t *testing.T) {
	o := order()
	k1, k2 := cut("K1"), cut("K2")
	first := k1.hands(60, whole(o)...)
	back := k1.hands(0, whole(o)...) // its clock says before, its sequence after
	s, got := settle(t, o, kiosk.OrderState{}, first, back, k2.hands(30, whole(o)...))
	if n := len(s.Standing()); n != 1 || got != kiosk.SettledConflict {
		t.Errorf("%d count, %s", n, got)
	}
}
