package kiosk_test

import (
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
)

// heldOrder is an order with 5.00 yuan to pay that waits for the leader.
func heldOrder() (kiosk.Order, kiosk.OrderState, kiosk.Event, *terminal) {
	o := order()
	o.Due = 500
	tm := &terminal{name: "K1", at: noon()}
	held := tm.event(kiosk.OrderHeld{Order: o.ID, Reason: kiosk.PaymentDue})
	return o, fold(kiosk.OrderState{}, held), held, tm
}

func TestDecideConfirm(t *testing.T) {
	o, s, held, _ := heldOrder()
	out, bodies, err := kiosk.DecideConfirm(o, s, scene(), kiosk.Confirmation{By: staff(), Means: "cash"})
	if err != nil || out.Verdict != kiosk.Accepted {
		t.Fatalf("%s, %v", out.Verdict, err)
	}
	same(t, "lines", whole(o), out.Lines)
	same(t, "events", []kiosk.Body{
		kiosk.PaymentCollected{Order: "O1", Amount: 500, Means: "cash", By: "S1"},
		kiosk.Redeemed{Order: "O1", Lines: whole(o), Method: kiosk.MethodLeader, By: "S1", Hold: held.ID, Source: "camera"},
	}, bodies)

	part := []kiosk.Handed{{Line: "1", Handed: 1, Short: 1, Damaged: 1}}
	out, bodies, err = kiosk.DecideConfirm(o, s, scene(), kiosk.Confirmation{By: leader(), Means: "cash", Lines: part})
	if err != nil || len(bodies) != 2 {
		t.Fatalf("a part: %v, %v", bodies, err)
	}
	same(t, "the part", part, out.Lines)
}

func TestDecideConfirmRefuses(t *testing.T) {
	pay := kiosk.Confirmation{By: leader(), Means: "cash"}
	with := func(lines ...kiosk.Handed) kiosk.Confirmation { c := pay; c.Lines = lines; return c }
	none := with()
	none.Lines = []kiosk.Handed{}
	keep := func(*kiosk.Order, *kiosk.OrderState) {}
	for _, c := range []struct {
		name   string
		change func(*kiosk.Order, *kiosk.OrderState)
		conf   kiosk.Confirmation
		want   error
	}{
		{"nobody", keep, kiosk.Confirmation{Means: "cash"}, kiosk.ErrLeaderOnly},
		{"not held", func(_ *kiosk.Order, s *kiosk.OrderState) { *s = kiosk.OrderState{} }, pay, kiosk.ErrNoHold},
		{"not paid", keep, kiosk.Confirmation{By: leader()}, kiosk.ErrPaymentDue},
		{"too many", keep, with(kiosk.Handed{Line: "1", Handed: 4}), kiosk.ErrTooMany},
		{"too many in two entries", keep, with(kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "1", Short: 2}), kiosk.ErrTooMany},
		{"unknown line", keep, with(kiosk.Handed{Line: "9", Handed: 1}), kiosk.ErrUnknownLine},
		{"nothing", keep, none, kiosk.ErrNothingHanded},
		{"zeros", keep, with(kiosk.Handed{Line: "1"}), kiosk.ErrNothingHanded},
		{"negative", keep, with(kiosk.Handed{Line: "1", Handed: 2, Short: -1}), kiosk.ErrTooMany},
		{"refunded meanwhile", func(o *kiosk.Order, _ *kiosk.OrderState) { o.Status = kiosk.StatusRefunded }, pay, kiosk.ErrNotCollectable},
		{"refunding meanwhile", func(o *kiosk.Order, _ *kiosk.OrderState) { o.Status = kiosk.StatusRefunding }, pay, kiosk.ErrNotCollectable},
		{"cancelled meanwhile", func(o *kiosk.Order, _ *kiosk.OrderState) { o.Status = kiosk.StatusCancelled }, pay, kiosk.ErrNotCollectable},
		{"moved meanwhile", func(o *kiosk.Order, _ *kiosk.OrderState) { o.Point = "P2" }, pay, kiosk.ErrNotCollectable},
		{"collected elsewhere meanwhile", func(o *kiosk.Order, s *kiosk.OrderState) {
			k2 := terminal{name: "K2", at: noon()}
			*s = s.Merge(told(fold(kiosk.OrderState{}, k2.event(kiosk.Redeemed{Order: "O1", Lines: whole(*o)})).Redemptions))
		}, pay, kiosk.ErrNothingHanded},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, s, _, _ := heldOrder()
			c.change(&o, &s)
			out, bodies, err := kiosk.DecideConfirm(o, s, scene(), c.conf)
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if bodies != nil || out.Verdict == kiosk.Accepted {
				t.Errorf("refused, but %s with %v", out.Verdict, bodies)
			}
		})
	}
}

// Money that was taken before a crash is not asked for again.
func TestDecideConfirmAfterPayment(t *testing.T) {
	o, s, _, tm := heldOrder()
	s = s.Apply(tm.event(kiosk.PaymentCollected{Order: o.ID, Amount: 500, Means: "cash"}))
	_, bodies, err := kiosk.DecideConfirm(o, s, scene(), kiosk.Confirmation{By: leader()})
	if err != nil || len(bodies) != 1 {
		t.Fatalf("%v, %v", bodies, err)
	}
	if s.Paid() != 500 || kiosk.AmountDue(o, s) != 0 {
		t.Errorf("paid %s, due %s", s.Paid(), kiosk.AmountDue(o, s))
	}
}

func TestRejectOpensAgain(t *testing.T) {
	o, s, held, tm := heldOrder()
	body, err := kiosk.DecideReject(o, s, "L1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rejection", kiosk.Body(kiosk.HoldRejected{Order: "O1", Hold: held.ID, By: "L1"}), body)
	s = s.Apply(tm.event(body))
	if _, open := s.OpenHold(); open {
		t.Fatal("still held")
	}
	if _, err := kiosk.DecideReject(o, s, ""); !errors.Is(err, kiosk.ErrNoHold) {
		t.Errorf("a second rejection: %v", err)
	}
	if out, again := kiosk.DecideScan(o, s, scene()); out.Verdict != kiosk.PaymentDue || again == nil {
		t.Errorf("the code is burnt: %s", out.Verdict)
	}
}

func TestDecideUndo(t *testing.T) {
	o := order()
	tm := terminal{name: "K1", at: noon()}
	redeemed := tm.event(kiosk.Redeemed{Order: o.ID, Lines: whole(o), Method: kiosk.MethodAlone})
	s := fold(kiosk.OrderState{}, redeemed)
	undone := s.Apply(tm.event(kiosk.RedemptionUndone{Order: o.ID, Redemption: redeemed.ID, By: "L1"}))
	for _, c := range []struct {
		name  string
		state kiosk.OrderState
		after time.Duration
		id    kiosk.EventID
		by    kiosk.Leader
		want  error
	}{
		{"at once", s, 0, redeemed.ID, leader(), nil},
		{"at the window's end", s, 24 * time.Hour, redeemed.ID, leader(), nil},
		{"after it", s, 24*time.Hour + time.Millisecond, redeemed.ID, leader(), kiosk.ErrUndoTooLate},
		{"by staff", s, 0, redeemed.ID, staff(), kiosk.ErrLeaderOnly},
		{"by nobody", s, 0, redeemed.ID, kiosk.Leader{}, kiosk.ErrLeaderOnly},
		{"of nothing", kiosk.OrderState{}, 0, redeemed.ID, leader(), kiosk.ErrUnknownRedemption},
		{"of something else", s, 0, kiosk.EventID{1}, leader(), kiosk.ErrUnknownRedemption},
		{"again", undone, 0, redeemed.ID, leader(), kiosk.ErrAlreadyUndone},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := scene()
			ctx.At.Wall = noon().Add(c.after)
			body, err := kiosk.DecideUndo(o, c.state, ctx, c.id, c.by, "wrong bag")
			if !errors.Is(err, c.want) || (body == nil) != (c.want != nil) {
				t.Fatalf("%v, %v, want %v", body, err, c.want)
			}
			if c.want == nil {
				want := kiosk.RedemptionUndone{Order: "O1", Redemption: redeemed.ID, By: "L1", Reason: "wrong bag"}
				same(t, "undo", kiosk.Body(want), body)
			}
		})
	}
	// What was undone can be collected again, by the customer alone.
	if out, body := kiosk.DecideScan(o, undone, scene()); out.Verdict != kiosk.Accepted || body == nil {
		t.Errorf("after the undo: %s", out.Verdict)
	}
}

func TestCheck(t *testing.T) {
	o, s, held, tm := heldOrder()
	full := fold(s, tm.event(kiosk.Redeemed{Order: o.ID, Lines: whole(o), Hold: held.ID}))
	if _, open := full.OpenHold(); open {
		t.Error("the confirmed hold is still open")
	}
	for _, c := range []struct {
		name  string
		state kiosk.OrderState
		body  kiosk.Body
		want  error
	}{
		{"signed in", s, kiosk.SignedIn{By: "L1"}, nil},
		{"clock", s, kiosk.ClockChanged{Jump: time.Hour}, nil},
		{"later version", s, kiosk.UnknownBody{Code: 77}, nil},
		{"another order", s, kiosk.OrderHeld{Order: "O2"}, kiosk.ErrWrongOrder},
		{"hold", kiosk.OrderState{}, kiosk.OrderHeld{Order: "O1", Reason: kiosk.Held}, nil},
		{"hold of a complete order", full, kiosk.OrderHeld{Order: "O1"}, kiosk.ErrTooMany},
		{"reject", s, kiosk.HoldRejected{Order: "O1", Hold: held.ID}, nil},
		{"reject another", s, kiosk.HoldRejected{Order: "O1", Hold: kiosk.EventID{5}}, kiosk.ErrNoHold},
		{"reject a closed one", full, kiosk.HoldRejected{Order: "O1", Hold: held.ID}, kiosk.ErrNoHold},
		{"pay a part", s, kiosk.PaymentCollected{Order: "O1", Amount: 1}, nil},
		{"pay all", s, kiosk.PaymentCollected{Order: "O1", Amount: 500}, nil},
		{"pay more", s, kiosk.PaymentCollected{Order: "O1", Amount: 501}, kiosk.ErrTooMany},
		{"pay nothing", s, kiosk.PaymentCollected{Order: "O1"}, kiosk.ErrTooMany},
		{"pay less than nothing", s, kiosk.PaymentCollected{Order: "O1", Amount: -1}, kiosk.ErrTooMany},
		{"one more than all", full, kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "2", Damaged: 1}}}, kiosk.ErrTooMany},
		{"no lines", s, kiosk.Redeemed{Order: "O1"}, kiosk.ErrNothingHanded},
		{"an overflow of good numbers", s, kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "1", Handed: 1 << 62, Short: 1 << 62, Damaged: 1 << 62}}}, kiosk.ErrTooMany},
		{"an overflow", s, kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "1", Handed: 1 << 62, Short: 1 << 62, Damaged: -1 << 63}}}, kiosk.ErrTooMany},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := kiosk.Check(o, c.state, tm.event(c.body)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}
