package boltstore_test

import (
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
)

// A terminal that knows no HQ takes nobody's word.
func TestSignedCodesNeedHQsKey(t *testing.T) {
	s := open(t, options(t.TempDir()))
	fill(t, s, kiosktest.Order(1))
	a, err := s.Redeem(kiosktest.Scan(kiosktest.ProxyOf(1, kiosktest.Order(1)), 0))
	if err != nil || a.Verdict != kiosk.Malformed {
		t.Errorf("%s, %v", a.Verdict, err)
	}
}

// The order of the last code is remembered; one that has left the set is not.
func TestProxyOfAnOrderThatLeaves(t *testing.T) {
	o := options(t.TempDir())
	o.HQKey = testHQ()
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 300 {
		orders = append(orders, kiosktest.Order(n))
	}
	fill(t, s, orders...)
	code := kiosktest.ProxyOf(1, orders[299])
	for range 2 {
		if ids, err := s.Opens(code.Text); err != nil || len(ids) != 1 || ids[0] != orders[299].ID {
			t.Fatalf("%v, %v", ids, err)
		}
	}
	if ids, err := s.Opens(kiosktest.ProxyOf(2, orders[7]).Text); err != nil || len(ids) != 1 || ids[0] != orders[7].ID {
		t.Fatalf("%v, %v", ids, err)
	}
	if err := s.Apply(kiosk.Page{Gone: []kiosk.OrderID{orders[7].ID}}); err != nil {
		t.Fatal(err)
	}
	if ids, err := s.Opens(kiosktest.ProxyOf(2, orders[7]).Text); err != nil || len(ids) != 0 {
		t.Errorf("%v, %v", ids, err)
	}
}
