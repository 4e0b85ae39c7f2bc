package reconcile

import (
	"slices"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// How a payment's means are called in kiosk.PaymentCollected.
const (
	meansCash = "cash"
	meansCode = "platform-code"
)

// Entry is an event of the day as HQ has it.
type Entry struct {
	Stored hq.StoredEvent
	Event  kiosk.Event // no Body: withheld, or unreadable
}

// place is where an event stands.
type place struct {
	terminal kiosk.TerminalID
	seq      uint64
}

// entry is an event while it is matched.
type entry struct {
	Entry
	order hq.OrderRecord // its order; zero where HQ has none

	// recorded is what the terminal counted of it when it was new, which HQ cannot
	// know of events that it cannot read or whose order it does not have: unknown.
	recorded kiosk.DayTotals
	unknown  bool
	// counted is what HQ counts of it.
	counted kiosk.DayTotals
	// claimed is what the terminal's last close has of it. While unsure it is
	// recorded or counted: that depends on what the terminal had heard from HQ.
	claimed kiosk.DayTotals
	unsure  bool
	timed   bool // the terminal's clock tells the day
	within  bool // the last close covers it
}

func (e entry) place() place { return place{e.Stored.Terminal, e.Stored.Seq} }

// same reports whether a part of an order's state came from this very event.
func (e entry) same(s kiosk.Source) bool {
	return s.Event == e.Event.ID && s.Terminal == e.Stored.Terminal && s.Seq == e.Stored.Seq
}

// redemption is the handover that the event is, as HQ has it.
func (e entry) redemption() (kiosk.Redemption, bool) {
	i := slices.IndexFunc(e.order.State.Redemptions, func(r kiosk.Redemption) bool { return e.same(r.Source) })
	if i < 0 {
		return kiosk.Redemption{}, false
	}
	return e.order.State.Redemptions[i], true
}

// weigh fills in what the sides count, by the rules of the terminal's day book
// (kiosk/books) and by the order's state.
func (e *entry) weigh() {
	_, e.timed = e.Event.At.Time()
	agreed := e.Stored.Receipt.Settlement.Agrees()
	o, s := e.order.Order, e.order.State
	switch b := e.Event.Body.(type) {
	case nil:
		e.unknown, e.timed = true, true // HQ's day is a guess, the terminal's is as good as any
	case kiosk.Redeemed:
		e.recorded = redeemed(o, b)
		e.unknown = o.ID == "" && b.Voucher == nil
		if r, ok := e.redemption(); ok && r.Counts() {
			e.counted = redeemed(o, kiosk.Redeemed{Lines: r.Lines, Method: r.Method})
		}
	case kiosk.RedemptionUndone:
		e.recorded.Undone = 1
		e.take(agreed && slices.ContainsFunc(s.Redemptions, func(r kiosk.Redemption) bool { return r.Event == b.Redemption }))
	case kiosk.AfterSaleRegistered:
		e.recorded = kiosk.DayTotals{AfterSales: 1, Refunds: kiosk.AfterSaleValue(o, b.Lines)}
		if b.Kind == kiosk.AfterSaleReturn {
			for _, u := range b.Lines {
				e.recorded.Returned += u.Units
			}
		}
		e.unknown = o.ID == ""
		e.take(slices.ContainsFunc(s.AfterSales, func(a kiosk.AfterSale) bool { return e.same(a.Source) }))
	case kiosk.GoodsReceived:
		for _, l := range b.Lines {
			e.recorded.Received += l.Good + l.Damaged
		}
		e.take(e.Stored.Receipt.Settlement == kiosk.SettledAccepted)
	case kiosk.PaymentCollected:
		switch b.Means {
		case meansCash:
			e.recorded.Cash = b.Amount
		case meansCode:
			e.recorded.ByCode = b.Amount
		}
		e.take(slices.ContainsFunc(s.Payments, func(p kiosk.Payment) bool { return e.same(p.Source) }))
	}
}

// take lets HQ count the event as it was recorded.
func (e *entry) take(counts bool) {
	if counts {
		e.counted = e.recorded
	}
}

// redeemed is what a handover adds to a day.
func redeemed(o kiosk.Order, b kiosk.Redeemed) kiosk.DayTotals {
	t := kiosk.DayTotals{Orders: 1, Units: b.Units(), Value: value(o, b.Lines, handed)}
	if b.Voucher != nil {
		t.Value = b.Voucher.Value
	}
	if b.Method == kiosk.MethodAlone {
		t.Alone = 1
	}
	for _, h := range b.Lines {
		t.Short, t.Damaged = t.Short+h.Short, t.Damaged+h.Damaged
	}
	return t
}

// claim says what the close, whose head is until, has of the event: undone is the
// undo of this handover that the terminal itself recorded, 0 for none.
func (e *entry) claim(until, undone uint64) {
	e.within = e.Stored.Seq <= until
	if !e.within || !e.timed {
		return
	}
	e.claimed = e.recorded
	b, handover := e.Event.Body.(kiosk.Redeemed)
	if !handover {
		return
	}
	r, known := e.redemption()
	switch {
	case undone > 0 && undone <= until:
		e.claimed = kiosk.DayTotals{}
	case undone > 0:
	case known && (r.Undone != nil || r.Whole != nil || b.Voucher != nil || disputed(e.order.State, r.Event)):
		e.unsure = e.claimed != e.counted
	}
}

func disputed(s kiosk.OrderState, id kiosk.EventID) bool {
	_, yes := s.Dispute(id)
	return yes
}
