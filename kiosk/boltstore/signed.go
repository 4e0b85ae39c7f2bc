package boltstore

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

// found is what the codes of one scan lead to.
type found struct {
	orders []kiosk.Order
	proxy  *kiosk.Proxy // by which the one order is asked for; nil: the customer's own code
	forged bool         // no code that this terminal's HQ signed
	// emptied: the set was damaged, is empty now, and says so.
	emptied bool
}

// opened gives the orders that have any of the codes; the caller holds the lock.
func (s *Store) opened(codes []kiosk.Code) (found, error) {
	if codes[0].Kind == kiosk.CodeSigned {
		return s.openedBySigned(codes[0])
	}
	lookups := make([]kiosk.Lookup, len(codes))
	for i, code := range codes {
		lookups[i] = s.o.Lookup(code)
	}
	var f found
	err := f.again(func() (err error) {
		f.orders, err = s.orders.find(lookups)
		return err
	})
	return f, err
}

// openedBySigned finds the order of a proxy code. Such a code is rare, and the
// set has no index by references: all ids are looked at. A forged one costs no
// more than its signature.
func (s *Store) openedBySigned(code kiosk.Code) (found, error) {
	grant, genuine := s.genuine(code)
	if !genuine {
		return found{forged: true}, nil
	}
	f := found{proxy: &kiosk.Proxy{Code: grant.Code, From: grant.From, Until: grant.Until}}
	point, _ := s.orders.current()
	err := f.again(func() error {
		o, ok, err := s.orders.referred(point.ID, grant.Order, &s.referred)
		if err != nil || !ok {
			return err
		}
		if p, whole := grant.Proxy(o); whole {
			f.orders, f.proxy = []kiosk.Order{o}, &p
		}
		return nil
	})
	return f, err
}

// genuine reads a code that this terminal's HQ signed.
func (s *Store) genuine(code kiosk.Code) (signedcode.Grant, bool) {
	grant, err := signedcode.Decode(code.Text, s.o.HQ.Live(s.o.Now())...)
	return grant, err == nil
}

// again looks once more when the set was damaged and an empty one has taken its place.
func (f *found) again(look func() error) error {
	err := look()
	if errors.Is(err, ErrDamaged) {
		f.emptied = true
		err = look()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutOfOrder, err)
	}
	return nil
}

// refer remembers the order of the last reference: a scan asks several times.
type refer struct {
	to signedcode.Reference
	id kiosk.OrderID
}

// referred gives the order that a reference stands for.
func (set *orderSet) referred(point kiosk.PointID, to signedcode.Reference, last *refer) (kiosk.Order, bool, error) {
	if last.to == to && last.id != "" {
		if o, ok, err := set.order(last.id); ok || err != nil {
			return o, ok, err
		}
	}
	var id []byte
	err := set.view(func(tx *bolt.Tx) error {
		id = nil
		return set.pages.each(tx, bucketOrders, nil, func(k, _ []byte) (bool, error) {
			if signedcode.ReferenceOf(point, kiosk.OrderID(k)) != to {
				return true, nil
			}
			id = bytes.Clone(k)
			return false, nil
		})
	})
	if err != nil || id == nil {
		return kiosk.Order{}, false, err
	}
	*last = refer{to, kiosk.OrderID(id)}
	return set.order(last.id)
}
