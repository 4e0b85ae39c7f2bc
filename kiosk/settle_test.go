package kiosk_test

import (
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

func TestSettleAcceptsOnceAndKnowsReplays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K1", drawOrder(t), drawPolicy(t))
		c.steps(t)
		var s kiosk.OrderState
		for i, e := range c.journal {
			got, next, against := kiosk.Settle(c.order, true, s, e)
			if got != kiosk.SettledAccepted || against != nil {
				t.Fatalf("event %d, %s: %s", i, e.Body.Type(), got)
			}
			s = next
			if bad := overrun(c.order, s); bad != "" {
				t.Fatal(bad)
			}
			old := rapid.SampledFrom(c.journal[:i+1]).Draw(t, "pushed again")
			got, next, _ = kiosk.Settle(c.order, true, s, old)
			if got != kiosk.SettledReplay {
				t.Fatalf("%s pushed again: %s", old.Body.Type(), got)
			}
			same(t, "state after a replay", s, next)
		}
		same(t, "HQ and terminal", c.state, s)
	})
}

// Terminals that were cut off come back in any order: HQ never counts more than
// was ordered, and what it does not accept it explains.
func TestSettleOfSeveralTerminals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := several(t)
		o := all[0].order
		var s kiosk.OrderState
		accepted := map[kiosk.EventID]int{}
		for _, e := range interleave(t, all) {
			got, next, against := kiosk.Settle(o, true, s, e)
			if accepted[e.ID] > 0 && got != kiosk.SettledReplay {
				t.Fatalf("%s was accepted before and is %s now", e.Body.Type(), got)
			}
			switch got {
			case kiosk.SettledAccepted:
				accepted[e.ID]++
			case kiosk.SettledConflict:
				if len(against) == 0 {
					t.Fatal("a conflict without evidence")
				}
				if _, handed := e.Body.(kiosk.Redeemed); handed {
					accepted[e.ID]++ // HQ has it, whatever counts
					break
				}
				fallthrough
			default:
				if got == kiosk.SettledUnknown && e.Body.Type() == kiosk.TypeRedemptionUndone {
					same(t, "handovers after an undo of none", s.Redemptions, next.Redemptions)
					break
				}
				same(t, "state after "+string(got), s, next)
			}
			s = next
			if bad := overrun(o, s); bad != "" {
				t.Fatalf("%s: %s", got, bad)
			}
			if s.Paid() > o.Due {
				t.Fatalf("HQ counts %s paid of %s yuan", s.Paid(), o.Due)
			}
		}
	})
}

func TestTwoTerminalsOneOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		o.Due = 0
		var pushed []kiosk.Event
		for _, name := range []kiosk.TerminalID{"K1", "K2"} {
			tm := terminal{name: name, at: noon()}
			out, body := kiosk.DecideScan(o, kiosk.OrderState{}, scene())
			if out.Verdict != kiosk.Accepted {
				t.Fatalf("cut off, %s says %s", name, out.Verdict)
			}
			pushed = append(pushed, tm.event(body))
		}
		if rapid.Bool().Draw(t, "K2 is back first") {
			pushed[0], pushed[1] = pushed[1], pushed[0]
		}
		first, s, _ := kiosk.Settle(o, true, kiosk.OrderState{}, pushed[0])
		second, after, against := kiosk.Settle(o, true, s, pushed[1])
		if first != kiosk.SettledAccepted || second != kiosk.SettledConflict {
			t.Fatalf("settled as %s and %s", first, second)
		}
		same(t, "what counts after the conflict", s.Standing(), after.Standing())
		if d, ok := after.Dispute(pushed[1].ID); !ok || d.Outcome != kiosk.DisputeOpen {
			t.Fatalf("two clocks that agreed once decide: %+v", d)
		}
		if len(against) != 1 || against[0].Event != pushed[0].ID || against[0].Terminal != pushed[0].Terminal {
			t.Fatalf("evidence: %+v", against)
		}
	})
}

func TestSettle(t *testing.T) {
	o := order()
	tm := terminal{name: "K1", at: noon()}
	redeemed := tm.event(kiosk.Redeemed{Order: o.ID, Lines: whole(o), Method: kiosk.MethodAlone})
	undone := tm.event(kiosk.RedemptionUndone{Order: o.ID, Redemption: redeemed.ID, By: "L1"})
	held := tm.event(kiosk.OrderHeld{Order: o.ID, Reason: kiosk.Held})
	rejected := tm.event(kiosk.HoldRejected{Order: o.ID, Hold: held.ID})
	with := func(status kiosk.Status) kiosk.Order { o := order(); o.Status = status; return o }
	for _, c := range []struct {
		name  string
		order kiosk.Order
		known bool
		state kiosk.OrderState
		event kiosk.Event
		want  kiosk.Settlement
	}{
		{"of no order", o, false, kiosk.OrderState{}, tm.event(kiosk.SignedIn{By: "L1"}), kiosk.SettledAccepted},
		{"of a later version", o, false, kiosk.OrderState{}, tm.event(kiosk.UnknownBody{Code: 99}), kiosk.SettledAccepted},
		{"of an unknown order", kiosk.Order{}, false, kiosk.OrderState{}, redeemed, kiosk.SettledUnknown},
		{"plain", o, true, kiosk.OrderState{}, redeemed, kiosk.SettledAccepted},
		{"not arrived at HQ's", with(kiosk.StatusShipped), true, kiosk.OrderState{}, redeemed, kiosk.SettledAccepted},
		{"cancelled meanwhile", with(kiosk.StatusCancelled), true, kiosk.OrderState{}, redeemed, kiosk.SettledLateRevoked},
		{"refunding meanwhile", with(kiosk.StatusRefunding), true, kiosk.OrderState{}, redeemed, kiosk.SettledLateRevoked},
		{"refunded meanwhile", with(kiosk.StatusRefunded), true, kiosk.OrderState{}, redeemed, kiosk.SettledLateRevoked},
		{"known before the refund", with(kiosk.StatusRefunded), true, fold(kiosk.OrderState{}, redeemed), redeemed, kiosk.SettledReplay},
		{"undo after a refund", with(kiosk.StatusRefunded), true, fold(kiosk.OrderState{}, redeemed), undone, kiosk.SettledAccepted},
		{"undo of nothing", o, true, kiosk.OrderState{}, undone, kiosk.SettledUnknown},
		{"rejection of nothing", o, true, kiosk.OrderState{}, rejected, kiosk.SettledUnknown},
		{"rejection again", o, true, fold(kiosk.OrderState{}, held, rejected), rejected, kiosk.SettledReplay},
		{"rejection after another", o, true, fold(kiosk.OrderState{}, held, rejected),
			tm.event(kiosk.HoldRejected{Order: o.ID, Hold: held.ID}), kiosk.SettledUnknown},
		{"second undo", o, true, fold(kiosk.OrderState{}, redeemed, undone),
			tm.event(kiosk.RedemptionUndone{Order: o.ID, Redemption: redeemed.ID}), kiosk.SettledRejected},
		{"hold of a complete order", o, true, fold(kiosk.OrderState{}, redeemed), held, kiosk.SettledConflict},
		{"too many of one terminal", o, true, kiosk.OrderState{},
			tm.event(kiosk.Redeemed{Order: o.ID, Lines: []kiosk.Handed{{Line: "1", Handed: 4}}}), kiosk.SettledRejected},
		{"unknown line", o, true, kiosk.OrderState{},
			tm.event(kiosk.Redeemed{Order: o.ID, Lines: []kiosk.Handed{{Line: "9", Handed: 1}}}), kiosk.SettledRejected},
		{"of another order", o, true, kiosk.OrderState{},
			tm.event(kiosk.Redeemed{Order: "O2", Lines: whole(o)}), kiosk.SettledRejected},
		{"payment of nothing due", o, true, kiosk.OrderState{},
			tm.event(kiosk.PaymentCollected{Order: o.ID, Amount: 1}), kiosk.SettledRejected},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, after, _ := kiosk.Settle(c.order, c.known, c.state, c.event)
			if got != c.want {
				t.Errorf("settled as %s, want %s", got, c.want)
			}
			switch {
			case got == kiosk.SettledLateRevoked:
				if after.Standing() != nil || len(after.Disputes) != 1 || after.Disputes[0].Outcome != kiosk.DisputeOpen {
					t.Errorf("the state %+v", after)
				}
			case c.name == "undo of nothing":
				if len(after.Early) != 1 || len(after.Redemptions) != 0 {
					t.Errorf("the state %+v", after)
				}
			case got != kiosk.SettledAccepted:
				same(t, "state", c.state, after)
			}
		})
	}
	if n := len(kiosk.Settlements()); n != 6 {
		t.Errorf("%d settlements", n)
	}
}

func TestSettlementAgrees(t *testing.T) {
	for _, s := range kiosk.Settlements() {
		if want := s == kiosk.SettledAccepted || s == kiosk.SettledReplay; s.Agrees() != want {
			t.Errorf("%s agrees: %t", s, s.Agrees())
		}
	}
	if kiosk.Settlement("").Agrees() {
		t.Error("what HQ has not said agrees")
	}
}
