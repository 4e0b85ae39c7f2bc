package desk

import (
	"slices"
	"strconv"

	"hexiao/kiosk"
)

// SaleLine is a line and how much of it is paid back or returned.
type SaleLine struct {
	Line                kiosk.LineID
	Product, Spec, Unit string
	Most                int // units that may be
	Units               int
	UnitPrice           kiosk.Fen
}

// sale is an after-sale that is put together.
type sale struct {
	kind   kiosk.AfterSaleKind
	lines  []SaleLine
	at     int
	report kiosk.EventID // that it answers; zero: none
}

// saleReasons are those for an after-sale.
func saleReasons() []kiosk.Reason {
	return []kiosk.Reason{kiosk.ReasonShort, kiosk.ReasonDamaged, kiosk.ReasonSpoilt, kiosk.ReasonWrong, kiosk.ReasonUnwanted, kiosk.ReasonOther}
}

// saleLines are the lines of which something may be paid back, or come back.
func saleLines(f File, kind kiosk.AfterSaleKind) []SaleLine {
	var out []SaleLine
	for _, l := range f.Order.Lines {
		state := f.State.Line(l.ID)
		all, returned := f.State.AfterSold(l.ID)
		most := state.Total() - all
		if kind == kiosk.AfterSaleReturn {
			most = min(most, state.Handed-returned)
		}
		if most > 0 {
			out = append(out, SaleLine{Line: l.ID, Product: l.Product, Spec: l.Spec, Unit: l.Unit, Most: most, UnitPrice: l.UnitPrice})
		}
	}
	return out
}

// units gives what was chosen.
func (s sale) units() []kiosk.Units {
	var out []kiosk.Units
	for _, l := range s.lines {
		if l.Units > 0 {
			out = append(out, kiosk.Units{Line: l.Line, Units: l.Units})
		}
	}
	return out
}

// tapSale asks, step by step: what, how many, why, and whether really.
func (d *Desk) tapSale(a Action, f File, at kiosk.Moment) {
	o := &d.file
	if (a == TapAfterSale || a == TapNext || a == TapConfirm) && !d.may(kiosk.TypeAfterSaleRegistered) {
		o.no = RefusedRole
		return
	}
	switch {
	case a == TapAfterSale && o.step == OrderView:
		o.sale, o.why, o.step = sale{}, "", OrderSaleKind
	case a == TapAfterSale && o.step == OrderReport:
		d.saleOfReport(f)
	case a == TapOK && o.step == OrderSaleUnits:
		o.step = OrderSaleLines
	case a == TapNext && o.step == OrderSaleLines:
		if o.step = OrderSaleReason; len(o.sale.units()) == 0 {
			o.step, o.no = OrderSaleLines, RefusedNothing
		}
	case a == TapNext && o.step == OrderSaleReason:
		if o.step = OrderSaleSure; o.why == "" {
			o.step, o.no = OrderSaleReason, RefusedNoReason
		}
	case a == TapConfirm && o.step == OrderSaleSure:
		d.registerSale(f, at)
	}
}

// saleOfReport begins with what the customer misses, as far as it may be paid
// back.
func (d *Desk) saleOfReport(f File) {
	reports := f.State.OpenReports()
	o := &d.file
	if len(reports) == 0 {
		o.no = RefusedMeanwhile
		return
	}
	r := reports[0]
	o.sale, o.why = sale{kind: kiosk.AfterSaleRefund, lines: saleLines(f, kiosk.AfterSaleRefund), report: r.Event}, kiosk.ReasonDamaged
	for _, h := range r.Lines {
		if h.Short > 0 {
			o.why = kiosk.ReasonShort
		}
		if i := slices.IndexFunc(o.sale.lines, func(l SaleLine) bool { return l.Line == h.Line }); i >= 0 {
			o.sale.lines[i].Units = min(h.Short+h.Damaged, o.sale.lines[i].Most)
		}
	}
	o.step = OrderSaleLines
}

func (d *Desk) registerSale(f File, at kiosk.Moment) {
	o := &d.file
	body := kiosk.AfterSaleRegistered{
		Order: f.Order.ID, Kind: o.sale.kind, Lines: o.sale.units(), Reason: o.why, By: d.leader.who.ID, Report: o.sale.report,
	}
	if !d.recordFor(body, at) {
		return
	}
	o.step, o.done, o.worth = OrderView, DoneRefund, kiosk.AfterSaleValue(f.Order, body.Lines)
	if body.Kind == kiosk.AfterSaleReturn {
		o.done = DoneReturned
	}
	o.sale, o.why = sale{}, ""
}

func (d *Desk) pickSale(a Action, item string, f File) {
	o := &d.file
	s := &o.sale
	n, err := strconv.Atoi(item)
	switch {
	case a == PickKind && o.step == OrderSaleKind:
		if kind := kiosk.AfterSaleKind(item); kind == kiosk.AfterSaleRefund || kind == kiosk.AfterSaleReturn {
			*s, o.step = sale{kind: kind, lines: saleLines(f, kind)}, OrderSaleLines
		}
	case a == PickReason && o.step == OrderSaleReason && slices.Contains(saleReasons(), kiosk.Reason(item)):
		o.why = kiosk.Reason(item)
	case err != nil:
	case a == PickLine && o.step == OrderSaleLines && n >= 0 && n < len(s.lines):
		if s.at, o.step = n, OrderSaleUnits; s.lines[n].Units == 0 {
			s.lines[n].Units = 1
		}
	case a == PickUnits && o.step == OrderSaleUnits:
		s.lines[s.at].Units = min(max(n, 0), s.lines[s.at].Most)
	}
}
