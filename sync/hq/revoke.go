package hq

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

// What is kept of withdrawn codes.
const (
	maxRevoked = 1_000
	// revokedFor is longer than a signed code is good, and than an order usually
	// waits: after it the code would open nothing anyway.
	revokedFor = 90 * 24 * time.Hour
)

// RevokeRequest names an order, all of whose codes are to be withdrawn, or the id of
// a signed code; one of the two.
type RevokeRequest struct {
	Order kiosk.OrderID `json:"order,omitempty"`
	Code  string        `json:"code,omitempty"` // 12 hex digits
}

// Revoked says what was withdrawn.
type Revoked struct {
	Order  kiosk.OrderID   `json:"order"`
	Signed []kiosk.ProxyID `json:"signed"` // signed codes
	New    bool            `json:"new"`    // the order has a new opaque and a new typed code
}

// RevokeCodes withdraws codes before their time. Of an order: its opaque and typed
// codes, for which it gets new ones, and all signed ones; the platform's own code
// stays, for HQ does not give it out. Terminals refuse the old ones by name until 90
// days later or a thousand others of the point were withdrawn, and do not know them
// after that. It returns ErrNoOrder, or ErrInput for an id that HQ has not signed.
func (h *HQ) RevokeCodes(ctx context.Context, r RevokeRequest) (done Revoked, err error) {
	err = h.store.Update(ctx, func(tx Tx) error {
		done = Revoked{Order: r.Order, Signed: []kiosk.ProxyID{}}
		if (r.Order == "") == (r.Code == "") {
			return fmt.Errorf("%w: name an order or a signed code's id", ErrInput)
		}
		if r.Code != "" {
			return h.revokeSigned(tx, r.Code, &done)
		}
		old, err := mustOrder(tx, r.Order)
		if err != nil {
			return err
		}
		s, err := h.openSet(tx, old.Order.Point)
		if err != nil {
			return err
		}
		rec := old
		done.Signed = s.withdraw(&rec, nil)
		if err := h.renew(s, &rec); err != nil {
			return err
		}
		done.New = true
		if err := s.put(old, rec); err != nil {
			return err
		}
		return s.save()
	})
	return done, err
}

// revokeSigned withdraws one signed code, whichever point it is of.
func (h *HQ) revokeSigned(tx Tx, code string, done *Revoked) error {
	var id kiosk.ProxyID
	if raw, err := hex.DecodeString(code); err != nil || len(raw) != len(id) {
		return fmt.Errorf("%w: the id of a signed code has %d hex digits", ErrInput, 2*len(id))
	} else {
		id = kiosk.ProxyID(raw)
	}
	points, err := tx.Points("", maxPoints)
	if err != nil {
		return err
	}
	for _, p := range points {
		order, ok, err := tx.CodeOwner(p.Point.ID, signedName(id))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		rec, ok, err := tx.Order(p.Point.ID, order)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("order %s: %w", order, ErrNoOrder)
		}
		s := &set{hq: h, tx: tx, point: p, at: h.at()}
		done.Order, done.Signed = order, s.withdraw(&rec, &id)
		if err := tx.PutOrder(rec); err != nil {
			return err
		}
		return s.save()
	}
	return fmt.Errorf("%w: HQ has signed no code with this id", ErrInput)
}

// renew gives an order a new opaque and typed code in place of the old ones.
func (h *HQ) renew(s *set, rec *OrderRecord) error {
	key, err := seal.NewPointKey(s.point.Secret)
	if err != nil {
		return err
	}
	o := &rec.Order
	fresh, err := h.issue(s.tx, o.Point, o.ID)
	if err != nil {
		return err
	}
	for _, c := range rec.Codes {
		if c.Kind == kiosk.CodePlatform {
			fresh = append(fresh, c)
			continue
		}
		lookup := key.Lookup(c)
		s.revoke(kiosk.RevokedCode{Lookup: lookup[:], At: s.at})
		if c.Kind != kiosk.CodeOpaque || o.SealedFull == nil {
			continue
		}
		masked, err := key.OpenDesk(o.ID, o.SealedDesk)
		if err != nil {
			return err
		}
		whose, err := seal.OpenFull(c, o.ID, o.SealedFull, masked)
		if err != nil {
			return err
		}
		if o.SealedFull, err = seal.SealFull(fresh[0], o.ID, whose); err != nil {
			return err
		}
	}
	rec.Codes, o.Lookups = fresh, nil
	for _, c := range fresh {
		o.Lookups = append(o.Lookups, key.Lookup(c))
	}
	slices.SortFunc(o.Lookups, func(a, b kiosk.Lookup) int { return bytes.Compare(a[:], b[:]) })
	return nil
}

// withdraw takes the signed codes of an order back that are still good, or only
// one, and gives their ids.
func (s *set) withdraw(rec *OrderRecord, only *kiosk.ProxyID) []kiosk.ProxyID {
	done := []kiosk.ProxyID{}
	rec.Signed = slices.Clone(rec.Signed)
	for i, c := range rec.Signed {
		if only != nil && c.ID != *only || !c.Revoked.IsZero() || !s.at.Before(c.Until) {
			continue
		}
		rec.Signed[i].Revoked = s.at
		s.revoke(kiosk.RevokedCode{Proxy: c.ID, At: s.at})
		done = append(done, c.ID)
	}
	return done
}

// revoke adds a code to those that terminals refuse by name, and lets go of what
// nobody needs any more.
func (s *set) revoke(c kiosk.RevokedCode) {
	list := slices.DeleteFunc(slices.Clone(s.point.Point.Revoked), func(old kiosk.RevokedCode) bool {
		return c.At.Sub(old.At) >= revokedFor
	})
	list = append(list, c)
	s.point.Point.Revoked = list[max(0, len(list)-maxRevoked):]
	s.changed = true
}
