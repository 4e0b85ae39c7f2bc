package hq

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
)

// maxSigned is how many signed codes of an order may be good at a time.
const maxSigned = 50

// The kinds of signed codes.
const (
	SignedProxy   = "proxy"   // somebody else collects, see [HQ.NewProxyCode]
	SignedVoucher = "voucher" // of an order that a terminal may not have, see [HQ.NewVoucher]
)

// SignedCode is what HQ keeps of a code that it signed: enough to list it and to
// withdraw it, not the code.
type SignedCode struct {
	ID      kiosk.ProxyID  `cbor:"1,keyasint" json:"id"`
	Kind    string         `cbor:"2,keyasint" json:"kind"`
	Lines   []kiosk.LineID `cbor:"3,keyasint,omitempty" json:"lines,omitempty"` // none: all
	From    time.Time      `cbor:"4,keyasint" json:"from"`
	Until   time.Time      `cbor:"5,keyasint" json:"until"`
	Revoked time.Time      `cbor:"6,keyasint,omitzero" json:"revoked,omitzero"`
}

// SignedRow is a signed code in a list.
type SignedRow struct {
	Order kiosk.OrderID `json:"order"`
	SignedCode
}

// SignedRows gives the signed codes of a point's orders, by order; those that
// have ended only as long as the order gets no new one. It returns ErrNoPoint and
// fn's error.
func (h *HQ) SignedRows(ctx context.Context, point kiosk.PointID, fn func(SignedRow) error) error {
	return h.EachOrder(ctx, point, func(rec OrderRecord) error {
		for _, s := range rec.Signed {
			if err := fn(SignedRow{rec.Order.ID, s}); err != nil {
				return err
			}
		}
		return nil
	})
}

// keepSigned stores that a code was signed. It returns ErrInput when too many of
// the order's are good.
func keepSigned(tx Tx, rec OrderRecord, s SignedCode, now time.Time) error {
	signed := slices.DeleteFunc(slices.Clone(rec.Signed), func(old SignedCode) bool { return old.ID == s.ID || !now.Before(old.Until) })
	if len(signed) >= maxSigned {
		return fmt.Errorf("%w: order %s has %d signed codes that are good; withdraw some, or wait until they end", ErrInput, rec.Order.ID, len(signed))
	}
	rec.Signed = append(signed, s)
	if err := tx.PutCodeOwner(rec.Order.Point, signedName(s.ID), rec.Order.ID); err != nil {
		return err
	}
	return tx.PutOrder(rec)
}

// signedName is what a signed code is kept under among the codes of a point.
func signedName(id kiosk.ProxyID) string { return "H1:" + id.String() }

// collectable returns ErrInput for an order of which nobody can collect anything
// any more.
func collectable(rec OrderRecord) error {
	if rec.Gone || rec.Order.Status.Over() || left(rec) == 0 || len(rec.State.Returns) > 0 {
		return fmt.Errorf("%w: nothing of order %s can be collected any more", ErrInput, rec.Order.ID)
	}
	return nil
}

// mustOrder returns ErrNoOrder.
func mustOrder(tx Tx, id kiosk.OrderID) (OrderRecord, error) {
	point, ok, err := tx.OrderPoint(id)
	if err != nil {
		return OrderRecord{}, err
	}
	if !ok {
		return OrderRecord{}, fmt.Errorf("order %s: %w", id, ErrNoOrder)
	}
	rec, ok, err := tx.Order(point, id)
	if err == nil && !ok {
		err = fmt.Errorf("order %s: %w", id, ErrNoOrder)
	}
	return rec, err
}
