package boltstore

import (
	"errors"
	"fmt"
	"path/filepath"
)

const (
	// walkAlways is up to which size, in bytes, orders.db is checked at every
	// start; a larger one only when the last run did not end by Close.
	walkAlways = 64 << 20
	// examineAlways is up to which size a file is also read by the child after
	// one such end; a larger one, which takes seconds, after two in a row.
	examineAlways = 64 << 20
)

// checkOrders decides how orders.db is checked before it is served.
func (s *Store) checkOrders(path string) error {
	now := stateOf(path)
	if s.was.unclean == 0 && now == s.was.orders && now.size > uint64(s.o.CheckAlways) {
		return nil
	}
	if err := CheckFile(path); err != nil {
		return err
	}
	return s.examine(path, now)
}

// checkStates reads every record of state.db in any case: a state that is gone
// would let an order be collected twice.
func (s *Store) checkStates(path string, add visitor) error {
	if err := checkFile(path, add); err != nil {
		return err
	}
	return s.examine(path, stateOf(path))
}

// examine has the program look at a file in a process of its own, after an end
// that may have been the file's fault.
func (s *Store) examine(path string, now fileState) error {
	if s.o.Examine == nil || s.was.unclean == 0 || s.was.unclean == 1 && now.size > examineAlways {
		return nil
	}
	err := s.o.Examine(path)
	if err == nil || errors.Is(err, ErrDamaged) {
		return err
	}
	// The pages are sound; that the child could not run is no fault of the file.
	s.o.Warn(fmt.Errorf("%s was not read in a process of its own: %w", filepath.Base(path), err))
	return nil
}
