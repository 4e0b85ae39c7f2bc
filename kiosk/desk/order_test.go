package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

func TestAnOrderIsHandedOverByHand(t *testing.T) {
	s := newShop(t)
	before := s.open(1)
	if !before.Order.Offers(desk.TapHandOver) || before.Order.Offers(desk.TapUndo) || before.Order.Entry.Customer.Name != "张*" || len(before.Order.Lines) != 2 {
		t.Fatalf("%+v", before.Order)
	}
	state := s.tap(desk.TapHandOver)
	if state.Screen != desk.Accepted || state.Result.Orders[0].Units != 3 {
		t.Fatalf("%s %+v", state.Screen, state.Result)
	}
	if r, ok := s.last().(kiosk.Redeemed); !ok || r.By != "L1" || r.Method != kiosk.MethodLeader {
		t.Errorf("recorded: %+v", s.last())
	}
	after := s.tap(desk.TapDone)
	if after.Screen != desk.OrderFile || after.Order.Offers(desk.TapHandOver) || !after.Order.Offers(desk.TapPrint) {
		t.Errorf("%s %+v", after.Screen, after.Order.Can)
	}
	if h := after.Order.History; len(h) != 1 || h[0].By != "李团长" || !h[0].Here {
		t.Errorf("history: %+v", h)
	}
	s.tap(desk.TapHandOver)
	if o := s.state().Order; o.Refusal != desk.RefusedMeanwhile || len(s.events()) != 1 {
		t.Errorf("handed over twice: %+v, %v", o.Refusal, s.events())
	}
	s.tap(desk.TapPrint)
	want := []desk.Job{{Number: 1, Kind: desk.JobPrint, Slip: desk.SlipHandover, Order: "HX00000001", Event: s.ledger.Events()[1].ID, By: "L1", Lang: desk.Chinese}}
	if diff := cmp.Diff(want, s.jobs); diff != "" {
		t.Error(diff)
	}
	s.Progress(desk.JobState{Job: want[0], Ended: true, Failed: desk.JobNoPaper})
	if j := s.state().Job; j == nil || j.Failed != desk.JobNoPaper {
		t.Errorf("%+v", j)
	}
	if j := s.tap(desk.TapHistory).Job; j != nil {
		t.Errorf("the leader goes on and is still told: %+v", j)
	}
	if o := s.tap(desk.TapBack).Order; o.Step != desk.OrderView {
		t.Errorf("back from the history: %q", o.Step)
	}
}

func TestAnOrderIsHandedOverLineByLine(t *testing.T) {
	s := newShop(t)
	s.open(1)
	h := s.tap(desk.TapByLine).Hand
	if h.Step != desk.HandCounts || len(h.Lines) != 2 || h.Units != 3 {
		t.Fatalf("%+v", h)
	}
	s.pick(desk.PickLine, 0)
	for _, c := range []struct {
		a                         desk.Action
		n, handed, short, damaged int
		reason                    kiosk.Reason
	}{
		{desk.PickShort, 1, 1, 1, 0, kiosk.ReasonShort},
		{desk.PickDamaged, 1, 0, 1, 1, kiosk.ReasonShort},
		{desk.PickHanded, 2, 2, 0, 0, ""},
		{desk.PickHanded, -5, 0, 0, 0, ""},
		{desk.PickDamaged, 99, 0, 0, 2, kiosk.ReasonDamaged},
		{desk.PickShort, 1, 0, 1, 1, kiosk.ReasonDamaged},
		{desk.PickShort, 0, 0, 0, 1, kiosk.ReasonDamaged},
		{desk.PickHanded, 1, 1, 0, 1, kiosk.ReasonDamaged},
	} {
		l := s.pick(c.a, c.n).Hand.Lines[0]
		if l.Handed != c.handed || l.Short != c.short || l.Damaged != c.damaged || l.Reason != c.reason {
			t.Errorf("%s %d: %+v", c.a, c.n, l)
		}
	}
	s.pick(desk.PickReason, "nonsense")
	s.pick(desk.PickReason, kiosk.ReasonSpoilt)
	if h := s.tap(desk.TapOK).Hand; h.Step != desk.HandCounts || h.Units != 2 {
		t.Errorf("%+v", h)
	}
	for _, item := range []any{7, -1, "x"} {
		if h := s.pick(desk.PickLine, item).Hand; h.Step != desk.HandCounts {
			t.Errorf("line %v: %+v", item, h)
		}
	}
	s.pick(desk.PickLine, 1)
	s.pick(desk.PickHanded, 0)
	s.tap(desk.TapOK, desk.TapConfirm)
	s.on(desk.Accepted)
	want := []kiosk.Handed{{Line: "1", Handed: 1, Damaged: 1, Reason: kiosk.ReasonSpoilt}}
	if diff := cmp.Diff(want, s.last().(kiosk.Redeemed).Lines); diff != "" {
		t.Error(diff)
	}
	o := s.tap(desk.TapDone).Order
	if o.Lines[0].Left != 0 || o.Lines[0].Damaged != 1 || o.Lines[1].Left != 1 || !o.Offers(desk.TapByLine) {
		t.Errorf("%+v", o.Lines)
	}
}

func TestNothingCountedIsNothingHandedOver(t *testing.T) {
	s := newShop(t)
	s.open(1)
	s.tap(desk.TapByLine)
	for i := range 2 {
		s.pick(desk.PickLine, i)
		s.pick(desk.PickHanded, 0)
		s.tap(desk.TapOK)
	}
	if h := s.tap(desk.TapConfirm).Hand; h.Refusal != desk.RefusedNothing || h.Step != desk.HandCounts || len(s.events()) != 0 {
		t.Errorf("%+v, recorded %v", h, s.events())
	}
	s.pick(desk.PickLine, 0)
	if h := s.tap(desk.TapBack).Hand; h.Step != desk.HandCounts || h.Refusal != "" {
		t.Errorf("back from a line: %+v", h)
	}
	if state := s.tap(desk.TapBack); state.Hand.Step != desk.HandNone || state.Screen != desk.OrderFile {
		t.Errorf("back from the lines: %+v", state.Hand)
	}
	if state := s.tap(desk.TapBack); state.Screen != desk.Counter {
		t.Errorf("back from the order: %s", state.Screen)
	}
}

// What another terminal handed over meanwhile is not handed over again, and what
// was counted is not lost.
func TestACountThatCameTooLate(t *testing.T) {
	s := newShop(t)
	s.open(1)
	s.tap(desk.TapByLine)
	if _, err := s.ledger.HandOver(s.now(), kiosktest.OrderID(1), kiosk.Confirmation{
		By: kiosktest.Staff(), Lines: []kiosk.Handed{{Line: "1", Handed: 1}},
	}); err != nil {
		t.Fatal(err)
	}
	if h := s.tap(desk.TapConfirm).Hand; h.Refusal != desk.RefusedTooMany || h.Step != desk.HandCounts || h.Units != 3 {
		t.Errorf("%+v", h)
	}
	s.ledger.RemoveOrder(kiosktest.OrderID(1))
	if o := s.state().Order; !o.Gone {
		t.Errorf("%+v", o)
	}
	if state := s.tap(desk.TapConfirm, desk.TapHandOver, desk.TapUndo, desk.TapBack); state.Screen != desk.Counter || len(s.events()) != 1 {
		t.Errorf("%s, recorded %v", state.Screen, s.events())
	}
}

func TestWhatIsDueIsPaidFirst(t *testing.T) {
	for _, c := range []struct {
		code  string
		taps  []desk.Action
		steps []desk.HandStep
		means string
	}{
		{"", []desk.Action{desk.TapShowCode, desk.TapCash}, []desk.HandStep{desk.HandPay, desk.HandNone}, "cash"},
		{"", []desk.Action{desk.TapPaidCode}, []desk.HandStep{desk.HandNone}, "platform-code"},
		{"https://pay.example/P001", []desk.Action{desk.TapShowCode, desk.TapBack, desk.TapShowCode, desk.TapPaidCode},
			[]desk.HandStep{desk.HandPayCode, desk.HandPay, desk.HandPayCode, desk.HandNone}, "platform-code"},
	} {
		s := newShop(t, func(p *kiosk.Point) { p.Policy.PaymentCode = c.code })
		s.open(2)
		h := s.tap(desk.TapHandOver).Hand
		if h.Step != desk.HandPay || h.Due != 1280 || h.PaymentCode != c.code || len(s.events()) != 0 {
			t.Fatalf("%+v, recorded %v", h, s.events())
		}
		for i, a := range c.taps {
			if h := s.tap(a).Hand; h.Step != c.steps[i] {
				t.Errorf("%s leads to %q, want %q", a, h.Step, c.steps[i])
			}
		}
		s.on(desk.Accepted)
		paid, ok := s.ledger.Events()[1].Body.(kiosk.PaymentCollected)
		if diff := cmp.Diff(kiosk.PaymentCollected{Order: "HX00000002", Amount: 1280, Means: c.means, By: "L1"}, paid); diff != "" || !ok {
			t.Error(diff)
		}
	}
	s := newShop(t)
	s.open(2)
	s.tap(desk.TapByLine, desk.TapConfirm)
	if h := s.state().Hand; h.Step != desk.HandPay {
		t.Errorf("by line: %+v", h)
	}
	if h := s.tap(desk.TapBack).Hand; h.Step != desk.HandCounts || len(h.Lines) != 2 {
		t.Errorf("the counts are lost: %+v", h)
	}
}

func TestAHoldIsReleasedFromTheOrder(t *testing.T) {
	s := newShop(t)
	s.scan(2)
	s.tap(desk.TapDone)
	if o := s.open(2).Order; !o.Offers(desk.TapReject) || !o.Entry.Held {
		t.Fatalf("%+v", o)
	}
	if o := s.tap(desk.TapReject).Order; o.Done != desk.DoneReject || o.Offers(desk.TapReject) {
		t.Errorf("%+v", o)
	}
	if b := s.last(); b.(kiosk.HoldRejected).By != "L1" {
		t.Errorf("%+v", b)
	}
	if o := s.tap(desk.TapReject).Order; o.Refusal != desk.RefusedNoHold {
		t.Errorf("%+v", o)
	}
}

func TestGoodsThatAreNotHereStay(t *testing.T) {
	s := newShop(t)
	if o := s.open(5).Order; o.Offers(desk.TapHandOver) || o.Offers(desk.TapByLine) {
		t.Errorf("%v", o.Can)
	}
	s.tap(desk.TapByLine, desk.TapHandOver)
	if o := s.state().Order; o.Refusal != desk.RefusedMeanwhile || len(s.events()) != 0 {
		t.Errorf("%q, recorded %v", o.Refusal, s.events())
	}
}

func TestAHandoverIsUndoneWithAReason(t *testing.T) {
	s := newShop(t)
	s.scan(1)
	s.open(1)
	o := s.tap(desk.TapUndo).Order
	if o.Step != desk.OrderUndo || o.Undoing.Units != 3 || o.Undoing.By != "" || len(s.events()) != 1 {
		t.Fatalf("%+v, recorded %v", o.Undoing, s.events())
	}
	if o := s.tap(desk.TapConfirm).Order; o.Refusal != desk.RefusedNoReason || o.Step != desk.OrderUndo || len(s.events()) != 1 {
		t.Errorf("without a reason: %+v", o.Refusal)
	}
	s.pick(desk.PickReason, kiosk.ReasonSpoilt) // none of an undo's
	s.pick(desk.PickReason, kiosk.ReasonMistake)
	if o := s.tap(desk.TapConfirm).Order; o.Done != desk.DoneUndo || o.Step != desk.OrderView || !o.Offers(desk.TapHandOver) {
		t.Errorf("%+v", o)
	}
	want := kiosk.RedemptionUndone{Order: "HX00000001", Redemption: s.ledger.Events()[0].ID, By: "L1", Reason: "mistake"}
	if diff := cmp.Diff(want, s.last()); diff != "" {
		t.Error(diff)
	}
	s.tap(desk.TapUndo)
	if o := s.state().Order; o.Step != desk.OrderView || len(s.events()) != 2 {
		t.Errorf("nothing stands, and is undone: %+v", o)
	}
}

func TestWhichHandoverIsUndone(t *testing.T) {
	s := newShop(t)
	s.open(1)
	s.tap(desk.TapByLine)
	s.pick(desk.PickLine, 1)
	s.pick(desk.PickHanded, 0)
	s.tap(desk.TapOK, desk.TapConfirm, desk.TapDone)
	s.after += time.Minute
	s.tap(desk.TapHandOver, desk.TapDone)
	o := s.tap(desk.TapUndo).Order
	if o.Step != desk.OrderUndoWhich || len(o.Handovers) != 2 || o.Handovers[0].Units != 1 || o.Handovers[1].Units != 2 {
		t.Fatalf("%q %+v", o.Step, o.Handovers)
	}
	for _, item := range []any{9, -1, "x"} {
		if o := s.pick(desk.PickRedemption, item).Order; o.Step != desk.OrderUndoWhich {
			t.Errorf("%v leads to %q", item, o.Step)
		}
	}
	if o := s.pick(desk.PickRedemption, 1).Order; o.Step != desk.OrderUndo || o.Undoing.Units != 2 {
		t.Fatalf("%q %+v", o.Step, o.Undoing)
	}
	s.pick(desk.PickReason, kiosk.ReasonWrong)
	o = s.tap(desk.TapConfirm).Order
	if b := s.last().(kiosk.RedemptionUndone); b.Redemption != s.ledger.Events()[1].ID || o.Lines[0].Left != 2 || o.Lines[1].Left != 0 {
		t.Errorf("not the first handover was undone: %+v", o.Lines)
	}
}

// After the policy's window, and after an after-sale, nothing is asked that would
// be refused.
func TestAnUndoThatTheRulesRefuse(t *testing.T) {
	s := newShop(t)
	s.scan(1)
	s.scan(3)
	s.after += 25 * time.Hour
	s.open(1)
	if o := s.tap(desk.TapUndo).Order; o.Refusal != desk.RefusedUndoLate || o.Step != desk.OrderView {
		t.Errorf("a day later: %+v", o)
	}
	s.open(3)
	s.tap(desk.TapAfterSale)
	s.pick(desk.PickKind, kiosk.AfterSaleRefund)
	s.pick(desk.PickLine, 0)
	s.tap(desk.TapOK, desk.TapNext)
	s.pick(desk.PickReason, kiosk.ReasonSpoilt)
	if o := s.tap(desk.TapNext, desk.TapConfirm).Order; o.Done != desk.DoneRefund || o.Offers(desk.TapUndo) {
		t.Fatalf("%+v", o)
	}
	if o := s.tap(desk.TapUndo).Order; o.Refusal != desk.RefusedAfterSold {
		t.Errorf("after an after-sale: %q", o.Refusal)
	}
}
