package tally

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Settlement (结算) is what a point's business day comes to in money, line by line, as
// of now: a late event, an undo or a decision changes a past day. All amounts are fen,
// and each total is the sum of its lines.
//
// The commission is kiosk.Commission of the whole value at the point's rate, half a
// fen rounded up, as terminals show it: the value handed over, without what
// after-sales take off. Suppliers bear it in the order of their names, each the
// difference that its value makes to the commission on all up to it: so the shares
// are at most a fen off and their sum is exact.
type Settlement struct {
	Point    kiosk.PointID `json:"point"`
	Name     string        `json:"name"`
	Day      kiosk.Day     `json:"day"`
	AsOf     time.Time     `json:"as_of"` // HQ's clock
	Rate     int           `json:"rate"`  // of the commission, in ten-thousandths; the point's of now
	Total    Sums          `json:"total"`
	Refunds  kiosk.Fen     `json:"not_supplied"` // after-sales for units that are in no value: the merchant pays them from its own
	Cash     kiosk.Fen     `json:"cash"`         // taken at the point
	ByCode   kiosk.Fen     `json:"by_code"`      // paid to the platform's code
	Other    kiosk.Fen     `json:"other_money,omitempty"`
	Transfer kiosk.Fen     `json:"transfer"` // Cash less the commission: what the point owes; negative: what it is owed
	// Suppliers are by name; their sums are Total.
	Suppliers []SupplierSums `json:"suppliers"`
	Lines     []SettleLine   `json:"lines"` // by terminal and sequence of the events
	// Closed is when HQ heard of the last of the day's Ends; zero: nobody ended it.
	Closed time.Time `json:"closed,omitzero"`
	Ends   []Close   `json:"ends,omitempty"`
	// AtClose is the value that the ends came to, at the terminals; Total.Value less
	// it is what settling and Changes made of it.
	AtClose kiosk.Fen `json:"value_at_close"`
	Changes []Change  `json:"changes,omitempty"` // that HQ heard of after Closed
	// Agrees reports whether the figures of the day ([Tally.PointDay]) say the same.
	Agrees bool `json:"agrees"`
}

// Sums are amounts in fen. Net is Value less Deducted, and Payable is Net less
// Commission: what merchants get.
type Sums struct {
	Units      int       `json:"units"`    // handed over
	Value      kiosk.Fen `json:"value"`    // of Units
	Deducted   kiosk.Fen `json:"deducted"` // after-sales for units in this or an earlier day's value
	Net        kiosk.Fen `json:"net"`
	Commission kiosk.Fen `json:"commission"`
	Payable    kiosk.Fen `json:"payable"`
}

// SupplierSums are those of one supplier.
type SupplierSums struct {
	Supplier string `json:"supplier"` // empty: orders name none
	Sums
}

// SettleLine is a move of the day; see [MovesOf].
type SettleLine struct {
	Order    kiosk.OrderID    `json:"order"`
	Kind     MoveKind         `json:"kind"`
	Supplier string           `json:"supplier,omitempty"`
	Product  string           `json:"product,omitempty"`
	Units    int              `json:"units,omitempty"`
	Amount   kiosk.Fen        `json:"amount"`
	Terminal kiosk.TerminalID `json:"terminal"`
	Seq      uint64           `json:"seq"`
	At       time.Time        `json:"at"` // the terminal's clock
}

// ChangeKind says how a day changed after it was ended.
type ChangeKind string

// The kinds of changes.
const (
	ChangeLate    ChangeKind = "late"    // an event of the day came late
	ChangeUndone  ChangeKind = "undone"  // a handover of the day was undone
	ChangeDecided ChangeKind = "decided" // HQ or a person decided a dispute about one
)

// Change is something that HQ heard of after a day was ended.
type Change struct {
	Kind  ChangeKind       `json:"kind"`
	Order kiosk.OrderID    `json:"order,omitempty"`
	Event kiosk.EventID    `json:"event"`
	What  kiosk.EventType  `json:"what"`
	Term  kiosk.TerminalID `json:"terminal"`
	Seq   uint64           `json:"seq"`
	Heard time.Time        `json:"heard"` // HQ's clock
}

// Settle gives the settlement of a point's day, from its events and orders. It returns
// hq.ErrNoPoint, hq.ErrInput, or ErrCounting.
func (t *Tally) Settle(ctx context.Context, h *hq.HQ, point kiosk.PointID, day kiosk.Day) (s Settlement, err error) {
	if err := checkDay(day); err != nil {
		return s, err
	}
	err = t.view(ctx, h, func(tx hq.Tx) error {
		rec, err := hq.MustPoint(tx, point)
		if err != nil {
			return err
		}
		zone, err := t.zone(rec.Point)
		if err != nil {
			return err
		}
		w := t.work(tx)
		k := settling{tx: tx, day: day, calendar: calendar{zone: zone, doubtful: w.keptDay(zone)}}
		k.Settlement = Settlement{Point: point, Name: rec.Point.Name, Day: day, AsOf: h.Now(), Rate: rec.Point.Policy.CommissionRate}
		kept, err := load[Day](t.codec, tx, place(inDay+string(day), point, only))
		if err != nil {
			return err
		}
		k.ended(kept.Closed)
		orders, err := k.events()
		if err != nil {
			return err
		}
		if err := k.orders(orders); err != nil {
			return err
		}
		k.sum()
		s = k.Settlement
		c := kept.Counts
		s.Agrees = c.Value == s.Total.Value && c.Deducted == s.Total.Deducted && c.Refunds == s.Total.Deducted+s.Refunds &&
			c.Cash == s.Cash && c.ByCode == s.ByCode && c.OtherMoney == s.Other && c.Units == int64(s.Total.Units)
		return nil
	})
	return s, err
}

type settling struct {
	Settlement
	calendar
	tx  hq.Tx
	day kiosk.Day
}

func (k *settling) ended(ends []Close) {
	k.Ends = ends
	for _, e := range ends {
		k.AtClose += e.Totals.Value
		if e.Heard.After(k.Closed) {
			k.Closed = e.Heard
		}
	}
}

// after reports whether HQ heard of something after the day was ended.
func (k *settling) after(heard time.Time) bool { return !k.Closed.IsZero() && heard.After(k.Closed) }

// events reads the day's events, and gives the orders that they are about.
func (k *settling) events() ([]kiosk.OrderID, error) {
	seen := map[kiosk.OrderID]bool{}
	for after := (hq.EventPlace{}); ; {
		list, err := k.tx.DayEvents(k.Point, k.day, after, pageEvents)
		if err != nil {
			return nil, err
		}
		for _, stored := range list {
			after = hq.EventPlace{Terminal: stored.Terminal, Seq: stored.Seq}
			e, ok := readEvent(stored)
			if !ok || e.Body.Subject() == "" {
				continue
			}
			seen[e.Body.Subject()] = true
			if k.after(stored.At) && movesMoney(e.Body) {
				k.Changes = append(k.Changes, Change{
					Kind: ChangeLate, Order: e.Body.Subject(), Event: e.ID, What: e.Body.Type(), Term: stored.Terminal, Seq: stored.Seq, Heard: stored.At,
				})
			}
		}
		if len(list) < pageEvents {
			return sorted(seen), nil
		}
	}
}

func movesMoney(b kiosk.Body) bool {
	switch b.Type() {
	case kiosk.TypeRedeemed, kiosk.TypeAfterSaleRegistered, kiosk.TypePaymentCollected:
		return true
	}
	return false
}

// orders takes the day's moves of each order.
func (k *settling) orders(ids []kiosk.OrderID) error {
	if err := k.tx.Prefetch(k.Point, ids); err != nil {
		return err
	}
	for _, id := range ids {
		rec, ok, err := k.tx.Order(k.Point, id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for _, m := range MovesOf(rec) {
			day, err := k.dayOf(m.Source)
			if err != nil {
				return err
			}
			if day == k.day {
				k.Lines = append(k.Lines, SettleLine{
					Order: id, Kind: m.Kind, Supplier: m.Line.Supplier, Product: productName(m.Line), Units: m.Units, Amount: m.Amount,
					Terminal: m.Terminal, Seq: m.Seq, At: m.At,
				})
			}
		}
		if err := k.changed(rec); err != nil {
			return err
		}
	}
	slices.SortStableFunc(k.Lines, func(a, b SettleLine) int {
		return cmp.Or(cmp.Compare(a.Terminal, b.Terminal), cmp.Compare(a.Seq, b.Seq))
	})
	slices.SortStableFunc(k.Changes, func(a, b Change) int { return a.Heard.Compare(b.Heard) })
	return nil
}

// changed lists what became of the day's handovers after it was ended.
func (k *settling) changed(rec hq.OrderRecord) error {
	for _, r := range rec.State.Redemptions {
		day, err := k.dayOf(r.Source)
		if err != nil {
			return err
		}
		if day != k.day {
			continue
		}
		c := Change{Order: rec.Order.ID, Event: r.Event, What: kiosk.TypeRedeemed, Term: r.Terminal, Seq: r.Seq}
		if d, ok := rec.State.Dispute(r.Event); ok && k.after(d.Decided) {
			c.Kind, c.Heard = ChangeDecided, d.Decided
			k.Changes = append(k.Changes, c)
		}
		if r.Undone == nil {
			continue
		}
		undo, ok, err := k.tx.Event(r.Undone.Terminal, r.Undone.Seq)
		if err != nil {
			return err
		}
		if ok && k.after(undo.At) {
			c.Kind, c.Heard = ChangeUndone, undo.At
			k.Changes = append(k.Changes, c)
		}
	}
	return nil
}

// sum adds the lines up, and shares the commission out.
func (k *settling) sum() {
	by := map[string]Sums{}
	for _, l := range k.Lines {
		s := by[l.Supplier]
		switch l.Kind {
		case MoveHanded:
			s.Units += l.Units
			s.Value += l.Amount
			by[l.Supplier] = s
		case MoveDeducted:
			s.Deducted += l.Amount
			by[l.Supplier] = s
		case MoveRefunded:
			k.Refunds += l.Amount
		case MoveCash:
			k.Cash += l.Amount
		case MoveByCode:
			k.ByCode += l.Amount
		case MovePaid:
			k.Other += l.Amount
		}
	}
	for _, name := range sorted(by) {
		s := by[name]
		before := kiosk.Commission(k.Total.Value, k.Rate)
		k.Total.Units += s.Units
		k.Total.Value += s.Value
		k.Total.Deducted += s.Deducted
		s.Net = s.Value - s.Deducted
		s.Commission = kiosk.Commission(k.Total.Value, k.Rate) - before
		s.Payable = s.Net - s.Commission
		k.Total.Net += s.Net
		k.Total.Commission += s.Commission
		k.Total.Payable += s.Payable
		k.Suppliers = append(k.Suppliers, SupplierSums{name, s})
	}
	k.Transfer = k.Cash - k.Total.Commission
}
