package reconcile_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/reconcile"
)

const day kiosk.Day = "2026-11-23"

func noon() time.Time { return time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) }

// world is a point's day at HQ and at its terminals, settled by the domain's own
// rules.
type world struct {
	orders    map[kiosk.OrderID]hq.OrderRecord
	terminals []*terminal
	goods     map[string][]signature
	minutes   int
	events    int
}

type signature struct {
	body kiosk.GoodsReceived
	day  kiosk.Day
}

// terminal is a journal, and its own book of the day.
type terminal struct {
	w       *world
	id      kiosk.TerminalID
	entries []reconcile.Entry
	closes  []reconcile.Close
	deaf    map[kiosk.EventID]bool // undos elsewhere that it has not heard of
}

func newWorld(terminals int) *world {
	w := &world{orders: map[kiosk.OrderID]hq.OrderRecord{}, goods: map[string][]signature{}}
	for n := range terminals {
		w.terminals = append(w.terminals, &terminal{w: w, id: kiosk.TerminalID(fmt.Sprintf("K%d", n+1)), deaf: map[kiosk.EventID]bool{}})
	}
	return w
}

// order puts an order of two lines, 2 of 12.80 and 1 of 29.90 yuan, to HQ.
func (w *world) order(n int, change ...func(*kiosk.Order)) kiosk.Order {
	o := kiosk.Order{
		ID: kiosk.OrderID(fmt.Sprintf("A%d", n)), Point: "P001", Status: kiosk.StatusArrived, Version: 1,
		Lines: []kiosk.Line{
			{ID: "1", Product: "牛奶", Spec: "950 ml", Supplier: "青山牧场", Quantity: 2, UnitPrice: 1280},
			{ID: "2", Product: "鸡蛋", Supplier: "云溪农庄", Quantity: 1, UnitPrice: 2990},
		},
	}
	for _, c := range change {
		c(&o)
	}
	w.orders[o.ID] = hq.OrderRecord{Order: o}
	return o
}

func all(o kiosk.Order) kiosk.Redeemed {
	b := kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodAlone}
	for _, l := range o.Lines {
		b.Lines = append(b.Lines, kiosk.Handed{Line: l.ID, Handed: l.Quantity})
	}
	return b
}

// record has a terminal record an event and HQ settle it.
func (t *terminal) record(body kiosk.Body, change ...func(*kiosk.Event)) kiosk.Event {
	w := t.w
	w.minutes++
	w.events++
	e := kiosk.Event{
		Terminal: t.id, Epoch: 1, Seq: uint64(len(t.entries)+len(t.closes)) + 1, Body: body,
		At: kiosk.Moment{Wall: noon().Add(time.Duration(w.minutes) * time.Minute), HQ: kiosk.HQClock{Known: true}, Clock: kiosk.ClockSynced},
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(w.events)))
	copy(e.ID[:], sum[:])
	for _, c := range change {
		c(&e)
	}
	rec, known := w.orders[body.Subject()]
	settlement, state, _ := kiosk.Settle(rec.Order, known, rec.State, e)
	_, handover := body.(kiosk.Redeemed)
	if settlement == kiosk.SettledAccepted || handover && (settlement == kiosk.SettledConflict || settlement == kiosk.SettledLateRevoked) {
		if known {
			rec.State = state
			w.orders[body.Subject()] = rec
		}
		if b, ok := body.(kiosk.GoodsReceived); ok {
			w.goods[b.Consignment] = append(w.goods[b.Consignment], signature{b, day})
		}
	}
	stored := hq.StoredEvent{
		Terminal: t.id, Point: "P001", Epoch: 1, Seq: e.Seq, At: e.At.Wall, Day: day,
		Receipt: kiosk.Receipt{Seq: e.Seq, Event: e.ID, Settlement: settlement},
	}
	if b, ok := body.(kiosk.DayClosed); ok {
		t.closes = append(t.closes, reconcile.Close{Stored: stored, Body: b})
		return e
	}
	t.entries = append(t.entries, reconcile.Entry{Stored: stored, Event: e})
	return e
}

func (t *terminal) head() kiosk.Head {
	return kiosk.Head{Seq: uint64(len(t.entries) + len(t.closes))}
}

// book is the day as the terminal's own journal tells it; an account of its own,
// as in kiosk/books.
func (t *terminal) book() (sum kiosk.DayTotals) {
	undone := map[kiosk.EventID]bool{}
	for _, e := range t.entries {
		if b, ok := e.Event.Body.(kiosk.RedemptionUndone); ok {
			undone[b.Redemption] = true
		}
	}
	for _, e := range t.entries {
		if _, ok := e.Event.At.Time(); !ok {
			continue
		}
		rec := t.w.orders[e.Event.Body.Subject()]
		switch b := e.Event.Body.(type) {
		case kiosk.Redeemed:
			if r, ok := rec.State.Redemption(e.Event.ID); undone[e.Event.ID] || ok && r.Undone != nil && !t.deaf[e.Event.ID] {
				continue
			}
			sum.Orders++
			sum.Alone += map[kiosk.Method]int{kiosk.MethodAlone: 1}[b.Method]
			for _, h := range b.Lines {
				line, ok := rec.Order.Line(h.Line)
				if !ok {
					line.UnitPrice = 500 // of an order that HQ does not have
				}
				sum.Units, sum.Short, sum.Damaged = sum.Units+h.Handed, sum.Short+h.Short, sum.Damaged+h.Damaged
				sum.Value += line.UnitPrice * kiosk.Fen(h.Handed)
			}
		case kiosk.RedemptionUndone:
			sum.Undone++
		case kiosk.PaymentCollected:
			if b.Means == "cash" {
				sum.Cash += b.Amount
			} else {
				sum.ByCode += b.Amount
			}
		case kiosk.AfterSaleRegistered:
			sum.AfterSales++
			sum.Refunds += kiosk.AfterSaleValue(rec.Order, b.Lines)
			for _, u := range b.Lines {
				if b.Kind == kiosk.AfterSaleReturn {
					sum.Returned += u.Units
				}
			}
		case kiosk.GoodsReceived:
			for _, l := range b.Lines {
				sum.Received += l.Good + l.Damaged
			}
		}
	}
	return sum
}

// close has the terminal close the day, as it knows it.
func (t *terminal) close(change ...func(*kiosk.DayClosed)) {
	b := kiosk.DayClosed{Day: day, Totals: t.book(), Head: t.head(), By: "L1"}
	b.Counted = b.Totals.Cash
	b.Totals.Commission = kiosk.Commission(b.Totals.Value, 350)
	for _, c := range change {
		c(&b)
	}
	t.record(b)
}

func (w *world) close() {
	for _, t := range w.terminals {
		if len(t.closes) == 0 {
			t.close()
		}
	}
}

// hide replaces an event at HQ by its place, or by what HQ cannot read.
func (t *terminal) hide(seq uint64, withheld bool) {
	i := slices.IndexFunc(t.entries, func(e reconcile.Entry) bool { return e.Stored.Seq == seq })
	t.entries[i].Event = kiosk.Event{}
	t.entries[i].Stored.Receipt = kiosk.Receipt{Seq: seq, Settlement: kiosk.SettledRejected, Withheld: withheld}
}

func (w *world) input() reconcile.Input {
	in := reconcile.Input{Point: kiosk.PointRef{ID: "P001", Name: "幸福里"}, Day: day, At: noon().Add(12 * time.Hour), Orders: w.orders}
	for _, t := range w.terminals {
		in.Entries = append(in.Entries, t.entries...)
		in.Terminals = append(in.Terminals, reconcile.Terminal{Terminal: hq.Terminal{ID: t.id, Point: "P001", Head: t.head()}, Closes: t.closes})
	}
	for consignment, list := range w.goods {
		g := reconcile.NewGoods(consignment)
		for _, s := range list {
			g.Sign(s.body, s.day)
		}
		for _, rec := range w.orders {
			if rec.Order.Consignment == consignment {
				g.Add(rec, func(kiosk.Source) bool { return true })
			}
		}
		in.Goods = append(in.Goods, g)
	}
	return in
}

// sign has a terminal sign for all that the orders of a consignment expect, with
// so many units of the first product less, and damaged.
func (t *terminal) sign(consignment string, short, damaged int) {
	b := kiosk.GoodsReceived{Consignment: consignment, By: "L1"}
	sums := map[string]*kiosk.ReceivedLine{}
	for _, rec := range t.w.orders {
		if rec.Order.Consignment != consignment {
			continue
		}
		for _, l := range rec.Order.Lines {
			if sums[l.Product] == nil {
				sums[l.Product] = &kiosk.ReceivedLine{Product: l.Product, Spec: l.Spec, Supplier: l.Supplier}
			}
			sums[l.Product].Expected += l.Quantity
		}
	}
	for _, product := range []string{"牛奶", "鸡蛋"} {
		if l := sums[product]; l != nil {
			l.Good, l.Damaged = l.Expected-short-damaged, damaged
			short, damaged = 0, 0
			b.Lines = append(b.Lines, *l)
		}
	}
	if len(b.Lines) > 0 {
		t.record(b)
	}
}
