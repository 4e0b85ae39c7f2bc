package kiosk

import (
	"fmt"
	"slices"
	"time"
)

// Limits that every order obeys; [Order.Validate] refuses the rest.
const (
	MaxLines    = 200
	MaxQuantity = 100_000
	maxIDBytes  = 64
	// MaxPrice bounds a unit price and the amount due, in fen: a hundred million
	// yuan. The value of the largest order then fits into a [Fen].
	MaxPrice Fen = 10_000_000_000
)

// PointID, TerminalID and OrderID are HQ's identifiers: 1 to 64 bytes, no
// control characters. LineID is unique within its order.
type (
	PointID    string
	TerminalID string
	OrderID    string
	LineID     string
)

// Status is what HQ last said of an order. Handed-over states are not in it:
// they are derived from events.
type Status string

// The statuses, in the order of an order's life.
const (
	StatusPaid      Status = "paid"      // ordered and paid, not yet on its way
	StatusShipped   Status = "shipped"   // on its way to the point
	StatusArrived   Status = "arrived"   // at the point, to be collected
	StatusCancelled Status = "cancelled" // will not be handed over
	StatusRefunding Status = "refunding" // a refund is being decided
	StatusRefunded  Status = "refunded"  // the money went back
)

// Statuses lists the closed set.
func Statuses() []Status {
	return []Status{StatusPaid, StatusShipped, StatusArrived, StatusCancelled, StatusRefunding, StatusRefunded}
}

// Over reports whether nothing of the order is to be handed out any more, by what HQ
// says of it: it was cancelled, or the money goes back or went.
func (s Status) Over() bool {
	return s == StatusCancelled || s == StatusRefunding || s == StatusRefunded
}

// Known reports whether s is one of [Statuses].
func (s Status) Known() bool {
	for _, k := range Statuses() {
		if s == k {
			return true
		}
	}
	return false
}

// Lookup is the keyed hash under which a terminal finds a code's orders
// (kiosk/seal computes it). The code cannot be had back from it without the
// point's secret.
type Lookup [10]byte

// Order is one customer's order at one pickup point, as HQ sends it and a
// terminal caches it. It holds no personal data in the clear.
type Order struct {
	ID           OrderID      `cbor:"1,keyasint" json:"id"`
	Version      uint64       `cbor:"2,keyasint" json:"version"` // grows with every change at HQ
	Point        PointID      `cbor:"3,keyasint" json:"point"`
	Status       Status       `cbor:"4,keyasint" json:"status"`
	PickupNumber string       `cbor:"5,keyasint,omitempty" json:"pickup_number,omitempty"` // 提货号
	Shelf        string       `cbor:"6,keyasint,omitempty" json:"shelf,omitempty"`         // 货架
	Lines        []Line       `cbor:"7,keyasint" json:"lines"`
	Due          Fen          `cbor:"8,keyasint,omitempty" json:"due,omitempty"`          // still to pay at pickup
	ValidFrom    time.Time    `cbor:"9,keyasint,omitzero" json:"valid_from,omitzero"`     // zero: at once
	CollectBy    time.Time    `cbor:"10,keyasint,omitzero" json:"collect_by,omitzero"`    // zero: no end
	ExpectedAt   time.Time    `cbor:"11,keyasint,omitzero" json:"expected_at,omitzero"`   // when the goods should be at the point
	Consignment  string       `cbor:"12,keyasint,omitempty" json:"consignment,omitempty"` // 到货批次
	Lookups      []Lookup     `cbor:"13,keyasint,omitempty" json:"lookups,omitempty"`     // one for each of its codes
	SealedDesk   []byte       `cbor:"14,keyasint,omitempty" json:"sealed_desk,omitempty"` // masked name and phone tail, under the point's key
	SealedFull   []byte       `cbor:"15,keyasint,omitempty" json:"sealed_full,omitempty"` // name and phone, under a key derived from the code
	NameIndex    []byte       `cbor:"16,keyasint,omitempty" json:"name_index,omitempty"`  // blind index of the name
	Settled      []Redemption `cbor:"18,keyasint,omitempty" json:"settled,omitempty"`     // redemptions that HQ knows, of any terminal
	NameKeys     [][]byte     `cbor:"19,keyasint,omitempty" json:"name_keys,omitempty"`   // blind indexes of the name's pinyin, in full and its initials
	// Home is the terminal that may hand the order over without asking HQ; empty:
	// any of the point's.
	Home TerminalID `cbor:"20,keyasint,omitempty" json:"home,omitempty"`
	// HomeVersion is HQ's change number at which the home moved last; 0: it is the
	// first. A home that gave the order back counts again only by a later one.
	HomeVersion uint64 `cbor:"23,keyasint,omitempty" json:"home_version,omitempty"`
	// HomeBefore is a former home whose term ran out before HQ heard of it again: it
	// may have handed the order over. Another one hands it over by a leader only.
	HomeBefore TerminalID `cbor:"24,keyasint,omitempty" json:"home_before,omitempty"`
	// Rotating: the plain code, which a shared picture shows as well, does not
	// suffice; see [CodeRotating].
	Rotating bool      `cbor:"21,keyasint,omitempty" json:"rotating,omitempty"`
	Disputes []Dispute `cbor:"22,keyasint,omitempty" json:"disputes,omitempty"` // handovers that contradict those in Settled
}

// Line is one product of an order.
type Line struct {
	ID        LineID `cbor:"1,keyasint" json:"id"`
	Product   string `cbor:"2,keyasint" json:"product"`
	Spec      string `cbor:"3,keyasint,omitempty" json:"spec,omitempty"` // specification, "950 ml"
	Unit      string `cbor:"4,keyasint,omitempty" json:"unit,omitempty"`
	Quantity  int    `cbor:"5,keyasint" json:"quantity"`
	Supplier  string `cbor:"6,keyasint,omitempty" json:"supplier,omitempty"`
	UnitPrice Fen    `cbor:"7,keyasint,omitempty" json:"unit_price,omitempty"`
	Barcode   string `cbor:"8,keyasint,omitempty" json:"barcode,omitempty"` // on the product (EAN-13…), to count a delivery by scanning
}

// Value is what the goods of the order cost, in fen.
func (o Order) Value() Fen {
	var sum Fen
	for _, l := range o.Lines {
		sum += l.UnitPrice * Fen(l.Quantity)
	}
	return sum
}

// Units is the number of units over all lines.
func (o Order) Units() int {
	n := 0
	for _, l := range o.Lines {
		n += l.Quantity
	}
	return n
}

// Line finds a line by its id.
func (o Order) Line(id LineID) (Line, bool) {
	for _, l := range o.Lines {
		if l.ID == id {
			return l, true
		}
	}
	return Line{}, false
}

// Validate says in one sentence why an order cannot be taken; the error wraps
// [ErrInvalidOrder].
func (o Order) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrInvalidOrder, fmt.Sprintf(format, args...))
	}
	switch {
	case !validID(string(o.ID)):
		return bad("the order id must have 1 to %d bytes and no control characters", maxIDBytes)
	case !validID(string(o.Point)):
		return bad("order %s: the point id must have 1 to %d bytes and no control characters", o.ID, maxIDBytes)
	case !o.Status.Known():
		return bad("order %s: status %q is not one of %v", o.ID, o.Status, Statuses())
	case len(o.Lines) == 0:
		return bad("order %s has no lines", o.ID)
	case len(o.Lines) > MaxLines:
		return bad("order %s has %d lines, more than %d", o.ID, len(o.Lines), MaxLines)
	case o.Due < 0 || o.Due > MaxPrice:
		return bad("order %s: the amount due is not between 0 and %s yuan", o.ID, MaxPrice)
	}
	for i, l := range o.Lines {
		switch {
		case !validID(string(l.ID)):
			return bad("order %s: a line id must have 1 to %d bytes and no control characters", o.ID, maxIDBytes)
		case slices.ContainsFunc(o.Lines[:i], func(before Line) bool { return before.ID == l.ID }):
			return bad("order %s: line %s stands twice", o.ID, l.ID)
		case l.Product == "":
			return bad("order %s, line %s: the product has no name", o.ID, l.ID)
		case l.Quantity <= 0 || l.Quantity > MaxQuantity:
			return bad("order %s, line %s: quantity %d is not between 1 and %d", o.ID, l.ID, l.Quantity, MaxQuantity)
		case l.UnitPrice < 0 || l.UnitPrice > MaxPrice:
			return bad("order %s, line %s: the unit price is not between 0 and %s yuan", o.ID, l.ID, MaxPrice)
		}
	}
	return nil
}

func validID(s string) bool {
	if s == "" || len(s) > maxIDBytes {
		return false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return false
		}
	}
	return true
}
