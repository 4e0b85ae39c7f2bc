package kiosk

import (
	"fmt"
	"slices"
	"time"
)

// DisputeOutcome says what became of a handover that contradicts another one.
type DisputeOutcome string

// The outcomes.
const (
	DisputeOpen   DisputeOutcome = "open"   // a person must decide
	DisputeStands DisputeOutcome = "stands" // this handover counts after all
	DisputeVoid   DisputeOutcome = "void"   // another one counts in its place
)

// Who judged, where no person did.
const (
	JudgeClocks = "clocks" // one handover was earlier whatever the clocks did
	JudgeUndo   = "undo"   // this handover, or the one against it, was undone
)

// Dispute is a handover that HQ does not count, or not for certain, because
// another terminal handed out the same goods, or because HQ had cancelled or
// refunded the order. Both stay recorded: the ones that count are the order's
// redemptions.
type Dispute struct {
	Source
	Lines   []Handed       `cbor:"5,keyasint" json:"lines"` // what of it is in dispute
	Method  Method         `cbor:"6,keyasint" json:"method"`
	LedBy   string         `cbor:"7,keyasint,omitempty" json:"led_by,omitempty"` // the leader's id at that terminal
	Against []EventID      `cbor:"8,keyasint,omitempty" json:"against,omitempty"`
	Outcome DisputeOutcome `cbor:"9,keyasint" json:"outcome"`
	Judge   string         `cbor:"10,keyasint,omitempty" json:"judge,omitempty"` // "clocks", "undo", or a person at HQ
	Note    string         `cbor:"11,keyasint,omitempty" json:"note,omitempty"`
	Decided time.Time      `cbor:"12,keyasint,omitzero" json:"decided,omitzero"`
	// HQ's alone is what a person said, from which Outcome follows; that a person
	// ever said it does not count, whatever was said later; and that it came into
	// dispute by a person's word: no settlement made it a case.
	Ruled    Ruled `cbor:"13,keyasint,omitempty" json:"-"`
	SetAside bool  `cbor:"14,keyasint,omitempty" json:"-"`
	Unlisted bool  `cbor:"15,keyasint,omitempty" json:"-"`
}

// Ruled is a person's word on one handover.
type Ruled string

// The words.
const (
	RuledStands Ruled = "stands" // it counts before any other
	RuledVoid   Ruled = "void"   // it does not count, whatever becomes of the others
	RuledYields Ruled = "yields" // it is behind the one that counts
)

// Ruling is a person's decision at HQ about handovers that contradict each other.
type Ruling struct {
	Winner EventID // counts; zero: none of them does
	By     string  // who decided
	Note   string  // why
	At     time.Time
}

// Dispute finds the dispute about a handover.
func (s OrderState) Dispute(id EventID) (Dispute, bool) {
	i := slices.IndexFunc(s.Disputes, func(d Dispute) bool { return d.Event == id })
	if i < 0 {
		return Dispute{}, false
	}
	return s.Disputes[i], true
}

// undecided reports whether a handover, not undone, waits for a person to say
// whether it counts.
func (s OrderState) undecided() bool {
	return slices.ContainsFunc(s.Disputes, func(d Dispute) bool {
		r, _ := s.Redemption(d.Event)
		return d.Outcome == DisputeOpen && r.Undone == nil
	})
}

// Sides gives the handovers, not undone, that contradict each other around this
// one, itself among them, in the order of the state.
func (s OrderState) Sides(id EventID) []Redemption {
	in := map[EventID]bool{id: true}
	for grown := true; grown; {
		grown = false
		for _, d := range s.Disputes {
			touches := in[d.Event] || slices.ContainsFunc(d.Against, func(a EventID) bool { return in[a] })
			for _, e := range append([]EventID{d.Event}, d.Against...) {
				if touches && !in[e] {
					in[e], grown = true, true
				}
			}
		}
	}
	var sides []Redemption
	for _, r := range s.Redemptions {
		if in[r.Event] && r.Undone == nil {
			sides = append(sides, r)
		}
	}
	return sides
}

// Rule applies a person's decision to the contradiction around a handover and
// gives the new state. What was decided holds against all handovers that HQ knows
// by then, until a later ruling, and until the winner is undone; one that HQ hears
// of afterwards is a new case, unless the clocks decide that it was later.
//
// Goods of a handover that was said not to count may go out anew. One who then says
// that it does count decides against the later handover, too, if HQ knows of it: it
// is one of the sides. If HQ hears of it afterwards, it is open: it went out by HQ's
// own word, and no clock decides against it. Rule
// returns ErrNoDispute when there is nothing to decide, ErrWrongChoice for a winner
// that is none of the sides.
func (s OrderState) Rule(o Order, about EventID, r Ruling) (OrderState, error) {
	sides := s.Sides(about)
	contested := func(one Redemption) bool { _, ok := s.Dispute(one.Event); return ok }
	if !slices.ContainsFunc(sides, contested) {
		return s, fmt.Errorf("order %s, handover %s: %w", o.ID, about, ErrNoDispute)
	}
	among := func(one Redemption) bool { return one.Event == r.Winner }
	if !r.Winner.IsZero() && !slices.ContainsFunc(sides, among) {
		return s, fmt.Errorf("order %s: handover %s contradicts none of these: %w", o.ID, r.Winner, ErrWrongChoice)
	}
	s.Disputes = slices.Clone(s.Disputes)
	for _, one := range sides {
		d, known := s.Dispute(one.Event)
		if !known {
			d = disputeOf(one)
			d.Lines, d.Unlisted = one.HandedOver(), true
		}
		d.Judge, d.Note, d.Decided = r.By, r.Note, r.At
		d.SetAside = d.SetAside || one.Event != r.Winner
		switch {
		case one.Event == r.Winner:
			d.Ruled = RuledStands
		case r.Winner.IsZero():
			d.Ruled = RuledVoid
		default:
			d.Ruled = RuledYields
		}
		s.Disputes = s.withDispute(d)
	}
	return s.weigh(o), nil
}

func disputeOf(r Redemption) Dispute {
	return Dispute{Source: r.Source, Method: r.Method, LedBy: r.By}
}

// withDispute puts a dispute into its place, or in the place of the one before.
func (s OrderState) withDispute(d Dispute) []Dispute {
	if i := slices.IndexFunc(s.Disputes, func(was Dispute) bool { return was.Event == d.Event }); i >= 0 {
		list := slices.Clone(s.Disputes)
		list[i] = d
		return list
	}
	return insert(s.Disputes, d)
}
