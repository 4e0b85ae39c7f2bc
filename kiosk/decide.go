package kiosk

import (
	"fmt"
	"slices"
	"time"
)

// Cache says what is known of the order set's age and completeness.
type Cache struct {
	Version  uint64    // HQ's change number that the set is at
	AsOf     time.Time // when HQ last confirmed it; zero: never
	Complete bool      // count and digest agreed with HQ's watermark
	Local    bool      // imported on this machine, no HQ: never stale
	// LeaseUntil is how long the homes in the set hold for this terminal, by HQ's
	// clock; zero: they do not.
	LeaseUntil time.Time
}

// Stale reports whether the set is too old or incomplete for the policy. By a
// clock that is not to be trusted nobody can say that it is fresh.
func (c Cache) Stale(at Moment, p Policy) bool {
	if c.Local {
		return false
	}
	age := at.Wall.Sub(c.AsOf)
	return !c.Complete || at.Clock == ClockSuspect || age > p.MaxCacheAge || age < -clockSlack
}

// clockSlack is how far something may lie in the future: two clocks never agree.
// A clock that was set back further would keep an old set fresh, and the window
// of an undo open, for ever.
const clockSlack = 5 * time.Minute

// Context is what a decision depends on besides the order.
type Context struct {
	Point  Point
	Cache  Cache
	At     Moment
	Source string // scanner source or "touch"
	// Received: somebody signed for the order's consignment here, which HQ may not
	// have heard of. Goods on their way count as arrived.
	Received bool
	// Proxy is what the scanned proxy code allows; nil: it was the customer's own code.
	Proxy *Proxy
	// Terminal is the one that decides. Granted: the order is as HQ gave it just now
	// to this terminal, which had asked for its lease; see [Grant].
	Terminal TerminalID
	Granted  bool
	// Voucher is what the scanned code says in HQ's name; nil: it was no such code.
	Voucher *Voucher
	// Kind is of the code that was shown, 0 without one; Shown is when the step of a
	// rotating one began; Lookups are those of all that it may be.
	Kind    CodeKind
	Shown   time.Time
	Lookups []Lookup
	Retired bool // signed with a key of HQ's that is out of use
	Risk    Risk // of this terminal
}

// arrived reports whether the goods of an order are at the point.
func (c Context) arrived(o Order) bool {
	return o.Status == StatusArrived || c.Received && (o.Status == StatusPaid || o.Status == StatusShipped)
}

// Outcome is the decision about one order, with the evidence that the customer
// or the leader is shown. Which fields are set follows from the verdict.
type Outcome struct {
	Verdict   Verdict
	Order     Order
	Lines     []Handed     // handed over now, or (for the leader's verdicts and OtherKiosk) still to be
	History   []Redemption // that stand, the earliest first
	Due       Fen          // to be paid first
	Event     EventID      // what was recorded for it; zero: nothing
	Seq       uint64
	At        time.Time
	Resumed   bool // the event is of an interrupted run whose answer may never have been seen
	RightTo   PointRef
	ExpiredAt time.Time // collect-by and grace
	// SentBackAt is when uncollected goods went back to the merchant; zero: they did not.
	SentBackAt time.Time
	// Proxy is the proxy code by which the order was asked for; nil: none.
	Proxy *Proxy
	// OfProxy: the verdict is the proxy code's, too early, expired or used up
	// (Revoked), and not the order's. OfCode: likewise of another code.
	OfProxy, OfCode bool
	// Home is the terminal that has the order's lease, or had it last, where this one
	// does not have it for sure; empty: it does, or orders have none.
	Home TerminalID
	// Voucher is HQ's word on the order, all that is known of one that is not in
	// the cache; nil: it was asked for in another way.
	Voucher *Voucher
}

// DecideScan decides what a code that opens this order leads to. The body is
// what must be durable before anybody is told; nil when nothing changes. It is
// the same at the terminal, offline or not, and at HQ.
func DecideScan(o Order, s OrderState, c Context) (Outcome, Body) {
	policy := c.Point.Policy.WithDefaults()
	out := Outcome{Order: o, At: c.At.Wall, History: s.Standing(), Due: AmountDue(o, s), Proxy: c.Proxy, Voucher: c.Voucher}
	left := c.Proxy.of(Remaining(o, s))
	refuse := func(v Verdict) (Outcome, Body) {
		out.Verdict = v
		return out, nil
	}
	if o.Point != c.Point.ID {
		out.RightTo = c.Point.refTo(o.Point)
		return refuse(WrongPoint)
	}
	if left == nil {
		return refuse(AlreadyCollected)
	}
	switch o.Status {
	case StatusCancelled, StatusRefunded:
		return refuse(Cancelled)
	case StatusRefunding:
		return refuse(RefundInProgress)
	case StatusPaid, StatusShipped:
		if !c.Received {
			return refuse(NotArrived)
		}
	}
	if len(s.Returns) > 0 {
		out.SentBackAt = s.Returns[0].At
		return refuse(Expired)
	}
	if c.At.Clock != ClockSuspect {
		if !o.ValidFrom.IsZero() && c.At.Wall.Before(o.ValidFrom) {
			return refuse(TooEarly)
		}
		if !o.CollectBy.IsZero() {
			out.ExpiredAt = o.CollectBy.Add(policy.CollectGrace)
			if c.At.Wall.After(out.ExpiredAt) {
				return refuse(Expired)
			}
		}
	}
	if v, no := c.refusedCode(s); no {
		out.OfProxy, out.OfCode = c.Proxy != nil, c.Proxy == nil
		return refuse(v)
	}
	if v, _ := c.picture(o); v != "" {
		return refuse(v)
	}
	out.Lines = left
	if hold, ok := s.OpenHold(); ok {
		out.Verdict = hold.Reason
		if hold.Proxy.ID() != c.Proxy.ID() { // who stands there now may collect other lines
			return out, OrderHeld{Order: o.ID, Reason: hold.Reason, Source: c.Source, Proxy: c.Proxy, Replaces: hold.Event}
		}
		out.Event, out.Seq = hold.Event, hold.Seq
		return out, nil
	}
	var elsewhere bool
	if out.Home, elsewhere = c.home(o, s); elsewhere && policy.Leases != LeaseProvisional {
		return refuse(OtherKiosk)
	}
	provisional := elsewhere && c.mayProvisional(policy, o.Value())
	reason, call := NeedsLeader, out.Home != "" && !provisional // another terminal may hand it out as well
	if !call {
		reason, call = callsLeader(o, out, policy, c)
	}
	if !call && s.undecided() {
		reason, call = NeedsLeader, true // goods of this order are out, and nobody knows yet whether they count
	}
	if call {
		out.Verdict = reason
		return out, OrderHeld{Order: o.ID, Reason: reason, Source: c.Source, Proxy: c.Proxy}
	}
	out.Verdict = Accepted
	redeemed := Redeemed{Order: o.ID, Lines: left, Method: MethodAlone, Source: c.Source, Proxy: c.Proxy.ID()}
	switch {
	case provisional:
		out.Verdict = Provisional
		redeemed.Provisional, redeemed.AsOf, redeemed.Home = true, c.asOf(), out.Home
	case c.Cache.Stale(c.At, policy):
		redeemed.AsOf = c.asOf()
	}
	return out, redeemed
}

// callsLeader says whether the leader must confirm, and why.
func callsLeader(o Order, out Outcome, p Policy, c Context) (Verdict, bool) {
	timed := !o.ValidFrom.IsZero() || !o.CollectBy.IsZero()
	_, look := c.picture(o)
	_, told := c.At.Time()
	switch {
	case out.Due > 0:
		return PaymentDue, true
	case len(out.History) > 0:
		return PartlyCollected, true
	case look:
		return NeedsLeader, true // it may be a picture that was passed on
	case c.At.Clock == ClockSuspect && timed, !told && (c.Proxy != nil || c.Voucher != nil):
		return NeedsLeader, true // the term cannot be checked by a clock that is wrong
	case !p.alone(o.Value()):
		return Held, true
	case c.capped(p, o.Value()):
		return NeedsLeader, true
	}
	return "", false
}

// DecideUnknown decides about codes that open no order here.
func DecideUnknown(codes []Code, c Context) Outcome {
	policy := c.Point.Policy.WithDefaults()
	out := Outcome{At: c.At.Wall, Verdict: Unknown, Proxy: c.Proxy}
	if c.withdrawn() {
		out.Verdict, out.OfCode = Revoked, true
		return out
	}
	for _, code := range codes {
		code, _ = code.Rotation()
		if code.Kind != CodeOpaque || code.Belongs(c.Point.ID) {
			continue
		}
		for _, n := range c.Point.Neighbours {
			if code.Belongs(n.ID) {
				out.Verdict, out.RightTo = WrongPoint, n
				return out
			}
		}
	}
	if c.Cache.Stale(c.At, policy) {
		out.Verdict = UnknownStale
	}
	return out
}

// Confirmation is what a leader decided about a held order.
type Confirmation struct {
	By    Leader
	Lines []Handed // nil: all that remains, whole
	Means string   // how the due amount was paid now, "cash" or "platform-code"; empty: nothing was paid
}

// DecideConfirm turns a leader's confirmation into the events that record it:
// the payment, if one was taken, and the redemption. Besides Check's errors it
// returns ErrLeaderOnly, ErrNoHold, ErrPaymentDue, and ErrNotCollectable when HQ
// changed the order while it was on hold (a refund, another point). Of an order
// that a proxy code holds only what the code allows goes out; it returns
// ErrWrongChoice for other lines. That its time runs out meanwhile does not matter.
func DecideConfirm(o Order, s OrderState, c Context, conf Confirmation) (Outcome, []Body, error) {
	if conf.By.ID == "" {
		return Outcome{Order: o, At: c.At.Wall}, nil, fmt.Errorf("confirm order %s: %w", o.ID, ErrLeaderOnly)
	}
	hold, ok := s.OpenHold()
	if !ok {
		return Outcome{Order: o, At: c.At.Wall}, nil, fmt.Errorf("confirm order %s: %w", o.ID, ErrNoHold)
	}
	return handOver(o, s, c, conf, hold)
}

// DecideHandOver is a handover by hand, without the customer's code: the leader
// has found the order by its pickup number, name or phone, and looks the customer
// in the face. A hold that is open is closed by it. An expired order may go out,
// as its goods are still there; one that went back to the merchant, or that HQ
// took back, may not. A
// proxy code that holds the order limits nothing and is not used up. Errors as of
// [DecideConfirm] but ErrNoHold.
func DecideHandOver(o Order, s OrderState, c Context, conf Confirmation) (Outcome, []Body, error) {
	if conf.By.ID == "" {
		return Outcome{Order: o, At: c.At.Wall}, nil, fmt.Errorf("hand over order %s: %w", o.ID, ErrLeaderOnly)
	}
	hold, _ := s.OpenHold()
	hold.Proxy, hold.Voucher = nil, nil
	return handOver(o, s, c, conf, hold)
}

// handOver is what confirmations and handovers by hand share.
func handOver(o Order, s OrderState, c Context, conf Confirmation, hold Hold) (Outcome, []Body, error) {
	out := Outcome{Order: o, At: c.At.Wall, History: s.Standing(), Proxy: hold.Proxy, Voucher: hold.Voucher}
	if !c.arrived(o) || o.Point != c.Point.ID {
		return out, nil, fmt.Errorf("hand over order %s: it is %s at point %s: %w", o.ID, o.Status, o.Point, ErrNotCollectable)
	}
	if len(s.Returns) > 0 {
		return out, nil, fmt.Errorf("hand over order %s: %w: %w", o.ID, ErrSentBack, ErrNotCollectable)
	}
	var bodies []Body
	if due := AmountDue(o, s); due > 0 {
		if conf.Means == "" {
			return out, nil, fmt.Errorf("confirm order %s: %s yuan: %w", o.ID, due, ErrPaymentDue)
		}
		bodies = append(bodies, PaymentCollected{Order: o.ID, Amount: due, Means: conf.Means, By: conf.By.ID})
	}
	out.Lines = conf.Lines
	if out.Lines == nil {
		out.Lines = hold.Proxy.of(Remaining(o, s))
	}
	if slices.ContainsFunc(out.Lines, func(h Handed) bool { return !hold.Proxy.allows(h.Line) }) {
		return out, nil, fmt.Errorf("confirm order %s: a line that the proxy code does not name: %w", o.ID, ErrWrongChoice)
	}
	out.Home, _ = c.home(o, s)
	redeemed := Redeemed{
		Order: o.ID, Lines: out.Lines, Method: MethodLeader, By: conf.By.ID, Hold: hold.Event, Source: c.Source, Proxy: hold.Proxy.ID(), Home: out.Home,
	}
	if len(o.Lines) == 0 { // not in the cache yet: all that is left
		redeemed.Voucher = hold.Voucher
	}
	if err := checkRedeemed(o, s, redeemed); err != nil {
		return out, nil, err
	}
	out.Verdict = Accepted
	return out, append(bodies, redeemed), nil
}

// DecideReject opens a held order again; by is empty when the customer
// cancelled. It returns ErrNoHold when nothing is held.
func DecideReject(o Order, s OrderState, by string) (Body, error) {
	hold, ok := s.OpenHold()
	if !ok {
		return nil, fmt.Errorf("reject order %s: %w", o.ID, ErrNoHold)
	}
	return HoldRejected{Order: o.ID, Hold: hold.Event, By: by}, nil
}

// DecideUndo compensates a redemption. Only a leader may, within the policy's
// window; it returns ErrLeaderOnly, ErrUnknownRedemption, ErrAlreadyUndone or
// ErrUndoTooLate. Where the clocks cannot tell how long ago the redemption was,
// it is too late: else setting a clock back would open the window again.
func DecideUndo(o Order, s OrderState, c Context, redemption EventID, by Leader, reason string) (Body, error) {
	if by.Role != RoleLeader {
		return nil, fmt.Errorf("undo at order %s: %w", o.ID, ErrLeaderOnly)
	}
	body := RedemptionUndone{Order: o.ID, Redemption: redemption, By: by.ID, Reason: reason}
	if err := checkUndone(o, s, body); err != nil {
		return nil, err
	}
	r, _ := s.Redemption(redemption)
	switch ago, known := c.At.Since(r.moment()); {
	case !known, ago < -clockSlack:
		return nil, fmt.Errorf("undo at order %s: %w, or the clocks cannot tell", o.ID, ErrUndoTooLate)
	case ago > c.Point.Policy.WithDefaults().UndoWindow:
		return nil, fmt.Errorf("undo at order %s: %w", o.ID, ErrUndoTooLate)
	}
	return body, nil
}

func (p Point) refTo(id PointID) PointRef {
	for _, n := range p.Neighbours {
		if n.ID == id {
			return n
		}
	}
	return PointRef{ID: id, Name: string(id)}
}
