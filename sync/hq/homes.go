package hq

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
)

// spreadChunk is how many orders one transaction looks at for a home.
const spreadChunk = 5000

// live reports whether a terminal may be an order's home from now on.
func (t Terminal) live(point kiosk.PointID) bool {
	return t.Point == point && t.Revoked.IsZero() && t.Forked.IsZero()
}

// homes gives the point's terminals among which its orders are spread: those that
// were heard of within their term or are new, or, where there is none, all that
// are not withdrawn.
func (s *set) homes() ([]kiosk.TerminalID, error) {
	if s.live != nil {
		return s.live, nil
	}
	all, err := s.tx.PointTerminals(s.point.Point.ID)
	if err != nil {
		return nil, err
	}
	heard, there := []kiosk.TerminalID{}, []kiosk.TerminalID{}
	for _, t := range all {
		if !t.live(s.point.Point.ID) {
			continue
		}
		if there = append(there, t.ID); t.Promised.IsZero() || !kiosk.LeaseOver(t.Promised, s.at) {
			heard = append(heard, t.ID)
		}
	}
	if s.live = heard; len(heard) == 0 {
		s.live = there
	}
	return s.live, nil
}

// spread chooses an order's home by rendezvous hashing: every terminal has about
// as many orders, and one that comes or goes changes the choice only for its
// own. It is empty without terminals.
func spread(order kiosk.OrderID, among []kiosk.TerminalID) (home kiosk.TerminalID) {
	var best [sha256.Size]byte
	for _, t := range among {
		sum := sha256.Sum256([]byte("hexiao home v1\x00" + string(order) + "\x00" + string(t)))
		if home == "" || bytes.Compare(sum[:], best[:]) > 0 {
			home, best = t, sum
		}
	}
	return home
}

// settle gives an order a home that has none yet.
func (s *set) settle(rec *OrderRecord) error {
	if s.point.Point.Policy.Leases == kiosk.LeaseOff || rec.Order.Home != "" || rec.Gone {
		return nil
	}
	among, err := s.homes()
	if err == nil {
		rec.Order.Home = spread(rec.Order.ID, among)
	}
	return err
}

// move makes a terminal an order's home, in the version that the next put makes.
func (s *set) move(rec *OrderRecord, to kiosk.TerminalID) {
	rec.Order.Home, rec.Order.HomeVersion = to, s.point.Version+1
}

// takeAway moves an order from a home whose term is over. What it handed over
// before that HQ may not have heard of, unless it never had a term.
func (s *set) takeAway(rec *OrderRecord, home Terminal, to kiosk.TerminalID) {
	if !home.Promised.IsZero() {
		rec.Order.HomeBefore = cmp.Or(rec.Order.HomeBefore, home.ID)
	}
	s.move(rec, to)
}

// homeOf gives an order's home; ok is false for one that is no longer known there.
func (s *set) homeOf(rec OrderRecord) (t Terminal, ok bool, err error) {
	t, ok, err = s.tx.Terminal(rec.Order.Home)
	return t, ok && t.Point == s.point.Point.ID, err
}

// released moves an order of which a terminal gave the lease back to the one
// that asked for it. A lease that it did not have moves nothing.
func (s *set) released(old, rec OrderRecord, by kiosk.TerminalID, b kiosk.LeaseReleased) error {
	if rec.Order.Home != by || b.Version < rec.Order.HomeVersion {
		return s.tx.PutOrder(rec)
	}
	to, ok, err := s.tx.Terminal(b.To)
	if err != nil {
		return err
	}
	heir := to.ID
	if !ok || !to.live(s.point.Point.ID) || heir == by {
		among, err := s.homes()
		if err != nil {
			return err
		}
		heir = spread(rec.Order.ID, slices.DeleteFunc(slices.Clone(among), func(t kiosk.TerminalID) bool { return t == by }))
	}
	if heir == "" {
		heir = by // nobody else is there, so it has it again
	}
	if rec.Order.HomeBefore == by {
		rec.Order.HomeBefore = "" // its journal is here up to the release
	}
	s.move(&rec, heir)
	return s.put(old, rec)
}

// open reports whether an order may still be handed over, at least in part.
func open(rec OrderRecord) bool { return !rec.Gone && !rec.Order.Status.Over() && left(rec) > 0 }

// spreadOrders gives a home to every open order of a point that has none, or
// whose home was withdrawn and must have stopped by now. It does nothing where
// the policy has no leases. It returns ErrNoPoint.
func (h *HQ) spreadOrders(ctx context.Context, point kiosk.PointID) error {
	on := false
	err := h.store.View(ctx, func(tx Tx) error {
		p, err := MustPoint(tx, point)
		on = p.Point.Policy.Leases != kiosk.LeaseOff
		return err
	})
	if err != nil || !on {
		return err
	}
	for after := kiosk.OrderID(""); ; {
		n := 0
		err := h.store.Update(ctx, func(tx Tx) error {
			s, err := h.openSet(tx, point)
			if err != nil {
				return err
			}
			list, err := tx.Orders(point, after, spreadChunk)
			if err != nil {
				return err
			}
			n = len(list)
			for _, old := range list {
				if err := s.spreadOne(old); err != nil {
					return err
				}
				after = old.Order.ID
			}
			return s.save()
		})
		if err != nil {
			return fmt.Errorf("spread the orders of point %s over its terminals: %w", point, err)
		}
		if n < spreadChunk {
			return nil
		}
	}
}

func (s *set) spreadOne(old OrderRecord) error {
	if !open(old) {
		return nil
	}
	rec := old
	if rec.Order.Home != "" {
		t, ok, err := s.homeOf(rec)
		if err != nil || ok && (t.live(s.point.Point.ID) || !kiosk.LeaseOver(t.Promised, s.at)) {
			return err
		}
		among, err := s.homes()
		if err != nil || len(among) == 0 {
			return err
		}
		s.takeAway(&rec, t, spread(rec.Order.ID, among))
	}
	if err := s.settle(&rec); err != nil || rec.Order.Home == old.Order.Home {
		return err
	}
	return s.put(old, rec)
}

// term is for how long HQ gives a terminal of the point its leases.
func term(p kiosk.Policy) time.Duration { return max(p.WithDefaults().LeaseTerm, kiosk.MinLeaseTerm) }
