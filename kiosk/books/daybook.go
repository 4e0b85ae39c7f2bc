package books

import (
	"errors"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// How a payment's means are called in kiosk.PaymentCollected.
const (
	meansCash = "cash"
	meansCode = "platform-code"
)

// dayKept is a day's events as far as they were read.
type dayKept struct {
	day    kiosk.Day
	epoch  uint64
	upTo   uint64 // sequence up to which the journal was read for it
	events []kiosk.Event
}

// DayBook gives the events of a business day at this terminal, in their order.
func (x *Index) DayBook(day kiosk.Day) (desk.DayBook, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	book := desk.DayBook{Day: day}
	if x.source == nil {
		return book, nil
	}
	if err := x.takeEvents(); err != nil {
		return book, err
	}
	x.look()
	events, err := x.dayEvents(day)
	if err != nil {
		return book, err
	}
	if book.Head, err = x.source.Head(); err != nil {
		return book, err
	}
	for _, e := range events {
		entry := desk.DayEntry{Happening: happened(e), Value: x.value(e.Body)}
		redemption, counts := x.counted(e)
		entry.Settled = x.word(e)
		if r := x.set.records[e.Body.Subject()]; r != nil {
			entry.PickupNumber = r.pickup
		}
		switch {
		case entry.Settled == "":
			book.Pending++
		case !entry.Settled.Agrees():
			book.Differ++
		}
		book.Entries = append(book.Entries, entry)
		if counts {
			x.total(&book.Totals, redemption, x.value(redemption.Body))
		}
	}
	book.Totals.Commission = kiosk.Commission(book.Totals.Value, x.source.Point().Policy.CommissionRate)
	if closed, ok := x.past.closed[day]; ok {
		closed.Settled = x.verdicts.settled(closed.Seq)
		book.Closed = &closed
	}
	return book, nil
}

// dayEvents reads a day in the journal, and keeps the last one that was asked
// for: its end grows while it is looked at.
func (x *Index) dayEvents(day kiosk.Day) ([]kiosk.Event, error) {
	k := &x.kept.day
	if k.day != day || k.epoch != x.epoch {
		*k = dayKept{day: day, epoch: x.epoch}
	}
	s, known := x.past.days[day]
	from := max(s.first, k.upTo+1)
	if !known || from > s.last {
		return k.events, nil
	}
	var more []kiosk.Event
	err := x.source.Events(from, func(e kiosk.Event) error {
		if e.Seq > s.last {
			return errEnough
		}
		if d, ok := kiosk.DayOf(e.At, x.zone); ok && d == day {
			more = append(more, e)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	k.events, k.upTo = append(slices.Clip(k.events), more...), s.last
	return k.events, nil
}

// total adds an event to a day's sums.
func (x *Index) total(t *kiosk.DayTotals, e kiosk.Event, value kiosk.Fen) {
	switch b := e.Body.(type) {
	case kiosk.Redeemed:
		if x.past.undone[e.ID] || x.undoneElsewhere(b.Order, e.ID) {
			return
		}
		t.Orders++
		if b.Method == kiosk.MethodAlone {
			t.Alone++
		}
		t.Units += b.Units()
		for _, h := range b.Lines {
			t.Short += h.Short
			t.Damaged += h.Damaged
		}
		t.Value += value
	case kiosk.RedemptionUndone:
		t.Undone++
	case kiosk.AfterSaleRegistered:
		t.AfterSales++
		t.Refunds += value
		if b.Kind == kiosk.AfterSaleReturn {
			for _, u := range b.Lines {
				t.Returned += u.Units
			}
		}
	case kiosk.GoodsReceived:
		for _, l := range b.Lines {
			t.Received += l.Good + l.Damaged
		}
	case kiosk.PaymentCollected:
		switch b.Means {
		case meansCash:
			t.Cash += b.Amount
		case meansCode:
			t.ByCode += b.Amount
		}
	}
}

// undoneElsewhere reports whether another terminal undid a redemption, as far as
// HQ told of it.
func (x *Index) undoneElsewhere(order kiosk.OrderID, redemption kiosk.EventID) bool {
	r := x.set.records[order]
	return r != nil && slices.Contains(r.undone, redemption)
}
