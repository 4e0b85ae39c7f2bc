package kiosk

import (
	"strconv"
	"time"
)

// Record is an event as a journal keeps it and the wire carries it. Its hash
// follows from the one before, see [ChainHash].
type Record struct {
	Epoch   uint32
	Seq     uint64
	Payload []byte // EncodeEvent; nil when withheld
	// Withheld is the chain hash up to and including an event whose payload the
	// terminal keeps to itself, because HQ can take no batch that has it: the chain
	// goes on behind it, and a person must look at the journal.
	Withheld Hash
}

// Head is a place in a terminal's chain: the sequence of an event and the
// chain hash up to and including it. The zero Head is before the first event.
type Head struct {
	Seq  uint64 `cbor:"1,keyasint" json:"seq"`
	Hash Hash   `cbor:"2,keyasint" json:"hash"`
}

// Batch is a run of events on their way to HQ.
type Batch struct {
	Terminal TerminalID
	Prev     Head // HQ's acknowledged head, after which the records follow without a gap
	Records  []Record
}

// Head is the chain's head after the batch.
func (b Batch) Head() Head {
	head := b.Prev
	for _, r := range b.Records {
		head = Head{Seq: r.Seq, Hash: r.ChainHash(head.Hash, b.Terminal)}
	}
	return head
}

// ChainHash is the hash of the chain up to the record, after the one before.
func (r Record) ChainHash(prev Hash, terminal TerminalID) Hash {
	if r.Withheld != (Hash{}) {
		return r.Withheld
	}
	return ChainHash(prev, terminal, r.Epoch, r.Seq, r.Payload)
}

// Receipt is HQ's verdict on one event.
type Receipt struct {
	Seq        uint64       `cbor:"1,keyasint" json:"seq"`
	Event      EventID      `cbor:"2,keyasint" json:"event"`
	Settlement Settlement   `cbor:"3,keyasint" json:"settlement"`
	Against    []Redemption `cbor:"4,keyasint,omitempty" json:"against,omitempty"` // conflict: what stands against it
	Detail     string       `cbor:"5,keyasint,omitempty" json:"detail,omitempty"`
	// Withheld says that HQ has not seen the event, see [Record]; it is rejected.
	Withheld bool `cbor:"6,keyasint,omitempty" json:"withheld,omitempty"`
}

// Ack is HQ's acknowledgement of a batch: it has everything up to Head for
// ever. Signature is HQ's Ed25519 over [AckBytes].
type Ack struct {
	Head      Head      `cbor:"1,keyasint" json:"head"`
	At        time.Time `cbor:"2,keyasint" json:"at"` // HQ's clock
	Receipts  []Receipt `cbor:"3,keyasint,omitempty" json:"receipts,omitempty"`
	Signature []byte    `cbor:"4,keyasint,omitempty" json:"signature,omitempty"`
}

// AckBytes is what HQ signs when it acknowledges a terminal's head.
func AckBytes(terminal TerminalID, head Head, at time.Time) []byte {
	return []byte("hexiao ack v1\n" + string(terminal) + "\n" + head.Hash.String() + "\n" +
		strconv.FormatUint(head.Seq, 10) + "\n" + at.UTC().Format(time.RFC3339Nano) + "\n")
}

// Page is a part of HQ's order set or of its changes, up to a cursor that HQ
// issued. The cursor means nothing to the terminal.
type Page struct {
	Orders []Order
	Gone   []OrderID // no longer in the set
	Cursor string    // empty: the one before stays
	Purge  bool      // HQ has said, signed, that it means so many to go
}

// Watermark is what HQ says of its complete set at a cursor.
type Watermark struct {
	Version uint64
	Count   int
	Digest  SetDigest
	At      time.Time // HQ's clock
	// Purge: HQ's operator means the set to be much smaller than it was. Without
	// it a terminal keeps a set of which a fifth or more would go.
	Purge bool
	// LeaseUntil is how long this terminal's leases hold, by HQ's clock; zero: it
	// has none. Release names orders of its leases that another terminal asks for.
	LeaseUntil time.Time
	Release    []Lease
}

// Feed hears what HQ sends of a point's set, in its order. A failure of one of
// its functions ends the stream. Page is needed; nil others are not called.
type Feed struct {
	Page     func(Page) error                // orders that changed, up to a cursor
	Mark     func(Watermark) error           // the set behind the last page
	Settings func(p Point, tag string) error // the point's settings changed
	Alive    func()                          // nothing has changed; this is not signed
}
