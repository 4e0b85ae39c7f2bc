package simulation

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"hexiao/kiosk"
)

// history is what was asked of HQ and what it answered, order by order: what
// porcupine judges.
type history struct {
	mu     sync.Mutex
	orders map[kiosk.OrderID][]porcupine.Operation
	events map[eventKey]*sentEvent
	// consigned are the orders of each consignment.
	consigned map[string][]kiosk.OrderID
}

type eventKey struct {
	terminal kiosk.TerminalID
	seq      uint64
}

// sentEvent is an event on its way to HQ: from the first try to the first
// acknowledgement that arrived.
type sentEvent struct {
	event    kiosk.Event
	asked    int64
	answered int64 // 0: never
	verdicts []kiosk.Settlement
}

func newHistory() *history {
	return &history{orders: map[kiosk.OrderID][]porcupine.Operation{}, events: map[eventKey]*sentEvent{}, consigned: map[string][]kiosk.OrderID{}}
}

// The inputs of a history's operations. Those of settlements are kiosk.Body.
type (
	takenIn   struct{ order kiosk.Order }
	arrives   struct{} // somebody signed for its consignment
	statusSet struct{ status kiosk.Status }
	looked    struct{}
	decided   struct{}
	settling  struct {
		id   kiosk.EventID
		body kiosk.Body
		at   time.Time // true time
	}
)

func (h *history) add(id kiosk.OrderID, in, out any, call, ret int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.orders[id] = append(h.orders[id], porcupine.Operation{Input: in, Output: out, Call: call, Return: ret})
}

func (h *history) taken(o kiosk.Order, at int64) {
	h.add(o.ID, takenIn{o}, nil, at, at)
	if o.Consignment != "" {
		h.consigned[o.Consignment] = append(h.consigned[o.Consignment], o.ID)
	}
}

func (h *history) changed(id kiosk.OrderID, s kiosk.Status, call, ret int64) {
	h.add(id, statusSet{s}, nil, call, ret)
}

// read notes an order as HQ sent it to a terminal.
func (h *history) read(o kiosk.Order, call, ret int64) {
	h.add(o.ID, looked{}, heardOf(o), call, ret)
}

// heardOf gives the handovers that HQ has heard of, those that count and those
// that do not, as a text: what a look at an order shows.
func heardOf(o kiosk.Order) string {
	undone := map[kiosk.EventID]bool{}
	for _, d := range o.Disputes {
		undone[d.Event] = false
	}
	for _, r := range o.Settled {
		undone[r.Event] = r.Undone != nil
	}
	return seen(o.Status, undone)
}

func seen(s kiosk.Status, undone map[kiosk.EventID]bool) string {
	var list []string
	for id, back := range undone {
		entry := id.String()
		if back {
			entry += " undone"
		}
		list = append(list, entry)
	}
	slices.Sort(list)
	return string(s) + " " + strings.Join(list, ",")
}

// sent notes that a terminal tries to bring an event to HQ.
func (h *history) sent(terminal kiosk.TerminalID, r kiosk.Record, at int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := eventKey{terminal, r.Seq}
	if h.events[key] != nil {
		return
	}
	e, err := kiosk.DecodeEvent(r.Payload)
	if err != nil {
		return // judged by HQ, and then by the world
	}
	h.events[key] = &sentEvent{event: e, asked: at}
}

// acknowledged notes a verdict that arrived.
func (h *history) acknowledged(terminal kiosk.TerminalID, r kiosk.Receipt, at int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.events[eventKey{terminal, r.Seq}]
	if e == nil || r.Withheld {
		return // HQ has not seen it
	}
	if e.answered == 0 {
		e.answered = at
	}
	e.verdicts = append(e.verdicts, r.Settlement)
}

// ruled notes that a person decided what counts of an order.
func (h *history) ruled(id kiosk.OrderID, at int64) { h.add(id, decided{}, nil, at, at) }

// settled adds an event, with its true time and the verdict that HQ keeps. It gives what is wrong
// with the answers that the terminal got.
func (h *history) settled(terminal kiosk.TerminalID, seq uint64, at time.Time, kept kiosk.Settlement) (wrong string) {
	e := h.events[eventKey{terminal, seq}]
	if e == nil {
		return "HQ has it, and nobody sent it"
	}
	for _, v := range e.verdicts {
		if v != kept && (kept != kiosk.SettledAccepted || v != kiosk.SettledReplay) {
			wrong = fmt.Sprintf("HQ keeps %q and answered %q", kept, v)
		}
	}
	ret := e.answered
	if ret == 0 {
		ret = math.MaxInt64
	}
	switch b := e.event.Body.(type) {
	case kiosk.GoodsReceived:
		for _, id := range h.consigned[b.Consignment] {
			h.add(id, arrives{}, nil, e.asked, ret)
		}
	case kiosk.Redeemed, kiosk.RedemptionUndone:
		h.add(e.event.Body.Subject(), settling{e.event.ID, e.event.Body, at}, kept, e.asked, ret)
	}
	return wrong
}

// check has porcupine judge each order's history.
func (h *history) check() (wrong []string) {
	for id, ops := range h.orders {
		if !porcupine.CheckOperations(model(), ops) {
			wrong = append(wrong, fmt.Sprintf("what HQ answered about order %s is no possible history of one order:%s", id, described(ops)))
		}
	}
	slices.Sort(wrong)
	return wrong
}

func described(ops []porcupine.Operation) string {
	var b strings.Builder
	ops = slices.Clone(ops)
	slices.SortStableFunc(ops, func(x, y porcupine.Operation) int { return int(min(1, max(-1, x.Call-y.Call))) })
	for _, o := range ops {
		fmt.Fprintf(&b, "\n    from %s to %s: ", time.Duration(o.Call-ops[0].Call), time.Duration(o.Return-ops[0].Call))
		switch in := o.Input.(type) {
		case takenIn:
			b.WriteString("taken in")
		case arrives:
			b.WriteString("signed for")
		case statusSet:
			fmt.Fprintf(&b, "is %s", in.status)
		case decided:
			b.WriteString("decided by a person")
		case looked:
			fmt.Fprintf(&b, "is seen as %v", o.Output)
		case settling:
			fmt.Fprintf(&b, "%s of %s: %v", in.body.Type(), in.id.String()[:8], o.Output)
		}
	}
	return b.String()
}
