package kiosk_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// noon is the time of day at which the tests play, UTC.
func noon() time.Time { return time.Date(2026, 3, 14, 4, 0, 0, 0, time.UTC) }

func leader() kiosk.Leader { return kiosk.Leader{ID: "L1", Name: "Li", Role: kiosk.RoleLeader} }

func staff() kiosk.Leader { return kiosk.Leader{ID: "S1", Name: "Su", Role: kiosk.RoleStaff} }

// order is arrived at P1: three of one product, one of another, 50.00 yuan.
func order() kiosk.Order {
	return kiosk.Order{
		ID: "O1", Version: 7, Point: "P1", Status: kiosk.StatusArrived, PickupNumber: "A-12", Shelf: "3",
		Lines: []kiosk.Line{
			{ID: "1", Product: "鲜牛奶", Unit: "盒", Quantity: 3, UnitPrice: 1_000},
			{ID: "2", Product: "鸡蛋", Unit: "盒", Quantity: 1, UnitPrice: 2_000},
		},
	}
}

// scene is a fresh cache at P1 at noon, with a trusted clock.
func scene() kiosk.Context {
	return kiosk.Context{
		Point:  kiosk.Point{ID: "P1", Name: "One", Neighbours: []kiosk.PointRef{{ID: "P2", Name: "Two"}}},
		Cache:  kiosk.Cache{Version: 9, AsOf: noon(), Complete: true},
		At:     kiosk.Moment{Wall: noon(), Mono: time.Hour, Clock: kiosk.ClockSynced},
		Source: "camera",
	}
}

func whole(o kiosk.Order) []kiosk.Handed { return kiosk.Remaining(o, kiosk.OrderState{}) }

// terminal makes the events of one journal.
type terminal struct {
	name kiosk.TerminalID
	seq  uint64
	at   time.Time
}

func (tm *terminal) event(b kiosk.Body) kiosk.Event {
	tm.seq++
	e := kiosk.Event{
		Terminal: tm.name, Epoch: 1, Seq: tm.seq, Body: b,
		At: kiosk.Moment{Wall: tm.at, Mono: time.Duration(tm.seq) * time.Second, Clock: kiosk.ClockSynced},
	}
	copy(e.ID[:], tm.name)
	binary.BigEndian.PutUint64(e.ID[8:], tm.seq)
	return e
}

func fold(s kiosk.OrderState, events ...kiosk.Event) kiosk.OrderState {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}

// drawOrder gives a valid order with small quantities, so that its limits are hit often.
func drawOrder(t *rapid.T) kiosk.Order {
	o := order()
	o.Lines = nil
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		o.Lines = append(o.Lines, kiosk.Line{
			ID: kiosk.LineID(fmt.Sprint(i + 1)), Product: "goods",
			Quantity:  rapid.IntRange(1, 4).Draw(t, "quantity"),
			UnitPrice: kiosk.Fen(rapid.IntRange(0, 15_000).Draw(t, "price")),
		})
	}
	if rapid.Bool().Draw(t, "to pay") {
		o.Due = kiosk.Fen(rapid.IntRange(1, 5_000).Draw(t, "due"))
	}
	if err := o.Validate(); err != nil {
		t.Fatalf("the drawn order is not valid: %v", err)
	}
	return o
}

func drawPolicy(t *rapid.T) kiosk.Policy {
	return kiosk.Policy{
		Handover: rapid.SampledFrom([]kiosk.HandoverMode{
			"", kiosk.HandoverAlone, kiosk.HandoverLeader, kiosk.HandoverBelow, "a mode of next year",
		}).Draw(t, "handover"),
		AloneBelow: kiosk.Fen(rapid.IntRange(0, 30_000).Draw(t, "alone below")),
		StaleValue: kiosk.Fen(rapid.IntRange(0, 30_000).Draw(t, "stale value")),
		UndoWindow: time.Duration(rapid.IntRange(0, 48).Draw(t, "undo hours")) * time.Hour,
	}
}

// drawLines gives entries for a confirmation: half of them plausible, so that
// many pass and add up; the others with unknown lines, negative and huge quantities.
func drawLines(t *rapid.T, o kiosk.Order) []kiosk.Handed {
	var lines []kiosk.Handed
	n, known := rapid.IntRange(0, 2), len(o.Lines)
	if rapid.Bool().Draw(t, "absurd") {
		n = rapid.OneOf(rapid.IntRange(-1, 3), rapid.SampledFrom([]int{0, 1, 1 << 62, -1 << 62, kiosk.MaxQuantity + 1}))
		known++
	}
	for range rapid.IntRange(1, 4).Draw(t, "entries") {
		id := kiosk.LineID(fmt.Sprint(rapid.IntRange(1, known).Draw(t, "line")))
		lines = append(lines, kiosk.Handed{
			Line: id, Handed: n.Draw(t, "handed"), Short: n.Draw(t, "short"), Damaged: n.Draw(t, "damaged"),
		})
	}
	return lines
}

// overrun names a line of which more is accounted for than was ordered.
func overrun(o kiosk.Order, s kiosk.OrderState) string {
	for _, l := range o.Lines {
		sum := s.Line(l.ID)
		if sum.Handed < 0 || sum.Short < 0 || sum.Damaged < 0 || sum.Total() > l.Quantity {
			return fmt.Sprintf("line %s: %+v of %d", l.ID, sum, l.Quantity)
		}
	}
	return ""
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func same(t failer, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(kiosk.Redemption{}, "Heard")); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

// throughDisk writes a state as a checkpoint and reads it again.
func throughDisk(t failer, s kiosk.OrderState) kiosk.OrderState {
	t.Helper()
	b, err := kiosk.EncodeState(s)
	if err != nil {
		t.Fatalf("encode the state: %v", err)
	}
	back, err := kiosk.DecodeState(b)
	if err != nil {
		t.Fatalf("decode the state: %v", err)
	}
	return back
}

func TestTheSceneIsSound(t *testing.T) {
	if err := order().Validate(); err != nil {
		t.Fatal(err)
	}
	if out, _ := kiosk.DecideScan(order(), kiosk.OrderState{}, scene()); out.Verdict != kiosk.Accepted {
		t.Fatalf("the plain scene gives %s, not accepted", out.Verdict)
	}
}

// told is an order with which HQ tells of redemptions.
func told(settled []kiosk.Redemption) kiosk.Order { return kiosk.Order{Settled: settled} }
