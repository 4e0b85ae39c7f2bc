package hq

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

// VoucherRequest asks for a voucher.
type VoucherRequest struct {
	Order kiosk.OrderID `json:"order"`
	Until time.Time     `json:"until"` // cut to the minute
}

// Voucher is a voucher that was made; HQ keeps its id, not the code.
type Voucher struct {
	Order kiosk.OrderID `json:"order"`
	ID    kiosk.ProxyID `json:"id"`
	Code  string        `json:"code"`
	From  time.Time     `json:"from"`
	Until time.Time     `json:"until"`
	Units int           `json:"units"` // that are left of the order
	Value kiosk.Fen     `json:"value"` // of them, in fen
}

// NewVoucher signs HQ's word on an order, by which its customer can collect it at
// its point even where a terminal has not heard of it yet: all that is left, from now
// (or the order's valid-from) until a time, or the end of the order's own term. It
// returns ErrNoOrder, and ErrInput for an order that nobody can collect any more or
// that is to be paid for, for a time that is not within the next 45 days, and for an
// id that is too long for a code.
func (h *HQ) NewVoucher(ctx context.Context, r VoucherRequest) (made Voucher, err error) {
	err = h.store.Update(ctx, func(tx Tx) error {
		made = Voucher{} // the store may run this again
		identity, rec, err := toVouch(tx, r.Order)
		if err != nil {
			return err
		}
		if due := kiosk.AmountDue(rec.Order, rec.State); due > 0 {
			return fmt.Errorf("%w: %s yuan are to be paid for order %s, which the code cannot say", ErrInput, due, r.Order)
		}
		point, err := MustPoint(tx, rec.Order.Point)
		if err != nil {
			return err
		}
		v := voucherOf(rec, point.Point.Policy.WithDefaults(), h.at(), r.Until)
		text, id, err := signedcode.EncodeVoucher(v, identity.CodeKey(v.Until))
		// A code that says the same again would be the one that was withdrawn.
		for err == nil && slices.ContainsFunc(point.Point.Revoked, func(c kiosk.RevokedCode) bool { return c.Proxy == id }) {
			v.From = v.From.Add(-time.Minute)
			text, id, err = signedcode.EncodeVoucher(v, identity.CodeKey(v.Until))
		}
		if errors.Is(err, signedcode.ErrGrant) {
			return fmt.Errorf("%w: the code must end at least a minute and at most 45 days from now, within the order's term, and the order's id must fit into it", ErrInput)
		}
		if err != nil {
			return err
		}
		made = Voucher{Order: r.Order, ID: id, Code: text, From: v.From, Until: v.Until, Units: v.Units, Value: v.Value}
		return keepSigned(tx, rec, SignedCode{ID: id, Kind: SignedVoucher, From: v.From, Until: v.Until}, h.at())
	})
	return made, err
}

// voucherOf is what can be said of an order now, within its own term.
func voucherOf(rec OrderRecord, p kiosk.Policy, now, until time.Time) kiosk.Voucher {
	o := rec.Order
	v := kiosk.Voucher{Order: o.ID, Point: o.Point, From: now.Truncate(time.Minute), Until: until.UTC().Truncate(time.Minute)}
	if o.ValidFrom.After(v.From) {
		v.From = o.ValidFrom.Add(time.Minute - time.Nanosecond).Truncate(time.Minute)
	}
	if end := o.CollectBy.Add(p.CollectGrace).Truncate(time.Minute); !o.CollectBy.IsZero() && end.Before(v.Until) {
		v.Until = end
	}
	for _, h := range kiosk.Remaining(o, rec.State) {
		l, _ := o.Line(h.Line)
		v.Units += h.Handed
		v.Value += l.UnitPrice * kiosk.Fen(h.Handed)
	}
	return v
}
