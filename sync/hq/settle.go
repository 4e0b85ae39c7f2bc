package hq

import (
	"context"
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// maxSettledBytes bounds an order with the redemptions that HQ settled into
// it: it must fit into a line of the wire's stream.
const maxSettledBytes = 256 << 10

// Push takes a terminal's batch, settles what is new in it and acknowledges
// it, all in one transaction. The batch may begin before HQ's head: what HQ has
// already is answered again, provided that the hashes agree. The receipts are in
// the order of the records, and the acknowledged head is the batch's.
//
// It returns wire.ErrWrongHead when HQ misses events before the batch and
// wire.ErrForked when it has other ones (both as a wire.Refusal with HQ's head),
// wire.ErrRevoked, or wire.ErrBadSignature for an unknown terminal.
func (h *HQ) Push(ctx context.Context, b kiosk.Batch) (kiosk.Ack, error) {
	return h.push(ctx, b, false)
}

// push is Push; late: also of a terminal that was withdrawn.
func (h *HQ) push(ctx context.Context, b kiosk.Batch, late bool) (kiosk.Ack, error) {
	var ack kiosk.Ack
	var refused error
	err := h.store.Update(ctx, func(tx Tx) error {
		ack, refused = kiosk.Ack{}, nil
		p, err := h.openPush(tx, b, late)
		if err != nil {
			return err
		}
		if refused, err = p.run(b); err != nil || refused != nil {
			return err // what a refusal leaves behind is to be kept
		}
		ack = wire.SignAck(kiosk.Ack{Head: p.head, At: p.at, Receipts: p.receipts}, b.Terminal, p.identity.Key())
		return nil
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return kiosk.Ack{}, err
	}
	return ack, nil
}

// Head acknowledges what HQ has of a terminal's journal, without receipts.
func (h *HQ) Head(ctx context.Context, id kiosk.TerminalID) (ack kiosk.Ack, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		identity, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		t, err := mustTerminal(tx, id)
		ack = wire.SignAck(kiosk.Ack{Head: t.Head, At: h.at()}, id, identity.Key())
		return err
	})
	return ack, err
}

// push is one batch under way.
type push struct {
	set      *set
	identity Identity
	terminal Terminal
	at       time.Time
	zone     *time.Location
	head     kiosk.Head // after the records so far
	receipts []kiosk.Receipt
	fact     EventSettled // what observers hear of the record under way
}

func (h *HQ) openPush(tx Tx, b kiosk.Batch, late bool) (*push, error) {
	identity, err := mustIdentity(tx)
	if err != nil {
		return nil, err
	}
	t, ok, err := tx.Terminal(b.Terminal)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, wire.ErrBadSignature
	case !t.Revoked.IsZero() && !late:
		return nil, wire.ErrRevoked
	case !t.Forked.IsZero():
		return nil, forkRefusal(t)
	case b.Prev.Seq > t.Head.Seq:
		return nil, &wire.Refusal{Reason: wire.ErrWrongHead, Head: t.Head, Message: fmt.Sprintf(
			"%v: HQ is at event %d, the batch begins after %d", wire.ErrWrongHead, t.Head.Seq, b.Prev.Seq)}
	}
	s, err := h.openSet(tx, t.Point)
	if err != nil {
		return nil, err
	}
	if !late {
		t.Heard = h.at()
	}
	z, err := zone(s.point.Point)
	return &push{set: s, identity: identity, terminal: t, at: h.at(), zone: z, head: b.Prev}, err
}

func (p *push) run(b kiosk.Batch) (refused, err error) {
	if same, err := p.agrees(b.Prev); err != nil || !same {
		return p.fork(b.Prev.Seq, err)
	}
	events, err := p.read(b.Records)
	if err != nil {
		return nil, err
	}
	for i, r := range b.Records {
		p.head = kiosk.Head{Seq: r.Seq, Hash: r.ChainHash(p.head.Hash, b.Terminal)}
		if r.Seq <= p.terminal.Head.Seq {
			if same, err := p.agrees(p.head); err != nil || !same {
				return p.fork(r.Seq, err)
			}
			if err := p.repeat(r, events[i]); err != nil {
				return nil, err
			}
			continue
		}
		if err := p.take(r, events[i]); err != nil {
			return nil, err
		}
	}
	if from := p.terminal.Head; p.head.Seq > from.Seq {
		p.terminal.Head, p.terminal.Behind, p.terminal.Doubtful = p.head, time.Time{}, 0
		p.terminal.Held = max(p.terminal.Held, min(events[len(events)-1].SetVersion, p.set.point.Version))
		if err := p.set.tx.PutTerminal(p.terminal); err != nil {
			return nil, err
		}
		if err := p.set.hq.observe(p.set.tx, HeadMoved{Terminal: p.terminal, From: from}); err != nil {
			return nil, err
		}
	}
	return nil, p.set.save()
}

// readEvent is a record's event, or why it cannot be read.
type readEvent struct {
	kiosk.Event
	err error
}

// read decodes a batch, and has the store fetch the orders that it is about.
func (p *push) read(records []kiosk.Record) ([]readEvent, error) {
	events := make([]readEvent, len(records))
	orders := make([]kiosk.OrderID, 0, len(records))
	for i, r := range records {
		if r.Withheld != (kiosk.Hash{}) {
			continue
		}
		e, err := kiosk.DecodeEvent(r.Payload)
		e.Terminal, e.Epoch, e.Seq = p.terminal.ID, r.Epoch, r.Seq
		events[i] = readEvent{e, err}
		if err == nil && e.Body.Subject() != "" {
			orders = append(orders, e.Body.Subject())
		}
	}
	return events, p.set.tx.Prefetch(p.terminal.Point, orders)
}

// agrees reports whether HQ's chain has this head. Most batches begin at HQ's own,
// which stands in the terminal's record.
func (p *push) agrees(head kiosk.Head) (bool, error) {
	if head.Seq == p.terminal.Head.Seq {
		return head == p.terminal.Head, nil
	}
	return agrees(p.set.tx, p.terminal.ID, head)
}

// fork keeps that a second journal showed up. Known events come before new ones
// in a batch, so nothing of it was taken yet.
func (p *push) fork(seq uint64, err error) (refused, failed error) {
	if err != nil {
		return nil, err
	}
	if err := noteFork(p.set.tx, p.terminal, max(1, seq), p.at); err != nil {
		return nil, err
	}
	p.terminal.Doubtful = max(1, seq)
	return forkRefusal(p.terminal), nil
}

// repeat answers an event that HQ has already: a replay, or the first receipt
// when the terminal must learn that it was not accepted. One that HQ knew as
// withheld is settled when it comes after all.
func (p *push) repeat(r kiosk.Record, event readEvent) error {
	e, _, err := p.set.tx.Event(p.terminal.ID, r.Seq)
	if err != nil {
		return err
	}
	if e.Receipt.Withheld && r.Withheld == (kiosk.Hash{}) {
		return p.take(r, event)
	}
	if e.Receipt.Settlement == kiosk.SettledAccepted {
		e.Receipt.Settlement = kiosk.SettledReplay
	}
	p.receipts = append(p.receipts, e.Receipt)
	return nil
}

// take settles a new event and keeps it, whatever came of it.
func (p *push) take(r kiosk.Record, event readEvent) error {
	p.fact = EventSettled{}
	var receipt kiosk.Receipt
	var err error
	if r.Withheld != (kiosk.Hash{}) {
		receipt, err = p.withheld(r)
	} else {
		receipt, err = p.settle(r, event)
	}
	if err != nil {
		return err
	}
	p.receipts = append(p.receipts, receipt)
	stored := StoredEvent{
		Terminal: p.terminal.ID, Point: p.terminal.Point, Epoch: r.Epoch, Seq: r.Seq, Payload: r.Payload, Hash: p.head.Hash,
		Receipt: receipt, At: p.at, Day: p.day(p.fact.Event),
	}
	if err := p.set.tx.PutEvent(stored); err != nil {
		return err
	}
	p.fact.Stored = stored
	return p.set.hq.observe(p.set.tx, p.fact)
}

// day is the business day of an event, by HQ's clock where the terminal's cannot tell.
func (p *push) day(e kiosk.Event) kiosk.Day {
	if e.Body != nil {
		if day, ok := kiosk.DayOf(e.At, p.zone); ok {
			return day
		}
	}
	return kiosk.Day(p.at.In(p.zone).Format(time.DateOnly))
}

func (p *push) settle(r kiosk.Record, read readEvent) (kiosk.Receipt, error) {
	receipt := kiosk.Receipt{Seq: r.Seq}
	if read.err != nil {
		// One bad event must not block those behind it.
		receipt.Settlement, receipt.Detail = kiosk.SettledRejected, "HQ cannot read the event"
		return receipt, p.open(receipt, "")
	}
	e := read.Event
	p.fact.Event = e
	receipt.Event = e.ID
	old, known, err := p.order(e.Body.Subject())
	if err != nil {
		return receipt, err
	}
	settlement, state, against := kiosk.Settle(old.Order, known, old.State, e)
	rec := old
	rec.State = state
	if known {
		p.fact.Old, p.fact.New = old, old
	}
	if known && moves(settlement, e.Body) {
		if fits, err := fits(rec); err != nil {
			return receipt, err
		} else if !fits {
			settlement, receipt.Detail = kiosk.SettledRejected, "the order has more redemptions than HQ keeps"
		}
	}
	receipt.Settlement, receipt.Against = settlement, against
	if known && settlement == kiosk.SettledUnknown { // an undo before its handover
		if err := p.set.tx.PutOrder(rec); err != nil {
			return receipt, err
		}
	}
	if known && moves(settlement, e.Body) {
		p.fact.New = rec
		if err := p.keep(old, rec, e); err != nil {
			return receipt, err
		}
	}
	switch settlement {
	case kiosk.SettledAccepted:
		return receipt, p.accepted(e)
	case kiosk.SettledReplay:
		return receipt, nil
	}
	if receipt.Detail == "" {
		receipt.Detail = detail(old, e, settlement)
	}
	return receipt, p.open(receipt, e.Body.Subject())
}

// order finds an event's order among those of the terminal's point.
func (p *push) order(id kiosk.OrderID) (OrderRecord, bool, error) {
	if id == "" {
		return OrderRecord{}, false, nil
	}
	return p.set.tx.Order(p.terminal.Point, id)
}

// keep stores an order's new state. Only what other terminals can see makes a
// new version of it.
func (p *push) keep(old, rec OrderRecord, e kiosk.Event) error {
	switch b := e.Body.(type) {
	case kiosk.LeaseReleased:
		return p.set.released(old, rec, p.terminal.ID, b)
	case kiosk.Redeemed, kiosk.RedemptionUndone:
		why := fmt.Sprintf("accepted at first; terminal %s, which HQ heard of later, handed the goods over earlier", e.Terminal)
		if e.Body.Type() == kiosk.TypeRedemptionUndone {
			why = fmt.Sprintf("accepted at first; terminal %s took a handover back, and another one has the goods", e.Terminal)
		}
		if err := contested(p.set.tx, old, &rec, e.ID, p.at, why); err != nil {
			return err
		}
		return p.set.put(old, rec)
	}
	if err := p.set.tx.PutOrder(rec); err != nil {
		return err
	}
	return p.set.hq.observe(p.set.tx, OrderPut{Old: old, New: rec})
}

// moves reports whether an event so settled changes its order: what was handed
// over is kept there, also where it does not count.
func moves(s kiosk.Settlement, body kiosk.Body) bool {
	if body.Type() != kiosk.TypeRedeemed {
		return s == kiosk.SettledAccepted
	}
	return s == kiosk.SettledAccepted || s == kiosk.SettledConflict || s == kiosk.SettledLateRevoked
}

// open lists the event as a case for a person.
func (p *push) open(r kiosk.Receipt, order kiosk.OrderID) error {
	return addCase(p.set.tx, Case{
		Kind: string(r.Settlement), Point: p.terminal.Point, Terminal: p.terminal.ID, Seq: r.Seq,
		Event: r.Event, Order: order, At: p.at, Detail: r.Detail, Against: r.Against,
	})
}

// detail says to a person why an event was not accepted.
func detail(rec OrderRecord, e kiosk.Event, s kiosk.Settlement) string {
	switch s {
	case kiosk.SettledConflict:
		if standing := rec.State.Standing(); len(standing) > 0 {
			return fmt.Sprintf("goods of this order were handed over at terminal %s, too", standing[0].Terminal)
		}
	case kiosk.SettledLateRevoked:
		return fmt.Sprintf("HQ had the order as %s before it heard of the handover", rec.Order.Status)
	case kiosk.SettledUnknown:
		if rec.Order.ID == "" {
			return "HQ has no such order at this point"
		}
	}
	if err := kiosk.Check(rec.Order, rec.State, e); err != nil {
		return err.Error()
	}
	return ""
}

// fits reports whether the order can still be sent to terminals.
func fits(rec OrderRecord) (bool, error) {
	rec.Order.Settled, rec.Order.Disputes = rec.State.Told()
	b, err := kiosk.EncodeOrder(rec.Order)
	return len(b) <= maxSettledBytes, err
}
