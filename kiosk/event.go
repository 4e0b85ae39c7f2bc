package kiosk

import (
	"encoding/hex"
	"fmt"
	"time"
)

// EventID is 128 random bits; it names an event for ever, on every machine.
type EventID [16]byte

// String gives 32 hex digits.
func (id EventID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether there is no event.
func (id EventID) IsZero() bool { return id == EventID{} }

// MarshalText and UnmarshalText give hex, so that JSON shows it as a string.
func (id EventID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads 32 hex digits.
func (id *EventID) UnmarshalText(b []byte) error {
	if len(b) != 2*len(id) {
		return fmt.Errorf("%w: an event id has %d hex digits", ErrMalformedEvent, 2*len(id))
	}
	if _, err := hex.Decode(id[:], b); err != nil {
		return fmt.Errorf("%w: an event id has hex digits only", ErrMalformedEvent)
	}
	return nil
}

// Hash is a SHA-256 in the journal's chain.
type Hash [32]byte

// String gives 64 hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText gives hex, so that JSON shows it as a string.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hex digits.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != 2*len(h) {
		return fmt.Errorf("%w: a hash has %d hex digits", ErrMalformedEvent, 2*len(h))
	}
	if _, err := hex.Decode(h[:], b); err != nil {
		return fmt.Errorf("%w: a hash has hex digits only", ErrMalformedEvent)
	}
	return nil
}

// Event is one entry of a terminal's journal.
type Event struct {
	Terminal   TerminalID
	Epoch      uint32 // counts the terminal's starts
	Seq        uint64 // gapless from 1
	ID         EventID
	At         Moment
	SetVersion uint64 // order-set version on which it was decided
	Body       Body
	Prev       Hash // chain hash of the event before; zero for the first
}

// EventType names a kind of event in documents, logs and on the wire.
type EventType string

// The event types that this version knows.
const (
	TypeOrderHeld        EventType = "order-held"
	TypeHoldRejected     EventType = "hold-rejected"
	TypeRedeemed         EventType = "redeemed"
	TypeRedemptionUndone EventType = "redemption-undone"
	TypePaymentCollected EventType = "payment-collected"
	TypeSignedIn         EventType = "signed-in"
	TypeClockChanged     EventType = "clock-changed"
)

// Body is what happened. The set is closed within a version; a body of a later
// version is carried as [UnknownBody], byte for byte.
type Body interface {
	Type() EventType
	// Subject is the order that the event changes; empty for none.
	Subject() OrderID
}

// OrderHeld locks an order for the leader's confirmation.
type OrderHeld struct {
	Order  OrderID `cbor:"1,keyasint"`
	Reason Verdict `cbor:"2,keyasint"` // held, partly-collected, payment-due or needs-leader
	Source string  `cbor:"3,keyasint,omitempty"`
	Proxy  *Proxy  `cbor:"4,keyasint,omitempty"` // scanned instead of the customer's own code; nil: it was that
	// Replaces is a hold that this one ends: the order was held for somebody who
	// may collect other lines of it.
	Replaces EventID `cbor:"5,keyasint,omitzero"`
	// Voucher is HQ's word by which an order is held that is not in the cache; nil:
	// it is.
	Voucher *Voucher `cbor:"6,keyasint,omitempty"`
}

// HoldRejected opens a hold again without a handover; the code is not burnt.
type HoldRejected struct {
	Order OrderID `cbor:"1,keyasint"`
	Hold  EventID `cbor:"2,keyasint"`
	By    string  `cbor:"3,keyasint,omitempty"` // leader's id; empty: the customer
}

// Redeemed is a handover (核销), whole or in part.
type Redeemed struct {
	Order  OrderID  `cbor:"1,keyasint"`
	Lines  []Handed `cbor:"2,keyasint"`
	Method Method   `cbor:"3,keyasint"`
	By     string   `cbor:"4,keyasint,omitempty"` // leader's id; empty: the customer alone
	Hold   EventID  `cbor:"5,keyasint,omitzero"`  // the hold that it confirms
	Source string   `cbor:"6,keyasint,omitempty"` // scanner source: camera, serial, typed…
	// Proxy is the proxy code that this handover used up. It stands here, and is no
	// event of its own, so that a power cut keeps both or neither, and so that other
	// terminals hear of it with the handover.
	Proxy ProxyID `cbor:"7,keyasint,omitzero"`
	// Home is the terminal whose lease the order was, as far as was known here, when
	// it was handed over without one; empty: with the lease, or without leases.
	Home TerminalID `cbor:"11,keyasint,omitempty"`
	// Voucher is HQ's word on an order that was not in the cache: all that was left
	// of it was handed over, and Lines is empty.
	Voucher *Voucher `cbor:"8,keyasint,omitempty"`
	// AsOf is when HQ had last confirmed the set, where it was stale or this is
	// provisional; see [Risk].
	AsOf time.Time `cbor:"9,keyasint,omitzero"`
	// Provisional: HQ has still to settle that it was right.
	Provisional bool `cbor:"10,keyasint,omitempty"`
}

// Handed is what happened to a line in one handover, in units.
type Handed struct {
	Line    LineID `cbor:"1,keyasint" json:"line"`
	Handed  int    `cbor:"2,keyasint,omitempty" json:"handed,omitempty"`
	Short   int    `cbor:"3,keyasint,omitempty" json:"short,omitempty"`   // missing from the delivery
	Damaged int    `cbor:"4,keyasint,omitempty" json:"damaged,omitempty"` // not accepted
	Reason  Reason `cbor:"5,keyasint,omitempty" json:"reason,omitempty"`  // of what is short or damaged
}

// Total is how many ordered units the entry accounts for.
func (h Handed) Total() int { return h.Handed + h.Short + h.Damaged }

// Method says who confirmed a handover.
type Method uint8

// The methods.
const (
	MethodAlone  Method = 1 // the customer scanned alone
	MethodLeader Method = 2 // the leader or staff confirmed
)

// RedemptionUndone compensates a redemption; the redemption stays recorded.
type RedemptionUndone struct {
	Order      OrderID `cbor:"1,keyasint"`
	Redemption EventID `cbor:"2,keyasint"`
	By         string  `cbor:"3,keyasint"`
	Reason     string  `cbor:"4,keyasint,omitempty"`
}

// PaymentCollected records what was paid at pickup, in fen.
type PaymentCollected struct {
	Order  OrderID `cbor:"1,keyasint"`
	Amount Fen     `cbor:"2,keyasint"`
	Means  string  `cbor:"3,keyasint"` // "cash", "platform-code"
	By     string  `cbor:"4,keyasint"`
}

// SignedIn records that a leader took over the terminal.
type SignedIn struct {
	By   string `cbor:"1,keyasint"`
	Role Role   `cbor:"2,keyasint"`
}

// UnknownBody is a body of a type that this version does not know.
type UnknownBody struct {
	Code uint64 // wire number of the type
	Raw  []byte // CBOR
}

// Type names the unknown type by its number.
func (b UnknownBody) Type() EventType { return EventType(fmt.Sprintf("type-%d", b.Code)) }

// The types of the bodies.
func (OrderHeld) Type() EventType        { return TypeOrderHeld }
func (HoldRejected) Type() EventType     { return TypeHoldRejected }
func (Redeemed) Type() EventType         { return TypeRedeemed }
func (RedemptionUndone) Type() EventType { return TypeRedemptionUndone }
func (PaymentCollected) Type() EventType { return TypePaymentCollected }
func (SignedIn) Type() EventType         { return TypeSignedIn }
func (ClockChanged) Type() EventType     { return TypeClockChanged }

// The subjects of the bodies.
func (b OrderHeld) Subject() OrderID        { return b.Order }
func (b HoldRejected) Subject() OrderID     { return b.Order }
func (b Redeemed) Subject() OrderID         { return b.Order }
func (b RedemptionUndone) Subject() OrderID { return b.Order }
func (b PaymentCollected) Subject() OrderID { return b.Order }
func (SignedIn) Subject() OrderID           { return "" }
func (ClockChanged) Subject() OrderID       { return "" }
func (UnknownBody) Subject() OrderID        { return "" }
