package reconcile

import (
	"cmp"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// maxDifferences bounds what a report keeps: more are no work for a person, but a
// terminal that has gone wrong.
const maxDifferences = 1000

// Input is all that a day at a point is matched from.
type Input struct {
	Point     kiosk.PointRef
	Zone      string // of the point, by its IANA name
	Day       kiosk.Day
	At        time.Time // HQ's clock
	Terminals []Terminal
	Entries   []Entry // of the day
	// Orders are those that the entries are about, as far as HQ has them at the point.
	Orders map[kiosk.OrderID]hq.OrderRecord
	Goods  []*Goods // deliveries that the day had to do with
}

// Terminal is a terminal that has events of the day, or closed it.
type Terminal struct {
	hq.Terminal
	Closes []Close // by sequence
}

// Close is a day close as HQ has it.
type Close struct {
	Stored hq.StoredEvent
	Body   kiosk.DayClosed
	Other  bool // HQ's journal has another event at the head that the close names
}

// matching is a report under way.
type matching struct {
	in      Input
	report  Report
	entries []*entry
	by      map[place]*entry
	of      map[kiosk.OrderID][]*entry
	owners  map[place]int // the difference that an event is a side of
}

// Match reconciles a day. It is a pure function: the same input gives the same
// report.
func Match(in Input) Report {
	m := &matching{
		in: in, by: map[place]*entry{}, of: map[kiosk.OrderID][]*entry{}, owners: map[place]int{},
		report: Report{Point: in.Point.ID, Name: in.Point.Name, Zone: in.Zone, Day: in.Day, Made: in.At},
	}
	for _, e := range in.Entries {
		one := &entry{Entry: e}
		if body := e.Event.Body; body != nil && body.Subject() != "" {
			one.order = in.Orders[body.Subject()]
			m.of[body.Subject()] = append(m.of[body.Subject()], one)
		}
		one.weigh()
		m.entries = append(m.entries, one)
		m.by[one.place()] = one
	}
	slices.SortFunc(m.entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.Stored.Terminal, b.Stored.Terminal), cmp.Compare(a.Stored.Seq, b.Stored.Seq))
	})
	for _, t := range in.Terminals {
		m.terminal(t)
	}
	m.orders()
	for _, g := range in.Goods {
		m.goods(g)
	}
	m.drawers()
	m.finish()
	return m.report
}

// add keeps a difference, or adds what it comes to to the one that has its event
// already. It gives its place.
func (m *matching) add(d Difference) int {
	m.report.Differences = append(m.report.Differences, d)
	return len(m.report.Differences) - 1
}

// about keeps a difference about an event; what happened to the same event is one
// difference.
func (m *matching) about(e *entry, d Difference) int {
	if i, ok := m.owners[e.place()]; ok {
		old := &m.report.Differences[i]
		old.Effect = plus(old.Effect, d.Effect)
		return i
	}
	d.Terminal = e.Stored.Terminal
	if body := e.Event.Body; body != nil {
		d.Order = cmp.Or(d.Order, body.Subject())
	}
	d.Uncertain = d.Uncertain || uncertain(e)
	d.Sides = append([]Evidence{e.evidence()}, d.Sides...)
	i := m.add(d)
	m.owners[e.place()] = i
	return i
}

func uncertain(e *entry) bool { return e.Event.Body != nil && e.Event.At.Clock == kiosk.ClockSuspect }

func (e *entry) evidence() Evidence {
	v := Evidence{
		Terminal: e.Stored.Terminal, Seq: e.Stored.Seq, Event: e.Event.ID, Heard: e.Stored.At, Settled: e.Stored.Receipt.Settlement,
		Units: e.recorded.Units + e.recorded.Returned + e.recorded.Received, Amount: e.amount(),
	}
	if e.Event.Body != nil {
		b := e.Event.At.Bounds()
		v.Type, v.At, v.Earliest, v.Latest = e.Event.Body.Type(), e.Event.At.Wall.UTC(), b.Earliest, b.Latest
	}
	return v
}

// amount is what goods or money of the event come to, in fen.
func (e *entry) amount() kiosk.Fen {
	return money(e.recorded)
}

func money(t kiosk.DayTotals) kiosk.Fen { return t.Value + t.Cash + t.ByCode + t.Refunds }

// finish adds up, names the differences and says what the report comes to.
func (m *matching) finish() {
	r := &m.report
	balance := &r.Balance
	for _, t := range r.Terminals {
		if t.Closes == 0 {
			balance.Open = plus(balance.Open, t.Counted)
		}
		balance.Claimed = plus(balance.Claimed, plain(t.Claimed))
	}
	for _, d := range r.Differences {
		balance.Effect = plus(balance.Effect, d.Effect)
	}
	balance.Counted = m.settled()
	balance.Rest = minus(balance.Counted, plus(plus(balance.Claimed, balance.Open), balance.Effect))
	for i := range r.Terminals {
		for _, d := range r.Differences {
			if d.Terminal == r.Terminals[i].ID {
				r.Terminals[i].Effect = plus(r.Terminals[i].Effect, d.Effect)
			}
		}
	}
	for i := range r.Differences {
		r.Differences[i].name()
	}
	for _, e := range m.entries {
		row := EntryRow{Evidence: e.evidence(), Claimed: e.claimed, Counted: e.counted, Closed: e.within, Uncertain: !e.timed || uncertain(e)}
		if body := e.Event.Body; body != nil {
			row.Order, row.By = body.Subject(), kiosk.Doer(body)
		}
		if i, ok := m.owners[e.place()]; ok {
			row.Difference = r.Differences[i].ID
		}
		r.Entries = append(r.Entries, row)
	}
	slices.SortStableFunc(r.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Terminal, b.Terminal), cmp.Compare(a.Order, b.Order))
	})
	r.State = m.state()
	if over := len(r.Differences) - maxDifferences; over > 0 {
		r.Differences, r.More = r.Differences[:maxDifferences], over
	}
	r.fill()
}

func (m *matching) state() State {
	switch {
	case len(m.report.Differences) > 0 || !zero(m.report.Balance.Rest):
		return StateDifferences
	case len(m.report.Terminals) == 0:
		return StateEmpty
	case slices.ContainsFunc(m.report.Terminals, func(t TerminalRow) bool { return t.Closes == 0 }):
		return StateNotClosed
	}
	return StateClean
}

// settled adds up the day from the orders' states, not from the entries: what the
// entries come to must be the same.
func (m *matching) settled() (sum kiosk.DayTotals) {
	today := func(s kiosk.Source) bool {
		e := m.by[place{s.Terminal, s.Seq}]
		return e != nil && e.Event.ID == s.Event
	}
	for _, rec := range m.in.Orders {
		for _, r := range rec.State.Redemptions {
			if today(r.Source) && r.Counts() {
				sum = plus(sum, redeemed(rec.Order, kiosk.Redeemed{Lines: r.Lines, Method: r.Method}))
			}
		}
		for _, p := range rec.State.Payments {
			switch {
			case today(p.Source) && p.Means == meansCash:
				sum.Cash += p.Amount
			case today(p.Source) && p.Means == meansCode:
				sum.ByCode += p.Amount
			}
		}
		for _, a := range rec.State.AfterSales {
			if !today(a.Source) {
				continue
			}
			sum.AfterSales++
			sum.Refunds += kiosk.AfterSaleValue(rec.Order, a.Lines)
			if a.Kind == kiosk.AfterSaleReturn {
				for _, u := range a.Lines {
					sum.Returned += u.Units
				}
			}
		}
	}
	for _, e := range m.entries {
		sum.Undone += e.counted.Undone
		sum.Received += e.counted.Received
	}
	return sum
}
