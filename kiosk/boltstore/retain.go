package boltstore

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

const (
	// sweepEvery is how often a set is searched for orders whose retention has
	// ended, by the wall clock, in either direction.
	sweepEvery = 20 * time.Hour
	// sweepPage orders are looked at, and changed, between two rests.
	sweepPage = 128
)

// strip takes the customer's data out of an order. Its lookups stay, so that a
// late scan is still answered by what has happened.
func strip(o *kiosk.Order) {
	o.SealedDesk, o.SealedFull, o.NameIndex, o.NameKeys = nil, nil, nil, nil
}

// bare reports whether an order has no customer's data.
func bare(o kiosk.Order) bool {
	return o.SealedDesk == nil && o.SealedFull == nil && o.NameIndex == nil && o.NameKeys == nil
}

// sources gives every event that a state is made of, but for rejections, which
// leave none.
func sources(s kiosk.OrderState) (list []kiosk.Source) {
	for _, r := range s.Redemptions {
		list = append(list, r.Source)
		if r.Undone != nil {
			list = append(list, r.Undone.Source)
		}
	}
	for _, e := range s.Early {
		list = append(list, e.Undo.Source)
	}
	list = gather(list, s.Holds, func(h kiosk.Hold) kiosk.Source { return h.Source })
	list = gather(list, s.Payments, func(p kiosk.Payment) kiosk.Source { return p.Source })
	list = gather(list, s.AfterSales, func(a kiosk.AfterSale) kiosk.Source { return a.Source })
	list = gather(list, s.Reports, func(r kiosk.Report) kiosk.Source { return r.Source })
	list = gather(list, s.Dismissals, func(d kiosk.Dismissal) kiosk.Source { return d.Source })
	list = gather(list, s.Ratings, func(r kiosk.Rating) kiosk.Source { return r.Source })
	list = gather(list, s.Invoices, func(i kiosk.Invoice) kiosk.Source { return i.Source })
	list = gather(list, s.Reminders, func(r kiosk.Reminder) kiosk.Source { return r.Source })
	list = gather(list, s.Released, func(r kiosk.Released) kiosk.Source { return r.Source })
	return gather(list, s.Returns, func(r kiosk.Return) kiosk.Source { return r.Source })
}

func gather[T any](list []kiosk.Source, parts []T, source func(T) kiosk.Source) []kiosk.Source {
	for _, p := range parts {
		list = append(list, source(p))
	}
	return list
}

// lastEvent is the latest wall time of what made the state, or the end of the code
// that opened an order unseen; zero for none.
func lastEvent(s kiosk.OrderState) (last time.Time) {
	for _, src := range sources(s) {
		if src.At.After(last) {
			last = src.At
		}
	}
	for _, r := range s.Redemptions { // while the code is good it must not open the order again
		if r.Voucher != nil && r.Voucher.Until.After(last) {
			last = r.Voucher.Until
		}
	}
	return last
}

// keepSince is the time before which handed-over orders lose their customers'
// data. While a handover can be undone its customer is known.
func keepSince(at kiosk.Moment, p kiosk.Policy) time.Time {
	p = p.WithDefaults()
	return at.Wall.Add(-max(p.Retention, p.UndoWindow))
}

// due reports whether an order has been collected, or went back to the merchant,
// wholly, and so long ago that its customer's data must go. Somebody whose report
// is open must be found.
func (s *Store) due(o kiosk.Order, before time.Time) (bool, error) {
	if bare(o) {
		return false, nil
	}
	own, err := s.states.get(o.ID)
	if err != nil {
		return false, err
	}
	state := own.Merge(o)
	ended := kiosk.Remaining(o, state) == nil || len(state.Returns) > 0
	return ended && len(state.OpenReports()) == 0 && lastEvent(state).Before(before), nil
}

// done reports whether nothing of an order is left to hand over.
func (s *Store) done(o kiosk.Order) (bool, error) {
	own, err := s.states.get(o.ID)
	state := own.Merge(o)
	return kiosk.Remaining(o, state) == nil || len(state.Returns) > 0, err
}

// sweepOrders takes the customers' data out of the orders that are due, in
// small transactions between which it rests.
func (s *Store) sweepOrders(at kiosk.Moment, rest func() error) error {
	set := s.orders
	point, m := set.current()
	if !sweepDue(m.Swept, at) {
		return nil
	}
	before := keepSince(at, point.Policy)
	begun := set.file()
	var after kiosk.OrderID
	for {
		orders, err := set.page(after, sweepPage)
		if err != nil {
			return fmt.Errorf("look for orders to forget customers of: %w", err)
		}
		if len(orders) == 0 {
			return set.swept(begun, at)
		}
		after = orders[len(orders)-1].ID
		if err := s.stripDue(orders, before); err != nil {
			return fmt.Errorf("forget customers who have collected: %w", err)
		}
		if err := rest(); err != nil {
			return err
		}
	}
}

func (s *Store) stripDue(orders []kiosk.Order, before time.Time) error {
	var found []kiosk.OrderID
	for _, o := range orders {
		due, err := s.due(o, before)
		if err != nil {
			return err
		}
		if due {
			found = append(found, o.ID)
		}
	}
	if len(found) == 0 {
		return nil
	}
	set := s.orders
	set.write.Lock()
	defer set.write.Unlock()
	defer s.o.Observer.Changed(found...)
	return set.update(func(tx *bolt.Tx, m *setMeta) error {
		b, t := tx.Bucket([]byte(bucketOrders)), newTagger(set.key)
		for _, id := range found {
			o, known, err := getOrder(tx, t, []byte(id))
			if err != nil {
				return err
			}
			// Both may have changed since.
			due, err := s.due(o, before)
			if err != nil || !known || !due {
				if err != nil {
					return err
				}
				continue
			}
			strip(&o)
			value, err := kiosk.EncodeOrder(o)
			if err != nil {
				return err
			}
			if err := b.Put([]byte(id), t.seal(bucketOrders, []byte(id), value)); err != nil {
				return err
			}
			m.Remnants++
		}
		return nil
	})
}

func (set *orderSet) file() *bolt.DB {
	set.live.RLock()
	defer set.live.RUnlock()
	return set.db
}

// swept notes that the whole set was swept, unless another one has taken its
// place meanwhile.
func (set *orderSet) swept(begun *bolt.DB, at kiosk.Moment) error {
	set.write.Lock()
	defer set.write.Unlock()
	if set.file() != begun {
		return nil
	}
	return set.update(func(_ *bolt.Tx, m *setMeta) error {
		m.Swept = at.Wall.UTC()
		return nil
	})
}

func sweepDue(last time.Time, at kiosk.Moment) bool { return at.Wall.Sub(last).Abs() >= sweepEvery }
