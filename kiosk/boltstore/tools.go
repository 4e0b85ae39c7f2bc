package boltstore

import (
	"fmt"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// Recent calls fn for the last so many events, in their order, until fn returns
// an error, which Recent then returns.
func (s *Store) Recent(most uint64, fn func(kiosk.Event) error) error {
	j, err := s.reader()
	if err != nil {
		return err
	}
	head := j.Head().Seq
	return j.Read(head-min(head, most)+1, func(e journal.Entry) error { return fn(e.Event) })
}

// Free reports whether a code's lookup opens no other order than this one.
func (s *Store) Free(l kiosk.Lookup, id kiosk.OrderID) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	orders, err := s.orders.find([]kiosk.Lookup{l})
	if err != nil {
		return false, fmt.Errorf("look a code up: %w", err)
	}
	for _, o := range orders {
		if o.ID != id {
			return false, nil
		}
	}
	return true, nil
}
