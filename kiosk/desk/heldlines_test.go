package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// everyHandover has the leader confirm each.
func everyHandover(p *kiosk.Point) { p.Policy.Handover = kiosk.HandoverLeader }

func TestAHoldIsConfirmedByLine(t *testing.T) {
	s := newShop(t, everyHandover)
	s.scan(1)
	s.tap(desk.TapConfirm)
	s.keys(leaderPIN)
	s.tap(desk.TapEnter)
	if state := s.on(desk.Held); state.Hand.Step != desk.HandNone || state.Hand.Lines != nil {
		t.Errorf("%+v", state.Hand)
	}
	if h := s.tap(desk.TapByLine).Hand; h.Step != desk.HandCounts || len(h.Lines) != 2 || h.Lines[0].PickupNumber != "" {
		t.Fatalf("%+v", h)
	}
	s.wait(50 * time.Second)
	s.pick(desk.PickLine, 0)
	if s.wait(50 * time.Second); s.on(desk.Held).Left != 10 {
		t.Error("the screen closes in the middle of the work")
	}
	s.pick(desk.PickShort, 2)
	s.pick(desk.PickReason, kiosk.ReasonOther)
	s.tap(desk.TapOK, desk.TapConfirm)
	if state := s.on(desk.Accepted); state.Result.Orders[0].Units != 1 {
		t.Errorf("%+v", state.Result)
	}
	want := []kiosk.Handed{{Line: "1", Short: 2, Reason: kiosk.ReasonOther}, {Line: "2", Handed: 1}}
	if diff := cmp.Diff(want, s.last().(kiosk.Redeemed).Lines); diff != "" {
		t.Error(diff)
	}
	if state := s.tap(desk.TapDone); state.Screen != desk.Welcome || state.Leader != "" {
		t.Errorf("who signed in for the hold: %s %q", state.Screen, state.Leader)
	}
}

// One code may open several orders; one of which nothing is handed over stays held.
func TestSeveralHeldOrdersByLine(t *testing.T) {
	s := newShop(t, everyHandover)
	s.signIn(leaderPIN)
	s.scan(34)
	h := s.tap(desk.TapByLine).Hand
	if len(h.Lines) != 4 || h.Lines[0].PickupNumber != "4-003" || h.Lines[3].PickupNumber != "5-004" || h.Units != 6 {
		t.Fatalf("%+v", h)
	}
	for _, i := range []int{2, 3} {
		s.pick(desk.PickLine, i)
		s.pick(desk.PickHanded, 0)
		s.tap(desk.TapOK)
	}
	state := s.tap(desk.TapConfirm)
	if state.Screen != desk.Accepted || state.Result.Orders[0].Verdict != kiosk.Accepted || state.Result.Orders[1].Verdict != kiosk.Held {
		t.Errorf("%s %+v", state.Screen, state.Result)
	}
	if diff := cmp.Diff([]kiosk.EventType{kiosk.TypeOrderHeld, kiosk.TypeOrderHeld, kiosk.TypeRedeemed}, s.events()); diff != "" {
		t.Error(diff)
	}
	s.tap(desk.TapDone)
	s.on(desk.Counter)
	s.scan(34)
	if h := s.tap(desk.TapByLine).Hand; s.state().Screen != desk.Held || len(h.Lines) != 2 || h.Lines[0].Order != kiosktest.OrderID(4) {
		t.Errorf("%+v", h)
	}
	for i := range 2 {
		s.pick(desk.PickLine, i)
		s.pick(desk.PickHanded, 0)
		s.tap(desk.TapOK)
	}
	if h := s.tap(desk.TapConfirm).Hand; h.Refusal != desk.RefusedNothing {
		t.Errorf("%+v", h)
	}
}

func TestAHeldOrderIsPaidByCode(t *testing.T) {
	s := newShop(t, func(p *kiosk.Point) { p.Policy.PaymentCode = "https://pay.example/P001" })
	s.signIn(leaderPIN)
	s.scan(2)
	if h := s.tap(desk.TapConfirm).Hand; h.Step != desk.HandPay || h.Due != 1280 || len(s.events()) != 1 {
		t.Fatalf("%+v", h)
	}
	if h := s.tap(desk.TapBack).Hand; h.Step != desk.HandNone {
		t.Errorf("%+v", h)
	}
	if h := s.tap(desk.TapShowCode).Hand; h.Step != desk.HandPayCode || h.PaymentCode != "https://pay.example/P001" {
		t.Errorf("%+v", h)
	}
	if h := s.tap(desk.TapBack).Hand; h.Step != desk.HandNone {
		t.Errorf("back from the code: %+v", h)
	}
	s.tap(desk.TapByLine, desk.TapConfirm, desk.TapShowCode)
	if h := s.tap(desk.TapBack).Hand; h.Step != desk.HandPay || len(h.Lines) != 2 {
		t.Errorf("the counts are lost: %+v", h)
	}
	s.tap(desk.TapPaidCode)
	s.on(desk.Accepted)
	if p := s.ledger.Events()[2].Body.(kiosk.PaymentCollected); p.Means != "platform-code" || p.Amount != 1280 {
		t.Errorf("%+v", p)
	}
}

// One of two held orders was settled meanwhile: what went out is shown, and the
// other is as it was.
func TestOneOfSeveralWasSettledMeanwhile(t *testing.T) {
	s := newShop(t, everyHandover)
	s.signIn(leaderPIN)
	s.scan(34)
	if err := s.ledger.Reject(s.now(), kiosktest.OrderID(4), ""); err != nil {
		t.Fatal(err)
	}
	state := s.tap(desk.TapConfirm)
	if state.Screen != desk.Accepted || state.Result.Orders[0].Verdict != kiosk.Accepted || state.Result.Orders[1].Verdict != kiosk.Held {
		t.Errorf("%s %+v", state.Screen, state.Result)
	}
}

// From an answer an undo is asked for, with its reason.
func TestUndoFromAnAnswer(t *testing.T) {
	s := newShop(t)
	s.signIn(leaderPIN)
	s.scan(1)
	if o := s.tap(desk.TapUndo); o.Screen != desk.OrderFile || o.Order.Step != desk.OrderUndo || len(s.events()) != 1 {
		t.Fatalf("%s %+v", o.Screen, o.Order.Step)
	}
	s.pick(desk.PickReason, kiosk.ReasonUnwanted)
	if o := s.tap(desk.TapConfirm); o.Screen != desk.OrderFile || o.Order.Done != desk.DoneUndo || s.last().Type() != kiosk.TypeRedemptionUndone {
		t.Errorf("%s %+v", o.Screen, o.Order)
	}
	if s.tap(desk.TapBack); s.on(desk.Counter).Leader == "" {
		t.Error("signed out")
	}
	s.open(1)
	s.tap(desk.TapHandOver, desk.TapUndo, desk.TapBack, desk.TapBack)
	s.on(desk.Counter)
	s.after += 30 * time.Hour
	s.tap(desk.TapSignOut)
	s.signIn(leaderPIN)
	s.scan(1)
	if o := s.tap(desk.TapUndo).Order; o.Refusal != desk.RefusedUndoLate || o.Step != desk.OrderView {
		t.Errorf("%+v", o)
	}
}

// Who signed in to confirm one order may undo it, and is signed out with it.
func TestUndoByWhoConfirmed(t *testing.T) {
	s := newShop(t, everyHandover)
	for _, end := range []desk.Action{desk.TapBack, desk.TapConfirm} {
		s.scan(1)
		s.tap(desk.TapConfirm)
		s.keys(leaderPIN)
		s.tap(desk.TapEnter, desk.TapConfirm)
		if o := s.tap(desk.TapUndo); o.Screen != desk.OrderFile || o.Order.Step != desk.OrderUndo {
			t.Fatalf("%s %+v", o.Screen, o.Order.Step)
		}
		s.pick(desk.PickReason, kiosk.ReasonMistake)
		if state := s.tap(end); state.Screen != desk.Welcome || state.Leader != "" {
			t.Errorf("%s leads to %s, %q signed in", end, state.Screen, state.Leader)
		}
		if end == desk.TapBack {
			if err := s.ledger.Undo(s.now(), kiosktest.OrderID(1), s.ledger.Events()[len(s.ledger.Events())-1].ID, kiosktest.Leader(), ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s.last().Type() != kiosk.TypeRedemptionUndone {
		t.Errorf("%v", s.events())
	}
}
