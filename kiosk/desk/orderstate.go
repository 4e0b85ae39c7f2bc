package desk

import (
	"slices"

	"hexiao/kiosk"
)

func (d *Desk) orderState() OrderState {
	o := &d.file
	s := OrderState{
		Step: o.step, Order: o.id, Reason: o.why, SaleKind: o.sale.kind, Sale: slices.Clone(o.sale.lines), SaleAt: o.sale.at,
		Refusal: o.no, Done: o.done, DoneAmount: o.worth,
	}
	f, ok := File{}, false
	if d.o.Books != nil {
		f, ok = d.o.Books.File(o.id)
	}
	if !ok {
		return OrderState{Order: o.id, Gone: true}
	}
	s.Entry, s.Lines, s.Can = d.inZoneEntry(f.Entry), orderLines(f), d.can(f)
	s.Amount = kiosk.AfterSaleValue(f.Order, o.sale.units())
	for _, h := range slices.Backward(f.History) {
		s.History = append(s.History, OrderEvent{
			At: d.inZone(h.At), Terminal: h.Terminal, Here: h.Terminal == d.o.Terminal, By: d.nameOf(kiosk.Doer(h.Body)), Body: h.Body, Settled: h.Settled,
		})
	}
	for _, r := range handovers(f.State) {
		h := d.handover(r)
		if s.Handovers = append(s.Handovers, h); r.Event == o.undo {
			s.Undoing = h
		}
	}
	if reports := f.State.OpenReports(); len(reports) > 0 {
		s.Reports, s.Report = len(reports), d.missed(f.Order, reports[0])
	}
	switch o.step {
	case OrderUndo:
		s.Reasons = undoReasons()
	case OrderSaleReason:
		s.Reasons = saleReasons()
	}
	return s
}

// orderHandState is the draft of a handover on OrderFile.
func (d *Desk) orderHandState() HandState {
	if d.file.hand.step == "" || d.o.Books == nil {
		return HandState{}
	}
	f, _ := d.o.Books.File(d.file.id)
	return d.handState(d.file.hand, kiosk.AmountDue(f.Order, f.State))
}

// can is what the person who is signed in may do with an order as it stands.
func (d *Desk) can(f File) []Action {
	var out []Action
	offer := func(a Action, t kiosk.EventType, possible bool) {
		if possible && (t == "" || d.may(t)) {
			out = append(out, a)
		}
	}
	_, held := f.State.OpenHold()
	standing := len(f.State.Standing())
	collectable := d.collectable(f)
	offer(TapHandOver, kiosk.TypeRedeemed, collectable)
	offer(TapByLine, kiosk.TypeRedeemed, collectable)
	offer(TapReject, kiosk.TypeHoldRejected, held)
	offer(TapReports, "", len(f.State.OpenReports()) > 0)
	offer(TapDismiss, kiosk.TypeReportDismissed, len(f.State.OpenReports()) > 0)
	offer(TapUndo, kiosk.TypeRedemptionUndone, standing > 0 && len(f.State.AfterSales) == 0)
	offer(TapAfterSale, kiosk.TypeAfterSaleRegistered, len(saleLines(f, kiosk.AfterSaleRefund)) > 0)
	offer(TapPrint, "", standing > 0 && d.o.Do != nil)
	offer(TapHistory, "", len(f.History) > 0)
	return out
}

func orderLines(f File) []OrderLine {
	var out []OrderLine
	for _, l := range f.Order.Lines {
		state := f.State.Line(l.ID)
		sold, _ := f.State.AfterSold(l.ID)
		out = append(out, OrderLine{
			Product: l.Product, Spec: l.Spec, Unit: l.Unit, Ordered: l.Quantity, Left: l.Quantity - state.Total(),
			Handed: state.Handed, Short: state.Short, Damaged: state.Damaged, AfterSold: sold, UnitPrice: l.UnitPrice,
		})
	}
	return out
}

func (d *Desk) handover(r kiosk.Redemption) Handover {
	return Handover{At: d.inZone(r.At), Terminal: r.Terminal, Here: r.Terminal == d.o.Terminal, By: d.nameOf(r.By), Units: r.Units()}
}

func (d *Desk) missed(o kiosk.Order, r kiosk.Report) *OrderMissing {
	m := &OrderMissing{At: d.inZone(r.At)}
	for _, h := range r.Lines {
		l, _ := o.Line(h.Line)
		m.Lines = append(m.Lines, OrderLine{Product: l.Product, Spec: l.Spec, Unit: l.Unit, Ordered: l.Quantity, Short: h.Short, Damaged: h.Damaged})
	}
	return m
}

// nameOf is what somebody who may sign in is called; an id that the point does not
// know any more stands for itself.
func (d *Desk) nameOf(id string) string {
	for _, l := range d.o.Ledger.Point().Leaders {
		if l.ID == id && l.Name != "" {
			return l.Name
		}
	}
	return id
}
