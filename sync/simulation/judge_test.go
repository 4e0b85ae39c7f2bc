package simulation

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// heal mends everything and lets every terminal talk to HQ until nothing is left
// to say.
func (w *world) heal() {
	for range 2 { // a contact of before may end between
		for _, t := range w.terms {
			t.stop()
		}
		pass(3 * time.Minute) // copies of requests that are still under way
		synctest.Wait()
	}
	for _, t := range w.terms {
		t.diskFull(false)
		t.off, t.way.quality, t.stuck = 0, calm, 0
		if err := t.store.Mend(); err != nil {
			w.wrong("%s does not mend itself once its disk is well: %v", t.name(), err)
		}
	}
	pass(9 * 24 * time.Hour) // withheld events are tried once a day, by clocks that were set by a week at most
	for range 2 {
		for _, t := range w.terms {
			t.way.dice = w.dice()
			if _, err := t.engine.Once(context.Background()); err != nil {
				w.wrong("%s cannot talk to HQ although all is well: %v", t.name(), err)
			}
		}
	}
}

// judge holds the world to what must be true once all is quiet.
func (w *world) judge() {
	events := map[kiosk.EventID]string{} // which was found where
	undone := w.undone()
	for _, t := range w.terms {
		w.journalOf(t, events, undone)
		w.orderSetOf(t)
	}
	w.cases()
	w.settledOnce()
}

// undone gives the handovers that a terminal undid, or that a person said, at some
// time, do not count: their goods came back, or were free to go out again.
func (w *world) undone() map[kiosk.EventID]kiosk.Event {
	undone := map[kiosk.EventID]kiosk.Event{}
	for _, t := range w.terms {
		err := t.store.Events(1, func(e kiosk.Event) error {
			if b, ok := e.Body.(kiosk.RedemptionUndone); ok {
				undone[b.Redemption] = e
			}
			return nil
		})
		if err != nil {
			w.wrong("the journal of %s cannot be read: %v", t.name(), err)
		}
	}
	for id, order := range w.aside {
		undone[id] = kiosk.Event{Terminal: "HQ", ID: id, Body: kiosk.RedemptionUndone{Order: order, Redemption: id}}
	}
	return undone
}

// journalOf compares a terminal's journal with HQ's copy, and with what the
// terminal showed.
func (w *world) journalOf(t *terminal, found map[kiosk.EventID]string, undone map[kiosk.EventID]kiosk.Event) {
	st := t.store.Status()
	if st.Unsent > 0 || st.Disk != nil {
		w.wrong("%s still has %d events to send (%v)", t.name(), st.Unsent, st.Disk)
	}
	own := map[kiosk.OrderID]kiosk.OrderState{}
	redeemed := map[kiosk.EventID]kiosk.Redeemed{}
	var last uint64
	err := t.store.Events(1, func(e kiosk.Event) error {
		last++
		where := fmt.Sprintf("event %d of %s", e.Seq, t.name())
		if also := found[e.ID]; also != "" {
			w.wrong("%s is also %s", where, also)
		}
		found[e.ID] = where
		w.atHQ(t, e, where)
		if b, ok := e.Body.(kiosk.Redeemed); ok && b.Voucher != nil && len(b.Lines) == 0 && b.Method == kiosk.MethodAlone && len(own[b.Order].Standing()) > 0 {
			w.wrong("with %s, all of %s goes out by a voucher, and it was handed over before", where, b.Order)
		}
		if id := e.Body.Subject(); id != "" {
			own[id] = own[id].Apply(e)
			if by, ok := undone[e.ID]; ok && by.Terminal != t.id() {
				own[id] = own[id].Apply(by) // the others' undos and rulings come by HQ; when, is not asked here
			}
		}
		if b, ok := e.Body.(kiosk.Redeemed); ok && b.Method == kiosk.MethodAlone {
			w.within(b.Order, own[b.Order], where) // a leader may know that goods came back
		}
		if b, ok := e.Body.(kiosk.Redeemed); ok {
			redeemed[e.ID] = b
		}
		return nil
	})
	if err != nil || last != st.Head {
		w.wrong("the journal of %s has %d events of %d: %v", t.name(), last, st.Head, err)
	}
	w.view(func(tx hq.Tx) error {
		if _, more, err := tx.Event(t.id(), last+1); err != nil || more {
			w.wrong("HQ has an event %d of %s, which its journal lacks (%v)", last+1, t.name(), err)
		}
		return nil
	})
	for _, g := range t.greens {
		b, ok := redeemed[g.event]
		// The lines of a handover by a voucher are named once the terminal has the order.
		unnamed := b.Voucher != nil && len(b.Lines) == 0
		if !ok || b.Order != g.order || !unnamed && !g.says(b) {
			w.wrong("%s showed green for %s, and its journal does not say so", t.name(), g.order)
		}
	}
}

// atHQ holds HQ's copy of an event to the original.
func (w *world) atHQ(t *terminal, e kiosk.Event, where string) {
	w.view(func(tx hq.Tx) error {
		kept, ok, err := tx.Event(t.id(), e.Seq)
		if err != nil || !ok {
			w.wrong("HQ lacks %s: %s (%v)", where, e.Body.Type(), err)
			return nil
		}
		original, _, err := kiosk.EncodeEvent(e)
		if err != nil || !bytes.Equal(kept.Payload, original) {
			w.wrong("HQ has another %s than the journal (%v)", where, err)
		}
		if wrong := w.told.settled(t.id(), e.Seq, t.trueTime(e), kept.Receipt.Settlement); wrong != "" {
			w.wrong("%s: %s", where, wrong)
		}
		w.count(string(kept.Receipt.Settlement))
		return nil
	})
}

// within sees to it that no more went out than there is.
func (w *world) within(id kiosk.OrderID, s kiosk.OrderState, where string) {
	w.view(func(tx hq.Tx) error {
		rec, _, err := tx.Order(point, id)
		for _, l := range rec.Order.Lines {
			if n := s.Line(l.ID).Total(); n > l.Quantity {
				w.wrong("with %s, %d of %d units of line %s of %s are handed over", where, n, l.Quantity, l.ID, id)
			}
		}
		return err
	})
}

// orderSetOf compares a terminal's orders with HQ's.
func (w *world) orderSetOf(t *terminal) {
	if c := t.store.Status().Cache; !c.Complete {
		w.wrong("%s has not all of HQ's orders", t.name())
	}
	w.view(func(tx hq.Tx) error {
		for _, id := range w.orders {
			rec, _, err := tx.Order(point, id)
			if err != nil {
				return err
			}
			o, own, ok := t.store.Order(id)
			if !ok || o.Version != rec.Order.Version {
				w.wrong("%s has %s in version %d, HQ in %d", t.name(), id, o.Version, rec.Order.Version)
			}
			there := rec.Order
			there.Settled, there.Disputes = rec.State.Told()
			if o.Home != there.Home {
				w.wrong("by %s the home of %s is %q, by HQ %q", t.name(), id, o.Home, there.Home)
			}
			if o.Status != there.Status || telling(o) != telling(there) {
				w.wrong("%s has %s as %s, %s, and HQ as %s, %s", t.name(), id, o.Status, telling(o), there.Status, telling(there))
			}
			for _, l := range rec.Order.Lines {
				if here, there := own.Line(l.ID).Total(), rec.State.Line(l.ID).Total(); here != there {
					w.wrong("by %s %d units of line %s of %s are handed over, by HQ %d", t.name(), here, l.ID, id, there)
				}
			}
		}
		return nil
	})
}

// telling is what HQ tells of an order's handovers.
func telling(o kiosk.Order) string {
	list := []string{}
	for _, r := range o.Settled {
		list = append(list, fmt.Sprintf("%s counts %v, undone %t", r.Event.String()[:8], r.Lines, r.Undone != nil))
	}
	for _, d := range o.Disputes {
		list = append(list, fmt.Sprintf("%s is %s by %q against %v", d.Event.String()[:8], d.Outcome, d.Judge, d.Against))
	}
	return strings.Join(list, "; ")
}

// cases sees to it that what HQ did not accept, or took back, is a case for a
// person, once, and that a conflict names both handovers, both of which are kept.
func (w *world) cases() {
	open, of := map[eventKey]int{}, map[kiosk.EventID]int{}
	w.view(func(tx hq.Tx) error {
		list, err := tx.Cases(0, 1<<20)
		for _, c := range list {
			if c.Kind == hq.CaseWithheld {
				w.count("withheld")
				continue // atHQ sees to it that the event came after all
			}
			open[eventKey{c.Terminal, c.Seq}]++
			of[c.Event]++
			e, ok, err := tx.Event(c.Terminal, c.Seq)
			rec, _, failed := tx.Order(point, c.Order)
			_, disputed := rec.State.Dispute(c.Event)
			if err != nil || failed != nil || !ok || e.Receipt.Settlement.Agrees() && !disputed {
				w.wrong("case %d (%s) is of no event that HQ refused: %v, %v", c.Number, c.Kind, err, failed)
			}
			if c.Kind != string(kiosk.SettledConflict) {
				continue
			}
			w.count("conflicts")
			if len(c.Against) == 0 {
				w.wrong("case %d is a conflict of one handover", c.Number)
			}
			for _, r := range c.Against {
				other, ok, err := tx.Event(r.Terminal, r.Seq)
				if err != nil || !ok || r.Event == c.Event {
					w.wrong("case %d is a conflict with a handover that HQ has not (%v)", c.Number, err)
					continue
				}
				if b, err := kiosk.DecodeEvent(other.Payload); err != nil || b.ID != r.Event || b.Body.Subject() != c.Order {
					w.wrong("case %d is a conflict with something else (%v)", c.Number, err)
				}
			}
		}
		return err
	})
	w.view(func(tx hq.Tx) error {
		for _, id := range w.orders {
			rec, _, err := tx.Order(point, id)
			if err != nil {
				return err
			}
			for _, d := range rec.State.Disputes {
				lost := d.Outcome == kiosk.DisputeOpen || d.Outcome == kiosk.DisputeVoid && d.Judge == kiosk.JudgeClocks
				if lost && of[d.Event] != 1 {
					w.wrong("the handover %s of %s lost its goods and is %d cases", d.Event.String()[:8], id, of[d.Event])
				}
			}
		}
		return nil
	})
	for _, t := range w.terms {
		told := map[uint64]bool{}
		err := t.store.Receipts(func(r kiosk.Receipt) error {
			told[r.Seq] = !r.Settlement.Agrees()
			return nil
		})
		if err != nil {
			w.wrong("%s cannot read HQ's verdicts: %v", t.name(), err)
		}
		w.view(func(tx hq.Tx) error {
			for seq := uint64(1); seq <= t.store.Status().Head; seq++ {
				e, _, err := tx.Event(t.id(), seq)
				if err != nil {
					return err
				}
				refused, n := !e.Receipt.Settlement.Agrees(), open[eventKey{t.id(), seq}]
				if n > 1 || refused && n == 0 || refused != told[seq] {
					w.wrong("event %d of %s is settled as %s: %d cases, and the terminal knows: %t", seq, t.name(), e.Receipt.Settlement, n, told[seq])
				}
			}
			return nil
		})
	}
}

// settledOnce sees to it that HQ counts no unit twice, has every handover, whether
// it counts or not, and lets clocks decide only as time really went.
func (w *world) settledOnce() {
	times, heard := map[kiosk.EventID]time.Time{}, map[kiosk.OrderID]int{}
	for _, t := range w.terms {
		err := t.store.Events(1, func(e kiosk.Event) error {
			if b, ok := e.Body.(kiosk.Redeemed); ok {
				times[e.ID] = t.trueTime(e)
				heard[b.Order]++
			}
			return nil
		})
		if err != nil {
			w.wrong("the journal of %s cannot be read: %v", t.name(), err)
		}
	}
	w.view(func(tx hq.Tx) error {
		for _, id := range w.orders {
			rec, _, err := tx.Order(point, id)
			if err != nil {
				return err
			}
			w.within(id, rec.State, "HQ's handovers")
			if len(rec.State.Redemptions) != heard[id] {
				w.wrong("terminals handed %s over %d times, HQ knows of %d", id, heard[id], len(rec.State.Redemptions))
			}
			for _, d := range rec.State.Disputes {
				if len(d.Against) == 0 && d.Outcome == kiosk.DisputeOpen && !late(rec.State, d.Event) {
					w.wrong("%s is in dispute with nothing", d.Event)
				}
				if d.Outcome != kiosk.DisputeVoid || d.Judge != kiosk.JudgeClocks {
					continue
				}
				w.count("decided by the clocks")
				earlier := func(r kiosk.Redemption) bool {
					_, aside := w.aside[r.Event]
					return !aside && r.Undone == nil && (!r.Late || r.Counts()) && times[r.Event].Before(times[d.Event])
				}
				if !slices.ContainsFunc(rec.State.Redemptions, earlier) {
					w.wrong("the clocks decided against the handover %s of %s, and it was the first: %s", d.Event.String()[:8], id, telling(rec.Order))
				}
			}
		}
		return nil
	})
}

func late(s kiosk.OrderState, id kiosk.EventID) bool {
	r, ok := s.Redemption(id)
	return ok && r.Late
}

// The judge's look at green answers can fail.
func TestGreenSays(t *testing.T) {
	one, two := kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1}
	more := kiosk.Handed{Line: "1", Handed: 3}
	journal := kiosk.Redeemed{Lines: []kiosk.Handed{one, two}}
	for _, c := range []struct {
		what string
		g    green
		want bool
	}{
		{"all of it", green{lines: []kiosk.Handed{one, two}}, true},
		{"less of it", green{lines: []kiosk.Handed{two}}, false},
		{"less of it, owed", green{lines: []kiosk.Handed{two}, owed: true}, true},
		{"more units, owed", green{lines: []kiosk.Handed{more}, owed: true}, false},
		{"another line, owed", green{lines: []kiosk.Handed{{Line: "3", Handed: 1}}, owed: true}, false},
		{"nothing, owed", green{owed: true}, false},
	} {
		if c.g.says(journal) != c.want {
			t.Errorf("%s: %v", c.what, !c.want)
		}
	}
}
