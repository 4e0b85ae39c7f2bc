package kiosktest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hexiao/kiosk"
)

// opens: asking what a code opens tells its orders, whatever has become of them, and
// leaves no trace.
func opens(t *testing.T, h Harness) {
	h.PutOrder(Order(1, OpenedBy(Code(9))))
	h.PutOrder(Order(2, OpenedBy(Code(9)), Status(kiosk.StatusShipped)))
	h.PutOrder(Order(3))
	want(t, redeem(t, h, Code(1), time.Minute), kiosk.Accepted)
	head := h.Ledger.Status().Head
	for _, c := range []struct {
		text string
		want []kiosk.OrderID
	}{
		{Code(9).Text, []kiosk.OrderID{OrderID(1), OrderID(2)}},
		{"]Q1" + Code(1).Text + "\r\n", []kiosk.OrderID{OrderID(1)}},
		{Code(3).Text, []kiosk.OrderID{OrderID(3)}},
		{Code(4).Text, nil},
		{"", nil},
		{"hello", nil},
		{"https://elsewhere.example/?c=1", nil},
	} {
		got, err := h.Ledger.Opens(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	}
	if now := h.Ledger.Status().Head; now != head {
		t.Errorf("%d events were recorded", now-head)
	}
	want(t, redeem(t, h, Code(3), time.Hour), kiosk.Accepted)
}
