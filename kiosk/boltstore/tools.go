package boltstore

import (
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// LastWall is the wall time of the journal's last event; zero when there is
// none. A clock that stands before it is wrong.
func (s *Store) LastWall() (time.Time, error) {
	j, err := s.reader()
	if err != nil {
		return time.Time{}, err
	}
	var last time.Time
	err = j.Read(max(1, j.Head().Seq), func(e journal.Entry) error {
		last = e.Event.At.Wall
		return nil
	})
	return last, err
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
