// Package yeartest makes data folders as terminals have them after a long time:
// many orders in the set, and the events of a year in the journal and in the
// states. It goes the terminal's own way, journal and store, but for the answers
// to the single scans: what it makes is what a year of scans would have made,
// in seconds.
//
// The orders are numbered from 0. Some of them have been collected, evenly spread
// over the set, by one event each; events that are left over are of orders that
// HQ has withdrawn from the set since.
package yeartest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

const (
	// Events are a year of 2,000 a day.
	Events = 730_000
	// Days are what they are spread over, up to kiosktest.Start.
	Days = 365

	appended   = 700 // events in one append of the journal
	pageOrders = 1000
	// replayed events are brought into state.db at once; a terminal that runs
	// has smaller transactions, and the same file in the end.
	replayed = 100_000
)

// Year is what a folder holds.
type Year struct {
	Orders, Events int
	// Lookup is how the terminal finds orders; kiosktest.Lookup for most tests.
	Lookup func(kiosk.Code) kiosk.Lookup
}

// Collected reports whether the n-th order has been collected.
func (y Year) Collected(n int) bool {
	return n*y.inSet()/y.Orders != (n+1)*y.inSet()/y.Orders
}

// inSet is how many events are of orders in the set: none of a set that is small
// beside the year, for a shop empties its shelves.
func (y Year) inSet() int {
	if y.Events > y.Orders {
		return 0
	}
	return y.Events
}

// Waiting gives up to limit numbers of orders that can be collected.
func (y Year) Waiting(limit int) (numbers []int) {
	for n := 0; n < y.Orders && len(numbers) < limit; n++ {
		if !y.Collected(n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// Order gives the n-th order, with as much sealed data as real ones have.
func (y Year) Order(n int) kiosk.Order {
	return kiosktest.Order(n, func(o *kiosk.Order) {
		o.Lookups = []kiosk.Lookup{y.Lookup(kiosktest.Code(n)), y.Lookup(kiosk.NewTyped(uint32(n)))}
		o.SealedDesk, o.SealedFull, o.NameIndex = make([]byte, 20), make([]byte, 27), make([]byte, 4)
	})
}

// Pages calls fn with all orders, page by page, with a cursor for each, and
// gives their watermark.
func (y Year) Pages(fn func(kiosk.Page) error) (kiosk.Watermark, error) {
	w := kiosk.Watermark{Version: 1, Count: y.Orders, At: kiosktest.Start()}
	for from := 0; from < y.Orders; from += pageOrders {
		p := kiosk.Page{Cursor: strconv.Itoa(from)}
		for n := from; n < min(y.Orders, from+pageOrders); n++ {
			o := y.Order(n)
			w.Digest.Toggle(o.ID, o.Version)
			p.Orders = append(p.Orders, o)
		}
		if err := fn(p); err != nil {
			return w, err
		}
	}
	return w, nil
}

// Load fills a store's order set as the engine does.
func (y Year) Load(s *boltstore.Store) error {
	w, err := y.Pages(s.Stage)
	if err != nil {
		return err
	}
	return s.Switch(w)
}

// Make fills an empty data folder, by the options that it will be opened with.
// The point's settings are left to the caller.
func (y Year) Make(o boltstore.Options) error {
	if err := y.journal(o); err != nil {
		return fmt.Errorf("make the journal of a year: %w", err)
	}
	o.CheckpointEvery = replayed
	s, err := boltstore.Open(o)
	if err != nil {
		return err
	}
	s.Answered()
	return errors.Join(y.Load(s), s.Close())
}

func (y Year) journal(o boltstore.Options) error {
	j, err := journal.Open(journal.Options{
		Dir: filepath.Join(o.Dir, "journal"), Terminal: o.Terminal, MACKey: o.MACKey, FS: o.FS, SegmentBytes: o.SegmentBytes,
	})
	if err != nil {
		return err
	}
	ids := kiosktest.Random(uint64(y.Events))
	batch := make([]kiosk.Event, 0, appended)
	order := -1
	for i := range y.Events {
		e := kiosk.Event{At: moment(i, y.Events), SetVersion: 1}
		if _, err := ids.Read(e.ID[:]); err != nil {
			return errors.Join(err, j.Close())
		}
		id := kiosk.OrderID(fmt.Sprintf("HW%08d", i)) // withdrawn from the set since
		if i < y.inSet() {
			for order++; !y.Collected(order); order++ {
			}
			id = kiosktest.OrderID(order)
		}
		e.Body = kiosk.Redeemed{
			Order: id, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Source: "camera",
		}
		if batch = append(batch, e); len(batch) == appended || i == y.Events-1 {
			if _, err := j.Append(batch...); err != nil {
				return errors.Join(err, j.Close())
			}
			batch = batch[:0]
		}
	}
	return j.Close()
}

// moment spreads events over the days up to kiosktest.Start.
func moment(i, events int) kiosk.Moment {
	const span = Days * 24 * time.Hour
	m := kiosktest.Moment(time.Duration(i) * (span / time.Duration(events)))
	m.Wall = m.Wall.Add(-span)
	return m
}
