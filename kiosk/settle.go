package kiosk

import (
	"errors"
	"slices"
)

// Settlement is HQ's verdict on an event that a terminal recorded. Whatever it
// is, the event is kept, at HQ and at the terminal.
type Settlement string

// The settlements.
const (
	SettledAccepted    Settlement = "accepted"     // counts
	SettledReplay      Settlement = "replay"       // known already, nothing changes
	SettledConflict    Settlement = "conflict"     // another terminal handed the goods out too
	SettledLateRevoked Settlement = "late-revoked" // handed over after HQ cancelled or refunded the order
	SettledUnknown     Settlement = "unknown"      // HQ has no such order, hold or redemption
	SettledRejected    Settlement = "rejected"     // breaks the rules of the domain
)

// Settlements lists the closed set.
func Settlements() []Settlement {
	return []Settlement{SettledAccepted, SettledReplay, SettledConflict, SettledLateRevoked, SettledUnknown, SettledRejected}
}

// Agrees reports whether HQ has the event as the terminal does.
func (s Settlement) Agrees() bool { return s == SettledAccepted || s == SettledReplay }

// maxDisputes bounds the disputes of an order: more are no work for a person but
// a terminal that has gone wrong, and its handovers are rejected.
const maxDisputes = 64

// maxEarly bounds the undos of an order that wait for their handover.
const maxEarly = 64

// Settle decides, at HQ, what a terminal's event does to its order, by the
// same [Check] that the terminal ran. known is false when HQ has no such order.
// It gives the new state and, for a conflict, the redemptions that stand against
// the event.
//
// Of handovers that contradict each other the earlier one counts where the clocks
// are certain of it, also when HQ hears of it later: then it takes the units of one
// that was accepted before, which becomes a [Dispute]. Where the clocks are not
// certain, and for a handover of an order that HQ had cancelled, a person decides;
// until then the one that HQ heard of first counts. An undo lets another handover
// have the units. The state keeps all of them; it is unchanged by a replay and by
// what is unknown or rejected. Only the undo of a handover that HQ does not know is
// kept, too: the handover may come after all, where the terminal had to withhold it,
// and must not count then.
func Settle(o Order, known bool, s OrderState, e Event) (Settlement, OrderState, []Redemption) {
	if e.Body.Subject() == "" {
		if Check(o, s, e) != nil {
			return SettledRejected, s, nil
		}
		return SettledAccepted, s, nil
	}
	if !known {
		return SettledUnknown, s, nil
	}
	if s.has(e) {
		return SettledReplay, s, nil
	}
	if _, redeems := e.Body.(Redeemed); redeems {
		return s.settleRedeemed(o, e)
	}
	err := Check(o, s, e)
	switch {
	case err == nil:
		if s = s.Apply(e); e.Body.Type() == TypeRedemptionUndone {
			s = s.weigh(o)
		}
		return SettledAccepted, s, nil
	case errors.Is(err, ErrTooMany) && len(s.Standing()) > 0:
		return SettledConflict, s, s.Standing()
	case errors.Is(err, ErrUnknownRedemption) && e.Body.Type() == TypeRedemptionUndone && len(s.Early) < maxEarly:
		return SettledUnknown, s.Apply(e), nil
	case errors.Is(err, ErrUnknownRedemption), errors.Is(err, ErrNoHold), errors.Is(err, ErrNoReport):
		return SettledUnknown, s, nil
	}
	return SettledRejected, s, nil
}

// settleRedeemed weighs a handover that HQ hears of against those it knows.
func (s OrderState) settleRedeemed(o Order, e Event) (Settlement, OrderState, []Redemption) {
	e.Body = s.named(o, e.Body)
	if Check(o, OrderState{}, e) != nil { // not even the first one of the order could be so
		return SettledRejected, s, nil
	}
	after := s.Apply(e)
	i := slices.IndexFunc(after.Redemptions, func(r Redemption) bool { return r.Event == e.ID })
	r := &after.Redemptions[i]
	for _, other := range s.Redemptions {
		r.Heard = max(r.Heard, other.Heard+1)
	}
	switch o.Status {
	case StatusCancelled, StatusRefunding, StatusRefunded:
		r.Late = true
	}
	after = after.weigh(o)
	d, disputed := after.Dispute(e.ID)
	switch {
	case len(after.Disputes) > max(maxDisputes, len(s.Disputes)):
		return SettledRejected, s, nil
	case after.Redemptions[i].Late:
		return SettledLateRevoked, after, after.Standing()
	case disputed && d.Outcome != DisputeStands:
		return SettledConflict, after, after.those(d.Against)
	}
	return SettledAccepted, after, nil
}

// those gives redemptions by their events.
func (s OrderState) those(events []EventID) (list []Redemption) {
	for _, id := range events {
		if r, ok := s.Redemption(id); ok {
			list = append(list, r)
		}
	}
	return list
}

// has reports whether the state already holds what the event did.
func (s OrderState) has(e Event) bool {
	after := s.Apply(e)
	switch b := e.Body.(type) {
	case OrderHeld:
		return len(after.Holds) == len(s.Holds)
	case Redeemed:
		return len(after.Redemptions) == len(s.Redemptions)
	case PaymentCollected:
		return len(after.Payments) == len(s.Payments)
	case AfterSaleRegistered:
		return len(after.AfterSales) == len(s.AfterSales)
	case MissingReported:
		return len(after.Reports) == len(s.Reports)
	case ReportDismissed:
		return len(after.Dismissals) == len(s.Dismissals)
	case Rated:
		return len(after.Ratings) == len(s.Ratings)
	case InvoiceRequested:
		return len(after.Invoices) == len(s.Invoices)
	case ReminderAsked:
		return len(after.Reminders) == len(s.Reminders)
	case LeaseReleased:
		return slices.Equal(after.Released, s.Released)
	case SentBack:
		return len(after.Returns) == len(s.Returns)
	case RedemptionUndone:
		r, ok := s.Redemption(b.Redemption)
		return ok && r.Undone != nil && r.Undone.Event == e.ID
	case HoldRejected:
		for _, h := range s.Holds {
			if h.Event == b.Hold {
				return h.Closed == e.ID
			}
		}
	}
	return false
}
