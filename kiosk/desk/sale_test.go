package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

func TestAnAfterSaleIsRegistered(t *testing.T) {
	for kind, done := range map[kiosk.AfterSaleKind]desk.OrderDone{kiosk.AfterSaleRefund: desk.DoneRefund, kiosk.AfterSaleReturn: desk.DoneReturned} {
		s := newShop(t)
		s.scan(1)
		s.open(1)
		if o := s.tap(desk.TapAfterSale).Order; o.Step != desk.OrderSaleKind {
			t.Fatalf("%q", o.Step)
		}
		s.pick(desk.PickKind, "nonsense")
		o := s.pick(desk.PickKind, kind).Order
		if o.Step != desk.OrderSaleLines || len(o.Sale) != 2 || o.Sale[0].Most != 2 || o.Amount != 0 {
			t.Fatalf("%q %+v", o.Step, o.Sale)
		}
		if o := s.tap(desk.TapNext).Order; o.Refusal != desk.RefusedNothing || o.Step != desk.OrderSaleLines {
			t.Errorf("nothing chosen: %q %q", o.Step, o.Refusal)
		}
		s.pick(desk.PickLine, 9)
		s.pick(desk.PickLine, 0)
		if o := s.pick(desk.PickUnits, 99).Order; o.Sale[0].Units != 2 || o.Amount != 2560 {
			t.Errorf("%+v, %s", o.Sale[0], o.Amount)
		}
		s.pick(desk.PickUnits, 1)
		if o := s.tap(desk.TapOK, desk.TapNext).Order; o.Step != desk.OrderSaleReason {
			t.Fatalf("%q", o.Step)
		}
		if o := s.tap(desk.TapNext).Order; o.Refusal != desk.RefusedNoReason {
			t.Errorf("no reason: %q", o.Refusal)
		}
		s.pick(desk.PickReason, kiosk.ReasonMistake) // none of an after-sale's
		s.pick(desk.PickReason, kiosk.ReasonSpoilt)
		if o := s.tap(desk.TapNext).Order; o.Step != desk.OrderSaleSure || o.Amount != 1280 || o.Reason != kiosk.ReasonSpoilt {
			t.Fatalf("%+v", o)
		}
		o = s.tap(desk.TapConfirm).Order
		if o.Done != done || o.DoneAmount != 1280 || o.Step != desk.OrderView || o.Lines[0].AfterSold != 1 {
			t.Errorf("%+v", o)
		}
		want := kiosk.AfterSaleRegistered{Order: "HX00000001", Kind: kind, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1"}
		if diff := cmp.Diff(want, s.last()); diff != "" {
			t.Error(diff)
		}
		s.tap(desk.TapAfterSale)
		if o := s.pick(desk.PickKind, kind).Order; o.Sale[0].Most != 1 || o.Amount != 0 {
			t.Errorf("paid back twice: %+v", o.Sale)
		}
	}
}

func TestAnAfterSaleCanBeLeft(t *testing.T) {
	s := newShop(t)
	s.scan(1)
	s.open(1)
	s.tap(desk.TapAfterSale)
	s.pick(desk.PickKind, kiosk.AfterSaleRefund)
	s.pick(desk.PickLine, 0)
	s.tap(desk.TapOK, desk.TapNext)
	s.pick(desk.PickReason, kiosk.ReasonSpoilt)
	s.tap(desk.TapNext)
	for _, want := range []desk.OrderStep{desk.OrderSaleReason, desk.OrderSaleLines, desk.OrderSaleKind, desk.OrderView} {
		if o := s.tap(desk.TapBack).Order; o.Step != want {
			t.Errorf("back leads to %q, want %q", o.Step, want)
		}
	}
	if o := s.state().Order; o.Amount != 0 || o.Reason != "" || len(s.events()) != 1 {
		t.Errorf("%+v, recorded %v", o, s.events())
	}
}

// report lets the customer of an order miss two units of what was handed over.
func (s *shop) report(n int) {
	s.t.Helper()
	s.scan(n)
	handover := s.ledger.Events()[len(s.ledger.Events())-1].ID
	if err := s.ledger.Record(s.now(), kiosk.MissingReported{
		Order: kiosktest.OrderID(n), Redemption: handover, Lines: []kiosk.Handed{{Line: "1", Short: 1}, {Line: "2", Damaged: 1}},
	}); err != nil {
		s.t.Fatal(err)
	}
}

func TestAReportIsAnswered(t *testing.T) {
	s := newShop(t)
	s.report(1)
	s.signIn(leaderPIN)
	if tally := s.state().Tally; tally.Exceptions != 1 {
		t.Errorf("%+v", tally)
	}
	if c := s.pick(desk.PickFilter, desk.FilterReported).Counter; c.Total != 1 {
		t.Fatalf("%+v", c)
	}
	o := s.pick(desk.PickOrder, kiosktest.OrderID(1)).Order
	if !o.Offers(desk.TapReports) || o.Reports != 1 || len(o.Report.Lines) != 2 || o.Report.Lines[1].Damaged != 1 {
		t.Fatalf("%+v", o)
	}
	if o := s.tap(desk.TapReports, desk.TapAfterSale).Order; o.Step != desk.OrderSaleLines || o.Amount != 3280 || o.SaleKind != kiosk.AfterSaleRefund {
		t.Fatalf("%q %s", o.Step, o.Amount)
	}
	if o := s.tap(desk.TapBack).Order; o.Step != desk.OrderReport {
		t.Errorf("back leads to %q", o.Step)
	}
	o = s.tap(desk.TapAfterSale, desk.TapNext, desk.TapNext, desk.TapConfirm).Order
	if o.Done != desk.DoneRefund || o.Reports != 0 || o.DoneAmount != 3280 {
		t.Errorf("%+v", o)
	}
	if b := s.last().(kiosk.AfterSaleRegistered); b.Report != s.ledger.Events()[1].ID || b.Reason != kiosk.ReasonShort {
		t.Errorf("%+v", b)
	}
}

func TestAReportIsDismissed(t *testing.T) {
	s := newShop(t)
	s.report(1)
	s.open(1)
	if o := s.tap(desk.TapReports, desk.TapDismiss).Order; o.Done != desk.DoneDismiss || o.Step != desk.OrderView || o.Reports != 0 {
		t.Errorf("%+v", o)
	}
	want := kiosk.ReportDismissed{Order: "HX00000001", Report: s.ledger.Events()[1].ID, By: "L1"}
	if diff := cmp.Diff(want, s.last()); diff != "" {
		t.Error(diff)
	}
	s.report(3)
	s.tap(desk.TapDone, desk.TapSignOut)
	s.signIn(staffPIN)
	s.pick(desk.PickOrder, kiosktest.OrderID(3))
	o := s.tap(desk.TapReports, desk.TapDismiss).Order
	if o.Refusal != desk.RefusedRole || o.Reports != 1 {
		t.Errorf("staff: %+v", o)
	}
}

// One that somebody else settled meanwhile is not settled twice.
func TestAReportThatWasSettledMeanwhile(t *testing.T) {
	s := newShop(t)
	s.report(1)
	s.open(1)
	s.tap(desk.TapReports)
	if err := s.ledger.Record(s.now(), kiosk.ReportDismissed{Order: "HX00000001", Report: s.ledger.Events()[1].ID, By: "L1"}); err != nil {
		t.Fatal(err)
	}
	n := len(s.ledger.Events())
	for _, a := range []desk.Action{desk.TapDismiss, desk.TapAfterSale} {
		if o := s.tap(a).Order; o.Refusal != desk.RefusedMeanwhile || o.Report != nil {
			t.Errorf("%s: %+v", a, o)
		}
	}
	if len(s.ledger.Events()) != n {
		t.Error("settled twice")
	}
}

// A disk that fails is said at once; afterwards the leader is where they were.
func TestALeadersRecordThatFails(t *testing.T) {
	for name, act := range map[string]func(s *shop){
		"hand over": func(s *shop) { s.open(3); s.fail(desk.TapHandOver) },
		"undo": func(s *shop) {
			s.open(1)
			s.tap(desk.TapUndo)
			s.pick(desk.PickReason, "other")
			s.fail(desk.TapConfirm)
		},
		"reject":  func(s *shop) { s.open(2); s.fail(desk.TapReject) },
		"dismiss": func(s *shop) { s.report(4); s.open(4); s.tap(desk.TapReports); s.fail(desk.TapDismiss) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.scan(1)
			s.scan(2)
			act(s)
			if state := s.on(desk.OutOfOrder); state.Order.Done != "" {
				t.Errorf("%+v", state.Order)
			}
			s.ledger.SetFault(nil)
			if state := s.wait(time.Second); state.Screen != desk.OrderFile || state.Order.Done != "" {
				t.Errorf("after the repair: %s", state.Screen)
			}
		})
	}
}

// fail taps with a disk that does not write.
func (s *shop) fail(a desk.Action) {
	s.ledger.SetFault(errPlug)
	s.Tap(a, s.now())
}
