package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hexiao/kiosk"
)

// Wipe deletes all orders, as a terminal that HQ has withdrawn must: scans are
// then answered as by a terminal that never had any. It takes along every file
// that may hold orders besides the set itself: what is staged, what was set
// aside as damaged, and what an interrupted run left half made. Settings, the
// derived states and the journal stay; they hold no personal data.
//
// An empty file takes the place of orders.db, so that nothing lies in pages that
// bbolt has freed. What the deleted files held stays on the disk where it lay
// until something else is written there; personal data are unreadable there
// without the point's secret, which the caller makes away with.
//
// After an error the rest was deleted nevertheless, and Wipe may be called again.
func (s *Store) Wipe() error {
	defer s.o.Observer.Clear() // last: without the lock
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	var errs []error
	if set.staged != nil {
		errs = append(errs, set.dropStaged(nil))
	}
	// First, for on a full disk they make the room for the empty file.
	errs = append(errs, set.removeBeside(), set.switchTo(kiosk.Watermark{Purge: true}))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("delete the orders: %w", err)
	}
	return nil
}

// removeBeside deletes all files whose names begin with the live file's and a
// dot: no other kind of file is named like that.
func (set *orderSet) removeBeside() error {
	dir, name := filepath.Split(set.path)
	files, err := os.ReadDir(dir)
	errs := []error{err}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), name+".") {
			errs = append(errs, removeFile(filepath.Join(dir, f.Name())))
		}
	}
	return errors.Join(errs...)
}
