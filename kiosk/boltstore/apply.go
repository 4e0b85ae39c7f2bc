package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

const (
	// saveFreshness is how far the set's time may run ahead of the one on disk:
	// HQ confirms the set every few seconds, and none of it is worth a sync.
	saveFreshness = time.Minute
	// importBatch is how many orders a local import writes in a transaction.
	importBatch = 2000
)

// Cursor is HQ's cursor that the live set is at; empty: never loaded.
func (s *Store) Cursor() string {
	_, m := s.orders.current()
	return m.Cursor
}

// Apply brings changes into the live set, with their cursor, in one
// transaction. An order that is older than the one in the set is passed over. It
// returns kiosk.ErrSetShrinks, and changes nothing, when too many orders would go.
func (s *Store) Apply(p kiosk.Page) error {
	if err := s.ready(); err != nil {
		return err
	}
	for _, o := range p.Orders {
		if err := storable(o); err != nil {
			return err
		}
	}
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	gone := 0
	err := set.update(func(tx *bolt.Tx, m *setMeta) error {
		w, err := newSetWriter(tx, m, set.key)
		if err != nil {
			return err
		}
		for _, o := range p.Orders {
			if err := w.put(o); err != nil {
				return err
			}
		}
		before := m.Count
		for _, id := range p.Gone {
			if err := w.remove(id); err != nil {
				return err
			}
		}
		gone = before - m.Count
		if err := m.Loss.take(gone, m.Count, p.Purge || m.Cache.Local); err != nil {
			return err
		}
		if p.Cursor != "" {
			m.Cursor = p.Cursor
		}
		w.finish()
		return nil
	})
	if errors.Is(err, kiosk.ErrSetShrinks) {
		err = errors.Join(err, set.refuse(gone))
	}
	if err != nil {
		return fmt.Errorf("apply changes of the order set: %w", err)
	}
	s.o.Observer.Changed(append(idsOf(p.Orders), p.Gone...)...)
	return nil
}

// ConfirmSet compares the live set with HQ's watermark: when count and digest
// agree the set is complete as of the watermark's time. Otherwise it returns
// kiosk.ErrSetMismatch, and the set counts as incomplete.
func (s *Store) ConfirmSet(w kiosk.Watermark) error {
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	_, m := set.current()
	same := m.Count == w.Count && m.Digest == w.Digest.String()
	m.Expected, m.Cache.Local = w.Count, false
	m.Cache.Complete, m.Cache.LeaseUntil = same, time.Time{} // a home may be among what is missing
	if same {
		m.Cache.Version, m.Cache.AsOf, m.Cache.LeaseUntil = w.Version, w.At.UTC(), w.LeaseUntil.UTC()
		m.Loss.confirmed(w)
	}
	set.now.Lock()
	ahead := m.Cache.AsOf.Sub(set.saved.AsOf)
	quiet := set.saved
	quiet.AsOf, quiet.LeaseUntil = m.Cache.AsOf, m.Cache.LeaseUntil
	longer := m.Cache.LeaseUntil.Sub(set.saved.LeaseUntil)
	save := max(ahead.Abs(), longer.Abs()) >= saveFreshness || quiet != m.Cache || set.meta.Expected != m.Expected || set.meta.Loss != m.Loss
	set.meta = m
	set.now.Unlock()
	if save {
		if err := set.update(func(*bolt.Tx, *setMeta) error { return nil }); err != nil {
			return fmt.Errorf("confirm the order set: %w", err)
		}
	}
	if !same {
		return fmt.Errorf("%w: %d orders here, %d at HQ", kiosk.ErrSetMismatch, m.Count, w.Count)
	}
	return nil
}

// SetPoint keeps the point's settings as HQ sent them.
func (s *Store) SetPoint(p kiosk.Point) error {
	if p.ID == "" {
		return fmt.Errorf("the settings name no point")
	}
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	s.adopt(p)
	return set.keepPoint(p)
}

func (set *orderSet) keepPoint(p kiosk.Point) error {
	if set.home != "" && p.ID != set.home {
		return fmt.Errorf("keep the point's settings: they are of point %s, this terminal serves %s", p.ID, set.home)
	}
	put := func(tx *bolt.Tx, _ *setMeta) error { return set.putPoint(tx, p) }
	err := set.update(put)
	if errors.Is(err, ErrDamaged) {
		err = set.update(put) // an empty set has taken the damaged one's place
	}
	if err != nil {
		return fmt.Errorf("keep the point's settings: %w", err)
	}
	set.now.Lock()
	defer set.now.Unlock()
	set.point = p
	return nil
}

// ImportLocal takes in orders without any HQ: new ones are added, known ones
// replaced where they differ, with a version one higher; none is removed. The
// set then counts as this machine's own, which never grows stale. It gives how
// many orders were added or changed; after an error those are kept.
func (s *Store) ImportLocal(p kiosk.Point, orders iter.Seq[kiosk.Order]) (n int, err error) {
	if p.ID == "" {
		return 0, fmt.Errorf("import orders: the settings name no point")
	}
	if err := s.ready(); err != nil {
		return 0, err
	}
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	if err := set.keepPoint(p); err != nil {
		return 0, err
	}
	var batch []kiosk.Order
	flush := func() error {
		changed, err := s.importBatch(batch)
		n += changed
		batch = batch[:0]
		return err
	}
	for o := range orders {
		if o.Point == "" {
			o.Point = p.ID
		}
		if err := storable(o); err != nil {
			return n, err
		}
		if batch = append(batch, o); len(batch) == importBatch {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	return n, flush()
}

func (s *Store) importBatch(batch []kiosk.Order) (changed int, err error) {
	slices.SortStableFunc(batch, func(a, b kiosk.Order) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) })
	err = s.orders.update(func(tx *bolt.Tx, m *setMeta) error {
		w, err := newSetWriter(tx, m, s.orders.key)
		if err != nil {
			return err
		}
		changed = 0
		for _, o := range batch {
			done, err := w.putLocal(o, s.done)
			if err != nil {
				return err
			}
			if done {
				changed++
			}
		}
		w.finish()
		m.Cache.Local, m.Cache.Complete, m.Cache.AsOf = true, true, s.o.Now().UTC().Round(0)
		m.Cache.Version++
		m.Expected = m.Count
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("import orders: %w", err)
	}
	s.o.Observer.Changed(idsOf(batch)...)
	return changed, nil
}
