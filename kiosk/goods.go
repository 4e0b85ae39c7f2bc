package kiosk

import (
	"fmt"
	"slices"
)

// The types of what happens to a delivery and to goods that nobody collects.
const (
	TypeGoodsReceived EventType = "goods-received"
	TypeReminderAsked EventType = "reminder-asked"
	TypeSentBack      EventType = "sent-back"
)

// MaxConsignmentLines bounds a signed consignment; a larger one is signed for in
// parts.
const MaxConsignmentLines = 300

// maxConsignmentBytes bounds the name of a consignment that is signed for.
const maxConsignmentBytes = 1024

// GoodsReceived is the leader's signature (签收) for a consignment, or a part of
// it: what came, line by line. From then on its orders count as arrived, at this
// terminal before HQ has heard of it.
type GoodsReceived struct {
	Consignment string         `cbor:"1,keyasint"`
	Lines       []ReceivedLine `cbor:"2,keyasint"`
	By          string         `cbor:"3,keyasint"`
	Note        string         `cbor:"4,keyasint,omitempty"`
}

// ReceivedLine is one product of a consignment. Expected is what the orders of
// the consignment add up to, less what was signed for before.
type ReceivedLine struct {
	Product  string `cbor:"1,keyasint" json:"product"`
	Spec     string `cbor:"2,keyasint,omitempty" json:"spec,omitempty"`
	Supplier string `cbor:"3,keyasint,omitempty" json:"supplier,omitempty"`
	Expected int    `cbor:"4,keyasint,omitempty" json:"expected,omitempty"`
	Good     int    `cbor:"5,keyasint,omitempty" json:"good,omitempty"`
	Damaged  int    `cbor:"6,keyasint,omitempty" json:"damaged,omitempty"`
	Reason   Reason `cbor:"7,keyasint,omitempty" json:"reason,omitempty"` // of what is short or damaged
}

// Short is how many units did not come; negative: more came than was expected.
func (l ReceivedLine) Short() int { return l.Expected - l.Good - l.Damaged }

// ReminderAsked has HQ remind the customer of goods that wait.
type ReminderAsked struct {
	Order OrderID `cbor:"1,keyasint"`
	By    string  `cbor:"2,keyasint"`
}

// SentBack returns what is left of an order to the merchant: nobody collected it.
type SentBack struct {
	Order  OrderID `cbor:"1,keyasint"`
	Lines  []Units `cbor:"2,keyasint"`
	Reason Reason  `cbor:"3,keyasint"`
	By     string  `cbor:"4,keyasint"`
}

// Type and Subject of the bodies.
func (GoodsReceived) Type() EventType { return TypeGoodsReceived }
func (ReminderAsked) Type() EventType { return TypeReminderAsked }
func (SentBack) Type() EventType      { return TypeSentBack }

// Subject is empty: a consignment is of many orders.
func (GoodsReceived) Subject() OrderID { return "" }

// Subject is the order.
func (b ReminderAsked) Subject() OrderID { return b.Order }

// Subject is the order.
func (b SentBack) Subject() OrderID { return b.Order }

// Reminder is one that was asked for.
type Reminder struct {
	Source
	By string `cbor:"5,keyasint" json:"by"`
}

// Return is a return of uncollected goods to the merchant.
type Return struct {
	Source
	Lines  []Units `cbor:"5,keyasint" json:"lines"`
	Reason Reason  `cbor:"6,keyasint" json:"reason"`
	By     string  `cbor:"7,keyasint" json:"by"`
}

// checkReceived is the guard of a signature, which concerns no single order.
func checkReceived(b GoodsReceived) error {
	if b.Consignment == "" || len(b.Consignment) > maxConsignmentBytes || b.By == "" || len(b.Lines) == 0 || len(b.Lines) > MaxConsignmentLines {
		return fmt.Errorf("sign for a consignment with %d lines: %w", len(b.Lines), ErrWrongChoice)
	}
	for _, l := range b.Lines {
		for _, n := range []int{l.Expected, l.Good, l.Damaged} {
			if n < 0 || n > MaxQuantity*MaxLines {
				return fmt.Errorf("sign for consignment %s: quantity %d: %w", b.Consignment, n, ErrTooMany)
			}
		}
		if l.Reason != "" && !slices.Contains(Reasons(), l.Reason) {
			return fmt.Errorf("sign for consignment %s: reason %q: %w", b.Consignment, l.Reason, ErrWrongChoice)
		}
	}
	return nil
}

// checkSentBack lets back to the merchant what is still at the point.
func checkSentBack(o Order, s OrderState, b SentBack) error {
	if b.By == "" {
		return fmt.Errorf("send back order %s: %w", o.ID, ErrLeaderOnly)
	}
	if len(s.Returns) > 0 {
		return fmt.Errorf("send back order %s: %w", o.ID, ErrSentBack)
	}
	left := Remaining(o, s)
	if len(b.Lines) == 0 || len(left) == 0 {
		return fmt.Errorf("send back order %s: %w", o.ID, ErrNothingHanded)
	}
	for _, u := range b.Lines {
		i := slices.IndexFunc(left, func(h Handed) bool { return h.Line == u.Line })
		if i < 0 || u.Units <= 0 || u.Units > left[i].Handed {
			return fmt.Errorf("send back order %s, line %q: %d: %w", o.ID, u.Line, u.Units, ErrTooMany)
		}
		left[i].Handed -= u.Units
	}
	return nil
}
