package kiosk_test

import (
	"testing"

	"hexiao/kiosk"
)

// A terminal lost against another one and then takes the other's handover back,
// because the customer brought those goods. What it handed out itself is still
// out: before HQ has heard of the undo, it must not go out once more.
func TestUndoOfTheWinnerFreesNoUnits(t *testing.T) {
	o := order()
	first, loser := cut("K1"), cut("K2")
	a := first.hands(0, one(3), two(1))
	b := loser.hands(60, one(3), two(1))
	hq, _ := settle(t, o, kiosk.OrderState{}, a, b)
	o.Settled, o.Disputes = hq.Told()
	own := kiosk.OrderState{}.Apply(b)
	if d, ok := own.Merge(o).Dispute(b.ID); !ok || d.Outcome != kiosk.DisputeVoid {
		t.Fatalf("the dispute %+v", d)
	}
	undo := loser.undoes(70, a)
	own = own.Apply(undo)
	if left := kiosk.Remaining(o, own.Merge(o)); left != nil {
		t.Errorf("before HQ knows, there are left %v", left)
	}
	hq, _ = settle(t, o, hq, undo)
	o.Settled, o.Disputes = hq.Told()
	if left := kiosk.Remaining(o, own.Merge(o)); left != nil || len(own.Merge(o).Standing()) != 1 {
		t.Errorf("once HQ knows, there are left %v", left)
	}
}

// HQ had cancelled the order before it heard of the handover, and then takes the
// cancellation back. The goods may be out: a person must look before they go again.
func TestUndecidedHandoverNeedsTheLeader(t *testing.T) {
	o := order()
	late := cut("K1").hands(0, one(3), two(1))
	o.Status = kiosk.StatusCancelled
	hq, _ := settle(t, o, kiosk.OrderState{}, late)
	o.Status = kiosk.StatusArrived
	scan := func(s kiosk.OrderState) kiosk.Verdict {
		o := o
		o.Settled, o.Disputes = s.Told()
		out, _ := kiosk.DecideScan(o, kiosk.OrderState{}.Apply(late).Merge(o), kiosk.Context{Point: kiosk.Point{ID: o.Point}, At: kiosk.Moment{Wall: noon()}})
		return out.Verdict
	}
	if v := scan(hq); v != kiosk.NeedsLeader {
		t.Errorf("before anybody decided: %s", v)
	}
	for winner, want := range map[kiosk.EventID]kiosk.Verdict{late.ID: kiosk.AlreadyCollected, {}: kiosk.Accepted} {
		ruled, err := hq.Rule(o, late.ID, kiosk.Ruling{Winner: winner, By: "Zhou"})
		if err != nil {
			t.Fatal(err)
		}
		if v := scan(ruled); v != want {
			t.Errorf("decided for %q: %s, want %s", winner, v, want)
		}
	}
}
