package boltstore

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

// found is what the codes of one scan lead to.
type found struct {
	orders []kiosk.Order
	proxy  *kiosk.Proxy // by which the one order is asked for; nil: the customer's own code
	forged bool         // no code that this terminal's HQ signed
	// voucher is HQ's word on the one order, which may not be here; nil: no such code.
	voucher *kiosk.Voucher
	retired bool // signed with a key of HQ's that is out of use
	kind    kiosk.CodeKind
	shown   time.Time // of a rotating code
	lookups []kiosk.Lookup
	// emptied: the set was damaged, is empty now, and says so.
	emptied bool
}

// tell adds what was found to what the rules are told.
func (f found) tell(c *kiosk.Context) {
	c.Proxy, c.Voucher, c.Retired, c.Kind, c.Shown, c.Lookups = f.proxy, f.voucher, f.retired, f.kind, f.shown, f.lookups
}

// opened gives the orders that have any of the codes; the caller holds the lock.
func (s *Store) opened(codes []kiosk.Code, at kiosk.Moment) (found, error) {
	switch {
	case codes[0].Kind == kiosk.CodeRotating:
		return s.openedByRotating(codes[0])
	case codes[0].Kind == kiosk.CodeSigned && signedcode.IsVoucher(codes[0].Text):
		return s.openedByVoucher(codes[0], at)
	case codes[0].Kind == kiosk.CodeSigned:
		return s.openedBySigned(codes[0], at)
	}
	lookups := make([]kiosk.Lookup, len(codes))
	for i, code := range codes {
		lookups[i] = s.o.Lookup(code)
	}
	f := found{kind: codes[0].Kind, lookups: lookups}
	err := f.again(func() (err error) {
		f.orders, err = s.orders.find(lookups)
		return err
	})
	return f, err
}

// openedBySigned finds the order of a proxy code. Such a code is rare, and the
// set has no index by references: all ids are looked at. A forged one costs no
// more than its signature.
func (s *Store) openedBySigned(code kiosk.Code, at kiosk.Moment) (found, error) {
	var grant signedcode.Grant
	f, ok := s.read(at, func(keys ...ed25519.PublicKey) (err error) {
		grant, err = signedcode.Decode(code.Text, keys...)
		return err
	})
	if !ok {
		return f, nil
	}
	f.proxy = &kiosk.Proxy{Code: grant.Code, From: grant.From, Until: grant.Until}
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
