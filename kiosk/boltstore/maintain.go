package boltstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// Rests lie between two steps of what is done in the background. A step writes
// as much as a disk takes in a few milliseconds; without a rest between them a
// queue would build up in front of the scans. A checkpoint has small steps and
// long rests, so that hardly a scan meets its syncs; it takes seconds, and what
// comes meanwhile waits in memory for the next one.
const (
	maintainRest   = 10 * time.Millisecond
	checkpointRest = 25 * time.Millisecond
)

// Maintain does what keeps a store small and forgetful over the years: it takes
// the customers' data out of orders that were collected longer ago than the
// policy's retention, deletes states that nobody needs any more, and copies a
// file of which much is free, or in whose free parts such data may still lie.
// Call it about once an hour from a goroutine of its own: most calls find
// nothing to do, one a day reads everything, in small steps with rests between
// them, and answers to scans do not wait for it. Changes that come from HQ do,
// while a file is copied.
//
// Nothing is forgotten while the clock is suspect. After an error, also that of
// ctx, what was done stays done and the next call goes on. It returns
// [ErrClosed] when the store is closed meanwhile.
func (s *Store) Maintain(ctx context.Context, at kiosk.Moment) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.checkpointer.Add(1)
	s.mu.Unlock()
	defer s.checkpointer.Done()
	s.maintaining.Lock()
	defer s.maintaining.Unlock()

	rest := s.resting(ctx, maintainRest)
	defer s.release()
	var errs []error
	if at.Clock != kiosk.ClockSuspect {
		errs = append(errs, s.sweepOrders(at, rest), s.pruneStates(at, rest))
	}
	errs = append(errs, s.orders.compact(rest), s.states.compact(rest))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("maintain the store: %w", err)
	}
	return nil
}

// resting gives a rest that also keeps what the steps map of the files small.
func (s *Store) resting(ctx context.Context, d time.Duration) func() error {
	n := 0
	return func() error {
		if n++; n%releaseEvery == 0 {
			s.release()
		}
		return s.rest(ctx, d)
	}
}

// rest lets the disk and the processor have some time for the scans.
func (s *Store) rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.stop:
		return ErrClosed
	}
}

// release lets go of what reading has mapped of both files.
func (s *Store) release() {
	s.orders.live.RLock()
	release(s.orders.db)
	s.orders.live.RUnlock()
	s.states.live.RLock()
	release(s.states.db)
	s.states.live.RUnlock()
}

// compact copies the order set if that is worth it. HQ's changes wait until the
// copy has taken the file's place; scans are answered meanwhile, and wait for
// no more than the exchange of two files.
func (set *orderSet) compact(rest func() error) error {
	set.write.Lock()
	defer set.write.Unlock()
	_, m := set.current()
	worth, err := wasteful(set.db)
	if err != nil || !worth && m.Remnants == 0 {
		return err
	}
	return set.copy(rest)
}

// copy does what compact has found to be worth it. The caller is the writer.
func (set *orderSet) copy(rest func() error) error {
	_, m := set.current()
	m.Remnants = 0
	c := &copier{path: set.path, from: set.db, key: set.key, rest: rest}
	c.finish = func(tx *bolt.Tx) error {
		if n := c.copied[bucketOrders]; n != m.Count {
			return fmt.Errorf("%w: %d orders, not %d", ErrDamaged, n, m.Count)
		}
		return set.putMeta(tx, m)
	}
	fresh, err := c.run()
	if err == nil {
		err = set.exchange(fresh)
	}
	if errors.Is(err, ErrDamaged) {
		set.replaceDamaged(set.db, err)
	}
	return err
}

// compact copies the states if that is worth it. Checkpoints and HQ's
// acknowledgements wait meanwhile, scans do not.
func (st *states) compact(rest func() error) error {
	st.saving.Lock()
	defer st.saving.Unlock()
	st.write.Lock()
	defer st.write.Unlock()
	worth, err := wasteful(st.db)
	if err != nil || !worth {
		return err
	}
	return st.copy(rest)
}

// copy does what compact has found to be worth it. The caller holds saving and
// write.
func (st *states) copy(rest func() error) error {
	c := &copier{path: st.path, from: st.db, key: st.key, rest: rest}
	fresh, err := c.run()
	if err != nil {
		return err
	}
	db, err := openRenamed(fresh, st.path, st.check)
	if err != nil {
		return fmt.Errorf("compact state.db: %w", err)
	}
	pages, err := openPager(st.path)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	st.live.Lock()
	old, oldPages := st.db, st.pages
	st.db, st.pages = db, pages
	st.live.Unlock()
	return errors.Join(guard(old.Close), oldPages.close())
}
