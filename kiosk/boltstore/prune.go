package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// pruneStates deletes the states of orders that are no longer in the set, when
// nothing has happened to them since a time, HQ has every event in the file,
// and it accepted theirs: should such an order come back, HQ says in it what
// was handed over. The journal keeps the events.
func (s *Store) pruneStates(at kiosk.Moment, rest func() error) error {
	st := s.states
	point, _ := s.orders.current()
	if _, m, _ := st.status(); !sweepDue(m.Swept, at) {
		return nil
	}
	before := keepSince(at, point.Policy)
	if err := s.pruneReceived(before, rest); err != nil {
		return fmt.Errorf("forget signatures: %w", err)
	}
	var after []byte
	for {
		if !st.acknowledged() {
			return nil // a quieter hour will come
		}
		old, last, err := st.older(after, before)
		if err != nil {
			return fmt.Errorf("look for states to forget: %w", err)
		}
		if last == nil {
			return st.update(func(_ *bolt.Tx, m *stateMeta) error {
				m.Swept = at.Wall.UTC()
				return nil
			})
		}
		after = last
		if err := s.prune(old); err != nil {
			return fmt.Errorf("forget states: %w", err)
		}
		if err := rest(); err != nil {
			return err
		}
	}
}

// acknowledged reports whether HQ has every event that the states are made of,
// those in memory included: a hold does not tell which event closed it.
func (st *states) acknowledged() bool {
	head, m, _ := st.status()
	return m.Acked.Seq >= head.Seq
}

// older gives, of the next states after a key, those whose last event is from
// before a time, and the last key that was looked at; nil at the end.
func (st *states) older(after []byte, before time.Time) (old []pair, last []byte, err error) {
	t := newTagger(st.key)
	err = st.view(func(tx *bolt.Tx) error {
		old, last = nil, nil
		receipts := tx.Bucket([]byte(bucketReceipts))
		var page []pair
		// The first key that is greater: one with a zero byte behind it.
		err := st.pages.each(tx, bucketStates, append(after, 0), func(k, kept []byte) (bool, error) {
			page = append(page, pair{bytes.Clone(k), bytes.Clone(kept)})
			return len(page) < sweepPage, nil
		})
		for _, p := range page {
			if err != nil {
				return err
			}
			var state kiosk.OrderState
			if state, err = decodeState(t, p.key, p.value); err == nil && lastEvent(state).Before(before) && !disputed(receipts, state) {
				old = append(old, p)
			}
			last = p.key
		}
		return err
	})
	return old, last, err
}

// disputed reports whether HQ settled one of the state's events otherwise than
// accepted: then HQ's order does not tell what happened here.
func disputed(receipts *bolt.Bucket, s kiosk.OrderState) bool {
	told := func(src kiosk.Source) bool {
		return receipts.Get(binary.BigEndian.AppendUint64(nil, src.Seq)) != nil
	}
	if _, held := s.OpenHold(); held {
		return true
	}
	if slices.ContainsFunc(sources(s), told) {
		return true
	}
	return len(s.Early) > 0 || len(s.OpenReports()) > 0 // they wait for something
}

// prune deletes states that are still what they were, of orders that are not
// in the set.
func (s *Store) prune(old []pair) error {
	var gone []pair
	for _, p := range old {
		_, known, err := s.orders.order(kiosk.OrderID(p.key))
		if err != nil {
			return err
		}
		if !known {
			gone = append(gone, p)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return s.states.update(func(tx *bolt.Tx, m *stateMeta) error {
		b := tx.Bucket([]byte(bucketStates))
		for _, p := range gone {
			if !bytes.Equal(b.Get(p.key), p.value) {
				continue // something has happened meanwhile
			}
			if err := m.remove(b, p.key); err != nil {
				return err
			}
		}
		return nil
	})
}
