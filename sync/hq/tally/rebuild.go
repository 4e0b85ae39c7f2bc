package tally

import (
	"context"
	"slices"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// progress is how far a store was counted: all orders by point and id, then all
// events by terminal and sequence, then all cases by number.
type progress struct {
	Stage    stage            `cbor:"1,keyasint,omitempty"`
	Point    kiosk.PointID    `cbor:"2,keyasint,omitempty"` // the last one that was begun
	Order    kiosk.OrderID    `cbor:"3,keyasint,omitempty"` // the last one there
	Terminal kiosk.TerminalID `cbor:"4,keyasint,omitempty"`
	Seq      uint64           `cbor:"5,keyasint,omitempty"`
	Case     uint64           `cbor:"6,keyasint,omitempty"`
}

type stage uint8

const (
	countOrders stage = iota
	countEvents
	countCases
	counted
)

func (p progress) coversOrder(point kiosk.PointID, id kiosk.OrderID) bool {
	return p.Stage > countOrders || point < p.Point || point == p.Point && id <= p.Order
}

func (p progress) coversEvent(e hq.StoredEvent) bool {
	return p.Stage > countEvents || p.Stage == countEvents && (e.Terminal < p.Terminal || e.Terminal == p.Terminal && e.Seq <= p.Seq)
}

func (p progress) coversCase(c hq.Case) bool {
	return p.Stage > countCases || p.Stage == countCases && c.Number <= p.Case
}

func (p progress) covers(f hq.Fact) bool {
	switch f := f.(type) {
	case hq.OrderPut:
		return p.coversOrder(f.New.Order.Point, f.New.Order.ID)
	case hq.EventSettled:
		return p.coversEvent(f.Stored)
	case hq.CaseOpened:
		return p.coversCase(f.Case)
	}
	return false
}

// progress says how far the store was counted. Once it is complete, nobody asks the
// store any more. Until then, what was counted stays so, and only what was not must
// wait for the page that is being counted: or all pushes would wait for each other.
func (t *Tally) progress(tx hq.Tx, facts []hq.Fact) (p progress, err error) {
	if t.complete.Load() {
		return progress{Stage: counted}, nil
	}
	raw, ok, err := tx.Peek(place(inProgress, "", only))
	if err == nil && ok {
		err = decode(t.codec, raw, &p)
	}
	left := func(f hq.Fact) bool {
		switch f.(type) {
		case hq.OrderPut, hq.EventSettled, hq.CaseOpened:
			return !p.covers(f)
		}
		return false
	}
	if err != nil || !slices.ContainsFunc(facts, left) {
		return p, err
	}
	return load[progress](t.codec, tx, place(inProgress, "", only))
}

// pageCounted is how many orders, events or cases one transaction of Rebuild counts.
const pageCounted = 500

// Rebuild counts what the store held before it had figures, in pages: HQ goes on
// meanwhile, and what changes where it has been is counted as it happens. One that
// was interrupted goes on where it was, and several over one store share the work. It
// costs a single read where all is counted.
func (t *Tally) Rebuild(ctx context.Context, h *hq.HQ) error {
	for {
		done, err := t.Complete(ctx, h)
		if err != nil || done {
			return err
		}
		if err := t.countPage(ctx, h); err != nil {
			return err
		}
	}
}

// countPage counts the next page. It takes the point before the progress, as all
// others do who change something of a point and then ask how far the count is: else
// they and it would wait for each other.
func (t *Tally) countPage(ctx context.Context, h *hq.HQ) error {
	var next progress
	err := h.View(ctx, func(tx hq.Tx) (err error) {
		next, err = load[progress](t.codec, tx, place(inProgress, "", only))
		return err
	})
	if err != nil {
		return err
	}
	return h.Update(ctx, func(tx hq.Tx) error {
		var err error
		switch {
		case next.Stage == countOrders && next.Point != "":
			_, _, err = tx.Point(next.Point)
		case next.Stage == countEvents && next.Terminal != "":
			_, _, err = tx.Terminal(next.Terminal)
		}
		if err != nil {
			return err
		}
		p, err := load[progress](t.codec, tx, place(inProgress, "", only))
		if err != nil || p.Stage == counted || p != next { // another HQ counted it
			return err
		}
		w := t.work(tx)
		// At a stage's end the next one begins at once, so that an empty store is counted
		// before anything comes into it.
		for begun := counted; p.Stage != begun && p.Stage != counted; {
			begun = p.Stage
			if p, err = w.countPage(p); err != nil {
				return err
			}
		}
		if err := w.save(); err != nil {
			return err
		}
		return t.codec.save(tx, place(inProgress, "", only), p, false)
	})
}

// Complete reports whether all of the store is counted.
func (t *Tally) Complete(ctx context.Context, h *hq.HQ) (bool, error) {
	if t.complete.Load() {
		return true, nil
	}
	var p progress
	err := h.View(ctx, func(tx hq.Tx) (err error) {
		p, err = load[progress](t.codec, tx, place(inProgress, "", only))
		return err
	})
	if err == nil && p.Stage == counted {
		t.complete.Store(true)
	}
	return t.complete.Load(), err
}

func (w *work) countPage(p progress) (progress, error) {
	switch p.Stage {
	case countOrders:
		return w.orderPage(p)
	case countEvents:
		return w.eventPage(p)
	default:
		return w.casePage(p)
	}
}

// orderPage counts orders of the point that was begun, or begins the next one.
func (w *work) orderPage(p progress) (progress, error) {
	list, err := w.tx.Orders(p.Point, p.Order, w.page)
	if err != nil {
		return p, err
	}
	if len(list) == 0 {
		points, err := w.tx.Points(p.Point, 1)
		if err != nil {
			return p, err
		}
		if len(points) == 0 {
			return progress{Stage: countEvents}, nil
		}
		return progress{Point: points[0].Point.ID}, nil
	}
	at, err := w.at(p.Point)
	if err != nil {
		return p, err
	}
	for _, rec := range list {
		p.Order = rec.Order.ID
		if at == nil {
			continue
		}
		if err := at.order(at.calendar, rec, 1); err != nil {
			return p, err
		}
	}
	return p, nil
}

// eventPage counts events of the terminal that was begun, or begins the next one.
func (w *work) eventPage(p progress) (progress, error) {
	list, err := w.tx.Events(p.Terminal, p.Seq, w.page)
	if err != nil {
		return p, err
	}
	if len(list) == 0 {
		terminals, err := w.tx.Terminals(p.Terminal, 1)
		if err != nil {
			return p, err
		}
		if len(terminals) == 0 {
			return progress{Stage: countCases}, nil
		}
		return progress{Stage: countEvents, Terminal: terminals[0].ID}, nil
	}
	for _, stored := range list {
		p.Seq = stored.Seq
		e, ok := readEvent(stored)
		if !ok {
			continue
		}
		if err := w.event(stored, e); err != nil {
			return p, err
		}
	}
	return p, nil
}

// readEvent gives an event as HQ settled it; false for one that HQ could not read or
// has not seen.
func readEvent(stored hq.StoredEvent) (kiosk.Event, bool) {
	if stored.Payload == nil {
		return kiosk.Event{}, false
	}
	e, err := kiosk.DecodeEvent(stored.Payload)
	e.Terminal, e.Epoch, e.Seq = stored.Terminal, stored.Epoch, stored.Seq
	return e, err == nil
}

func (w *work) casePage(p progress) (progress, error) {
	list, err := w.tx.Cases(p.Case, w.page)
	if err != nil {
		return p, err
	}
	if len(list) == 0 {
		return progress{Stage: counted}, nil
	}
	for _, c := range list {
		p.Case = c.Number
		if err := w.caseOpened(c); err != nil {
			return p, err
		}
	}
	return p, nil
}
