package hq_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// on is an order of a consignment.
func on(id kiosk.OrderID, consignment string, status kiosk.Status) ordertable.Entry {
	e := hqtest.Entry(id)
	e.Order.Consignment, e.Order.Status = consignment, status
	return e
}

// A signature at one terminal makes the goods arrive at all terminals of its
// point, once, and what is over stays over.
func TestSignatureReachesTheOtherTerminal(t *testing.T) {
	s, c := start(t)
	s.Import("P001", on("A", "C1", kiosk.StatusShipped), on("B", "C1", kiosk.StatusPaid), on("C", "C1", kiosk.StatusRefunding),
		on("D", "C2", kiosk.StatusShipped), on("E", "C1", kiosk.StatusArrived), on("F", "", kiosk.StatusShipped))
	if err := s.HQ.AddPoint(ctx(), hq.NewPoint{ID: "P009", Name: "another"}); err != nil {
		t.Fatal(err)
	}
	s.Import("P009", on("Z", "C1", kiosk.StatusShipped))
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	set := newModel()
	if err := two.pull(set); err != nil || !set.complete() {
		t.Fatal(err)
	}
	before := set.orders["E"].Version
	signed := kiosk.GoodsReceived{Consignment: "C1", By: "leader", Lines: []kiosk.ReceivedLine{{Product: "鲜牛奶", Good: 6}}}
	for range 2 {
		settled(t, one.tell(signed), kiosk.SettledAccepted)
	}
	settled(t, one.tell(kiosk.GoodsReceived{Consignment: "C1", By: "leader"}), kiosk.SettledRejected)
	if err := two.pull(set); err != nil || !set.complete() {
		t.Fatal(err)
	}
	got := map[kiosk.OrderID]kiosk.Status{}
	for id, o := range set.orders {
		got[id] = o.Status
	}
	want := map[kiosk.OrderID]kiosk.Status{
		"A": kiosk.StatusArrived, "B": kiosk.StatusArrived, "C": kiosk.StatusRefunding, "D": kiosk.StatusShipped,
		"E": kiosk.StatusArrived, "F": kiosk.StatusShipped,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the other terminal's orders (-want +got):\n%s", diff)
	}
	if set.orders["E"].Version != before {
		t.Error("an order that had arrived was sent again")
	}
	for _, row := range rows(t, s, "P009") {
		if row.Status != kiosk.StatusShipped {
			t.Errorf("another point's order is %s", row.Status)
		}
	}
}

func rows(t *testing.T, s *hqtest.Server, point kiosk.PointID) (list []hq.OrderRow) {
	t.Helper()
	err := s.HQ.OrderRows(ctx(), point, func(r hq.OrderRow) error {
		list = append(list, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What customers and leaders say after a handover is settled, listed with the
// order, and asked of whoever fulfils it; a repeated push asks nothing again.
func TestWhatFollowsAHandover(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	d := enrol(t, s, c, "P001")
	handed := d.tell(redeem("A"))
	missing := kiosk.MissingReported{Order: "A", Redemption: handed.Event, Lines: []kiosk.Handed{{Line: "1", Short: 1}}}
	report := d.tell(missing)
	settled(t, report, kiosk.SettledAccepted)
	if row := orderRow(t, s, "A"); row.Reports != 1 || row.AfterSales != 0 {
		t.Errorf("HQ lists %+v", row)
	}
	sale := kiosk.AfterSaleRegistered{
		Order: "A", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonShort, By: "leader", Report: report.Event,
	}
	settled(t, d.tell(sale), kiosk.SettledAccepted)
	settled(t, d.tell(kiosk.Rated{Order: "A", Redemption: handed.Event, Goods: 2, Tags: []kiosk.RatingTag{kiosk.TagShort}}), kiosk.SettledAccepted)
	settled(t, d.tell(kiosk.InvoiceRequested{Order: "A"}), kiosk.SettledAccepted)
	settled(t, d.tell(kiosk.ReminderAsked{Order: "B", By: "leader"}), kiosk.SettledAccepted)
	settled(t, d.tell(kiosk.SentBack{Order: "B", Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.ReasonOverdue, By: "leader"}), kiosk.SettledAccepted)
	settled(t, d.tell(kiosk.DayClosed{Day: "2026-11-23", By: "leader"}), kiosk.SettledAccepted)
	settled(t, d.tell(kiosk.SentBack{Order: "B", Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonOverdue, By: "leader"}), kiosk.SettledRejected)
	settled(t, d.tell(kiosk.ReportDismissed{Order: "A", Report: report.Event, By: "leader"}), kiosk.SettledUnknown)
	settled(t, d.tell(kiosk.RedemptionUndone{Order: "A", Redemption: handed.Event, By: "leader"}), kiosk.SettledRejected)

	a, b := orderRow(t, s, "A"), orderRow(t, s, "B")
	if a.AfterSales != 1 || a.Refunds != 1280 || a.Reports != 0 || len(a.Ratings) != 1 || a.Ratings[0].Goods != 2 || a.SentBack || a.Left != 0 {
		t.Errorf("HQ lists %+v", a)
	}
	if !b.SentBack || b.Left != 3 || b.Ratings != nil {
		t.Errorf("HQ lists %+v", b)
	}
	want := []kiosk.EventType{
		kiosk.TypeMissingReported, kiosk.TypeAfterSaleRegistered, kiosk.TypeInvoiceRequested, kiosk.TypeReminderAsked, kiosk.TypeSentBack,
	}
	var got []kiosk.EventType
	all := requests(t, s, 0)
	for i, r := range all {
		got = append(got, r.Type)
		if r.Number != uint64(i)+1 || r.Terminal != d.id || r.Point != "P001" || r.Event.IsZero() || r.Seq == 0 || !r.At.Equal(c.now()) {
			t.Errorf("request %+v", r)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if all[3].Order != "B" {
		t.Errorf("the reminder is for order %s", all[3].Order)
	}
	if rest := requests(t, s, 3); len(rest) != 2 || rest[0].Number != 4 {
		t.Errorf("after the third: %v", rest)
	}
	if status, text := ask(t, s.HQ, "GET", "/admin/v1/requests?after=4", ""); status != 200 || !strings.Contains(text, `"type":"sent-back"`) {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := ask(t, s.HQ, "GET", "/admin/v1/requests?after=x", ""); status != 400 {
		t.Errorf("after nothing: %d", status)
	}
}

func requests(t *testing.T, s *hqtest.Server, after uint64) (list []hq.Request) {
	t.Helper()
	err := s.HQ.Requests(ctx(), after, func(r hq.Request) error {
		list = append(list, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAfterSalesOfAnotherTerminalAreHeld(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	settled(t, one.tell(redeem("A")), kiosk.SettledAccepted)
	sale := kiosk.AfterSaleRegistered{
		Order: "A", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "leader",
	}
	settled(t, one.tell(sale), kiosk.SettledAccepted)
	twice := two.tell(sale)
	settled(t, twice, kiosk.SettledConflict)
	if len(twice.Against) != 1 || len(requests(t, s, 0)) != 1 {
		t.Errorf("against %v, %d requests", twice.Against, len(requests(t, s, 0)))
	}
}

func TestPointSettingsOfTheCounter(t *testing.T) {
	s, _ := start(t)
	rate, code, page, yes, no := 350, "https://pay.example/p001", "https://invoice.example/?o={order}", true, false
	change := hq.PointChange{ID: "P001", CommissionRate: &rate, PaymentCode: &code, InvoicePage: &page, NoRating: &yes, NoVoice: &yes}
	if err := s.HQ.ChangePoint(ctx(), change); err != nil {
		t.Fatal(err)
	}
	want := kiosk.Policy{CommissionRate: 350, PaymentCode: code, InvoicePage: page, NoRating: true, NoVoice: true}
	if p, err := s.HQ.Point(ctx(), "P001"); err != nil || !cmp.Equal(p.Policy, want) {
		t.Errorf("%+v, %v", p.Policy, err)
	}
	none, zero := "", 0
	if err := s.HQ.ChangePoint(ctx(), hq.PointChange{ID: "P001", CommissionRate: &zero, PaymentCode: &none, NoRating: &no, NoInvoice: &yes}); err != nil {
		t.Fatal(err)
	}
	want.CommissionRate, want.PaymentCode, want.NoRating, want.NoInvoice = 0, "", false, true
	if p, err := s.HQ.Point(ctx(), "P001"); err != nil || !cmp.Equal(p.Policy, want) {
		t.Errorf("taken away: %+v, %v", p.Policy, err)
	}
	more, less, long, bell, ftp, word := 10_001, -1, strings.Repeat("x", 513), "a\ab", "ftp://invoice.example", "invoice"
	for name, c := range map[string]hq.PointChange{
		"more than all": {CommissionRate: &more}, "less than nothing": {CommissionRate: &less}, "a long code": {PaymentCode: &long},
		"a bell": {PaymentCode: &bell}, "a page by ftp": {InvoicePage: &ftp}, "a page of a word": {InvoicePage: &word},
	} {
		c.ID = "P001"
		if err := s.HQ.ChangePoint(ctx(), c); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
