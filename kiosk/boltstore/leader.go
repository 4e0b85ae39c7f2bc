package boltstore

import (
	"errors"
	"fmt"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// byTouch is the source of what a leader does on the screen.
const byTouch = "touch"

// Confirm hands over a held order by a leader's word. Besides the errors of
// kiosk.DecideConfirm it returns kiosk.ErrUnknownOrder.
func (s *Store) Confirm(at kiosk.Moment, id kiosk.OrderID, conf kiosk.Confirmation) (desk.Answer, error) {
	return s.byHand(at, id, conf, kiosk.DecideConfirm)
}

// HandOver hands over an order by a leader's hand, without its code. Besides the
// errors of kiosk.DecideHandOver it returns kiosk.ErrUnknownOrder.
func (s *Store) HandOver(at kiosk.Moment, id kiosk.OrderID, conf kiosk.Confirmation) (desk.Answer, error) {
	return s.byHand(at, id, conf, kiosk.DecideHandOver)
}

// decision is kiosk.DecideConfirm or kiosk.DecideHandOver.
type decision func(kiosk.Order, kiosk.OrderState, kiosk.Context, kiosk.Confirmation) (kiosk.Outcome, []kiosk.Body, error)

func (s *Store) byHand(at kiosk.Moment, id kiosk.OrderID, conf kiosk.Confirmation, decide decision) (desk.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, state, c, err := s.subject(at, id)
	if err != nil {
		return desk.Answer{}, err
	}
	out, bodies, err := decide(o, state, c, conf)
	if errors.Is(err, kiosk.ErrNotCollectable) {
		out, _ = kiosk.DecideScan(o, state, c) // a refusal, which records nothing
		return desk.NewAnswer(c.Cache, out), nil
	}
	if err != nil {
		return desk.Answer{}, err
	}
	events, err := s.record(at, c.Cache.Version, nil, bodies...)
	if err != nil {
		return desk.Answer{}, err
	}
	handover := events[len(events)-1]
	out.Event, out.Seq, out.At = handover.ID, handover.Seq, handover.At.Wall
	return desk.NewAnswer(c.Cache, out), nil
}

// Reject opens a held order again; by is empty when the customer cancelled.
func (s *Store) Reject(at kiosk.Moment, id kiosk.OrderID, by string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, state, c, err := s.subject(at, id)
	if err != nil {
		return err
	}
	body, err := kiosk.DecideReject(o, state, by)
	if err != nil {
		return err
	}
	return s.recordOne(o, state, c, body)
}

// Undo compensates a redemption. Besides the errors of kiosk.DecideUndo it
// returns kiosk.ErrUnknownOrder.
func (s *Store) Undo(at kiosk.Moment, id kiosk.OrderID, redemption kiosk.EventID, by kiosk.Leader, reason string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, state, c, err := s.subject(at, id)
	if err != nil {
		return err
	}
	body, err := kiosk.DecideUndo(o, state, c, redemption, by, reason)
	if err != nil {
		return err
	}
	return s.recordOne(o, state, c, body)
}

// Record appends an event that no other method brings about. Besides kiosk.Check's
// errors it returns kiosk.ErrUnknownOrder, and ErrNotOfTheDesk.
func (s *Store) Record(at kiosk.Moment, body kiosk.Body) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kiosk.Decided(body.Type()) {
		return ErrNotOfTheDesk
	}
	if id := body.Subject(); id != "" {
		o, state, c, err := s.subject(at, id)
		if err != nil {
			return err
		}
		return s.recordOne(o, state, c, body)
	}
	if err := s.begin(); err != nil {
		return err
	}
	_, set := s.orders.current()
	return s.recordOne(kiosk.Order{}, kiosk.OrderState{}, kiosk.Context{At: at, Cache: set.Cache}, body)
}

// subject finds the order that a leader acts on; the caller holds the lock.
func (s *Store) subject(at kiosk.Moment, id kiosk.OrderID) (o kiosk.Order, state kiosk.OrderState, c kiosk.Context, err error) {
	if err := s.begin(); err != nil {
		return o, state, c, err
	}
	point, set := s.orders.current()
	c = kiosk.Context{Point: point, Cache: set.Cache, At: at, Source: byTouch, Terminal: s.o.Terminal}
	o, ok, err := s.orders.order(id)
	if err != nil {
		return o, state, c, fmt.Errorf("%w: %w", ErrOutOfOrder, err)
	}
	own, err := s.own(id)
	if err != nil {
		return o, state, c, err
	}
	if !ok {
		if o, ok = kiosk.VouchedOrder(id, point.ID, own); !ok {
			return o, state, c, fmt.Errorf("%w: %s", kiosk.ErrUnknownOrder, id)
		}
	}
	o, c.Granted = s.grantOf(o, at)
	c.Received = s.states.isReceived(o)
	return o, own.Merge(o), c, nil
}

func (s *Store) recordOne(o kiosk.Order, state kiosk.OrderState, c kiosk.Context, body kiosk.Body) error {
	if err := kiosk.Check(o, state, kiosk.Event{Body: body}); err != nil {
		return err
	}
	_, err := s.record(c.At, c.Cache.Version, nil, body)
	return err
}
