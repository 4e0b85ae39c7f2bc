package boltstore_test

import (
	"fmt"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// counts is what followed the handovers, as far as two ledgers whose events have
// ids of their own can agree on it.
func counts(s kiosk.OrderState) [8]int {
	return [8]int{
		len(s.AfterSales), len(s.Reports), len(s.Dismissals), len(s.Ratings), len(s.Invoices), len(s.Reminders), len(s.Returns), len(s.OpenReports()),
	}
}

// Peek compares the answers, and records nothing.
func (m *machine) Peek(t *rapid.T) {
	n := rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 100, 101, 102, 50}).Draw(t, "code")
	scan := desk.Scan{Text: kiosktest.Code(n).Text, Source: "serial", At: m.now()}
	want, err := m.model.Peek(scan)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.store.Peek(scan)
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range got.Outcomes {
		w := want.Outcomes[i]
		if g.Resumed && m.fresh[g.Order.ID] && w.Verdict == kiosk.AlreadyCollected {
			continue
		}
		if g.Verdict != w.Verdict || fmt.Sprint(g.Lines) != fmt.Sprint(w.Lines) {
			t.Fatalf("order %s: %s, want %s", g.Order.ID, g.Verdict, w.Verdict)
		}
	}
}

// HandOver hands over all or a part of an order by hand.
func (m *machine) HandOver(t *rapid.T) {
	id, at, before := m.id(t), m.now(), m.head()
	c := kiosk.Confirmation{By: kiosktest.Staff(), Means: rapid.SampledFrom([]string{"", "cash"}).Draw(t, "means")}
	if rapid.Bool().Draw(t, "part") {
		c.Lines = []kiosk.Handed{{
			Line: "1", Handed: rapid.IntRange(0, 2).Draw(t, "units"), Damaged: rapid.IntRange(0, 1).Draw(t, "damaged"), Reason: kiosk.ReasonDamaged,
		}}
	}
	want, wantErr := m.model.HandOver(at, id, c)
	got, err := m.store.HandOver(at, id, c)
	if (err == nil) != (wantErr == nil) || got.Verdict != want.Verdict {
		t.Fatalf("hand over %s: %s, %v; want %s, %v", id, got.Verdict, err, want.Verdict, wantErr)
	}
	m.noted(before)
}

// Record records what follows a handover, or a delivery, if it may be.
func (m *machine) Record(t *rapid.T) {
	id, at, before := m.id(t), m.now(), m.head()
	kind := rapid.IntRange(0, 7).Draw(t, "kind")
	line, units := kiosk.LineID(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "line")), rapid.IntRange(1, 2).Draw(t, "units")
	body := func(l interface {
		Order(kiosk.OrderID) (kiosk.Order, kiosk.OrderState, bool)
	}) kiosk.Body {
		_, s, _ := l.Order(id)
		var last, report kiosk.EventID
		if standing := s.Standing(); len(standing) > 0 {
			last = standing[len(standing)-1].Event
		}
		if open := s.OpenReports(); len(open) > 0 {
			report = open[0].Event
		}
		switch kind {
		case 0:
			return kiosk.MissingReported{Order: id, Redemption: last, Lines: []kiosk.Handed{{Line: line, Short: units}}}
		case 1:
			return kiosk.ReportDismissed{Order: id, Report: report, By: "L1"}
		case 2:
			return kiosk.AfterSaleRegistered{
				Order: id, Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: line, Units: units}}, Reason: kiosk.ReasonSpoilt, By: "L1", Report: report,
			}
		case 3:
			return kiosk.Rated{Order: id, Redemption: last, Goods: 5}
		case 4:
			return kiosk.InvoiceRequested{Order: id}
		case 5:
			return kiosk.ReminderAsked{Order: id, By: "L1"}
		case 6:
			return kiosk.SentBack{Order: id, Lines: []kiosk.Units{{Line: line, Units: units}}, Reason: kiosk.ReasonOverdue, By: "L1"}
		}
		return kiosk.GoodsReceived{Consignment: m.set[id].Consignment, By: "L1", Lines: []kiosk.ReceivedLine{{Product: "牛奶", Good: 1}}}
	}
	want := m.model.Record(at, body(m.model))
	if got := m.store.Record(at, body(m.store)); (want == nil) != (got == nil) {
		t.Fatalf("record: %v, want %v", got, want)
	}
	m.noted(before)
}
