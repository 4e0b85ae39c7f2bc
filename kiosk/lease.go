package kiosk

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// TypeLeaseReleased is the type of [LeaseReleased].
const TypeLeaseReleased EventType = "lease-released"

// LeaseMode says what a terminal does with an order whose home is another one of
// the point's terminals, while HQ cannot be asked.
type LeaseMode string

// The lease modes. One that this version does not know counts as LeaseRefuse.
const (
	LeaseOff         LeaseMode = ""            // orders have no home
	LeaseRefuse      LeaseMode = "refuse"      // the customer is sent to the order's home
	LeaseProvisional LeaseMode = "provisional" // handed over within the policy's caps, to be settled by HQ
)

// An order's home may hand it over until the time that HQ gave it last, by HQ's
// clock. Home and HQ know that clock differently, so both keep a distance:
//
//	the home stops at        until - LeaseMargin, by the latest that HQ's clock can show
//	HQ moves the order after until + LeaseMargin, by its clock
//
// The latest that HQ's clock can show is what the terminal measured, plus half
// the longest round trip of a measurement that it takes, plus 400 ppm of the
// boot time since (crystals of both sides at 200 ppm, a bad one each). So an
// error of the measurement is paid for already, and the two margins are left for
// what cannot be known: HQ's clock that is set while a term runs, by up to two
// margins, and the time from a decision to the event that is on disk.
//
// A term that is over says that the home hands out no more, and not that it did not
// before: only its journal says that, and HQ may not have it yet. A home that gives
// an order back says so in the journal; after any other move [Order].HomeBefore
// stays, and a leader decides.
const (
	LeaseMargin    = time.Minute
	MinLeaseTerm   = 10 * time.Minute // shorter ones would be mostly margin
	MaxHQRoundTrip = 20 * time.Second // of a measurement of HQ's clock
	leaseDrift     = 2500             // boot time in which the clocks part by one
)

// grantLife is how long HQ's answer about an order counts without the order set
// saying the same: HQ gives every term for MinLeaseTerm at least.
const grantLife = 30 * time.Second

// LeaseReleased gives an order's lease back, because HQ asked for it: from here
// on this terminal does not hand the order over unless HQ gives it the lease
// anew. Its place in the journal proves that nothing was handed over after it.
type LeaseReleased struct {
	Order   OrderID    `cbor:"1,keyasint"`
	To      TerminalID `cbor:"2,keyasint,omitempty"` // that asked for it
	Version uint64     `cbor:"3,keyasint,omitempty"` // Order.HomeVersion of the lease
}

// Type names the event.
func (LeaseReleased) Type() EventType { return TypeLeaseReleased }

// Subject is the order.
func (b LeaseReleased) Subject() OrderID { return b.Order }

// Lease says which terminal may hand an order over without asking HQ. In a
// [Watermark]'s Release it is one that this terminal is to give back, and Home
// is who asks for it.
type Lease struct {
	Order OrderID    `json:"order"`
	Home  TerminalID `json:"home"`
	// Version is the order's HomeVersion.
	Version uint64 `json:"version,omitempty"`
	// Until is how long the home may go on without a word from HQ, by HQ's clock;
	// zero: not said.
	Until time.Time `json:"until,omitzero"`
}

// Grant is HQ's answer to a terminal that asked for an order's lease: the order as
// HQ has it, with its home and all that was handed over of it. It is decided on in
// place of the set's, which may not have heard of the last home's handovers.
type Grant struct {
	Order Order
	Asked Moment // when the terminal asked
}

// Counts reports whether the answer still counts against an order of the set. The
// boot clock says how old it is, whatever the wall does.
func (g Grant) Counts(o Order, at Moment) bool {
	since := at.Mono - g.Asked.Mono
	return g.Order.Version >= o.Version && at.Boot == g.Asked.Boot && since >= 0 && since <= grantLife
}

// Released is a lease that a terminal gave back.
type Released struct {
	Source
	Version uint64     `cbor:"5,keyasint,omitempty" json:"version,omitempty"`
	To      TerminalID `cbor:"6,keyasint,omitempty" json:"to,omitempty"`
}

// giveBack keeps the latest lease that each terminal gave back: giving back a
// later one gives back those before, so the order of reading does not matter.
func giveBack(list []Released, r Released) []Released {
	i := slices.IndexFunc(list, func(was Released) bool { return was.Terminal >= r.Terminal })
	switch {
	case i < 0:
		return append(slices.Clip(list), r)
	case list[i].Terminal != r.Terminal:
		return slices.Insert(slices.Clip(list), i, r)
	case list[i].Version > r.Version || list[i].Version == r.Version && list[i].compare(r.Source) <= 0:
		return list // of two for one lease the first counts
	}
	list = slices.Clone(list)
	list[i] = r
	return list
}

// released finds what a terminal gave back of a lease.
func (s OrderState) released(t TerminalID, version uint64) (Released, bool) {
	for _, r := range s.Released {
		if r.Terminal == t && r.Version >= version {
			return r, true
		}
	}
	return Released{}, false
}

// LeaseHolds reports whether a term that HQ gave still runs for sure: HQ's clock
// is known in this boot, the terminal's clock is not in doubt (a machine that was
// paused wakes with a boot clock that stood still, and its wall jumps), and the
// latest that HQ's clock can show is before the end, less the margin.
func LeaseHolds(until time.Time, at Moment) bool {
	if until.IsZero() || at.Clock == ClockSuspect || !at.HQ.Known {
		return false
	}
	latest := at.Wall.Add(at.HQ.Offset + MaxHQRoundTrip/2 + at.HQ.Age/leaseDrift)
	return latest.Before(until.Add(-LeaseMargin))
}

// LeaseOver reports, at HQ, whether a term that it gave a terminal is over for
// that terminal, too. The zero time was never given.
func LeaseOver(until, now time.Time) bool {
	return until.IsZero() || now.After(until.Add(LeaseMargin))
}

// home names the terminal that may hand the order out, or may have, if that is not
// this one alone and for sure. It is empty where this one may, and where orders
// have no home. elsewhere: another one has the order's lease; else nobody else has,
// but this one's term is over, or a former home was not heard of.
func (c Context) home(o Order, s OrderState) (home TerminalID, elsewhere bool) {
	if c.Point.Policy.Leases == LeaseOff || c.Cache.Local || o.Home == "" {
		return "", false
	}
	if o.Home != c.Terminal {
		return o.Home, true
	}
	if r, back := s.released(o.Home, o.HomeVersion); back {
		return cmp.Or(r.To, o.Home), r.To != ""
	}
	switch {
	case !c.Granted && !LeaseHolds(c.Cache.LeaseUntil, c.At):
		return o.Home, false
	case o.HomeBefore != c.Terminal:
		return o.HomeBefore, false
	}
	return "", false
}

// AsksLease reports whether HQ is to be asked who may hand the order of an
// outcome out, before anybody is told the outcome.
func (o Outcome) AsksLease() bool { return o.Home != "" && o.Event.IsZero() }

// DecideRelease gives a lease back that HQ wants for another terminal. It returns
// ErrLeaseKept while goods of the order are handed over or held here, and nil
// without an error where there is nothing to give back: the lease is another
// one's, or was given back before.
func DecideRelease(o Order, s OrderState, c Context, asked Lease) (Body, error) {
	_, back := s.released(c.Terminal, asked.Version)
	switch {
	case back, asked.Order != o.ID, asked.Home == c.Terminal:
		return nil, nil
	case asked.Version < o.HomeVersion, asked.Version == o.HomeVersion && o.Home != c.Terminal:
		return nil, nil // it has moved since
	}
	// A later version than the set's is of a lease that HQ gave and the set does not
	// show yet.
	_, held := s.OpenHold()
	here := func(r Redemption) bool { return r.Undone == nil && r.Terminal == c.Terminal }
	if held || slices.ContainsFunc(s.Redemptions, here) {
		return nil, fmt.Errorf("give back the lease of order %s: %w", o.ID, ErrLeaseKept)
	}
	return LeaseReleased{Order: o.ID, To: asked.Home, Version: asked.Version}, nil
}
