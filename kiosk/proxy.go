package kiosk

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// ProxyID names a proxy code (代取码): six random bytes that HQ drew. It is no
// secret: without HQ's signature it opens nothing.
type ProxyID [6]byte

// String gives 12 hex digits.
func (id ProxyID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether there is no proxy code.
func (id ProxyID) IsZero() bool { return id == ProxyID{} }

// MarshalText gives hex, so that JSON shows it as a string.
func (id ProxyID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads 12 hex digits.
func (id *ProxyID) UnmarshalText(b []byte) error {
	if len(b) != 2*len(id) {
		return fmt.Errorf("%w: the id of a proxy code has %d hex digits", ErrMalformedEvent, 2*len(id))
	}
	if _, err := hex.Decode(id[:], b); err != nil {
		return fmt.Errorf("%w: the id of a proxy code has hex digits only", ErrMalformedEvent)
	}
	return nil
}

// Proxy is what a proxy code lets somebody collect in the customer's place: the
// named lines, as far as they are still there, within its time, once.
type Proxy struct {
	Code  ProxyID  `cbor:"1,keyasint" json:"code"`
	Lines []LineID `cbor:"2,keyasint,omitempty" json:"lines,omitempty"` // nil: all
	// Its time is judged when it is scanned, and not kept.
	From  time.Time `cbor:"-" json:"from,omitzero"`
	Until time.Time `cbor:"-" json:"until,omitzero"` // it is good before it
}

// allows reports whether a line may be collected; every line without a proxy.
func (p *Proxy) allows(id LineID) bool {
	return p == nil || len(p.Lines) == 0 || slices.Contains(p.Lines, id)
}

// of gives what of the lines may be collected; nil for nothing.
func (p *Proxy) of(lines []Handed) []Handed {
	var some []Handed
	for _, h := range lines {
		if p.allows(h.Line) {
			some = append(some, h)
		}
	}
	return some
}

// ID names the code; zero without a proxy.
func (p *Proxy) ID() ProxyID {
	if p == nil {
		return ProxyID{}
	}
	return p.Code
}

// refused says why a code is not good, if it is not. Where no time can be told,
// nothing is said, and the leader decides.
func (p *Proxy) refused(s OrderState, at Moment) (Verdict, bool) {
	if p == nil {
		return "", false
	}
	if s.proxyUsed(p.Code) {
		return Revoked, true
	}
	switch now, known := at.Time(); {
	case !known:
		return "", false
	case now.Before(p.From):
		return TooEarly, true
	case !now.Before(p.Until):
		return Expired, true
	}
	return "", false
}

// proxyUsed reports whether a handover by that code stands: one that was undone
// gives the code back.
func (s OrderState) proxyUsed(id ProxyID) bool {
	return !id.IsZero() && slices.ContainsFunc(s.Redemptions, func(r Redemption) bool { return r.Proxy == id && r.Undone == nil })
}
