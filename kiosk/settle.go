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

// Settle decides, at HQ, what a terminal's event does to its order, by the
// same [Check] that the terminal ran. known is false when HQ has no such order.
// It gives the new state (unchanged unless accepted) and, for a conflict, the
// redemptions that stand against the event.
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
		switch o.Status {
		case StatusCancelled, StatusRefunding, StatusRefunded:
			return SettledLateRevoked, s, s.Standing()
		}
	}
	err := Check(o, s, e)
	switch {
	case err == nil:
		return SettledAccepted, s.Apply(e), nil
	case (errors.Is(err, ErrTooMany) || errors.Is(err, ErrProxyUsed)) && len(s.Standing()) > 0:
		return SettledConflict, s, s.Standing()
	case errors.Is(err, ErrUnknownRedemption), errors.Is(err, ErrNoHold), errors.Is(err, ErrNoReport):
		return SettledUnknown, s, nil
	}
	return SettledRejected, s, nil
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
