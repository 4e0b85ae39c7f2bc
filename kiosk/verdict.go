package kiosk

// Verdict is the answer to a scan. The set is closed: every screen, sound and
// translation covers each, and adding one is a change of the domain.
type Verdict string

// The verdicts.
const (
	Accepted         Verdict = "accepted"           // handed over, durably recorded
	Held             Verdict = "held"               // locked; the leader must confirm
	Provisional      Verdict = "provisional"        // signed code of an order not in the cache, within the caps
	AlreadyCollected Verdict = "already-collected"  // nothing is left to hand over
	PartlyCollected  Verdict = "partly-collected"   // the rest is handed over by the leader
	NotArrived       Verdict = "not-arrived"        // goods are not at the point yet
	Cancelled        Verdict = "cancelled"          // cancelled or refunded
	RefundInProgress Verdict = "refund-in-progress" // a refund is being decided
	WrongPoint       Verdict = "wrong-point"        // the goods lie at another point
	TooEarly         Verdict = "too-early"          // before the order's valid-from
	Expired          Verdict = "expired"            // after collect-by and the policy's grace
	PaymentDue       Verdict = "payment-due"        // an amount must be paid to the leader first
	Revoked          Verdict = "revoked"            // HQ withdrew the code
	StaleScreenshot  Verdict = "stale-screenshot"   // a rotating code that is too old
	OtherKiosk       Verdict = "other-kiosk"        // another terminal of the point has the order's lease
	NeedsLeader      Verdict = "needs-leader"       // a risk cap: the leader must confirm
	Unknown          Verdict = "unknown"            // not among the orders of a complete cache
	UnknownStale     Verdict = "unknown-stale"      // not among the orders of a cache that is old or incomplete
	Malformed        Verdict = "malformed"          // no pickup code at all
	Busy             Verdict = "busy"               // another scan is being answered, or too many attempts
	OutOfOrder       Verdict = "out-of-order"       // the terminal cannot record: disk, clock
)

// Verdicts lists the closed set.
func Verdicts() []Verdict {
	return []Verdict{
		Accepted, Held, Provisional, AlreadyCollected, PartlyCollected, NotArrived, Cancelled,
		RefundInProgress, WrongPoint, TooEarly, Expired, PaymentDue, Revoked, StaleScreenshot, OtherKiosk, NeedsLeader,
		Unknown, UnknownStale, Malformed, Busy, OutOfOrder,
	}
}

// ForLeader reports whether the verdict put the order on hold, so that the
// leader can confirm or reject it.
func (v Verdict) ForLeader() bool {
	switch v {
	case Held, PartlyCollected, PaymentDue, NeedsLeader:
		return true
	}
	return false
}
