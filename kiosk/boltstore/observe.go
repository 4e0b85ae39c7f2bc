package boltstore

import (
	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// Observer is told what changes in a store, after it has. It is called under the
// store's locks, from within handovers: it takes a note, does not call the store,
// and returns at once. kiosk/books has one.
type Observer interface {
	// Recorded is told of an event that is on disk and folded in.
	Recorded(kiosk.Event)
	// Changed is told of orders of the set that changed, came or went.
	Changed(...kiosk.OrderID)
	// Settled is told that HQ's verdicts are others.
	Settled()
	// Replaced is told that the whole set, or all that is known, may be another.
	Replaced()
	// Clear is told that the orders were deleted on purpose. It is called without locks.
	Clear()
}

// unobserved is nobody.
type unobserved struct{}

func (unobserved) Recorded(kiosk.Event)     {}
func (unobserved) Changed(...kiosk.OrderID) {}
func (unobserved) Settled()                 {}
func (unobserved) Replaced()                {}
func (unobserved) Clear()                   {}

// idsOf names orders.
func idsOf(orders []kiosk.Order) []kiosk.OrderID {
	ids := make([]kiosk.OrderID, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}

// Events calls fn for the events from a sequence on, in their order, until fn
// returns an error, which Events then returns.
func (s *Store) Events(from uint64, fn func(kiosk.Event) error) error {
	j, err := s.reader()
	if err != nil {
		return err
	}
	return j.Read(from, func(e journal.Entry) error { return fn(e.Event) })
}
