package boltstore

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// ResumeWithin is how long after an interrupted handover its answer may still
// be given: by the boot clock within one boot, else by the wall in either
// direction, and where neither can be trusted only so long after a boot.
const ResumeWithin = 10 * time.Minute

// Redeem answers a scanned text. When it returns, what it says is on disk.
func (s *Store) Redeem(scan desk.Scan) (desk.Answer, error) { return s.answer(scan, true) }

// Peek gives the answer that Redeem would give, and records nothing.
func (s *Store) Peek(scan desk.Scan) (desk.Answer, error) { return s.answer(scan, false) }

func (s *Store) answer(scan desk.Scan, record bool) (desk.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.begin(); err != nil {
		return desk.Answer{}, err
	}
	point, set := s.orders.current()
	c := kiosk.Context{Point: point, Cache: set.Cache, At: scan.At, Source: scan.Source, Terminal: s.o.Terminal, Risk: s.states.risk()}
	codes, err := kiosk.ParseCode(scan.Text, point.Policy.WithDefaults().CodeFormats)
	if err != nil {
		return desk.NewAnswer(set.Cache, kiosk.Outcome{Verdict: kiosk.Malformed, At: scan.At.Wall}), nil
	}
	f, err := s.opened(codes, scan.At)
	if err != nil {
		return desk.Answer{}, err
	}
	if f.forged {
		return desk.NewAnswer(set.Cache, kiosk.Outcome{Verdict: kiosk.Malformed, At: scan.At.Wall}), nil
	}
	orders := f.orders
	f.tell(&c)
	if f.emptied {
		_, set = s.orders.current()
		c.Cache = set.Cache
	}
	if len(orders) == 0 && c.Voucher != nil {
		return s.vouch(c, scan, record)
	}
	if len(orders) == 0 {
		return desk.NewAnswer(set.Cache, kiosk.DecideUnknown(codes, c)), nil
	}
	if scan.Only != nil {
		orders = slices.DeleteFunc(orders, func(o kiosk.Order) bool { return !slices.Contains(scan.Only, o.ID) })
	}
	if len(orders) == 0 { // they went since the caller chose among them
		return desk.NewAnswer(set.Cache, kiosk.Outcome{Verdict: kiosk.Unknown, At: scan.At.Wall}), nil
	}
	outcomes, err := s.decide(orders, c, record)
	if err != nil {
		return desk.Answer{}, err
	}
	return desk.NewAnswer(set.Cache, outcomes...), nil
}

// Opens names the orders that a text opens.
func (s *Store) Opens(text string) ([]kiosk.OrderID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.begin(); err != nil {
		return nil, err
	}
	point, _ := s.orders.current()
	codes, err := kiosk.ParseCode(text, point.Policy.WithDefaults().CodeFormats)
	if err != nil {
		return nil, nil // no code opens no order
	}
	f, err := s.opened(codes, kiosk.Moment{Clock: kiosk.ClockSuspect})
	if v := f.voucher; v != nil && len(f.orders) == 0 && v.Point == point.ID {
		return []kiosk.OrderID{v.Order}, err
	}
	ids := make([]kiosk.OrderID, len(f.orders))
	for i, o := range f.orders {
		ids[i] = o.ID
	}
	return ids, err
}

// decide decides about the orders of one scan and, if it is to, records it in one append.
func (s *Store) decide(orders []kiosk.Order, c kiosk.Context, record bool) ([]kiosk.Outcome, error) {
	outcomes := make([]kiosk.Outcome, len(orders))
	var bodies []kiosk.Body
	var of []int // the outcome of each body
	known := make(map[kiosk.OrderID]kiosk.OrderState, len(orders))
	for i, o := range orders {
		own, err := s.own(o.ID)
		if err != nil {
			return nil, err
		}
		known[o.ID] = own
		o, c.Granted = s.grantOf(o, c.At)
		state := own.Merge(o)
		c.Received = s.states.isReceived(o)
		out, body := kiosk.DecideScan(o, state, c)
		outcomes[i] = s.resumed(out, c.At, record)
		if body == nil || !record {
			continue
		}
		if err := kiosk.Check(o, state, kiosk.Event{Body: body}); err != nil {
			return nil, err
		}
		bodies, of = append(bodies, body), append(of, i)
		c.Risk = c.Risk.Apply(kiosk.Event{Body: body})
	}
	if len(bodies) == 0 {
		return outcomes, nil
	}
	events, err := s.record(c.At, c.Cache.Version, known, bodies...)
	if err != nil {
		return nil, err
	}
	for n, e := range events {
		out := &outcomes[of[n]]
		out.Event, out.Seq, out.At = e.ID, e.Seq, e.At.Wall
	}
	return outcomes, nil
}

// own is what this terminal's journal made of an order; the caller holds the
// lock. A damaged state.db is built again.
func (s *Store) own(id kiosk.OrderID) (kiosk.OrderState, error) {
	own, err := s.states.get(id)
	if errors.Is(err, ErrDamaged) {
		if err = s.rebuildStates(err); err == nil {
			own, err = s.states.get(id)
		}
	}
	if err != nil {
		return own, fmt.Errorf("%w: %w", ErrOutOfOrder, err)
	}
	return own, nil
}

func (s *Store) rebuildStates(cause error) error {
	j := s.journal.Load()
	err := s.states.replaceDamaged(cause)
	if err == nil {
		err = s.catchUp(j)
	}
	if err != nil {
		// Nothing may be decided on half a state: the next call reads the rest.
		s.journal.Store(nil)
		s.fault.Store(&fault{err})
		_ = j.Close() // its events are synced
	}
	return err
}

// renewStates builds a state.db again that bbolt finds damaged when it writes:
// changed keys may still be in order and in their page's bounds, and then no
// reader sees it.
func (s *Store) renewStates(cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal.Load() == nil {
		return cause // the journal comes first
	}
	return s.rebuildStates(cause)
}

// resumed turns the refusal of goods that an interrupted run handed over into
// the answer that it may not have given, once. Without consume it will be given
// again. Whose answer it is, the code tells: who collects for somebody else is not
// shown what the customer was to get, nor the customer what a proxy was to get.
func (s *Store) resumed(out kiosk.Outcome, now kiosk.Moment, consume bool) kiosk.Outcome {
	if len(s.resume) == 0 {
		return out
	}
	answered := func(e kiosk.EventID) {
		if consume {
			delete(s.resume, e)
		}
	}
	if _, owed := s.resume[out.Event]; owed && out.Verdict.ForLeader() {
		answered(out.Event)
		out.Resumed = true
		return out
	}
	last := len(out.History) - 1
	if out.Verdict != kiosk.AlreadyCollected || last < 0 {
		return out
	}
	r := out.History[last]
	if then, owed := s.resume[r.Event]; !owed || !recent(now, then) || r.Proxy != out.Proxy.ID() {
		return out
	}
	answered(r.Event)
	out.Verdict, out.Event, out.Seq, out.At = kiosk.Accepted, r.Event, r.Seq, r.At
	out.Lines, out.History, out.Resumed = r.Lines, out.History[:last], true
	return out
}

// recent reports whether an answer that is owed since then may still be given.
// A machine that lost its time with its power must not lose the answer too:
// whoever waits at the counter is answered soon after it has started again.
func recent(now, then kiosk.Moment) bool {
	ago, known := now.Since(then)
	if !known {
		return now.Mono <= ResumeWithin
	}
	return ago.Abs() <= ResumeWithin
}
