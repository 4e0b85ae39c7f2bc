package books

import (
	"context"
	"errors"

	"hexiao/kiosk"
)

// build makes the index anew if that was asked for: in place, so that an older
// set is shown until the new one has been read, and nothing is held twice.
func (x *Index) build(ctx context.Context) error {
	x.building.Lock()
	defer x.building.Unlock()
	x.noting.Lock()
	asked := x.news.rebuild
	x.news.rebuild = false
	x.noting.Unlock()
	x.mu.Lock()
	source, epoch := x.source, x.epoch
	x.mu.Unlock()
	if !asked || source == nil {
		return nil
	}
	err := x.buildFrom(ctx, source, epoch)
	if errors.Is(err, errReplaced) {
		return nil // whoever exchanged or cleared it asked for another building
	}
	if err != nil {
		x.noting.Lock()
		x.news.rebuild = true
		x.noting.Unlock()
	}
	return err
}

// errReplaced ends a building of what is no longer the index's.
var errReplaced = errors.New("the index was opened anew")

func (x *Index) buildFrom(ctx context.Context, source Source, epoch uint64) error {
	if err := x.readPast(ctx, source, epoch); err != nil {
		return err
	}
	x.mu.Lock()
	x.touched = map[kiosk.OrderID]bool{}
	x.set.generation++
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.touched = nil
		x.mu.Unlock()
	}()
	point := source.Point().ID
	err := source.Orders(func(o kiosk.Order, s kiosk.OrderState) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := x.prepared(o, s, point)
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.epoch != epoch {
			return errReplaced
		}
		if !x.touched[o.ID] { // what was read meanwhile is newer
			x.set.put(x.interned(r))
			x.revision++
		}
		return nil
	})
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.epoch != epoch {
		return errReplaced
	}
	x.set.sweep()
	x.known = true
	x.revision++
	return nil
}

// readPast reads what of the journal was not taken.
func (x *Index) readPast(ctx context.Context, source Source, epoch uint64) error {
	const between = 512 // events that are gathered outside the lock
	var events []kiosk.Event
	give := func() error {
		x.mu.Lock()
		defer x.mu.Unlock()
		if x.epoch != epoch {
			return errReplaced
		}
		for _, e := range events {
			if e.Seq > x.past.head {
				x.take(e)
			}
		}
		events = events[:0]
		return ctx.Err()
	}
	x.mu.Lock()
	from := x.past.head + 1
	x.mu.Unlock()
	err := source.Events(from, func(e kiosk.Event) error {
		if events = append(events, e); len(events) == between {
			return give()
		}
		return nil
	})
	if err == nil {
		err = give()
	}
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.epoch != epoch {
		return errReplaced
	}
	x.past.read = true
	for consignment := range x.past.received {
		x.set.sign(consignment)
	}
	return nil
}

// readJournal takes the events up to a sequence that were not noted; the caller
// holds the lock.
func (x *Index) readJournal(to uint64) error {
	err := x.source.Events(x.past.head+1, func(e kiosk.Event) error {
		if e.Seq > to {
			return errEnough
		}
		x.enter(e)
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a reading of the journal.
var errEnough = errors.New("enough")

// enter takes the next event of the journal into all that it concerns; the caller
// holds the lock.
func (x *Index) enter(e kiosk.Event) {
	x.take(e)
	if id := e.Body.Subject(); id != "" {
		x.refresh(id)
	}
	if b, ok := e.Body.(kiosk.GoodsReceived); ok {
		x.set.sign(b.Consignment)
	}
}
