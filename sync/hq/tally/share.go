package tally

import (
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// share is what facts add to a point's figures, or take from them.
type share struct {
	days map[kiosk.Day]*dayShare
	open Open
}

type dayShare struct {
	Day
	goods        map[string]Supplier
	people       map[string]Person
	consignments map[string]Consignment
}

func newShare() *share { return &share{days: map[kiosk.Day]*dayShare{}} }

func (s *share) day(d kiosk.Day) *dayShare {
	if s.days[d] == nil {
		s.days[d] = &dayShare{goods: map[string]Supplier{}, people: map[string]Person{}, consignments: map[string]Consignment{}}
	}
	return s.days[d]
}

// calendar tells on which business day of a point something was.
type calendar struct {
	zone *time.Location
	// doubtful gives the day of an event whose clock was not to be trusted.
	doubtful func(kiosk.Source) (kiosk.Day, error)
}

func (c calendar) dayOf(s kiosk.Source) (kiosk.Day, error) {
	if s.Doubt {
		return c.doubtful(s)
	}
	return c.date(s.At), nil
}

func (c calendar) date(t time.Time) kiosk.Day { return kiosk.Day(t.In(c.zone).Format(time.DateOnly)) }

// counting adds one order n times.
type counting struct {
	*share
	calendar
	rec hq.OrderRecord
	n   int64
}

// order adds an order's share n times.
func (s *share) order(c calendar, rec hq.OrderRecord, n int64) error {
	if rec.Order.ID == "" {
		return nil
	}
	k := counting{s, c, rec, n}
	k.standing()
	for _, part := range []func() error{k.handovers, k.holds, k.moves, k.undos, k.afterwards, k.ratings} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// on is the day's share of something.
func (k counting) on(s kiosk.Source) (*dayShare, error) {
	d, err := k.dayOf(s)
	return k.day(d), err
}

func (d *dayShare) count(c Counts, n int64) { d.Counts = d.Counts.plus(c, n) }

func (d *dayShare) supplier(l kiosk.Line, g Goods, n int64) {
	s := d.goods[l.Supplier]
	s.Goods = s.plus(g, n)
	if s.Products == nil {
		s.Products = map[string]Goods{}
	}
	name := productName(l)
	s.Products[name] = s.Products[name].plus(g, n)
	d.goods[l.Supplier] = s
}

func (d *dayShare) person(by string, p Person, n int64) {
	d.people[by] = d.people[by].plus(p, n)
}

func (d *dayShare) consignment(name string, c Consignment, n int64) {
	if name != "" {
		d.consignments[name] = d.consignments[name].plus(c, n)
	}
}

// productName is a product with its specification.
func productName(l kiosk.Line) string {
	if l.Spec == "" {
		return l.Product
	}
	return l.Product + " " + l.Spec
}

// handovers counts what went out, and who gave it.
func (k counting) handovers() error {
	orders := map[kiosk.Day]bool{}
	var last kiosk.Day
	for _, r := range k.rec.State.Redemptions {
		date, err := k.dayOf(r.Source)
		if err != nil {
			return err
		}
		day := k.day(date)
		p := Person{Handovers: 1}
		switch {
		case r.Undone != nil:
			p.Undone = 1
		case !r.Counts():
			day.count(Counts{Contested: 1}, k.n)
		default:
			c := Counts{Handovers: 1}
			if r.Method == kiosk.MethodAlone {
				c.Alone = 1
			}
			orders[date], last = true, max(last, date)
			k.lines(day, r, &c, &p)
			day.count(c, k.n)
		}
		if slices.ContainsFunc(r.HandedOver(), func(h kiosk.Handed) bool { return h.Short+h.Damaged > 0 }) {
			p.Flawed = 1
		}
		hold, held := k.holdOf(r)
		if wait, known := since(r.Source, hold.Source); held && known {
			p.Waits = p.Waits.plus(classOf(wait), 1)
			if r.Counts() {
				day.Waits = day.Waits.plus(classOf(wait), k.n)
			}
		}
		if !held && !r.Doubt {
			day.Arrivals = day.Arrivals.plus(slotOf(r.At.In(k.zone)), k.n)
		}
		day.person(r.By, p, k.n)
	}
	for date := range orders {
		c := Counts{Orders: 1}
		if date == last && kiosk.Remaining(k.rec.Order, k.rec.State) == nil {
			c.Complete = 1
		}
		k.day(date).count(c, k.n)
	}
	return nil
}

// lines counts the lines of a handover that counts.
func (k counting) lines(day *dayShare, r kiosk.Redemption, c *Counts, p *Person) {
	for _, h := range r.Lines {
		l, _ := k.rec.Order.Line(h.Line)
		g := Goods{Units: int64(h.Handed), Short: int64(h.Short), Damaged: int64(h.Damaged)}
		value := l.UnitPrice * kiosk.Fen(h.Handed)
		c.Units += g.Units
		c.Short += g.Short
		c.Damaged += g.Damaged
		p.Units += g.Units
		p.Value += value
		day.supplier(l, g, k.n)
		if g.Short+g.Damaged > 0 {
			day.consignment(k.rec.Order.Consignment, Consignment{Short: g.Short, Damaged: g.Damaged}, k.n)
		}
	}
}

// holdOf is the hold that a handover closed.
func (k counting) holdOf(r kiosk.Redemption) (kiosk.Hold, bool) {
	for _, h := range k.rec.State.Holds {
		if h.Closed == r.Event {
			return h, true
		}
	}
	return kiosk.Hold{}, false
}

// since is how long after another event one was, as far as the clocks tell.
func since(s, earlier kiosk.Source) (time.Duration, bool) {
	if s.Boot == earlier.Boot && !s.Boot.IsZero() {
		return s.Mono - earlier.Mono, s.Mono >= earlier.Mono
	}
	return s.At.Sub(earlier.At), !s.Doubt && !earlier.Doubt && !s.At.Before(earlier.At)
}

// holds counts scans that waited for the leader. One that took the place of another
// was of a customer who was there already.
func (k counting) holds() error {
	for _, h := range k.rec.State.Holds {
		replaces := slices.ContainsFunc(k.rec.State.Holds, func(o kiosk.Hold) bool { return o.Closed == h.Event })
		if replaces {
			continue
		}
		day, err := k.on(h.Source)
		if err != nil {
			return err
		}
		day.count(Counts{Held: 1}, k.n)
		if !h.Doubt {
			day.Arrivals = day.Arrivals.plus(slotOf(h.At.In(k.zone)), k.n)
		}
	}
	return nil
}

// moves counts the money.
func (k counting) moves() error {
	for _, m := range MovesOf(k.rec) {
		day, err := k.on(m.Source)
		if err != nil {
			return err
		}
		switch m.Kind {
		case MoveHanded:
			day.count(Counts{Value: m.Amount}, k.n)
			day.supplier(m.Line, Goods{Value: m.Amount}, k.n)
		case MoveDeducted:
			day.count(Counts{Refunds: m.Amount, Deducted: m.Amount}, k.n)
			day.supplier(m.Line, Goods{Refunds: m.Amount, Deducted: m.Amount, AfterSales: int64(m.Units)}, k.n)
		case MoveRefunded:
			day.count(Counts{Refunds: m.Amount}, k.n)
			day.supplier(m.Line, Goods{Refunds: m.Amount, AfterSales: int64(m.Units)}, k.n)
		case MoveCash:
			day.count(Counts{Cash: m.Amount}, k.n)
		case MoveByCode:
			day.count(Counts{ByCode: m.Amount}, k.n)
		case MovePaid:
			day.count(Counts{OtherMoney: m.Amount}, k.n)
		}
	}
	return nil
}

func (k counting) undos() error {
	for _, r := range k.rec.State.Redemptions {
		if r.Undone == nil {
			continue
		}
		day, err := k.on(r.Undone.Source)
		if err != nil {
			return err
		}
		day.count(Counts{Undone: 1}, k.n)
	}
	return nil
}
