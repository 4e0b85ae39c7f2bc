package boltstore

import "fmt"

// Suspend has the store refuse whatever records an event or makes the order set
// larger, with the reason; nil ends that. What is stored can be read, sent to
// HQ and acknowledged meanwhile. It is for those who see trouble coming, as a
// disk that is nearly full.
func (s *Store) Suspend(why error) {
	if why == nil {
		s.suspended.Store(nil)
		return
	}
	s.suspended.Store(&fault{why})
}

// ready returns ErrOutOfOrder while the store is suspended.
func (s *Store) ready() error {
	if f := s.suspended.Load(); f != nil {
		return fmt.Errorf("%w: %w", ErrOutOfOrder, f.err)
	}
	return nil
}

// Mend tries to bring a store that is out of order back: it opens the journal
// anew, reads what is there, and makes sure that the next events have a place.
// Call it now and then, with pauses that grow while it returns ErrOutOfOrder; it
// costs nothing while all is well. A [*DoubtError] stays: only another journal
// ends that.
func (s *Store) Mend() error {
	if s.fault.Load() == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if s.doubt != nil {
		return fmt.Errorf("%w: %w", ErrOutOfOrder, s.doubt)
	}
	if err := s.mend(); err != nil {
		s.fault.Store(&fault{err})
		return fmt.Errorf("%w: %w", ErrOutOfOrder, err)
	}
	s.fault.Store(nil)
	return nil
}

func (s *Store) mend() error {
	if s.journal.Load() == nil {
		if err := s.reopen(); err != nil {
			return err
		}
	}
	return s.journal.Load().Ready()
}
