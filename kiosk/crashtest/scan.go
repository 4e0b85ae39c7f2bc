package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// scans: the code of every order to which something has happened is scanned
// again. The rules over the journal say what must be answered: collected
// already, by that very event. Nothing is recorded by it.
func (c *checker) scans() error {
	for _, o := range c.found {
		if c.states[o.ID].IsZero() || c.records(o) {
			continue
		}
		if err := c.scan(codeOf(o)); err != nil {
			return err
		}
	}
	if head := c.store.Status().Head; head != uint64(len(c.chain)) {
		return broken(checkOnce, "scans of what was handed over recorded %d events", head-uint64(len(c.chain)))
	}
	return nil
}

// codeOf is the code that opens this order only.
func codeOf(o kiosk.Order) int {
	n, err := strconv.Atoi(strings.TrimPrefix(string(o.ID), "HX"))
	if err != nil {
		return -1
	}
	return n
}

// records reports whether a scan of the order would record something.
func (c *checker) records(o kiosk.Order) bool {
	ctx := kiosk.Context{Point: c.store.Point(), Cache: c.store.Status().Cache, At: kiosktest.Moment(c.clock), Source: "serial"}
	_, body := kiosk.DecideScan(o, c.states[o.ID].Merge(o), ctx)
	return body != nil
}

// scan compares the answer to a code with what the rules say.
func (c *checker) scan(code int) error {
	a, ctx, err := c.redeem(code)
	if err != nil {
		return err
	}
	for _, got := range a.Outcomes {
		o := got.Order
		want, body := kiosk.DecideScan(o, c.states[o.ID].Merge(o), ctx)
		if body != nil {
			continue // a new handover; interrupted looks at it
		}
		if got.Resumed {
			if err := c.resumable(got, want); err != nil {
				return err
			}
			continue
		}
		if got.Verdict != want.Verdict || got.Event != want.Event || fmt.Sprint(events(got)) != fmt.Sprint(events(want)) {
			return broken(checkScan, "order %s: %s of %s after %v, want %s of %s after %v", o.ID,
				got.Verdict, got.Event, events(got), want.Verdict, want.Event, events(want))
		}
	}
	return nil
}

func events(o kiosk.Outcome) (ids []string) {
	for _, r := range o.History {
		ids = append(ids, r.Event.String())
	}
	return ids
}

// resumable: an answer may be given once more for an event of the last append,
// as that very event.
func (c *checker) resumable(got, want kiosk.Outcome) error {
	if got.Seq == 0 || got.Seq > uint64(len(c.events)) {
		return broken(checkOnce, "order %s is resumed as event %d of %d", got.Order.ID, got.Seq, len(c.events))
	}
	e := c.events[got.Seq-1]
	if e.ID != got.Event || e.Body.Subject() != got.Order.ID {
		return broken(checkOnce, "order %s is resumed as event %s, number %d is %s", got.Order.ID, got.Event, got.Seq, e.ID)
	}
	if want.Verdict != kiosk.AlreadyCollected && want.Verdict != got.Verdict {
		return broken(checkOnce, "order %s is resumed as %s, it is %s", got.Order.ID, got.Verdict, want.Verdict)
	}
	return nil
}

// interrupted: the code that was being scanned, or else any that still opens
// something, is scanned. Each order gets one event, and keeps it.
func (c *checker) interrupted() error {
	code := c.open()
	if c.flying != nil && c.flying.Step.Do == DoScan {
		code = c.flying.Step.N
	}
	if code < 0 {
		return nil
	}
	before := c.store.Status().Head
	a, ctx, err := c.redeem(code)
	if err != nil {
		return err
	}
	fresh := map[kiosk.OrderID]kiosk.EventID{}
	c.fresh = fresh
	for _, got := range a.Outcomes {
		o := got.Order
		if o.ID == "" {
			continue
		}
		want, body := kiosk.DecideScan(o, c.states[o.ID].Merge(o), ctx)
		switch {
		case body == nil && got.Resumed:
			if err := c.resumable(got, want); err != nil {
				return err
			}
		case body == nil && got.Verdict != want.Verdict:
			return broken(checkScan, "order %s: %s, want %s", o.ID, got.Verdict, want.Verdict)
		case body != nil:
			if got.Verdict != want.Verdict || got.Event.IsZero() || got.Seq != before+uint64(len(fresh))+1 {
				return broken(checkOnce, "order %s: %s as event %s, number %d after %d, want %s", o.ID, got.Verdict, got.Event, got.Seq, before, want.Verdict)
			}
			fresh[o.ID] = got.Event
		}
	}
	if head := c.store.Status().Head; head != before+uint64(len(fresh)) {
		return broken(checkOnce, "%d orders were handed over by %d events", len(fresh), head-before)
	}
	for _, id := range fresh { // and never again
		a, _, err := c.redeem(code)
		if err != nil {
			return err
		}
		for _, got := range a.Outcomes {
			_, was := fresh[got.Order.ID]
			collected := got.Verdict == kiosk.AlreadyCollected && slices.Contains(events(got), fresh[got.Order.ID].String())
			if was && (got.Resumed || !collected && got.Event != fresh[got.Order.ID]) {
				return broken(checkOnce, "order %s is %s of event %s after %s", got.Order.ID, got.Verdict, got.Event, id)
			}
		}
		break
	}
	return nil
}

// open gives the code of an order to which nothing has happened; -1: none.
func (c *checker) open() int {
	for _, o := range c.found {
		if c.states[o.ID].IsZero() && c.records(o) {
			return codeOf(o)
		}
	}
	return -1
}

// again: closing and opening changes nothing, and what the check recorded is
// there, too.
func (c *checker) again() error {
	was, set, hq := c.chain, c.seen, c.store.AckedHead()
	err := c.store.Close()
	c.store = nil
	if err != nil {
		return broken(checkAgain, "close: %v", err)
	}
	if c.store, err = boltstore.Open(c.o); err != nil {
		return broken(checkAgain, "%v", err)
	}
	if err := c.read(); err != nil {
		return err
	}
	if len(c.chain) != len(was)+len(c.fresh) || !slices.Equal(c.chain[:len(was)], was) {
		return broken(checkAgain, "%d events are there, %d were, and %d were recorded", len(c.chain), len(was), len(c.fresh))
	}
	for _, e := range c.events[len(was):] {
		if c.fresh[e.Body.Subject()] != e.ID {
			return broken(checkOnce, "event %d is %s of order %s, answered was %s", e.Seq, e.ID, e.Body.Subject(), c.fresh[e.Body.Subject()])
		}
	}
	if got, err := c.orders(); err != nil || got != set || c.store.AckedHead() != hq {
		return errors.Join(err, broken(checkAgain, "%+v was %+v", got, set))
	}
	err = c.store.Close()
	c.store = nil
	if err != nil {
		return broken(checkAgain, "close: %v", err)
	}
	return nil
}
