package kiosktest_test

import (
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
)

func TestMemory(t *testing.T) {
	kiosktest.TestLedger(t, func(*testing.T) kiosktest.Harness {
		m := kiosktest.NewMemory(kiosktest.Point())
		return kiosktest.Harness{
			Ledger: m, PutOrder: m.PutOrder, SetPoint: m.SetPoint,
			State: func(id kiosk.OrderID) kiosk.OrderState {
				_, s, _ := m.Order(id)
				return s
			},
			Age: func(d time.Duration) {
				m.SetCache(kiosk.Cache{Version: 1, AsOf: kiosktest.Start().Add(-d), Complete: true})
			},
		}
	})
}

func TestMemoryFault(t *testing.T) {
	m := kiosktest.NewMemory(kiosktest.Point(), kiosktest.Order(1))
	planted := errors.New("planted")
	m.SetFault(planted)
	if _, err := m.Redeem(kiosktest.Scan(kiosktest.Code(1), 0)); !errors.Is(err, planted) {
		t.Errorf("got %v", err)
	}
	if s := m.Status(); !errors.Is(s.Disk, planted) || s.Head != 0 {
		t.Errorf("status %+v", s)
	}
	m.SetFault(nil)
	if a, err := m.Redeem(kiosktest.Scan(kiosktest.Code(1), 0)); err != nil || a.Verdict != kiosk.Accepted {
		t.Errorf("got %s, %v", a.Verdict, err)
	}
	if e := m.Events(); len(e) != 1 || e[0].Body.Type() != kiosk.TypeRedeemed {
		t.Errorf("events %v", e)
	}
}

func TestOrdersAreValid(t *testing.T) {
	for n := range 50 {
		o := kiosktest.Order(n)
		if err := o.Validate(); err != nil || o.Value() != 4560 || o.Units() != 3 {
			t.Errorf("order %d: %v, %s yuan, %d units", n, err, o.Value(), o.Units())
		}
	}
}
