package simulation

import (
	"errors"
	"math/rand/v2"
	"time"

	"hexiao/kiosk"
)

// receive has the leader sign for the consignment of an order that is on its way.
func (w *world) receive(t *terminal, id kiosk.OrderID, dice *rand.Rand) {
	o, _, ok := t.store.Order(id)
	for n := len(w.orders) - 1; n >= 0 && (!ok || o.Status != kiosk.StatusShipped); n-- {
		o, _, ok = t.store.Order(w.orders[n])
	}
	if !ok || o.Status != kiosk.StatusShipped || t.signed[o.Consignment] {
		return
	}
	b := kiosk.GoodsReceived{Consignment: o.Consignment, By: leader().ID, Lines: []kiosk.ReceivedLine{{Product: "鲜牛奶", Good: o.Units()}}}
	err := t.store.Record(t.moment(), b)
	t.signed[o.Consignment] = true // where the disk failed, perhaps
	if err == nil {
		w.count("consignments signed for")
	}
	w.led(t, "the leader signs for "+o.Consignment, err)
	w.showOwn(t, o.ID, false, dice) // who waited for it
}

// isHere sees to it that only goods go out which are at the point: HQ said so, or
// somebody signed for them at this terminal.
func (t *terminal) isHere(out kiosk.Outcome) {
	switch out.Order.Status {
	case kiosk.StatusShipped:
		t.w.count("handovers before HQ has them arrived")
		if !t.signed[out.Order.Consignment] {
			t.w.wrong("%s hands over %s, which is not there yet", t.name(), out.Order.ID)
		}
	}
}

var errStuck = errors.New("something on the way takes offence at an event")

// isStuck reports whether a batch has the event that does not get through.
func (t *terminal) isStuck(b kiosk.Batch) bool {
	for _, r := range b.Records {
		if t.stuck > 0 && r.Seq == t.stuck && r.Withheld == (kiosk.Hash{}) {
			return true
		}
	}
	return false
}

// sticks lets a terminal's next event not get through, however often it tries, or
// lets one through again.
func (w *world) sticks(t *terminal, dice *rand.Rand) {
	if t.busy() {
		return
	}
	if t.stuck > 0 {
		t.stuck = 0
		w.say("the events of %s get through again", t.name())
		return
	}
	b, err := t.store.Pending(1)
	if err != nil || len(b.Records) == 0 {
		return
	}
	t.stuck = b.Records[0].Seq
	w.say("event %d of %s does not get through for half an hour", t.stuck, t.name())
	e, err := kiosk.DecodeEvent(b.Records[0].Payload)
	if r, ok := e.Body.(kiosk.Redeemed); ok && err == nil && dice.IntN(2) == 0 {
		w.led(t, "the leader undoes it", t.store.Undo(t.moment(), r.Order, e.ID, leader(), "returned"))
	}
	was := t.way.quality
	t.way.quality = calm
	for range 7 {
		t.contact(dice)
		pass(4 * time.Minute)
	}
	t.stop()
	t.way.quality = was
}
