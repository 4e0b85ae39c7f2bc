package wire

import (
	"encoding/hex"
	"fmt"

	"hexiao/kiosk"
)

// Limits on a batch.
const (
	MaxRecords = 1000
	// MaxPayloadBytes bounds one event, as kiosk.DecodeEvent does.
	MaxPayloadBytes = 64 << 10
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// NewHead and Head.Domain carry a place in a chain.
func NewHead(h kiosk.Head) Head { return Head{Seq: h.Seq, Hash: h.Hash.String()} }

// Domain returns ErrMalformed for a hash that is not 64 hex digits.
func (h Head) Domain() (kiosk.Head, error) {
	out := kiosk.Head{Seq: h.Seq}
	if err := unhex(out.Hash[:], h.Hash); err != nil {
		return kiosk.Head{}, malformed("head: %v", err)
	}
	return out, nil
}

// NewBatch and Batch.Domain carry events to HQ.
func NewBatch(b kiosk.Batch) Batch {
	out := Batch{Prev: NewHead(b.Prev), Head: NewHead(b.Head()), Records: make([]Record, len(b.Records))}
	for i, r := range b.Records {
		out.Records[i] = Record{Epoch: r.Epoch, Seq: r.Seq, Payload: r.Payload}
		if r.Withheld != (kiosk.Hash{}) {
			out.Records[i].Withheld = r.Withheld.String()
		}
	}
	return out
}

// Domain computes the chain of the terminal's batch. It returns ErrMalformed
// or ErrTooLarge for what breaks the contract and ErrBrokenChain when the
// records are not gapless after prev or do not end in the head. It does not
// look into the payloads.
func (b Batch) Domain(terminal kiosk.TerminalID) (kiosk.Batch, error) {
	prev, err := b.Prev.Domain()
	if err != nil {
		return kiosk.Batch{}, err
	}
	head, err := b.Head.Domain()
	if err != nil {
		return kiosk.Batch{}, err
	}
	if len(b.Records) == 0 {
		return kiosk.Batch{}, malformed("a batch without records")
	}
	if len(b.Records) > MaxRecords {
		return kiosk.Batch{}, fmt.Errorf("%w: %d records, more than %d", ErrTooLarge, len(b.Records), MaxRecords)
	}
	out := kiosk.Batch{Terminal: terminal, Prev: prev, Records: make([]kiosk.Record, len(b.Records))}
	for i, r := range b.Records {
		if want := prev.Seq + uint64(i) + 1; r.Seq != want {
			return kiosk.Batch{}, fmt.Errorf("%w: record %d has sequence %d, not %d", ErrBrokenChain, i, r.Seq, want)
		}
		if len(r.Payload) > MaxPayloadBytes {
			return kiosk.Batch{}, fmt.Errorf("%w: record %d has %d bytes, more than %d", ErrTooLarge, r.Seq, len(r.Payload), MaxPayloadBytes)
		}
		out.Records[i] = kiosk.Record{Epoch: r.Epoch, Seq: r.Seq, Payload: r.Payload}
		if r.Withheld != "" && len(r.Payload) > 0 {
			return kiosk.Batch{}, malformed("record %d has both a payload and the hash of one that is withheld", r.Seq)
		}
		if r.Withheld != "" {
			if err := unhex(out.Records[i].Withheld[:], r.Withheld); err != nil {
				return kiosk.Batch{}, malformed("record %d: withheld: %v", r.Seq, err)
			}
		}
	}
	if out.Head() != head {
		return kiosk.Batch{}, fmt.Errorf("%w: the records end in another hash than the head", ErrBrokenChain)
	}
	return out, nil
}

// NewAck and Ack.Domain carry HQ's acknowledgement.
func NewAck(a kiosk.Ack) Ack {
	out := Ack{Head: NewHead(a.Head), At: a.At.UTC(), Signature: a.Signature}
	for _, r := range a.Receipts {
		out.Receipts = append(out.Receipts, newReceipt(r))
	}
	return out
}

// Domain returns ErrMalformed for unreadable receipts. It does not check the
// signature.
func (a Ack) Domain() (kiosk.Ack, error) {
	head, err := a.Head.Domain()
	if err != nil {
		return kiosk.Ack{}, err
	}
	out := kiosk.Ack{Head: head, At: a.At.UTC(), Signature: a.Signature}
	for _, r := range a.Receipts {
		receipt, err := r.domain()
		if err != nil {
			return kiosk.Ack{}, fmt.Errorf("receipt of %d: %w", r.Seq, err)
		}
		out.Receipts = append(out.Receipts, receipt)
	}
	return out, nil
}

func newReceipt(r kiosk.Receipt) Receipt {
	return Receipt{
		Seq: r.Seq, Event: r.Event.String(), Settlement: Settlement(r.Settlement),
		Against: newRedemptions(r.Against), Detail: r.Detail, Withheld: r.Withheld,
	}
}

func (r Receipt) domain() (kiosk.Receipt, error) {
	if !r.Settlement.Valid() {
		return kiosk.Receipt{}, malformed("unknown settlement %.40q", r.Settlement)
	}
	out := kiosk.Receipt{Seq: r.Seq, Settlement: kiosk.Settlement(r.Settlement), Detail: r.Detail, Withheld: r.Withheld}
	if err := unhex(out.Event[:], r.Event); err != nil {
		return kiosk.Receipt{}, malformed("event: %v", err)
	}
	against, err := domainRedemptions(r.Against)
	if err != nil {
		return kiosk.Receipt{}, err
	}
	out.Against = against
	return out, nil
}

// unhex fills dst from exactly so many lower- or upper-case hex digits.
func unhex(dst []byte, s string) error {
	if len(s) != 2*len(dst) {
		return fmt.Errorf("%d characters where %d hex digits belong", len(s), 2*len(dst))
	}
	if _, err := hex.Decode(dst, []byte(s)); err != nil {
		return fmt.Errorf("%d characters that are not all hex digits", len(s))
	}
	return nil
}
