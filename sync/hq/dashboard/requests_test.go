package dashboard

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// tells pushes an event.
func (k *terminal) tells(n byte, body kiosk.Body) kiosk.EventID {
	k.t.Helper()
	id := kiosk.EventID{n}
	copy(id[1:], k.id)
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: kiosk.Moment{Wall: k.site.clock.Now()}, Body: body})
	if err != nil {
		k.t.Fatal(err)
	}
	b := kiosk.Batch{Terminal: k.id, Prev: k.head, Records: []kiosk.Record{{Epoch: 1, Seq: k.head.Seq + 1, Payload: raw}}}
	if _, err := k.hq.Push(context.Background(), b); err != nil {
		k.t.Fatal(err)
	}
	k.head = b.Head()
	return id
}

// What terminals asked for is shown with what their events say, to those of the point.
func TestRequests(t *testing.T) {
	s := open(t)
	for _, point := range []kiosk.PointID{"P001", "P002"} {
		o := kiosk.OrderID("O" + point)
		s.hq.Import(point, hqtest.Entry(o))
		k := s.enrol(point, "门口")
		r := k.tells(1, kiosk.Redeemed{Order: o, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone})
		k.tells(2, kiosk.MissingReported{Order: o, Redemption: r, Lines: []kiosk.Handed{{Line: "1", Short: 1}}})
		k.tells(3, kiosk.AfterSaleRegistered{Order: o, Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1"})
		k.tells(4, kiosk.InvoiceRequested{Order: o})
	}
	all := func(who, query string) string {
		status, _, page := s.as(who).get("/requests" + query)
		if status != 200 {
			t.Fatalf("%s: %d", query, status)
		}
		return page
	}
	page := all("owner", "")
	for _, want := range []string{"退款", "变质", "29.90", "个人抬头", "反映缺损", "OP001", "OP002"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	if strings.Index(page, ">6<") > strings.Index(page, ">1<") {
		t.Error("the oldest is first")
	}
	if page := all("leader", ""); strings.Contains(page, "OP002") || !strings.Contains(page, "OP001") {
		t.Errorf("a leader sees %s", page)
	}
	if page := all("owner", "?kind=invoice-requested"); strings.Contains(page, "变质") || !strings.Contains(page, "个人抬头") {
		t.Errorf("the invoices are %s", page)
	}
	if page := all("leader", "?download=csv&table=requests"); strings.Contains(page, "OP002") || !strings.Contains(page, "个人抬头") {
		t.Errorf("the file has %s", page)
	}
}

// The last number is found whatever it is.
func TestLastRequest(t *testing.T) {
	s := open(t)
	for n := range 70 {
		err := s.hq.HQ.View(context.Background(), func(tx hq.Tx) error {
			got, err := lastRequest(tx)
			if n > 0 && got != uint64(n) {
				t.Errorf("%d, want %d", got, n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.hq.HQ.Update(context.Background(), func(tx hq.Tx) error {
			_, err := tx.AddRequest(hq.Request{Type: kiosk.TypeReminderAsked, Point: "P001", Terminal: "K1", Order: kiosk.OrderID(fmt.Sprint(n, rand.Text()))})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// When HQ heard of a terminal and whether it is behind is shown, and nothing of who was
// never heard of.
func TestTerminalsHeard(t *testing.T) {
	s := open(t)
	s.hq.Import("P001", hqtest.Entry("A"))
	k := s.enrol("P001", "门口")
	owner := s.as("owner")
	if _, _, page := owner.get("/terminals"); strings.Contains(page, "在线</span>") || strings.Contains(page, "次变更") {
		t.Errorf("a terminal that was never heard of: %s", page)
	}
	k.redeem("A")
	s.clock.Advance(180e9)
	if _, _, page := owner.get("/terminals"); !strings.Contains(page, "3 分钟前") {
		t.Errorf("three minutes after a push: %s", page)
	}
}
