package kiosk

import (
	"fmt"
	"slices"
	"time"
)

// Voucher is HQ's word, in a signed code, on an order that this terminal may not
// have heard of yet: that it is the customer's, at this point, of so many units
// and such a value. It does not say which lines; see [DecideVoucher].
type Voucher struct {
	Code  ProxyID `cbor:"1,keyasint" json:"code"`  // names the signed code
	Value Fen     `cbor:"2,keyasint" json:"value"` // of what was left when it was signed
	Units int     `cbor:"3,keyasint" json:"units"` // that were left then
	// Until is when the code ends; until long after it nobody may forget that it
	// was used.
	Until time.Time `cbor:"4,keyasint,omitzero" json:"until,omitzero"`
	// What follows is judged when it is scanned, and not kept.
	Order OrderID   `cbor:"-" json:"-"`
	Point PointID   `cbor:"-" json:"-"`
	From  time.Time `cbor:"-" json:"-"`
}

// order is as much of the order as the voucher tells.
func (v Voucher) order() Order {
	return Order{ID: v.Order, Point: v.Point, Status: StatusArrived}
}

// DecideVoucher decides about an order that is not in the cache, on HQ's word in
// a signed code alone. s is what this terminal's own journal says of the order.
// Within the policy's caps the customer takes all that the bag's label says, and
// the verdict is Provisional: the event does not name lines, and HQ settles it as
// all that remains. Beyond the caps the leader may confirm. Where the order is in
// the cache, [DecideScan] decides.
func DecideVoucher(v Voucher, s OrderState, c Context) (Outcome, Body) {
	out := Outcome{Order: v.order(), At: c.At.Wall, History: s.Standing(), Voucher: &v}
	c.Voucher = &v
	refuse := func(verdict Verdict) (Outcome, Body) {
		out.Verdict = verdict
		return out, nil
	}
	if v.Point != c.Point.ID {
		out.RightTo = c.Point.refTo(v.Point)
		return refuse(WrongPoint)
	}
	if len(out.History) > 0 {
		return refuse(AlreadyCollected)
	}
	if len(s.Returns) > 0 {
		out.SentBackAt = s.Returns[0].At
		return refuse(Expired)
	}
	if verdict, no := c.refusedCode(s); no {
		out.OfCode = true
		return refuse(verdict)
	}
	if hold, ok := s.OpenHold(); ok {
		out.Verdict, out.Event, out.Seq = hold.Reason, hold.Event, hold.Seq
		return out, nil
	}
	policy := c.Point.Policy.WithDefaults()
	_, timed := c.At.Time()
	switch {
	case !timed, !c.mayProvisional(policy, v.Value):
		out.Verdict = NeedsLeader
	case !policy.alone(v.Value):
		out.Verdict = Held
	default:
		out.Verdict = Provisional
		return out, Redeemed{
			Order: v.Order, Method: MethodAlone, Source: c.Source, Voucher: &v, AsOf: c.asOf(), Provisional: true,
		}
	}
	return out, OrderHeld{Order: v.Order, Reason: out.Verdict, Source: c.Source, Voucher: &v}
}

// VouchedOrder is as much as can be told of an order that is not in the cache
// and that this terminal held or handed over on HQ's word: enough for a leader to
// confirm, reject or undo. It has no lines. False: there is no such word.
func VouchedOrder(id OrderID, point PointID, s OrderState) (Order, bool) {
	vouched := slices.ContainsFunc(s.Holds, func(h Hold) bool { return h.Voucher != nil }) ||
		slices.ContainsFunc(s.Redemptions, func(r Redemption) bool { return r.Voucher != nil })
	return Voucher{Order: id, Point: point}.order(), vouched
}

// refused says why a code is not good, if it is not.
func (v *Voucher) refused(at Moment) (Verdict, bool) {
	if v == nil {
		return "", false
	}
	switch now, known := at.Time(); {
	case !known:
		return "", false
	case now.Before(v.From):
		return TooEarly, true
	case !now.Before(v.Until):
		return Expired, true
	}
	return "", false
}

// unnamed reports whether a redemption is of all that was left, and nobody has
// said yet what that was.
func (r Redemption) unnamed() bool { return r.Voucher != nil && len(r.Lines) == 0 && r.Whole == nil }

// Units is how many units were handed over, as far as they count.
func (r Redemption) Units() int {
	b := Redeemed{Lines: r.Lines}
	if r.unnamed() {
		b.Voucher = r.Voucher
	}
	return b.Units()
}

// Units is how many units were handed over.
func (b Redeemed) Units() int {
	if b.Voucher != nil && len(b.Lines) == 0 {
		return b.Voucher.Units
	}
	n := 0
	for _, h := range b.Lines {
		n += h.Handed
	}
	return n
}

// all reports whether a redemption of all that was left stands whose lines nobody
// has named.
func (s OrderState) all() bool {
	return slices.ContainsFunc(s.Redemptions, func(r Redemption) bool { return r.Undone == nil && r.unnamed() })
}

// named gives a handover on HQ's word the lines that it must have been of; other
// bodies stay as they are.
func (s OrderState) named(o Order, body Body) Body {
	b, ok := body.(Redeemed)
	if !ok || b.Voucher == nil || len(b.Lines) > 0 {
		return body
	}
	b.Lines = s.vouched(o, b.Voucher.Units)
	return b
}

// nameLines gives the redemptions of an order whose lines are known now the lines
// that HQ will take them for.
func (s OrderState) nameLines(o Order) OrderState {
	if len(o.Lines) == 0 || !s.all() {
		return s
	}
	s.Redemptions = slices.Clone(s.Redemptions)
	for i, r := range s.Redemptions {
		if r.Undone == nil && r.unnamed() {
			s.Redemptions[i].Lines = s.vouched(o, r.Voucher.Units)
		}
	}
	return s
}

// vouched gives the lines of a handover of so many units by the bag's label: what
// the others leave, all of it; where that is less than HQ vouched for, units that
// others have had too, which contradicts them.
func (s OrderState) vouched(o Order, units int) []Handed {
	left := map[LineID]int{}
	missing := units
	for _, l := range o.Lines {
		left[l.ID] = max(0, l.Quantity-s.Line(l.ID).Total())
		missing -= left[l.ID]
	}
	var lines []Handed
	for _, l := range o.Lines {
		n := left[l.ID]
		if missing > 0 {
			more := min(missing, l.Quantity-n)
			n, missing = n+more, missing-more
		}
		if n > 0 {
			lines = append(lines, Handed{Line: l.ID, Handed: n})
		}
	}
	return lines
}

// leftBy is what the redemptions that name lines leave.
func leftBy(o Order, s OrderState) []Handed {
	var left []Handed
	for _, l := range o.Lines {
		if n := l.Quantity - s.Line(l.ID).Total(); n > 0 {
			left = append(left, Handed{Line: l.ID, Handed: n})
		}
	}
	return left
}

// checkAll guards a handover of all that is left.
func checkAll(o Order, s OrderState, b Redeemed) error {
	if len(o.Lines) == 0 && s.HandedOut() || len(o.Lines) > 0 && Remaining(o, s) == nil {
		return fmt.Errorf("order %s, on HQ's word: %w", o.ID, ErrTooMany)
	}
	if b.Voucher.Units <= 0 || b.Voucher.Units > MaxLines*MaxQuantity {
		return fmt.Errorf("order %s, on HQ's word for %d units: %w", o.ID, b.Voucher.Units, ErrTooMany)
	}
	return nil
}
