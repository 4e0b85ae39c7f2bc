package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// restart begins a desk with what the last one kept.
func (s *shop) restart() {
	s.o.Counts = s.kept
	s.Desk = desk.New(s.o)
	s.signIn(leaderPIN)
	s.tap(desk.TapReceive)
	s.pick(desk.PickDelivery, delivery)
}

// What was counted outlives the program, until it is signed for.
func TestCountsOutliveARestart(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	s.pick(desk.PickProduct, s.product(tomatoes).Key)
	s.pick(desk.PickDamaged, 1)
	s.tap(desk.TapEnter)
	s.pick(desk.PickReason, kiosk.ReasonSpoilt)
	s.wait(time.Second)
	s.restart()
	if p := s.product(milk); !p.Counted || p.Good != 1 {
		t.Errorf("%+v", p)
	}
	if p := s.product(tomatoes); p.Damaged != 1 || p.Reason != kiosk.ReasonSpoilt {
		t.Errorf("%+v", p)
	}
	s.tap(desk.TapSign, desk.TapConfirm)
	if len(s.received()) != 1 {
		t.Fatal("not signed for")
	}
	if len(s.kept) != 0 || s.keeps >= len(s.ledger.Events()) {
		t.Errorf("when it was signed for, there were still kept %v, changed after %d of %d events", s.kept, s.keeps, len(s.ledger.Events()))
	}
	s.restart()
	if p := s.product(milk); p.Counted {
		t.Errorf("signed for, and counted again: %+v", p)
	}
}

// What could not be signed for is still counted, here and after a restart.
func TestCountsOfARefusedSignatureStay(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	s.wait(time.Second)
	s.ledger.SetFault(errPlug)
	s.tap(desk.TapSign, desk.TapConfirm)
	if len(s.received()) != 0 || len(s.kept) != 0 {
		t.Fatalf("signed %v, kept %v", s.received(), s.kept)
	}
	s.wait(time.Second)
	if len(s.kept[delivery]) != 1 {
		t.Errorf("kept %v", s.kept)
	}
}

// Nonsense in what was kept is dropped, and so is a delivery that is gone.
func TestCountsThatCannotBe(t *testing.T) {
	s := newDelivery(t)
	s.kept = desk.Counts{
		"C-GONE": {"x": {Good: 1}},
		delivery: {s.key(milk): {Good: 2}, s.key(tomatoes): {Good: -1}, "y": {Good: 1 << 40}, "z": {Damaged: 1, Reason: "because"}},
	}
	s.restart()
	s.wait(time.Second)
	if diff := cmp.Diff(desk.Counts{delivery: {s.key(milk): {Good: 2}}}, s.kept); diff != "" {
		t.Error(diff)
	}
}

// key is that of a product of the delivery.
func (s *shop) key(name string) string {
	s.t.Helper()
	s.pick(desk.PickDelivery, delivery)
	return s.product(name).Key
}

// "All here" fills in what nobody counted. What was counted stays, and is said to.
func TestAllHereLeavesWhatWasCounted(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	r := s.tap(desk.TapAllHere).Receive
	if r.Notice != desk.ReceivePartCounted {
		t.Errorf("it says %q", r.Notice)
	}
	if p := s.product(milk); p.Good != 1 || p.Short() != 3 {
		t.Errorf("%+v", p)
	}
	if p := s.product(tomatoes); p.Good != 2 || p.Differs() {
		t.Errorf("%+v", p)
	}
	s.tap(desk.TapRecount)
	if r := s.tap(desk.TapAllHere).Receive; r.Notice != desk.ReceiveNothing || r.Open.Here != 6 {
		t.Errorf("%+v", r)
	}
}
