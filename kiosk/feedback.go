package kiosk

import (
	"fmt"
	"slices"
)

// The types of what a customer says after the handover.
const (
	TypeRated            EventType = "rated"
	TypeInvoiceRequested EventType = "invoice-requested"
)

// MaxStars is the best rating.
const MaxStars = 5

// RatingTag says what a low rating is about. The set is closed within a version.
type RatingTag string

// The tags.
const (
	TagNotFresh  RatingTag = "not-fresh"
	TagDamaged   RatingTag = "damaged"
	TagShort     RatingTag = "short"
	TagWrong     RatingTag = "wrong"
	TagLate      RatingTag = "late"
	TagSlow      RatingTag = "slow"
	TagUnkind    RatingTag = "unkind"
	TagPackaging RatingTag = "packaging"
)

// RatingTags lists the closed set.
func RatingTags() []RatingTag {
	return []RatingTag{TagNotFresh, TagDamaged, TagShort, TagWrong, TagLate, TagSlow, TagUnkind, TagPackaging}
}

// Rated is a customer's judgement of a handover, 1 to MaxStars; 0: not given.
type Rated struct {
	Order      OrderID     `cbor:"1,keyasint"`
	Redemption EventID     `cbor:"2,keyasint"`
	Goods      int         `cbor:"3,keyasint,omitempty"`
	Service    int         `cbor:"4,keyasint,omitempty"`
	Logistics  int         `cbor:"5,keyasint,omitempty"`
	Tags       []RatingTag `cbor:"6,keyasint,omitempty"`
}

// InvoiceRequested asks the platform for an e-invoice. To whom it goes is sealed
// as the order's masked data is: a stolen machine names nobody.
type InvoiceRequested struct {
	Order   OrderID `cbor:"1,keyasint"`
	Company bool    `cbor:"2,keyasint,omitempty"` // else personal
	Sealed  []byte  `cbor:"3,keyasint,omitempty"` // title and tax number, see seal.PointKey.SealInvoice; empty for a personal one
}

// Type and Subject of the bodies.
func (Rated) Type() EventType            { return TypeRated }
func (InvoiceRequested) Type() EventType { return TypeInvoiceRequested }

// Subject is the order.
func (b Rated) Subject() OrderID { return b.Order }

// Subject is the order.
func (b InvoiceRequested) Subject() OrderID { return b.Order }

// Rating is a customer's judgement.
type Rating struct {
	Source
	Redemption EventID     `cbor:"5,keyasint" json:"redemption"`
	Goods      int         `cbor:"6,keyasint,omitempty" json:"goods,omitempty"`
	Service    int         `cbor:"7,keyasint,omitempty" json:"service,omitempty"`
	Logistics  int         `cbor:"8,keyasint,omitempty" json:"logistics,omitempty"`
	Tags       []RatingTag `cbor:"9,keyasint,omitempty" json:"tags,omitempty"`
}

// Invoice is a request for an e-invoice; of several the last counts.
type Invoice struct {
	Source
	Company bool   `cbor:"5,keyasint,omitempty" json:"company,omitempty"`
	Sealed  []byte `cbor:"6,keyasint,omitempty" json:"sealed,omitempty"`
}

func checkRated(o Order, s OrderState, b Rated) error {
	if _, ok := s.Redemption(b.Redemption); !ok {
		return fmt.Errorf("rate order %s: %w", o.ID, ErrUnknownRedemption)
	}
	if slices.ContainsFunc(s.Ratings, func(r Rating) bool { return r.Redemption == b.Redemption }) {
		return fmt.Errorf("rate order %s: %w", o.ID, ErrAlreadyRated)
	}
	for _, stars := range []int{b.Goods, b.Service, b.Logistics} {
		if stars < 0 || stars > MaxStars {
			return fmt.Errorf("rate order %s: %d stars: %w", o.ID, stars, ErrWrongChoice)
		}
	}
	if b.Goods+b.Service+b.Logistics == 0 {
		return fmt.Errorf("rate order %s: %w", o.ID, ErrNothingHanded)
	}
	for _, tag := range b.Tags {
		if !slices.Contains(RatingTags(), tag) {
			return fmt.Errorf("rate order %s: tag %q: %w", o.ID, tag, ErrWrongChoice)
		}
	}
	return nil
}

// maxSealedInvoice bounds a sealed title and tax number.
const maxSealedInvoice = 1024

func checkInvoice(o Order, s OrderState, b InvoiceRequested) error {
	if len(s.Standing()) == 0 {
		return fmt.Errorf("invoice for order %s: %w", o.ID, ErrUnknownRedemption)
	}
	if b.Company != (len(b.Sealed) > 0) || len(b.Sealed) > maxSealedInvoice {
		return fmt.Errorf("invoice for order %s: %w", o.ID, ErrWrongChoice)
	}
	return nil
}
