package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// page is how many events, orders or documents are read in one transaction.
const page = 500

// maxBetween bounds how many events of other days are looked through for some that
// HQ has not seen.
const maxBetween = 20_000

// Books keeps the reports of an HQ.
type Books struct{ hq *hq.HQ }

// New gives the books of an HQ.
func New(h *hq.HQ) *Books { return &Books{h} }

// Reconcile makes the report of a day as HQ has it now, with its entries, and keeps
// it if it says something new. It returns hq.ErrNoPoint, or hq.ErrInput for what is
// no day.
func (b *Books) Reconcile(ctx context.Context, point kiosk.PointID, day kiosk.Day) (Report, error) {
	if !valid(day) {
		return Report{}, fmt.Errorf("%w: %q is no day like 2026-11-23", hq.ErrInput, string(day))
	}
	in, err := b.load(ctx, point, day)
	if err != nil {
		return Report{}, err
	}
	return b.save(ctx, Match(in))
}

// loading is a day while it is read.
type loading struct {
	*Books
	ctx       context.Context
	in        Input
	terminals map[kiosk.TerminalID]*Terminal
	have      map[place]bool
}

func (b *Books) load(ctx context.Context, point kiosk.PointID, day kiosk.Day) (Input, error) {
	l := &loading{
		Books: b, ctx: ctx, terminals: map[kiosk.TerminalID]*Terminal{}, have: map[place]bool{},
		in: Input{Point: kiosk.PointRef{ID: point}, Day: day, At: b.hq.Now(), Orders: map[kiosk.OrderID]hq.OrderRecord{}},
	}
	for _, step := range []func() error{l.point, l.events, l.unseen, l.closes, l.orders, l.goods} {
		if err := step(); err != nil {
			return Input{}, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.terminals)) {
		t := l.terminals[id]
		mine := slices.ContainsFunc(l.in.Entries, func(e Entry) bool { return e.Stored.Terminal == id })
		if mine || len(t.Closes) > 0 {
			l.in.Terminals = append(l.in.Terminals, *t)
		}
	}
	return l.in, nil
}

// point reads the point and how far HQ has its terminals' journals: what comes
// later is not looked at.
func (l *loading) point() error {
	return l.hq.View(l.ctx, func(tx hq.Tx) error {
		rec, err := hq.MustPoint(tx, l.in.Point.ID)
		if err != nil {
			return err
		}
		l.in.Point.Name, l.in.Zone = rec.Point.Name, rec.Point.Policy.WithDefaults().TimeZone
		list, err := tx.PointTerminals(l.in.Point.ID)
		for _, t := range list {
			l.terminals[t.ID] = &Terminal{Terminal: t}
		}
		return err
	})
}

// events reads those of the day.
func (l *loading) events() error {
	return l.day(l.in.Day, func(tx hq.Tx, e hq.StoredEvent) error {
		if !e.Receipt.Event.IsZero() {
			l.take(e)
			return nil
		}
		elsewhere, err := between(tx, e)
		if err == nil && !elsewhere {
			l.take(e)
		}
		return err
	})
}

// day calls fn with the events of a day, by terminal and sequence.
func (l *loading) day(day kiosk.Day, fn func(hq.Tx, hq.StoredEvent) error) error {
	for after := (hq.EventPlace{}); ; {
		var list []hq.StoredEvent
		err := l.hq.View(l.ctx, func(tx hq.Tx) (err error) {
			if list, err = tx.DayEvents(l.in.Point.ID, day, after, page); err != nil {
				return err
			}
			for _, e := range list {
				if err := fn(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(list) < page {
			return err
		}
		last := list[len(list)-1]
		after = hq.EventPlace{Terminal: last.Terminal, Seq: last.Seq}
	}
}

// maxBlind bounds how many events in a row that HQ cannot read are passed over.
const maxBlind = 100

// between reports whether an event that HQ cannot read lies between two events of
// one other day, of which it then is.
func between(tx hq.Tx, e hq.StoredEvent) (bool, error) {
	before, ok, err := readable(tx, e, ^uint64(0))
	if err != nil || !ok {
		return false, err
	}
	behind, ok, err := readable(tx, e, 1)
	return ok && before.Day == behind.Day && before.Day != e.Day, err
}

// readable finds the next event of the journal that HQ could read, by steps of one
// up or (the largest number) down.
func readable(tx hq.Tx, e hq.StoredEvent, step uint64) (hq.StoredEvent, bool, error) {
	for range maxBlind {
		next, ok, err := tx.Event(e.Terminal, e.Seq+step)
		if err != nil || !ok || !next.Receipt.Event.IsZero() {
			return next, ok, err
		}
		e = next
	}
	return hq.StoredEvent{}, false, nil
}

// take adds an event of the day.
func (l *loading) take(e hq.StoredEvent) {
	at := place{e.Terminal, e.Seq}
	t := l.terminals[e.Terminal]
	if l.have[at] || t == nil || e.Seq > t.Head.Seq {
		return
	}
	l.have[at] = true
	one := Entry{Stored: e}
	if e.Payload != nil {
		if event, err := kiosk.DecodeEvent(e.Payload); err == nil {
			event.Terminal, event.Epoch, event.Seq = e.Terminal, e.Epoch, e.Seq
			one.Event = event
		}
	}
	l.in.Entries = append(l.in.Entries, one)
}

// unseen looks between the day's events for those that HQ could not read, and has
// under the day when it heard of them.
func (l *loading) unseen() error {
	seqs := map[kiosk.TerminalID][]uint64{}
	for _, e := range l.in.Entries {
		seqs[e.Stored.Terminal] = append(seqs[e.Stored.Terminal], e.Stored.Seq)
	}
	budget := maxBetween
	for id, list := range seqs {
		slices.Sort(list)
		for i := 1; i < len(list); i++ {
			for after := list[i-1]; after+1 < list[i] && budget > 0; {
				n := int(min(list[i]-after-1, page)) // #nosec G115 -- at most a page
				budget -= n
				err := l.hq.View(l.ctx, func(tx hq.Tx) error {
					events, err := tx.Events(id, after, n)
					for _, e := range events {
						if e.Receipt.Event.IsZero() {
							l.take(e)
						}
					}
					return err
				})
				if err != nil {
					return err
				}
				after += uint64(n) // #nosec G115 -- at most a page
			}
		}
	}
	return nil
}

// closes finds the day's closes, which may have been made days later: by their
// documents, and by what stands on the day itself and the next.
func (l *loading) closes() error {
	var places []at
	err := l.hq.View(l.ctx, func(tx hq.Tx) error {
		places = nil
		return below(tx, docClose, l.in.Point.ID, string(l.in.Day)+"/", func(_ string, p at) error {
			places = append(places, p)
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, e := range l.in.Entries {
		if b, ok := e.Event.Body.(kiosk.DayClosed); ok && b.Day == l.in.Day {
			places = append(places, at{Terminal: e.Stored.Terminal, Seq: e.Stored.Seq})
		}
	}
	missing := func(e Entry) bool {
		return !slices.ContainsFunc(places, func(p at) bool { return p.Terminal == e.Stored.Terminal })
	}
	if slices.ContainsFunc(l.in.Entries, missing) {
		next, _, err := l.in.Day.Bounds(time.UTC)
		if err != nil {
			return err
		}
		err = l.day(kiosk.Day(next.AddDate(0, 0, 1).Format(time.DateOnly)), func(_ hq.Tx, e hq.StoredEvent) error {
			if event, err := kiosk.DecodeEvent(e.Payload); err == nil {
				if b, ok := event.Body.(kiosk.DayClosed); ok && b.Day == l.in.Day {
					places = append(places, at{Terminal: e.Terminal, Seq: e.Seq})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return l.hq.View(l.ctx, func(tx hq.Tx) error {
		for _, p := range places {
			if err := l.closed(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// closed adds a close in its place, once.
func (l *loading) closed(tx hq.Tx, p at) error {
	t := l.terminals[p.Terminal]
	if t == nil || p.Seq > t.Head.Seq || slices.ContainsFunc(t.Closes, func(c Close) bool { return c.Stored.Seq == p.Seq }) {
		return nil
	}
	stored, ok, err := tx.Event(p.Terminal, p.Seq)
	if err != nil || !ok {
		return err
	}
	var body kiosk.DayClosed
	if event, err := kiosk.DecodeEvent(stored.Payload); err == nil {
		body, ok = event.Body.(kiosk.DayClosed)
	} else {
		ok = false
	}
	if !ok {
		return nil
	}
	c := Close{Stored: stored, Body: body}
	if head := body.Head; head.Seq > 0 && head.Seq < stored.Seq {
		e, known, err := tx.Event(p.Terminal, head.Seq)
		if err != nil {
			return err
		}
		c.Other = known && e.Hash != head.Hash
	}
	t.Closes = append(t.Closes, c)
	slices.SortFunc(t.Closes, func(a, b Close) int { return int(min(max(int64(a.Stored.Seq)-int64(b.Stored.Seq), -1), 1)) }) // #nosec G115 -- a journal has no 2^63 events
	return nil
}

// orders reads those that the entries are about.
func (l *loading) orders() error {
	wanted := map[kiosk.OrderID]bool{}
	for _, e := range l.in.Entries {
		if e.Event.Body != nil && e.Event.Body.Subject() != "" {
			wanted[e.Event.Body.Subject()] = true
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(wanted)), page) {
		err := l.hq.View(l.ctx, func(tx hq.Tx) error {
			if err := tx.Prefetch(l.in.Point.ID, ids); err != nil {
				return err
			}
			for _, id := range ids {
				rec, ok, err := tx.Order(l.in.Point.ID, id)
				if err != nil {
					return err
				}
				if ok {
					l.in.Orders[id] = rec
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// goods folds the deliveries that the day signed for or handed out of. One that
// nobody signed for cannot be matched.
func (l *loading) goods() error {
	signed := map[string]*Goods{}
	for _, e := range l.in.Entries {
		if b, ok := e.Event.Body.(kiosk.GoodsReceived); ok {
			signed[b.Consignment] = nil
		}
	}
	for _, rec := range l.in.Orders {
		if rec.Order.Consignment != "" {
			signed[rec.Order.Consignment] = nil
		}
	}
	for consignment := range signed {
		g, err := l.signatures(consignment)
		if err != nil {
			return err
		}
		if signed[consignment] = g; !g.signed {
			delete(signed, consignment)
		}
	}
	if len(signed) == 0 {
		return nil
	}
	today := func(s kiosk.Source) bool { return l.have[place{s.Terminal, s.Seq}] }
	for after := kiosk.OrderID(""); ; {
		var list []hq.OrderRecord
		err := l.hq.View(l.ctx, func(tx hq.Tx) (err error) {
			list, err = tx.Orders(l.in.Point.ID, after, page)
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range list {
			after = rec.Order.ID
			if g := signed[rec.Order.Consignment]; g != nil {
				g.Add(rec, today)
			}
		}
		if len(list) < page {
			break
		}
	}
	for _, consignment := range slices.Sorted(maps.Keys(signed)) {
		l.in.Goods = append(l.in.Goods, signed[consignment])
	}
	return nil
}

// signatures finds what was signed for of a consignment, on whatever day.
func (l *loading) signatures(consignment string) (*Goods, error) {
	g := NewGoods(consignment)
	seen := map[place]bool{}
	sign := func(e hq.StoredEvent, body kiosk.Body, day kiosk.Day) {
		b, ok := body.(kiosk.GoodsReceived)
		if at := (place{e.Terminal, e.Seq}); ok && b.Consignment == consignment && !seen[at] && e.Receipt.Settlement == kiosk.SettledAccepted {
			seen[at] = true
			g.Sign(b, day)
		}
	}
	for _, e := range l.in.Entries {
		sign(e.Stored, e.Event.Body, l.in.Day)
	}
	err := l.hq.View(l.ctx, func(tx hq.Tx) error {
		return below(tx, docSign, l.in.Point.ID, hashed(consignment)+"/", func(_ string, p at) error {
			stored, ok, err := tx.Event(p.Terminal, p.Seq)
			if err != nil || !ok {
				return err
			}
			if event, err := kiosk.DecodeEvent(stored.Payload); err == nil {
				sign(stored, event.Body, stored.Day)
			}
			return nil
		})
	})
	return g, err
}

// Look is Reconcile without keeping anything: for a page that shows the day as it is
// now, with its entries. Version is that of the kept report, 0 for none.
func (b *Books) Look(ctx context.Context, point kiosk.PointID, day kiosk.Day) (Report, error) {
	if !valid(day) {
		return Report{}, fmt.Errorf("%w: %q is no day like 2026-11-23", hq.ErrInput, string(day))
	}
	in, err := b.load(ctx, point, day)
	if err != nil {
		return Report{}, err
	}
	r := Match(in)
	err = b.hq.View(ctx, func(tx hq.Tx) error {
		kept, _, err := hq.LoadDoc[Report](tx, key(docReport, point, string(day)))
		if err != nil {
			return err
		}
		r.Version = kept.Version
		return r.annotate(tx)
	})
	return r, err
}
