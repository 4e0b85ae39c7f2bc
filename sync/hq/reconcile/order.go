package reconcile

import (
	"maps"
	"slices"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// orders matches what each order had to pay, what was paid, and what was paid back,
// with what was handed over.
func (m *matching) orders() {
	for _, id := range slices.Sorted(maps.Keys(m.in.Orders)) {
		rec := m.in.Orders[id]
		m.payments(rec)
		m.sales(rec)
		m.shorts(rec)
	}
}

// last is the latest of an order's events of the day that a test lets pass; nil:
// none is.
func (m *matching) last(o kiosk.Order, test func(*entry) bool) (found *entry) {
	for _, e := range m.of[o.ID] {
		if test(e) && (found == nil || e.Event.At.Wall.After(found.Event.At.Wall)) {
			found = e
		}
	}
	return found
}

// payments matches an order's money on the day of its handover, and of its
// payments.
func (m *matching) payments(rec hq.OrderRecord) {
	o, s := rec.Order, rec.State
	handover := m.last(o, func(e *entry) bool {
		r, ok := e.redemption()
		return ok && r.Counts() && count(r.Lines, handed) > 0
	})
	payment := m.last(o, func(e *entry) bool { return e.Event.Body.Type() == kiosk.TypePaymentCollected && !zero(e.counted) })
	differs := func(e *entry, kind Kind, action Action, amount kiosk.Fen) {
		m.add(Difference{
			Class: Quantity, Kind: kind, Action: action, Terminal: e.Stored.Terminal, Order: o.ID, Amount: amount,
			Sides: []Evidence{e.evidence()}, Uncertain: uncertain(e),
		})
	}
	if handover != nil {
		m.report.Due += o.Due
		m.report.Paid += min(s.Paid(), o.Due)
		if missing := kiosk.AmountDue(o, s); missing > 0 {
			differs(handover, KindUnpaid, ActCollect, missing)
		}
	}
	if payment == nil {
		return
	}
	switch paid := s.Paid(); {
	case !s.HandedOut():
		differs(payment, KindPaidNothing, ActPayBack, paid)
	case paid > o.Due:
		differs(payment, KindOverpaid, ActPayBack, paid-o.Due)
	}
}

// sales finds what was paid back of goods that were not handed over after all. The
// rules let no such after-sale in; what was undone or lost a dispute since does not
// hold it up.
func (m *matching) sales(rec hq.OrderRecord) {
	sale := m.last(rec.Order, func(e *entry) bool { return e.Event.Body.Type() == kiosk.TypeAfterSaleRegistered && !zero(e.counted) })
	if sale == nil {
		return
	}
	for _, l := range rec.Order.Lines {
		all, _ := rec.State.AfterSold(l.ID)
		if over := all - rec.State.Line(l.ID).Total(); over > 0 {
			m.add(Difference{
				Class: Quantity, Kind: KindSold, Action: ActReview, Terminal: sale.Stored.Terminal, Order: rec.Order.ID, Line: l.ID,
				Units: over, Amount: l.UnitPrice * kiosk.Fen(over), Sides: []Evidence{sale.evidence()}, Uncertain: uncertain(sale),
			})
		}
	}
}

// shorts finds units that the customer paid for, did not get, and got no money
// back for.
func (m *matching) shorts(rec hq.OrderRecord) {
	for _, l := range rec.Order.Lines {
		missing := func(e *entry) bool {
			r, ok := e.redemption()
			return ok && r.Counts() && slices.ContainsFunc(r.Lines, func(h kiosk.Handed) bool { return h.Line == l.ID && lost(h) > 0 })
		}
		e := m.last(rec.Order, missing)
		if e == nil {
			continue
		}
		state := rec.State.Line(l.ID)
		sold, _ := rec.State.AfterSold(l.ID)
		if owed := state.Short + state.Damaged - sold; owed > 0 {
			m.add(Difference{
				Class: Quantity, Kind: KindShort, Action: ActPayBack, Terminal: e.Stored.Terminal, Order: rec.Order.ID, Line: l.ID,
				Product: l.Product, Spec: l.Spec, Supplier: l.Supplier,
				Units: owed, Amount: l.UnitPrice * kiosk.Fen(owed), Sides: []Evidence{e.evidence()}, Uncertain: uncertain(e),
			})
		}
	}
}

// drawers matches the cash that was taken with what lay in the drawers. Terminals
// of a point may share one, so only their sum tells.
func (m *matching) drawers() {
	d := Difference{Class: Quantity, Kind: KindDrawer, Action: ActCountAgain}
	for _, t := range m.in.Terminals {
		if len(t.Closes) == 0 {
			continue
		}
		last := t.Closes[len(t.Closes)-1]
		d.Amount += last.Body.Counted - last.Body.Totals.Cash
		if last.Body.Counted != last.Body.Totals.Cash {
			side := last.evidence()
			side.Units, side.Amount = 0, last.Body.Counted-last.Body.Totals.Cash
			d.Sides = append(d.Sides, side)
		}
	}
	if d.Amount == 0 {
		return
	}
	if len(d.Sides) == 1 {
		d.Terminal = d.Sides[0].Terminal
	}
	m.add(d)
}
