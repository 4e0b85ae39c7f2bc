package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// openStaged gives the staging that is open or was left by an earlier run; nil
// when there is none and none is to be begun.
func (set *orderSet) openStaged(begin bool) (*staging, error) {
	path := set.path + stagedSuffix
	if set.staged == nil {
		if _, err := os.Stat(path); err != nil && !begin {
			return nil, nil
		}
		st, err := openStaging(path, set.owner, set.warn)
		if err != nil {
			return nil, fmt.Errorf("stage the order set: %w", err)
		}
		set.staged = st
	}
	return set.staged, nil
}

// dropStaged deletes what was staged; where damage is the cause, it is kept
// under another name.
func (set *orderSet) dropStaged(cause error) error {
	st := set.staged
	set.staged = nil
	if !errors.Is(cause, ErrDamaged) {
		return st.discard()
	}
	_ = st.wait()          // it is given up
	_ = guard(st.db.Close) // likewise
	aside, err := setAside(st.path)
	if err == nil {
		set.warn(fmt.Errorf("what was staged is kept as %s and comes again: %w", filepath.Base(aside), cause))
	}
	return err
}

// StagedCursor is the cursor from which a full set goes on; empty: from the
// beginning.
func (s *Store) StagedCursor() string {
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	st, err := set.openStaged(false)
	if err != nil {
		set.warn(err)
	}
	if st == nil {
		return ""
	}
	return st.meta.Cursor
}

// Stage takes a page of a full set, beside the live one, which stays in use.
// What is staged outlives a restart, but for the last few pages. After an error
// the staging is dropped and begins anew.
func (s *Store) Stage(p kiosk.Page) error {
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	if err := s.ready(); err != nil {
		if st, _ := set.openStaged(false); st == nil {
			return err
		}
		return errors.Join(err, set.dropStaged(nil)) // it may be what fills the disk
	}
	st, err := set.openStaged(true)
	if err != nil {
		return err
	}
	if err := st.add(p); err != nil {
		return errors.Join(fmt.Errorf("stage the order set: %w", err), set.dropStaged(err))
	}
	return nil
}

// Switch makes the staged set the live one, if its count and digest are the
// watermark's. Otherwise it drops the staging and returns kiosk.ErrSetMismatch.
// It returns ErrNoStaging when nothing is staged, and kiosk.ErrSetShrinks, keeping
// both sets, when the staged one lacks too many of the live orders.
func (s *Store) Switch(w kiosk.Watermark) error {
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	defer s.o.Observer.Replaced()
	return set.switchTo(w)
}

// switchTo is Switch; the caller is the writer.
func (set *orderSet) switchTo(w kiosk.Watermark) error {
	st, err := set.openStaged(w.Count == 0)
	if err != nil {
		return err
	}
	if st == nil {
		return ErrNoStaging
	}
	if st.meta.Count != w.Count || st.digest != w.Digest {
		err := fmt.Errorf("%w: %d orders came, HQ has %d", kiosk.ErrSetMismatch, st.meta.Count, w.Count)
		return errors.Join(err, set.dropStaged(nil))
	}
	point, live := set.current()
	m := st.meta
	m.Loss = live.Loss
	if live.Count > 0 && !live.Cache.Local {
		gone, err := set.missing(st)
		if err == nil {
			err = m.Loss.take(gone, live.Count-gone, w.Purge)
		}
		switch {
		case errors.Is(err, kiosk.ErrSetShrinks): // what came is kept: HQ may yet say that it means that
			return errors.Join(err, set.refuse(gone))
		case err != nil:
			return errors.Join(fmt.Errorf("switch the order set: %w", err), set.dropStaged(err))
		}
	}
	m.Loss.confirmed(w)
	m.Digest, m.Expected = st.digest.String(), w.Count
	m.Cache = kiosk.Cache{Version: w.Version, AsOf: w.At.UTC(), Complete: true, LeaseUntil: w.LeaseUntil.UTC()}
	if err := st.finish(m, point); err != nil {
		return errors.Join(fmt.Errorf("switch the order set: %w", err), set.dropStaged(err))
	}
	set.staged = nil
	if err := set.replace(st); err != nil {
		return fmt.Errorf("switch the order set: %w", err)
	}
	return nil
}

// replace puts a finished staging in the place of the live file. Readers wait
// for no more than a rename.
func (set *orderSet) replace(st *staging) error {
	if err := errors.Join(st.db.Close(), syncFile(st.path)); err != nil {
		return errors.Join(err, removeFile(st.path))
	}
	return set.exchange(st.path)
}

// exchange puts a file that is synced and closed in the place of the live one.
// The caller is the writer.
func (set *orderSet) exchange(path string) error {
	fresh, err := openRenamed(path, set.path, func(tx *bolt.Tx) error {
		_, err := set.readMeta(tx)
		return err
	})
	if err != nil {
		return err
	}
	pages, err := openPager(set.path)
	if err != nil {
		return errors.Join(err, fresh.Close())
	}
	set.live.Lock()
	old, oldPages := set.db, set.pages
	set.db, set.pages = fresh, pages
	err = fresh.View(set.load)
	set.live.Unlock()
	return errors.Join(err, guard(old.Close), oldPages.close())
}
