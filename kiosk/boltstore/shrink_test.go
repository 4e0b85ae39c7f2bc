package boltstore_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// setOf is so many orders, from a number on.
func setOf(from, n int) (orders []kiosk.Order) {
	for i := range n {
		orders = append(orders, kiosktest.Order(from+i, kiosktest.OpenedBy(kiosk.NewTyped(uint32(from+i)))))
	}
	return orders
}

func idsFrom(from, n int) (ids []kiosk.OrderID) {
	for i := range n {
		ids = append(ids, kiosktest.OrderID(from+i))
	}
	return ids
}

// filled is a store with so many orders, complete as of the start.
func filled(t *testing.T, n int) (*boltstore.Store, boltstore.Options) {
	t.Helper()
	o := options(t.TempDir())
	s := open(t, o)
	orders := setOf(0, n)
	if err := errors.Join(s.SetPoint(kiosktest.Point()), s.Stage(kiosk.Page{Orders: orders, Cursor: "f"}),
		s.Switch(watermark(1, kiosktest.Start(), orders...))); err != nil {
		t.Fatal(err)
	}
	return s, o
}

// What goes piece by piece is added up over a day of HQ's clock, also over a
// restart.
func TestASetDoesNotShrinkByChanges(t *testing.T) {
	s, o := filled(t, 1000)
	at := kiosktest.Start()
	take := func(from, n int, purge bool) error {
		return s.Apply(kiosk.Page{Gone: idsFrom(from, n), Cursor: "c" + strconv.Itoa(from), Purge: purge})
	}
	confirm := func(from int) {
		t.Helper()
		if err := s.ConfirmSet(watermark(2, at, setOf(from, 1000-from)...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := take(0, 100, false); err != nil {
		t.Fatal(err)
	}
	confirm(100)
	shut(t, s)
	s = open(t, o)
	if err := take(100, 100, false); !errors.Is(err, kiosk.ErrSetShrinks) || s.Status().Orders != 900 || s.Cursor() != "c0" || s.Status().Refused != 100 {
		t.Fatalf("200 of 1000 go: %v, %+v at %s", err, s.Status(), s.Cursor())
	}
	// What changed in those that are left is taken, and the cursor stays.
	changed := kiosktest.Order(500)
	changed.Version, changed.Status = 9_000, kiosk.StatusRefunded
	if err := s.Apply(kiosk.Page{Orders: []kiosk.Order{changed}}); err != nil || s.Cursor() != "c0" {
		t.Errorf("%v, at %s", err, s.Cursor())
	}
	if got, _, _ := s.Order(changed.ID); got.Status != kiosk.StatusRefunded {
		t.Error("a refund was not taken")
	}
	if err := s.Apply(kiosk.Page{Orders: setOf(500, 1)}); err != nil { // older: passed over
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, o)
	if s.Status().Refused != 100 {
		t.Error("the refusal was forgotten")
	}
	if err := take(100, 100, true); err != nil || s.Status().Orders != 800 || s.Status().Refused != 0 {
		t.Fatalf("with HQ's word: %v, %+v", err, s.Status())
	}
	if err := take(200, 159, false); err != nil { // it is counted anew from there
		t.Error(err)
	}
	at = at.Add(kiosk.ShrinkWindow)
	rest := setOf(359, 641)
	rest[500-359].Version = 9_000
	if err := s.ConfirmSet(watermark(3, at, rest...)); err != nil {
		t.Fatal(err)
	}
	if err := take(359, 100, false); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

func TestASetDoesNotShrinkBySwitching(t *testing.T) {
	s, o := filled(t, 1000)
	at := kiosktest.Start().Add(time.Hour)
	// As many orders as before, but others in place of 200.
	fresh := setOf(200, 1000)
	mark := watermark(2, at, fresh...)
	if err := s.Stage(kiosk.Page{Orders: fresh, Cursor: "f2"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Switch(mark); !errors.Is(err, kiosk.ErrSetShrinks) || s.Status().Refused != 200 || s.Cursor() != "f" {
		t.Fatalf("200 of 1000 go: %v, %+v", err, s.Status())
	}
	if _, _, ok := s.Order(kiosktest.OrderID(0)); !ok {
		t.Error("the old set is not in use")
	}
	shut(t, s)
	s = open(t, o) // what came is kept
	if s.StagedCursor() != "f2" {
		t.Fatalf("staged up to %q", s.StagedCursor())
	}
	if err := s.Switch(mark); !errors.Is(err, kiosk.ErrSetShrinks) {
		t.Fatal(err)
	}
	mark.Purge = true
	if err := s.Switch(mark); err != nil || s.Status().Refused != 0 || s.Status().Orders != 1000 {
		t.Fatalf("with HQ's word: %v, %+v", err, s.Status())
	}
	for _, n := range []int{200, 700, 1199} {
		if a, err := s.Redeem(kiosktest.Scan(kiosk.NewTyped(uint32(n)), 2*time.Hour)); err != nil || len(a.Outcomes) != 1 || a.Outcomes[0].Order.ID != kiosktest.OrderID(n) {
			t.Errorf("the code of order %d leads to %+v, %v", n, a, err)
		}
	}
	// A little less is no matter, and an empty set is.
	some := setOf(399, 801)
	if err := errors.Join(s.Stage(kiosk.Page{Orders: some, Cursor: "f3"}), s.Switch(watermark(3, at, some...))); err != nil {
		t.Error(err)
	}
	if err := s.Switch(watermark(4, at)); !errors.Is(err, kiosk.ErrSetShrinks) {
		t.Errorf("an empty set: %v", err)
	}
}

// A set that was imported here gives way to HQ's.
func TestALocalSetGivesWay(t *testing.T) {
	s := open(t, options(t.TempDir()))
	if n, err := s.ImportLocal(kiosktest.Point(), func(yield func(kiosk.Order) bool) {
		for _, o := range setOf(0, 300) {
			if !yield(o) {
				return
			}
		}
	}); err != nil || n != 300 {
		t.Fatal(n, err)
	}
	if err := errors.Join(s.Stage(kiosk.Page{Orders: setOf(900, 1), Cursor: "f"}), s.Switch(watermark(1, kiosktest.Start(), setOf(900, 1)...))); err != nil {
		t.Error(err)
	}
}
