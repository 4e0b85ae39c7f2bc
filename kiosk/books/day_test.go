package books_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

const today kiosk.Day = "2026-03-02"

func (s *shop) day(d kiosk.Day) desk.DayBook {
	s.t.Helper()
	book, err := s.books.DayBook(d)
	if err != nil {
		s.t.Fatal(err)
	}
	return book
}

func TestDayBook(t *testing.T) {
	p := kiosktest.Point()
	p.Policy.CommissionRate = 350
	s := newShop(t, kiosktest.Order(1), kiosktest.Order(2), kiosktest.Order(3, kiosktest.Due(1280)))
	s.SetPoint(p)
	first := s.collect(1, time.Minute)
	s.collect(2, 2*time.Minute)
	if _, err := s.HandOver(kiosktest.Moment(3*time.Minute), kiosktest.OrderID(3), kiosk.Confirmation{
		By: kiosktest.Staff(), Means: "cash", Lines: []kiosk.Handed{{Line: "1", Handed: 1, Short: 1, Reason: kiosk.ReasonShort}},
	}); err != nil {
		t.Fatal(err)
	}
	s.record(4*time.Minute, kiosk.AfterSaleRegistered{
		Order: kiosktest.OrderID(2), Kind: kiosk.AfterSaleReturn, Reason: kiosk.ReasonSpoilt, By: "L1", Lines: []kiosk.Units{{Line: "1", Units: 1}},
	})
	s.record(5*time.Minute, kiosk.GoodsReceived{
		Consignment: "C20260302", By: "L1", Lines: []kiosk.ReceivedLine{{Product: "光明鲜牛奶", Spec: "950 ml", Supplier: "光明乳业", Good: 5, Damaged: 1}},
	})
	s.Settle(3, kiosk.Receipt{Seq: 2, Event: s.Events()[1].ID, Settlement: kiosk.SettledConflict})

	want := kiosk.DayTotals{
		Orders: 3, Units: 7, Alone: 2, Short: 1, AfterSales: 1, Returned: 1, Received: 6,
		Value: 2*4560 + 1280, Cash: 1280, Refunds: 1280, Commission: kiosk.Commission(2*4560+1280, 350),
	}
	book := s.day(today)
	if book.Totals != want {
		t.Errorf("totals %+v, want %+v", book.Totals, want)
	}
	if len(book.Entries) != 6 || book.Pending != 3 || book.Differ != 1 || book.Head.Seq != 6 || book.Closed != nil {
		t.Errorf("%d entries, %d pending, %d differ, head %d, closed %v", len(book.Entries), book.Pending, book.Differ, book.Head.Seq, book.Closed)
	}
	if e := book.Entries[0]; e.Event != first || e.Settled != kiosk.SettledAccepted || e.Value != 4560 || e.PickupNumber != "2-001" || e.Seq != 1 {
		t.Errorf("first entry %+v", e)
	}

	// A later undo takes the handover out of its day, and counts on its own.
	if err := s.Undo(kiosktest.Moment(15*time.Hour), kiosktest.OrderID(1), first, kiosktest.Leader(), "wrong customer"); err != nil {
		t.Fatal(err)
	}
	want.Orders, want.Units, want.Alone, want.Value = 2, 4, 1, 4560+1280
	want.Commission = kiosk.Commission(want.Value, 350)
	if book := s.day(today); book.Totals != want || len(book.Entries) != 6 {
		t.Errorf("after the undo %+v, want %+v", book.Totals, want)
	}
	s.RemoveOrder(kiosktest.OrderID(1)) // that it was undone is known without the order
	if book := s.day(today); book.Totals != want {
		t.Errorf("without the order %+v, want %+v", book.Totals, want)
	}
	if book := s.day("2026-03-03"); book.Totals != (kiosk.DayTotals{Undone: 1}) || len(book.Entries) != 1 {
		t.Errorf("the next day %+v", book.Totals)
	}
	s.record(16*time.Hour, kiosk.DayClosed{Day: today, Totals: want, By: "L1"})
	if book := s.day(today); book.Closed == nil || book.Closed.Body.(kiosk.DayClosed).Totals != want {
		t.Errorf("closed %+v", book.Closed)
	}
	if book := s.day("2026-03-04"); book.Entries != nil || book.Closed != nil {
		t.Errorf("a day without events %+v", book)
	}
}

func TestConflicts(t *testing.T) {
	s := newShop(t, kiosktest.Order(1), kiosktest.Order(2))
	s.collect(1, time.Minute)
	s.collect(2, 2*time.Minute)
	events := s.Events()
	other := kiosk.Redemption{Source: kiosk.Source{Terminal: "T2", Seq: 5, At: kiosktest.Start()}, Method: kiosk.MethodAlone}
	s.Settle(2,
		kiosk.Receipt{Seq: 1, Event: events[0].ID, Settlement: kiosk.SettledConflict, Against: []kiosk.Redemption{other}},
		kiosk.Receipt{Seq: 2, Event: events[1].ID, Settlement: kiosk.SettledLateRevoked},
	)
	s.record(3*time.Minute, kiosk.ConflictNoted{Event: events[0].ID, Note: "both were here", By: "L1"})
	list, err := s.books.Conflicts()
	if err != nil || len(list) != 2 {
		t.Fatalf("%d conflicts, %v", len(list), err)
	}
	c := list[1]
	if c.Event != events[0].ID || c.Settled != kiosk.SettledConflict || c.Value != 4560 || len(c.Against) != 1 || c.Against[0].Terminal != "T2" ||
		c.Order != kiosktest.OrderID(1) || c.Entry.PickupNumber != "2-001" || len(c.Notes) != 1 {
		t.Errorf("conflict %+v", c)
	}
	if list[0].Seq != 2 || s.tally(0).Conflicts != 1 { // one was noted
		t.Errorf("the latest is %d of %d", list[0].Seq, s.tally(0).Conflicts)
	}
}

func TestFileTellsTheHistory(t *testing.T) {
	s := newShop(t, kiosktest.Order(1, kiosktest.Due(500)))
	id := kiosktest.OrderID(1)
	if a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(1), 0)); err != nil || a.Verdict != kiosk.PaymentDue {
		t.Fatalf("%s, %v", a.Verdict, err)
	}
	if f, ok := s.books.File(id); !ok || !f.Held || f.Left != 3 || f.Due != 500 {
		t.Errorf("held: %+v", f.Entry)
	}
	if err := s.Reject(kiosktest.Moment(time.Minute), id, "L1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.HandOver(kiosktest.Moment(2*time.Minute), id, kiosk.Confirmation{By: kiosktest.Leader(), Means: "cash"}); err != nil {
		t.Fatal(err)
	}
	s.record(3*time.Minute, kiosk.ReminderAsked{Order: id, By: "L1"})
	o := kiosktest.Order(1, kiosktest.Due(500))
	o.Settled = []kiosk.Redemption{{
		Source: kiosk.Source{Event: kiosk.EventID{9}, Terminal: "T2", Seq: 70, At: kiosktest.Start().Add(90 * time.Second)},
		Lines:  []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone,
	}}
	s.PutOrder(o)
	s.Settle(2)
	f, ok := s.books.File(id)
	if !ok {
		t.Fatal("not found")
	}
	var got []kiosk.EventType
	for _, h := range f.History {
		got = append(got, h.Body.Type())
	}
	want := []kiosk.EventType{
		kiosk.TypeOrderHeld, kiosk.TypeHoldRejected, kiosk.TypeRedeemed, kiosk.TypePaymentCollected, kiosk.TypeRedeemed, kiosk.TypeReminderAsked,
	}
	if len(got) != len(want) {
		t.Fatalf("history %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %s, want %s", i, got[i], want[i])
		}
	}
	if f.History[2].Seq != 0 || f.History[0].Settled != kiosk.SettledAccepted || f.History[3].Settled != "" {
		t.Errorf("history %+v", f.History)
	}
	if f.Reminders != 1 || !f.RemindedAt.Equal(kiosktest.Start().Add(3*time.Minute)) || f.Due != 0 || f.Left != 0 || f.Held {
		t.Errorf("entry %+v", f.Entry)
	}
	if _, ok := s.books.File("none"); ok {
		t.Error("an order that is not there has a file")
	}
}

func TestConsignments(t *testing.T) {
	at := func(consignment string, hours int) func(*kiosk.Order) {
		return func(o *kiosk.Order) {
			o.Consignment, o.Status = consignment, kiosk.StatusShipped
			o.ExpectedAt = kiosktest.Start().Add(time.Duration(hours) * time.Hour)
			o.Lines[0].Barcode = "6901234567892"
		}
	}
	s := newShop(t,
		kiosktest.Order(1, at("C1", 1)), kiosktest.Order(2, at("C1", 2)), kiosktest.Order(3, at("C2", 3)),
		kiosktest.Order(4, at("C1", 0), kiosktest.Status(kiosk.StatusCancelled)), kiosktest.Order(5, func(o *kiosk.Order) { o.Consignment = "" }),
	)
	list := s.books.Consignments()
	if len(list) != 2 || list[0].ID != "C2" || list[1].ID != "C1" {
		t.Fatalf("consignments %+v", list)
	}
	c := list[1]
	if c.Orders != 2 || !c.ExpectedAt.Equal(kiosktest.Start().Add(time.Hour)) || len(c.Lines) != 2 || !c.SignedAt.IsZero() {
		t.Fatalf("consignment %+v", c)
	}
	milk := c.Lines[0]
	if milk.Product != "光明鲜牛奶" || milk.Expected != 4 || len(milk.Barcodes) != 1 || milk.Unit != "盒" || c.Lines[1].Expected != 2 {
		t.Errorf("lines %+v", c.Lines)
	}
	sign := func(good, damaged int) kiosk.GoodsReceived {
		return kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{
			{Product: milk.Product, Spec: milk.Spec, Supplier: milk.Supplier, Expected: milk.Expected, Good: good, Damaged: damaged},
		}}
	}
	s.record(time.Hour, sign(2, 0))
	s.record(2*time.Hour, sign(1, 1))
	list = s.books.Consignments()
	if c := list[1]; c.ID != "C1" || c.Lines[0].Good != 3 || c.Lines[0].Damaged != 1 || c.SignedBy != "L1" || !c.SignedAt.Equal(kiosktest.Start().Add(2*time.Hour)) {
		t.Errorf("after the signatures %+v", list)
	}
	if f, ok := s.books.File(kiosktest.OrderID(1)); !ok || !f.Arrived {
		t.Errorf("arrived %+v", f.Entry)
	}
	if a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(1), 3*time.Hour)); err != nil || a.Verdict != kiosk.Accepted {
		t.Errorf("a signed order: %s, %v", a.Verdict, err)
	}
	if a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(3), 3*time.Hour)); err != nil || a.Verdict != kiosk.NotArrived {
		t.Errorf("an order on its way: %s, %v", a.Verdict, err)
	}
}
