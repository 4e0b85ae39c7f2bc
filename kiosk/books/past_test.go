package books_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// By a clock that was not to be trusted a handover counts to HQ's day, if HQ's
// clock was known, and else to none.
func TestDoubtfulClocks(t *testing.T) {
	s := newShelf(3)
	wrong := kiosk.Moment{Wall: time.Date(2020, 1, 1, 12, 0, 0, 0, time.UTC), Clock: kiosk.ClockSuspect}
	known := wrong
	known.HQ = kiosk.HQClock{Known: true, Offset: kiosktest.Start().Sub(wrong.Wall) + time.Hour}
	s.add(wrong, redeemed(0))
	s.add(known, redeemed(1))
	s.add(at(time.Hour), redeemed(2))
	x := opened(t, s)
	update(t, x)
	tally := x.Tally(at(2 * time.Hour))
	if tally.Collected != 2 || tally.Hours[10] != 2 {
		t.Errorf("today %+v", tally)
	}
	book, err := x.DayBook(today)
	if err != nil || len(book.Entries) != 2 {
		t.Errorf("day %+v, %v", book, err)
	}
	if book, err := x.DayBook("2020-01-01"); err != nil || len(book.Entries) != 0 {
		t.Errorf("the wrong day %+v, %v", book, err)
	}
	if tally := x.Tally(wrong); tally.Collected != 0 || !tally.Known {
		t.Errorf("by a clock that tells nothing %+v", tally)
	}
	if found := x.Find(desk.Query{Filter: desk.FilterCollected}, wrong); found.Total != 0 {
		t.Errorf("found %d", found.Total)
	}
	if found := x.Find(desk.Query{Filter: desk.FilterCollected}, known); found.Total != 2 || found.Entries[0].ID != kiosktest.OrderID(1) && found.Entries[0].ID != kiosktest.OrderID(2) {
		t.Errorf("found %+v", found)
	}
}

// Every event of an order stands in its history, with what the state does not keep.
func TestHistoryHasEverything(t *testing.T) {
	s := newShelf(2)
	id := kiosktest.OrderID(1)
	handed := s.add(at(time.Minute), redeemed(1))
	report := s.add(at(2*time.Minute), kiosk.MissingReported{Order: id, Redemption: handed.ID, Lines: []kiosk.Handed{{Line: "1", Short: 1}}})
	for i, body := range []kiosk.Body{
		kiosk.ReportDismissed{Order: id, Report: report.ID, By: "L1", Note: "it was there"},
		kiosk.AfterSaleRegistered{Order: id, Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1", Note: "mould"},
		kiosk.Rated{Order: id, Redemption: handed.ID, Goods: 1},
		kiosk.InvoiceRequested{Order: id, Company: true, Sealed: []byte("sealed")},
		kiosk.ReminderAsked{Order: id, By: "L1"},
		kiosk.SentBack{Order: id, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonOther, By: "L1"},
		kiosk.RedemptionUndone{Order: id, Redemption: handed.ID, By: "L1", Reason: "mistake"},
		kiosk.PaymentCollected{Order: id, Amount: 1, Means: "cash", By: "L1"},
		kiosk.OrderHeld{Order: id, Reason: kiosk.Held, Source: "serial"},
	} {
		s.add(at(time.Duration(3+i)*time.Minute), body)
	}
	x := opened(t, s)
	update(t, x)
	check := func(full bool) {
		t.Helper()
		f, ok := x.File(id)
		if !ok || len(f.History) != len(s.events) {
			t.Fatalf("%d of %d events", len(f.History), len(s.events))
		}
		for i, h := range f.History {
			e := s.events[i]
			if h.Event != e.ID || h.Seq != e.Seq || !h.At.Equal(e.At.Wall) || h.Body.Type() != e.Body.Type() || h.Body.Subject() != id {
				t.Errorf("%d: %+v, want %+v", i, h, e)
			}
			if sale, ok := h.Body.(kiosk.AfterSaleRegistered); ok && (sale.Note == "mould") != full {
				t.Errorf("the note is %q", sale.Note)
			}
		}
	}
	check(true)
	s.fault(errDisk) // without the journal the state tells most of it
	check(false)
}
