package boltstore

import (
	"errors"

	"hexiao/kiosk"
)

// Granted takes what HQ answered when this terminal asked for the leases of
// orders, at the moment when it asked: the orders are decided on as HQ has them,
// for half a minute or until the set has heard the same.
func (s *Store) Granted(asked kiosk.Moment, orders []kiosk.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.granted = map[kiosk.OrderID]kiosk.Grant{} // who asks again stands at the counter now
	for _, o := range orders {
		s.granted[o.ID] = kiosk.Grant{Order: o, Asked: asked}
	}
}

// grantOf gives an order as HQ gave it lately, or as it is in the set; the caller
// holds the lock.
func (s *Store) grantOf(o kiosk.Order, at kiosk.Moment) (kiosk.Order, bool) {
	g, ok := s.granted[o.ID]
	if !ok || !g.Counts(o, at) {
		return o, false
	}
	return g.Order, true
}

// Release gives back the leases that HQ asks for, each by an event of its own
// that is durable when Release returns: from then on this terminal does not hand
// the orders over. It gives how many they were. Leases of orders that are held or
// handed over here are kept, and so are those of which nothing is known here.
func (s *Store) Release(at kiosk.Moment, asked []kiosk.Lease) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var bodies []kiosk.Body
	var set uint64
	for _, lease := range asked {
		o, state, c, err := s.subject(at, lease.Order)
		if errors.Is(err, kiosk.ErrUnknownOrder) {
			continue
		}
		if err != nil {
			return 0, err
		}
		set = c.Cache.Version
		body, err := kiosk.DecideRelease(o, state, c, lease)
		if err != nil && !errors.Is(err, kiosk.ErrLeaseKept) {
			return 0, err
		}
		if body != nil {
			bodies = append(bodies, body)
		}
	}
	if len(bodies) == 0 {
		return 0, nil
	}
	if _, err := s.record(at, set, nil, bodies...); err != nil {
		return 0, err
	}
	return len(bodies), nil
}
