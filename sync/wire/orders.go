package wire

import (
	"fmt"

	"hexiao/kiosk"
)

// NewOrder and Order.Domain carry an order to a terminal.
func NewOrder(o kiosk.Order) Order {
	out := Order{
		ID: string(o.ID), Version: o.Version, Point: string(o.Point), Status: OrderStatus(o.Status),
		PickupNumber: o.PickupNumber, Shelf: o.Shelf, Lines: make([]OrderLine, len(o.Lines)), Due: int64(o.Due),
		ValidFrom: o.ValidFrom.UTC(), CollectBy: o.CollectBy.UTC(), ExpectedAt: o.ExpectedAt.UTC(), Consignment: o.Consignment,
		SealedDesk: o.SealedDesk, SealedFull: o.SealedFull, NameIndex: o.NameIndex,
		NameKeys: o.NameKeys, Settled: newRedemptions(o.Settled), Home: string(o.Home), HomeVersion: o.HomeVersion, HomeBefore: string(o.HomeBefore), Rotating: o.Rotating, Disputes: newDisputes(o.Disputes),
	}
	for i, l := range o.Lines {
		out.Lines[i] = OrderLine{
			ID: string(l.ID), Product: l.Product, Spec: l.Spec, Unit: l.Unit, Quantity: l.Quantity,
			Supplier: l.Supplier, UnitPrice: int64(l.UnitPrice), Barcode: l.Barcode,
		}
	}
	for _, l := range o.Lookups {
		out.Lookups = append(out.Lookups, l[:])
	}
	return out
}

// Domain returns ErrMalformed for an order that kiosk.Order.Validate refuses
// or whose lookups or redemptions cannot be read.
func (o Order) Domain() (kiosk.Order, error) {
	out := kiosk.Order{
		ID: kiosk.OrderID(o.ID), Version: o.Version, Point: kiosk.PointID(o.Point), Status: kiosk.Status(o.Status),
		PickupNumber: o.PickupNumber, Shelf: o.Shelf, Due: kiosk.Fen(o.Due),
		ValidFrom: o.ValidFrom.UTC(), CollectBy: o.CollectBy.UTC(), ExpectedAt: o.ExpectedAt.UTC(), Consignment: o.Consignment,
		SealedDesk: o.SealedDesk, SealedFull: o.SealedFull, NameIndex: o.NameIndex,
		NameKeys: o.NameKeys, Home: kiosk.TerminalID(o.Home), HomeVersion: o.HomeVersion, HomeBefore: kiosk.TerminalID(o.HomeBefore), Rotating: o.Rotating,
	}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, kiosk.Line{
			ID: kiosk.LineID(l.ID), Product: l.Product, Spec: l.Spec, Unit: l.Unit, Quantity: l.Quantity,
			Supplier: l.Supplier, UnitPrice: kiosk.Fen(l.UnitPrice), Barcode: l.Barcode,
		})
	}
	if err := out.Validate(); err != nil {
		return kiosk.Order{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	for i, l := range o.Lookups {
		if len(l) != len(kiosk.Lookup{}) {
			return kiosk.Order{}, malformed("order %s: lookup %d has %d bytes, not %d", o.ID, i, len(l), len(kiosk.Lookup{}))
		}
		out.Lookups = append(out.Lookups, kiosk.Lookup(l))
	}
	settled, err := domainRedemptions(o.Settled)
	if err != nil {
		return kiosk.Order{}, fmt.Errorf("order %s: %w", o.ID, err)
	}
	out.Settled = settled
	if out.Disputes, err = domainDisputes(o.Disputes); err != nil {
		return kiosk.Order{}, fmt.Errorf("order %s: %w", o.ID, err)
	}
	return out, nil
}

// NewWatermark and Watermark.Domain carry what HQ says of its set at a cursor.
func NewWatermark(w kiosk.Watermark, cursor string) Watermark {
	out := Watermark{
		Version: w.Version, Count: w.Count, Digest: w.Digest.String(), At: w.At.UTC(), Cursor: cursor, Purge: w.Purge, LeaseUntil: w.LeaseUntil.UTC(),
	}
	if len(w.Release) > 0 {
		out.Release = NewLeases(w.Release)
	}
	return out
}

// Domain returns ErrMalformed for a watermark without cursor or with a digest
// that is none.
func (w Watermark) Domain() (mark kiosk.Watermark, cursor string, err error) {
	digest, err := kiosk.ParseSetDigest(w.Digest)
	if err != nil {
		return kiosk.Watermark{}, "", malformed("watermark: %v", err)
	}
	if w.Cursor == "" || w.Count < 0 {
		return kiosk.Watermark{}, "", malformed("a watermark needs a cursor and a count that is not negative")
	}
	release, err := DomainLeases(w.Release)
	if err != nil {
		return kiosk.Watermark{}, "", err
	}
	return kiosk.Watermark{
		Version: w.Version, Count: w.Count, Digest: digest, At: w.At.UTC(), Purge: w.Purge, LeaseUntil: w.LeaseUntil.UTC(), Release: release,
	}, w.Cursor, nil
}

func newRedemptions(list []kiosk.Redemption) []Redemption {
	var out []Redemption
	for _, r := range list {
		one := Redemption{Source: newSource(r.Source), Lines: newHanded(r.Lines), Method: newMethod(r.Method), By: r.By}
		if !r.Proxy.IsZero() {
			one.Proxy = r.Proxy.String()
		}
		if u := r.Undone; u != nil {
			one.Undone = &Undo{Source: newSource(u.Source), By: u.By, Reason: u.Reason}
		}
		out = append(out, one)
	}
	return out
}

func domainRedemptions(list []Redemption) ([]kiosk.Redemption, error) {
	var out []kiosk.Redemption
	for i, r := range list {
		src, err := r.Source.domain()
		if err != nil {
			return nil, fmt.Errorf("redemption %d: %w", i, err)
		}
		method, err := r.Method.domain()
		if err != nil {
			return nil, fmt.Errorf("redemption %d: %w", i, err)
		}
		one := kiosk.Redemption{Source: src, Method: method, By: r.By}
		if r.Proxy != "" {
			if err := one.Proxy.UnmarshalText([]byte(r.Proxy)); err != nil {
				return nil, malformed("redemption %d: the proxy code has no id", i)
			}
		}
		one.Lines = domainHanded(r.Lines)
		if u := r.Undone; u != nil {
			src, err := u.Source.domain()
			if err != nil {
				return nil, fmt.Errorf("undo of redemption %d: %w", i, err)
			}
			one.Undone = &kiosk.Undo{Source: src, By: u.By, Reason: u.Reason}
		}
		out = append(out, one)
	}
	return out, nil
}

func newSource(s kiosk.Source) Source {
	b := s.Bounds()
	return Source{
		Event: s.Event.String(), Terminal: string(s.Terminal), Seq: s.Seq, At: s.At.UTC(), Earliest: b.Earliest, Latest: b.Latest,
	}
}

func (s Source) domain() (kiosk.Source, error) {
	out := kiosk.Source{Terminal: kiosk.TerminalID(s.Terminal), Seq: s.Seq, At: s.At.UTC()}
	out = out.WithBounds(kiosk.Bounds{Earliest: s.Earliest.UTC(), Latest: s.Latest.UTC()})
	if err := unhex(out.Event[:], s.Event); err != nil {
		return kiosk.Source{}, malformed("event: %v", err)
	}
	return out, nil
}

func newMethod(m kiosk.Method) Method {
	if m == kiosk.MethodLeader {
		return MethodLeader
	}
	return MethodAlone
}

func (m Method) domain() (kiosk.Method, error) {
	switch m {
	case MethodAlone:
		return kiosk.MethodAlone, nil
	case MethodLeader:
		return kiosk.MethodLeader, nil
	}
	return 0, malformed("unknown method %.40q", m)
}
