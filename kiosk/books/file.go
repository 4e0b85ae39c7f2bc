package books

import (
	"cmp"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// entry is an order as lists show it; the caller holds the lock.
func (x *Index) entry(o kiosk.Order, s kiosk.OrderState) desk.Entry {
	e := desk.Entry{
		ID: o.ID, Status: o.Status, PickupNumber: o.PickupNumber, Shelf: o.Shelf, Customer: x.o.Reveal(o), Units: o.Units(),
		Due: kiosk.AmountDue(o, s), Reports: len(s.OpenReports()), CollectBy: o.CollectBy, Reminders: len(s.Reminders),
		SentBack: len(s.Returns) > 0, Arrived: o.Status == kiosk.StatusArrived,
	}
	for _, l := range o.Lines {
		e.Products = append(e.Products, l.Product)
	}
	for _, left := range kiosk.Remaining(o, s) {
		e.Left += left.Handed
	}
	_, e.Held = s.OpenHold()
	if standing := s.Standing(); len(standing) > 0 {
		e.Collected = standing[len(standing)-1].At
	}
	for _, r := range s.Reminders {
		if r.At.After(e.RemindedAt) {
			e.RemindedAt = r.At
		}
	}
	if o.Status == kiosk.StatusPaid || o.Status == kiosk.StatusShipped {
		e.Arrived = o.Consignment != "" && x.past.received[o.Consignment] != nil
	}
	return e
}

// File gives all that is known of an order.
func (x *Index) File(id kiosk.OrderID) (desk.File, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look()
	if x.source == nil {
		return desk.File{}, false
	}
	o, s, ok := x.source.Order(id)
	if !ok {
		return desk.File{}, false
	}
	return desk.File{Entry: x.entry(o, s), Order: o, State: s, History: x.history(o, s)}, true
}

// history gives what happened to an order: this terminal's events in their order,
// those of other terminals between them by their time.
func (x *Index) history(o kiosk.Order, s kiosk.OrderState) []desk.Happening {
	var own, others []desk.Happening
	for _, h := range happenings(o.ID, s) {
		if h.Terminal != x.o.Terminal {
			others = append(others, h)
			continue
		}
		if e, ok, err := x.event(h.Seq); err == nil && ok && e.ID == h.Event {
			h = happened(e) // with all that the state does not keep
		}
		own = append(own, h)
	}
	for _, hold := range s.Holds {
		seq, rejected := x.past.rejected[hold.Closed]
		if !rejected {
			continue
		}
		if e, ok, err := x.event(seq); err == nil && ok {
			own = append(own, happened(e))
		}
	}
	for i := range own {
		own[i].Settled = word(s, own[i].Event, x.verdicts.settled(own[i].Seq))
	}
	for i := range others { // HQ sent them
		others[i].Seq, others[i].Settled = 0, word(s, others[i].Event, kiosk.SettledAccepted)
	}
	slices.SortFunc(own, func(a, b desk.Happening) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortStableFunc(others, func(a, b desk.Happening) int { return a.At.Compare(b.At) })
	var all []desk.Happening
	for _, h := range own {
		for len(others) > 0 && others[0].At.Before(h.At) {
			all, others = append(all, others[0]), others[1:]
		}
		all = append(all, h)
	}
	return append(all, others...)
}

// happenings gives what a state is made of, in no order.
func happenings(id kiosk.OrderID, s kiosk.OrderState) []desk.Happening {
	var list []desk.Happening
	add := func(src kiosk.Source, body kiosk.Body) {
		list = append(list, desk.Happening{At: src.At, Terminal: src.Terminal, Event: src.Event, Seq: src.Seq, Body: body})
	}
	for _, r := range s.Redemptions {
		add(r.Source, kiosk.Redeemed{Order: id, Lines: r.HandedOver(), Method: r.Method, By: r.By, Proxy: r.Proxy})
		if u := r.Undone; u != nil {
			add(u.Source, kiosk.RedemptionUndone{Order: id, Redemption: r.Event, By: u.By, Reason: u.Reason})
		}
	}
	for _, h := range s.Holds {
		add(h.Source, kiosk.OrderHeld{Order: id, Reason: h.Reason, Proxy: h.Proxy})
	}
	for _, p := range s.Payments {
		add(p.Source, kiosk.PaymentCollected{Order: id, Amount: p.Amount, Means: p.Means})
	}
	for _, a := range s.AfterSales {
		add(a.Source, kiosk.AfterSaleRegistered{Order: id, Kind: a.Kind, Lines: a.Lines, Reason: a.Reason, By: a.By, Report: a.Report})
	}
	for _, r := range s.Reports {
		add(r.Source, kiosk.MissingReported{Order: id, Redemption: r.Redemption, Lines: r.Lines})
	}
	for _, d := range s.Dismissals {
		add(d.Source, kiosk.ReportDismissed{Order: id, Report: d.Report, By: d.By})
	}
	for _, r := range s.Ratings {
		add(r.Source, kiosk.Rated{
			Order: id, Redemption: r.Redemption, Goods: r.Goods, Service: r.Service, Logistics: r.Logistics, Tags: r.Tags,
		})
	}
	for _, i := range s.Invoices {
		add(i.Source, kiosk.InvoiceRequested{Order: id, Company: i.Company, Sealed: i.Sealed})
	}
	for _, r := range s.Reminders {
		add(r.Source, kiosk.ReminderAsked{Order: id, By: r.By})
	}
	for _, r := range s.Returns {
		add(r.Source, kiosk.SentBack{Order: id, Lines: r.Lines, Reason: r.Reason, By: r.By})
	}
	return list
}
