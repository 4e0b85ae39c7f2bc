package tally

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// afterwards counts what customers missed, brought back and asked for, and what went
// back to the merchant.
func (k counting) afterwards() error {
	o, s := k.rec.Order, k.rec.State
	for _, a := range s.AfterSales {
		day, err := k.on(a.Source)
		if err != nil {
			return err
		}
		c, units := Counts{AfterSales: 1}, int64(0)
		for _, u := range a.Lines {
			units += int64(u.Units)
		}
		if a.Kind == kiosk.AfterSaleReturn {
			c.Returned = units
		}
		day.count(c, k.n)
		day.person(a.By, Person{Sales: 1}, k.n)
		day.consignment(o.Consignment, Consignment{AfterSales: units}, k.n)
	}
	for _, r := range s.Reports {
		day, err := k.on(r.Source)
		if err != nil {
			return err
		}
		for _, h := range r.Lines {
			l, _ := o.Line(h.Line)
			missing := int64(h.Total())
			day.count(Counts{Missing: missing}, k.n)
			day.supplier(l, Goods{Missing: missing}, k.n)
			day.consignment(o.Consignment, Consignment{Missing: missing}, k.n)
		}
	}
	for _, r := range s.Returns {
		day, err := k.on(r.Source)
		if err != nil {
			return err
		}
		day.count(Counts{SentBack: 1}, k.n)
		for _, u := range r.Lines {
			l, _ := o.Line(u.Line)
			day.supplier(l, Goods{SentBack: int64(u.Units)}, k.n)
		}
	}
	for _, i := range s.Invoices {
		day, err := k.on(i.Source)
		if err != nil {
			return err
		}
		day.count(Counts{Invoices: 1}, k.n)
	}
	for _, r := range s.Reminders {
		day, err := k.on(r.Source)
		if err != nil {
			return err
		}
		day.count(Counts{Reminders: 1}, k.n)
	}
	return nil
}

// ratings counts stars: those of the goods for each supplier and product of the
// handover once, those of the service for who handed over.
func (k counting) ratings() error {
	for _, r := range k.rec.State.Ratings {
		day, err := k.on(r.Source)
		if err != nil {
			return err
		}
		day.count(Counts{Ratings: 1}, k.n)
		day.Goods = day.Goods.plus(one(r.Goods), k.n)
		day.Service = day.Service.plus(one(r.Service), k.n)
		day.Logistics = day.Logistics.plus(one(r.Logistics), k.n)
		of, _ := k.rec.State.Redemption(r.Redemption)
		day.person(of.By, Person{Service: one(r.Service)}, k.n)
		k.starsOf(day, of, one(r.Goods))
	}
	return nil
}

func (k counting) starsOf(day *dayShare, of kiosk.Redemption, stars Stars) {
	var suppliers, products []string
	for _, h := range of.HandedOver() {
		l, _ := k.rec.Order.Line(h.Line)
		s := day.goods[l.Supplier]
		if !slices.Contains(suppliers, l.Supplier) {
			suppliers = append(suppliers, l.Supplier)
			s.Stars = s.Stars.plus(stars, k.n)
		}
		if s.Products == nil {
			s.Products = map[string]Goods{}
		}
		name := productName(l)
		if key := l.Supplier + "\x00" + name; !slices.Contains(products, key) {
			products = append(products, key)
			g := s.Products[name]
			g.Stars = g.Stars.plus(stars, k.n)
			s.Products[name] = g
		}
		day.goods[l.Supplier] = s
	}
}

// standing counts how the order stands, whatever the day.
func (k counting) standing() {
	o, s := k.rec.Order, k.rec.State
	left := kiosk.Remaining(o, s)
	if k.rec.Gone || left == nil || len(s.Returns) > 0 {
		return
	}
	open := &k.open
	switch o.Status {
	case kiosk.StatusPaid, kiosk.StatusShipped:
		open.OnTheWay += k.n
		return
	case kiosk.StatusRefunding:
		open.Refunding += k.n
		return
	case kiosk.StatusArrived:
	default:
		return
	}
	open.ToCollect += k.n
	if len(s.Standing()) > 0 {
		open.Partly += k.n
	}
	for _, h := range left {
		l, _ := o.Line(h.Line)
		open.Units += k.n * int64(h.Handed)
		open.Value += kiosk.Fen(k.n) * l.UnitPrice * kiosk.Fen(h.Handed)
	}
	since := o.ExpectedAt
	if since.IsZero() {
		since = o.ValidFrom
	}
	open.Since = open.Since.plus(k.openDay(since), k.n)
	open.Due = open.Due.plus(k.openDay(o.CollectBy), k.n)
}

// openDay is the day of an order's own time; none for no time, and for one that is
// nobody's business.
func (k counting) openDay(t time.Time) kiosk.Day {
	if t.Year() < 2000 || t.Year() > 2199 {
		return ""
	}
	return k.date(t)
}
