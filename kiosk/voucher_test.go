package kiosk_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// word is HQ's word on the order of these tests, as it stands.
func word(o kiosk.Order, s kiosk.OrderState) *kiosk.Voucher {
	v := &kiosk.Voucher{
		Code: kiosk.ProxyID{9}, Order: o.ID, Point: o.Point, From: noon().Add(-time.Hour), Until: noon().Add(time.Hour),
	}
	for _, h := range kiosk.Remaining(o, s) {
		l, _ := o.Line(h.Line)
		v.Units += h.Handed
		v.Value += l.UnitPrice * kiosk.Fen(h.Handed)
	}
	return v
}

// trusting is a scene in which HQ's word suffices.
func trusting() kiosk.Context {
	c := scene()
	c.Point.Policy.ProvisionalValue, c.Point.Policy.ProvisionalCount = 1_000_000, 3
	return c
}

func TestDecideVoucher(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	used := fold(kiosk.OrderState{}, tm.event(kiosk.Redeemed{Order: "O1", Method: kiosk.MethodAlone, Voucher: word(order(), kiosk.OrderState{})}))
	back := fold(kiosk.OrderState{}, tm.event(kiosk.SentBack{Order: "O1", Lines: []kiosk.Units{{Line: "1", Units: 1}}, By: "L1"}))
	for name, c := range map[string]struct {
		change func(*kiosk.Voucher, *kiosk.Context)
		state  kiosk.OrderState
		want   kiosk.Verdict
		of     bool
	}{
		"good":          {func(*kiosk.Voucher, *kiosk.Context) {}, kiosk.OrderState{}, kiosk.Provisional, false},
		"another point": {func(v *kiosk.Voucher, _ *kiosk.Context) { v.Point = "P2" }, kiosk.OrderState{}, kiosk.WrongPoint, false},
		"used":          {func(*kiosk.Voucher, *kiosk.Context) {}, used, kiosk.AlreadyCollected, false},
		"sent back":     {func(*kiosk.Voucher, *kiosk.Context) {}, back, kiosk.Expired, false},
		"early":         {func(v *kiosk.Voucher, _ *kiosk.Context) { v.From = noon().Add(time.Minute) }, kiosk.OrderState{}, kiosk.TooEarly, true},
		"over":          {func(v *kiosk.Voucher, _ *kiosk.Context) { v.Until = noon() }, kiosk.OrderState{}, kiosk.Expired, true},
		"withdrawn": {func(v *kiosk.Voucher, c *kiosk.Context) { c.Point.Revoked = []kiosk.RevokedCode{{Proxy: v.Code}} },
			kiosk.OrderState{}, kiosk.Revoked, true},
		"of an old key": {func(_ *kiosk.Voucher, c *kiosk.Context) { c.Retired = true }, kiosk.OrderState{}, kiosk.Revoked, true},
		"dear":          {func(v *kiosk.Voucher, _ *kiosk.Context) { v.Value = 1_000_001 }, kiosk.OrderState{}, kiosk.NeedsLeader, false},
		"no caps":       {func(_ *kiosk.Voucher, c *kiosk.Context) { c.Point.Policy.ProvisionalCount = 0 }, kiosk.OrderState{}, kiosk.NeedsLeader, false},
		"too many": {func(_ *kiosk.Voucher, c *kiosk.Context) { c.Risk = kiosk.Risk{AsOf: noon(), Provisional: 3} },
			kiosk.OrderState{}, kiosk.NeedsLeader, false},
		"many, long ago": {func(_ *kiosk.Voucher, c *kiosk.Context) {
			c.Risk = kiosk.Risk{AsOf: noon().Add(-time.Hour), Provisional: 3}
		},
			kiosk.OrderState{}, kiosk.Provisional, false},
		"HQ never heard": {func(_ *kiosk.Voucher, c *kiosk.Context) { c.Cache.AsOf = time.Time{} }, kiosk.OrderState{}, kiosk.NeedsLeader, false},
		"leader's":       {func(_ *kiosk.Voucher, c *kiosk.Context) { c.Point.Policy.Handover = kiosk.HandoverLeader }, kiosk.OrderState{}, kiosk.Held, false},
		"no time":        {func(_ *kiosk.Voucher, c *kiosk.Context) { c.At.Clock = kiosk.ClockSuspect }, kiosk.OrderState{}, kiosk.NeedsLeader, false},
	} {
		v, ctx := word(order(), kiosk.OrderState{}), trusting()
		c.change(v, &ctx)
		out, body := kiosk.DecideVoucher(*v, c.state, ctx)
		if out.Verdict != c.want || out.OfCode != c.of || out.Voucher == nil {
			t.Errorf("%s: %s, of the code %v; want %s, %v", name, out.Verdict, out.OfCode, c.want, c.of)
		}
		if (body != nil) != (c.want == kiosk.Provisional || c.want.ForLeader()) {
			t.Errorf("%s records %v", name, body)
		}
		if body != nil {
			if err := kiosk.Check(out.Order, c.state, tm.event(body)); err != nil {
				t.Errorf("%s: Check: %v", name, err)
			}
		}
	}
}

// However the order is taken, in whichever order HQ and the terminals hear of it,
// no more counts than was ordered, nothing of it can be collected again, and both
// sides agree on what counts once HQ has told.
func TestVoucherAtHQAndTerminals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K2", drawOrder(t), drawPolicy(t))
		o := c.order
		given := word(o, kiosk.OrderState{})
		c.steps(t) // K2 has the order, K1 only HQ's word
		k1 := terminal{name: "K1", at: noon()}
		taken := k1.event(kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodAlone, Voucher: given, Provisional: true})
		k1State := fold(kiosk.OrderState{}, taken)
		if err := kiosk.Check(kiosk.Order{ID: o.ID}, kiosk.OrderState{}, taken); err != nil {
			t.Fatalf("the order unseen: %v", err)
		}
		if err := kiosk.Check(kiosk.Order{ID: o.ID}, k1State, k1.event(taken.Body)); !errors.Is(err, kiosk.ErrTooMany) {
			t.Fatalf("twice: %v", err)
		}
		journal := append([]kiosk.Event{}, c.journal...)
		at := rapid.IntRange(0, len(journal)).Draw(t, "K1 is heard after")
		journal = append(journal[:at:at], append([]kiosk.Event{taken}, journal[at:]...)...)
		var s kiosk.OrderState
		for _, e := range journal {
			got, next, against := kiosk.Settle(o, true, s, e)
			if e.ID == taken.ID {
				alone := len(kiosk.Remaining(o, s)) == len(o.Lines) && word(o, s).Units == given.Units && !s.HandedOut()
				if alone && got != kiosk.SettledAccepted || got == kiosk.SettledConflict && len(against) == 0 || got == kiosk.SettledRejected {
					t.Fatalf("nobody else has any of it: %t, settled as %s against %v", alone, got, against)
				}
				r, _ := next.Redemption(taken.ID)
				same(t, "what was handed over", whole(o), r.HandedOver())
			}
			s = next
			if bad := overrun(o, s); bad != "" {
				t.Fatalf("%s: %s", got, bad)
			}
			if again, after, _ := kiosk.Settle(o, true, s, e); e.ID == taken.ID && again != kiosk.SettledReplay {
				t.Fatalf("again: %s", again)
			} else if e.ID == taken.ID {
				same(t, "state after a replay", s, after)
			}
		}
		if left := kiosk.Remaining(o, s); left != nil {
			t.Fatalf("all was handed over, and HQ has %+v left", left)
		}
		// The order comes to K1, first as it was, then with what HQ settled.
		unheard := throughDisk(t, k1State).Merge(o)
		same(t, "lines before HQ has heard", whole(o), unheard.Redemptions[0].Lines)
		seen := o
		seen.Settled, seen.Disputes = s.Told()
		merged := throughDisk(t, k1State).Merge(seen)
		if left := kiosk.Remaining(seen, merged); left != nil {
			t.Fatalf("K1 handed all over and would hand out %+v", left)
		}
		r, _ := merged.Redemption(taken.ID)
		hq, _ := s.Redemption(taken.ID)
		same(t, "what counts at K1 and at HQ", hq.Lines, r.Lines)
		same(t, "what was handed over", hq.HandedOver(), r.HandedOver())
	})
}

// What is undone can be collected again, by the lines when they are known.
func TestVoucherUndone(t *testing.T) {
	o := order()
	tm := terminal{name: "K1", at: noon()}
	taken := tm.event(kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodAlone, Voucher: word(o, kiosk.OrderState{})})
	s := fold(kiosk.OrderState{}, taken)
	if got, _ := kiosk.DecideScan(o, s.Merge(o), trusting()); got.Verdict != kiosk.AlreadyCollected || got.History[0].Units() != 4 {
		t.Errorf("by its own code: %s, %+v", got.Verdict, got.History)
	}
	seen, ok := kiosk.VouchedOrder(o.ID, "P1", s)
	if !ok {
		t.Fatal("nobody vouched for it")
	}
	body, err := kiosk.DecideUndo(seen, s, trusting(), taken.ID, leader(), "wrong bag")
	if err != nil {
		t.Fatal(err)
	}
	s = fold(s, tm.event(body))
	same(t, "remaining", whole(o), kiosk.Remaining(o, s.Merge(o)))
	if _, ok := kiosk.VouchedOrder(o.ID, "P1", kiosk.OrderState{}); ok {
		t.Error("an order of which nothing is known")
	}
}

// A handover of all that is left names no lines, and a forged one is not recorded.
func TestCheckVoucher(t *testing.T) {
	o := order()
	tm := terminal{name: "K1", at: noon()}
	v := word(o, kiosk.OrderState{})
	some := fold(kiosk.OrderState{}, tm.event(kiosk.Redeemed{Order: o.ID, Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodLeader}))
	all := fold(kiosk.OrderState{}, tm.event(kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodAlone, Voucher: v}))
	for name, c := range map[string]struct {
		order kiosk.Order
		state kiosk.OrderState
		body  kiosk.Redeemed
		want  error
	}{
		"in part by others":      {o, some, kiosk.Redeemed{Order: o.ID, Voucher: v}, nil}, // HQ weighs them
		"twice":                  {o, all, kiosk.Redeemed{Order: o.ID, Voucher: v}, kiosk.ErrTooMany},
		"unseen, a part is gone": {kiosk.Order{ID: o.ID}, some, kiosk.Redeemed{Order: o.ID, Voucher: v}, kiosk.ErrTooMany},
		"of nothing":             {kiosk.Order{ID: o.ID}, kiosk.OrderState{}, kiosk.Redeemed{Order: o.ID, Voucher: &kiosk.Voucher{}}, kiosk.ErrTooMany},
		"lines after all":        {o, all, kiosk.Redeemed{Order: o.ID, Lines: []kiosk.Handed{{Line: "1", Handed: 1}}}, kiosk.ErrTooMany},
	} {
		if err := kiosk.Check(c.order, c.state, tm.event(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The count follows from the journal alone, wherever the reading began anew.
func TestRisk(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	alone := func(asOf time.Time, provisional bool) kiosk.Body {
		return kiosk.Redeemed{Order: "O1", Method: kiosk.MethodAlone, AsOf: asOf, Provisional: provisional}
	}
	var r kiosk.Risk
	for i, c := range []struct {
		body kiosk.Body
		want kiosk.Risk
	}{
		{alone(time.Time{}, false), kiosk.Risk{}},
		{alone(noon(), false), kiosk.Risk{AsOf: noon(), Alone: 1}},
		{kiosk.Redeemed{Order: "O1", Method: kiosk.MethodLeader, AsOf: noon()}, kiosk.Risk{AsOf: noon(), Alone: 1}},
		{alone(noon(), true), kiosk.Risk{AsOf: noon(), Alone: 1, Provisional: 1}},
		{kiosk.RedemptionUndone{Order: "O1"}, kiosk.Risk{AsOf: noon(), Alone: 1, Provisional: 1}},
		{alone(noon(), false), kiosk.Risk{AsOf: noon(), Alone: 2, Provisional: 1}},
		{alone(noon().Add(time.Hour), true), kiosk.Risk{AsOf: noon().Add(time.Hour), Provisional: 1}},
	} {
		e := tm.event(c.body)
		payload, _, err := kiosk.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		back, err := kiosk.DecodeEvent(payload)
		if err != nil {
			t.Fatal(err)
		}
		if r = r.Apply(back); r != c.want {
			t.Errorf("after event %d: %+v", i, r)
		}
	}
}
