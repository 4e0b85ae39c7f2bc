package conformance

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

func pushes() []check {
	return []check{
		{"head", "before the first event the head is sequence 0, signed", func(ctx context.Context, s *suite) error {
			a, err := s.head(ctx, nil)
			if err == nil && a.Head != wire.NewHead(s.prev) {
				err = fmt.Errorf("the head is at %d", a.Head.Seq)
			}
			return err
		}},
		{"push", "a handover of an order is accepted; the acknowledged head is the batch's, signed, with one receipt for each event", pushed},
		{"push/replay", "the same batch again is answered with the first receipts, as replay, and changes nothing", pushAgain},
		{"push/overlap", "a batch may begin before HQ's head: what is known is a replay, what is new is settled", overlap},
		{"push/conflict", "a second handover of the same goods is a conflict, with the redemption that stands against it", conflict},
		{"push/unknown order", "an event about an order that HQ has not is unknown, and is kept", unknownOrder},
		{"push/unknown type", "an event of a type of a later version is kept and acknowledged", unknownType},
		{"push/unreadable", "an event that HQ cannot read is rejected, with zeros for its id, and does not hold up the one behind it", unreadable},
		{"push/withheld", "the place of an event that the terminal withholds is taken as rejected and withheld; the event is settled when it comes after all", withheld},
		{"push/unknown fields", "fields that a later version adds are ignored", unknownFields},
		{"push/not gzipped", "a body may come without gzip", notGzipped},
		{"push/wrong head", "a batch that begins after HQ's head is refused as wrong-head, with HQ's head", wrongHead},
		{"push/gap", "records that are not gapless are refused as broken-chain", refusedBatch(brokenGap)},
		{"push/other end", "records that do not end in the batch's head are refused as broken-chain", refusedBatch(brokenEnd)},
		{"push/no JSON", "a body that is no JSON of the contract is refused as malformed", refusedBatch(noJSON)},
		{"push/no gzip", "a body that is not gzip although it says so is refused as malformed", refusedBatch(noGzip)},
		{"push/empty", "a batch without records is refused as malformed", refusedBatch(noRecords)},
		{"push/too many", "a batch of more than 1000 records is refused as too-large", refusedBatch(tooMany)},
		{"push/too large", "an event of more than 64 KiB is refused as too-large", refusedBatch(tooLarge)},
		{"push/bomb", "a body of more than 16 MiB after decompression is refused as too-large", refusedBatch(tooBig)},
		{"push/unharmed", "after all the refusals the head is where it was", func(ctx context.Context, s *suite) error {
			a, err := s.head(ctx, nil)
			if err == nil && a.Head != wire.NewHead(s.prev) {
				err = fmt.Errorf("the head is at %d, and was at %d", a.Head.Seq, s.prev.Seq)
			}
			return err
		}},
		{"orders/settled", "an order that was handed over comes with its redemption to those that ask what changed", settled},
	}
}

// refusedBatch makes a check of a batch that must be refused and change nothing.
func refusedBatch(f func(*suite) ([]byte, wire.ErrorCode, error)) func(context.Context, *suite) error {
	return func(ctx context.Context, s *suite) error {
		body, code, err := f(s)
		if err == nil {
			_, err = s.refuses(ctx, s.events(body), code)
		}
		return err
	}
}

func (s *suite) events(body []byte) request {
	return request{method: http.MethodPost, path: s.terminalPath("events"), body: body}
}

// record makes an event into the chain's next record.
func (s *suite) record(seq uint64, body kiosk.Body) (kiosk.Record, error) {
	e := kiosk.Event{Body: body, At: kiosk.Moment{Wall: s.now(), Clock: kiosk.ClockSynced}}
	if _, err := io.ReadFull(s.o.Random, e.ID[:]); err != nil {
		return kiosk.Record{}, err
	}
	payload, _, err := kiosk.EncodeEvent(e)
	return kiosk.Record{Epoch: 1, Seq: seq, Payload: payload}, err
}

// handover is that of a whole order that may be collected.
func (s *suite) handover(n int) (kiosk.Redeemed, error) {
	if len(s.orders.free) <= n {
		return kiosk.Redeemed{}, errors.New("not tried: the point has no such order")
	}
	o := s.orders.orders[s.orders.free[n]]
	r := kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodLeader, By: "conformance", Source: "touch"}
	for _, l := range o.Lines {
		r.Lines = append(r.Lines, kiosk.Handed{Line: l.ID, Handed: l.Quantity})
	}
	return r, nil
}

// push sends records after a place, and holds the acknowledgement to the contract.
func (s *suite) push(ctx context.Context, b kiosk.Batch, body []byte, change ...func(*request)) ([]wire.Receipt, error) {
	if body == nil {
		var err error
		if body, err = wire.EncodeBody(wire.NewBatch(b)); err != nil {
			return nil, err
		}
	}
	r := s.events(body)
	for _, f := range change {
		f(&r)
	}
	a, err := s.ask(ctx, r)
	if err != nil {
		return nil, err
	}
	var ack wire.Ack
	if err := a.into(&ack); err != nil {
		return nil, err
	}
	if err := s.acknowledges(ack, b.Head()); err != nil {
		return nil, err
	}
	if len(ack.Receipts) != len(b.Records) {
		return nil, fmt.Errorf("%d receipts for %d records", len(ack.Receipts), len(b.Records))
	}
	for i, r := range ack.Receipts {
		if r.Seq != b.Records[i].Seq || !r.Settlement.Valid() {
			return nil, fmt.Errorf("receipt %d is of event %d, %.40q", i, r.Seq, r.Settlement)
		}
	}
	if head := b.Head(); head.Seq > s.prev.Seq {
		s.sent = append(s.sent[:b.Prev.Seq], b.Records...)
		s.prev = head
	}
	return ack.Receipts, nil
}

func (s *suite) acknowledges(ack wire.Ack, head kiosk.Head) error {
	got, err := ack.Domain()
	switch {
	case err != nil:
		return err
	case got.Head != head:
		return fmt.Errorf("the acknowledged head is at %d, or of another hash, where that at %d belongs", got.Head.Seq, head.Seq)
	case !ed25519.Verify(s.enrolled.HQKey, kiosk.AckBytes(kiosk.TerminalID(s.enrolled.Terminal), got.Head, got.At), got.Signature):
		return errors.New("the acknowledgement is not signed by the key of the enrolment")
	}
	return nil
}

// next sends events behind all others, and says how they were settled.
func (s *suite) next(ctx context.Context, want []wire.Settlement, bodies ...kiosk.Body) ([]wire.Receipt, error) {
	b := s.batch()
	for i, body := range bodies {
		r, err := s.record(b.Prev.Seq+uint64(i)+1, body)
		if err != nil {
			return nil, err
		}
		b.Records = append(b.Records, r)
	}
	got, err := s.push(ctx, b, nil)
	if err != nil {
		return nil, err
	}
	return got, settlements(got, want...)
}

// batch is an empty one behind all that HQ has.
func (s *suite) batch() kiosk.Batch {
	return kiosk.Batch{Terminal: kiosk.TerminalID(s.enrolled.Terminal), Prev: s.prev}
}

func settlements(got []wire.Receipt, want ...wire.Settlement) error {
	for i, r := range got {
		if r.Settlement != want[i] {
			return fmt.Errorf("event %d is settled as %q where %q belongs", r.Seq, r.Settlement, want[i])
		}
	}
	return nil
}

func pushed(ctx context.Context, s *suite) error {
	r, err := s.handover(0)
	if err == nil {
		_, err = s.next(ctx, []wire.Settlement{wire.SettlementAccepted}, r)
	}
	return err
}

// again is everything that HQ has, from the beginning.
func (s *suite) again() (kiosk.Batch, error) {
	if len(s.sent) == 0 {
		return kiosk.Batch{}, errors.New("not tried: nothing was acknowledged")
	}
	b := s.batch()
	b.Prev, b.Records = kiosk.Head{}, append([]kiosk.Record(nil), s.sent...)
	return b, nil
}

func pushAgain(ctx context.Context, s *suite) error {
	b, err := s.again()
	if err != nil {
		return err
	}
	got, err := s.push(ctx, b, nil)
	if err != nil {
		return err
	}
	return settlements(got, wire.SettlementReplay)
}

func overlap(ctx context.Context, s *suite) error {
	b, err := s.again()
	if err != nil {
		return err
	}
	r, err := s.record(s.prev.Seq+1, kiosk.SignedIn{By: "conformance"})
	if err != nil {
		return err
	}
	b.Records = append(b.Records, r)
	got, err := s.push(ctx, b, nil)
	if err != nil {
		return err
	}
	return settlements(got, wire.SettlementReplay, wire.SettlementAccepted)
}

func conflict(ctx context.Context, s *suite) error {
	r, err := s.handover(0)
	if err != nil {
		return err
	}
	got, err := s.next(ctx, []wire.Settlement{wire.SettlementConflict}, r)
	if err == nil && len(got[0].Against) == 0 {
		err = errors.New("a conflict without what stands against it")
	}
	return err
}

func unknownOrder(ctx context.Context, s *suite) error {
	r, err := s.handover(0)
	if err == nil {
		r.Order = "no-such-order-" + kiosk.OrderID(s.nonce()[:8])
		_, err = s.next(ctx, []wire.Settlement{wire.SettlementUnknown}, r)
	}
	return err
}

func unknownType(ctx context.Context, s *suite) error {
	_, err := s.next(ctx, []wire.Settlement{wire.SettlementAccepted}, kiosk.UnknownBody{Code: 1 << 20, Raw: []byte{0xa0}})
	return err
}

func unreadable(ctx context.Context, s *suite) error {
	r, err := s.handover(1)
	if err != nil {
		return err
	}
	behind, err := s.record(s.prev.Seq+2, r)
	if err != nil {
		return err
	}
	b := s.batch()
	b.Records = []kiosk.Record{{Epoch: 1, Seq: s.prev.Seq + 1, Payload: []byte("no CBOR of the contract")}, behind}
	got, err := s.push(ctx, b, nil)
	if err == nil {
		err = settlements(got, wire.SettlementRejected, wire.SettlementAccepted)
	}
	if err == nil && got[0].Event != (kiosk.EventID{}).String() {
		err = errors.New("the event that cannot be read has an id")
	}
	return err
}

func withheld(ctx context.Context, s *suite) error {
	r, err := s.handover(2)
	if err != nil {
		return err
	}
	full := s.batch()
	record, err := s.record(s.prev.Seq+1, r)
	if err != nil {
		return err
	}
	full.Records = []kiosk.Record{record}
	b := full
	b.Records = []kiosk.Record{{Epoch: 1, Seq: record.Seq, Withheld: full.Head().Hash}}
	got, err := s.push(ctx, b, nil)
	if err == nil {
		err = settlements(got, wire.SettlementRejected)
	}
	if err == nil && !got[0].Withheld {
		err = errors.New("the receipt does not say that HQ has not seen the event")
	}
	if err != nil {
		return err
	}
	if got, err = s.push(ctx, full, nil); err != nil {
		return fmt.Errorf("when it comes after all: %w", err)
	}
	s.sent[record.Seq-1] = record
	return settlements(got, wire.SettlementAccepted)
}

func unknownFields(ctx context.Context, s *suite) error {
	b, err := s.signIn()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(wire.NewBatch(b))
	if err != nil {
		return err
	}
	raw = bytes.Replace(raw, []byte(`{`), []byte(`{"of_a_later_version":{"a":[1]},`), 1)
	raw = bytes.Replace(raw, []byte(`"epoch":`), []byte(`"later":null,"epoch":`), 1)
	body, err := wire.EncodeBody(json.RawMessage(raw))
	if err == nil {
		_, err = s.push(ctx, b, body)
	}
	return err
}

// signIn is a batch of one event that concerns no order.
func (s *suite) signIn() (kiosk.Batch, error) {
	b := s.batch()
	r, err := s.record(s.prev.Seq+1, kiosk.SignedIn{By: "conformance"})
	b.Records = []kiosk.Record{r}
	return b, err
}

func notGzipped(ctx context.Context, s *suite) error {
	b, err := s.signIn()
	if err != nil {
		return err
	}
	body, err := json.Marshal(wire.NewBatch(b))
	if err == nil {
		_, err = s.push(ctx, b, body, func(r *request) { r.plain = true })
	}
	return err
}

func wrongHead(ctx context.Context, s *suite) error {
	b := s.batch()
	b.Prev.Seq++
	b.Prev.Hash[0]++
	r, err := s.record(b.Prev.Seq+1, kiosk.SignedIn{By: "conformance"})
	if err != nil {
		return err
	}
	b.Records = []kiosk.Record{r}
	body, err := wire.EncodeBody(wire.NewBatch(b))
	if err != nil {
		return err
	}
	p, err := s.refuses(ctx, s.events(body), wire.CodeWrongHead)
	if err == nil && *p.Head != wire.NewHead(s.prev) {
		err = errors.New("the refusal names another head than HQ's")
	}
	return err
}

func settled(ctx context.Context, s *suite) error {
	if len(s.orders.free) < neededOrders || len(s.sent) == 0 {
		return errors.New("not tried: nothing was handed over")
	}
	l, err := s.changes(ctx, s.orders.free[:3])
	if err != nil {
		return err
	}
	for _, id := range l.changed {
		o := l.into[id]
		if len(o.Settled) != 1 || string(o.Settled[0].Terminal) != s.enrolled.Terminal {
			return fmt.Errorf("order %.64q comes with %d redemptions, where that of this terminal belongs", id, len(o.Settled))
		}
	}
	return nil
}
