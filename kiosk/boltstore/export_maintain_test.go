package boltstore

import (
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// SweepEvery is how often Maintain reads everything.
const SweepEvery = sweepEvery

// Compact copies both files, whether that is worth it or not.
func (s *Store) Compact(ctx context.Context) error {
	rest := func() error { return s.rest(ctx, maintainRest) }
	set, st := s.orders, s.states
	set.write.Lock()
	defer set.write.Unlock()
	st.saving.Lock()
	defer st.saving.Unlock()
	st.write.Lock()
	defer st.write.Unlock()
	return errors.Join(set.copy(rest), st.copy(rest))
}

// StateOf is what the journal made of an order, whether it is in the set or not.
func (s *Store) StateOf(id kiosk.OrderID) (kiosk.OrderState, bool) {
	state, err := s.states.get(id)
	return state, err == nil && !state.IsZero()
}

// Pager reads a bbolt file by its pages.
type Pager struct{ *pager }

// OpenPager opens one.
func OpenPager(path string) (*Pager, error) {
	p, err := openPager(path)
	return &Pager{p}, err
}

// Close and Each are those of the store's own.
func (p *Pager) Close() error { return p.close() }

// Each calls visit for the records from a key on.
func (p *Pager) Each(tx *bolt.Tx, bucket string, from []byte, visit func(k, v []byte) (bool, error)) error {
	return p.each(tx, bucket, from, visit)
}

// Checkpoint writes a checkpoint in parts with rests between them.
func (s *Store) Checkpoint(rest func() error) error { return s.states.checkpoint(rest) }
