package kiosk

import "time"

// Risk counts what was handed over while HQ could not object, since it last
// confirmed the order set: a fold over all events of a terminal in the order of
// their sequence, see [Risk.Apply]. A restart does not begin it anew, and HQ counts
// the same from the journal that it gets.
type Risk struct {
	AsOf time.Time `json:",omitzero"` // the confirmation since which it counts
	// Alone are the handovers by customers alone on a stale set, Provisional those
	// that HQ has still to settle as right; see [Policy].StaleCount and ProvisionalCount.
	// One that was undone counts on.
	Alone       int `json:",omitempty"`
	Provisional int `json:",omitempty"`
}

// Apply gives the risk after one more event.
func (r Risk) Apply(e Event) Risk {
	b, ok := e.Body.(Redeemed)
	if !ok || b.Method != MethodAlone || b.AsOf.IsZero() && !b.Provisional {
		return r
	}
	r = r.since(b.AsOf)
	if b.Provisional {
		r.Provisional++
	} else {
		r.Alone++
	}
	return r
}

// since is what counts after a confirmation: nothing, if it is a new one.
func (r Risk) since(asOf time.Time) Risk {
	if r.AsOf.Equal(asOf) {
		return r
	}
	return Risk{AsOf: asOf}
}

// asOf is when HQ last confirmed the set, as events have it.
func (c Context) asOf() time.Time { return c.Cache.AsOf.UTC().Truncate(time.Millisecond) }

// mayProvisional reports whether goods of a value may go out that HQ has still to
// settle: by the caps of the policy, and by what went out like that since HQ
// last confirmed the set.
func (c Context) mayProvisional(p Policy, value Fen) bool {
	return !c.Cache.AsOf.IsZero() && value <= p.ProvisionalValue && c.Risk.since(c.asOf()).Provisional < p.ProvisionalCount
}

// capped reports whether the set is too old for a customer to collect goods of
// a value alone.
func (c Context) capped(p Policy, value Fen) bool {
	return c.Cache.Stale(c.At, p) &&
		(value >= p.StaleValue || p.StaleCount > 0 && c.Risk.since(c.asOf()).Alone >= p.StaleCount)
}
