package hq

import (
	"context"
	"time"

	"hexiao/kiosk"
)

// Observer is told what a transaction does, within it: what it puts through tx is
// kept together with that, or not at all.
type Observer interface {
	// Observe must depend on tx and the fact alone, as the store may run the
	// transaction again. Its error undoes the transaction, so one that merely cannot
	// make use of a fact returns nil.
	Observe(tx Tx, f Fact) error
}

// Finisher hears the facts of a transaction together, in their order, when nothing
// but its commit is left to do: so it reads and puts once what many facts change.
type Finisher interface {
	// Finish is [Observer].Observe for all facts at once. It is not called without
	// any, and hears nothing of what it brings about itself.
	Finish(tx Tx, facts []Fact) error
}

// Fact is what an [Observer] hears: [OrderPut], [EventSettled], [CaseOpened],
// [DecisionMade], [RequestAdded] or [HeadMoved].
type Fact interface{ fact() }

// OrderPut is an order that came in or changed: its terms, its status, or what
// events made of it. Old is zero for one that is new.
type OrderPut struct{ Old, New OrderRecord }

// EventSettled is an event that HQ settled for the first time.
type EventSettled struct {
	Stored StoredEvent
	// Event has no Body where HQ could not read it, or has not seen it.
	Event kiosk.Event
	// Old and New are the event's order before and after it; zero without one that HQ
	// knows at the point.
	Old, New OrderRecord
}

// CaseOpened is something new for a person to look into.
type CaseOpened struct{ Case Case }

// DecisionMade is a case of which a person decided something: the last of its
// Decisions.
type DecisionMade struct{ Case Case }

// RequestAdded is something new that a terminal asks of the platform.
type RequestAdded struct{ Request Request }

// HeadMoved is a terminal of which HQ acknowledges a longer journal, as of its
// Head.
type HeadMoved struct {
	Terminal Terminal
	From     kiosk.Head
}

func (OrderPut) fact()     {}
func (EventSettled) fact() {}
func (CaseOpened) fact()   {}
func (DecisionMade) fact() {}
func (RequestAdded) fact() {}
func (HeadMoved) fact()    {}

func (h *HQ) observe(tx Tx, f Fact) error {
	for _, o := range h.observers {
		if err := o.Observe(tx, f); err != nil {
			return err
		}
	}
	if t, ok := tx.(watchedTx); ok && len(h.finishers) > 0 {
		*t.facts = append(*t.facts, f)
	}
	return nil
}

// finish tells the finishers what a transaction did.
func (h *HQ) finish(tx Tx, facts []Fact) error {
	if len(facts) == 0 {
		return nil
	}
	for _, f := range h.finishers {
		if err := f.Finish(tx, facts); err != nil {
			return err
		}
	}
	return nil
}

// View runs fn on one consistent state of the store.
func (h *HQ) View(ctx context.Context, fn func(Tx) error) error { return h.store.View(ctx, fn) }

// Update runs fn and makes all that it put durable, or nothing. fn may run again
// from its beginning. Those who follow a point that it touched are woken. Orders,
// events and points have rules of their own: change those by HQ's other methods.
func (h *HQ) Update(ctx context.Context, fn func(Tx) error) error { return h.store.Update(ctx, fn) }

// Now is HQ's clock, in UTC and whole milliseconds, as it goes into records.
// Observers take the time from their facts instead.
func (h *HQ) Now() time.Time { return h.at() }
