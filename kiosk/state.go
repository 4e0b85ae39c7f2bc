package kiosk

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// OrderState is what events have made of an order. It is always derived, never
// edited: [OrderState.Apply] folds events in, and the outcome depends neither
// on repetitions nor on how the journals of several terminals were interleaved.
type OrderState struct {
	Redemptions []Redemption `cbor:"1,keyasint,omitempty" json:"redemptions,omitempty"` // by terminal and sequence
	Holds       []Hold       `cbor:"2,keyasint,omitempty" json:"holds,omitempty"`       // by terminal and sequence
	Payments    []Payment    `cbor:"3,keyasint,omitempty" json:"payments,omitempty"`    // by terminal and sequence
	// Early are the undos of redemptions that have not been seen here yet: a
	// terminal may undo what another one handed over, and its own journal is
	// read before HQ's settled redemptions are.
	Early []EarlyUndo `cbor:"4,keyasint,omitempty" json:"early,omitempty"` // by redemption
	// What came after the handover, or in its place; each by terminal and sequence.
	AfterSales []AfterSale `cbor:"5,keyasint,omitempty" json:"after_sales,omitempty"`
	Reports    []Report    `cbor:"6,keyasint,omitempty" json:"reports,omitempty"`
	Dismissals []Dismissal `cbor:"7,keyasint,omitempty" json:"dismissals,omitempty"`
	Ratings    []Rating    `cbor:"8,keyasint,omitempty" json:"ratings,omitempty"`
	Invoices   []Invoice   `cbor:"9,keyasint,omitempty" json:"invoices,omitempty"`
	Reminders  []Reminder  `cbor:"10,keyasint,omitempty" json:"reminders,omitempty"`
	Returns    []Return    `cbor:"11,keyasint,omitempty" json:"returns,omitempty"`
	// Disputes are the handovers that contradict others; HQ finds them, and terminals
	// hear of them with the order. They are among Redemptions, with what of them counts.
	Disputes []Dispute `cbor:"12,keyasint,omitempty" json:"disputes,omitempty"` // by terminal and sequence
	// Released are the leases that terminals gave back, of each its latest; by terminal.
	Released []Released `cbor:"13,keyasint,omitempty" json:"released,omitempty"`
}

// Source names the event that a part of the state came from.
type Source struct {
	Event    EventID    `cbor:"1,keyasint" json:"event"`
	Terminal TerminalID `cbor:"2,keyasint" json:"terminal"`
	Seq      uint64     `cbor:"3,keyasint" json:"seq"`
	At       time.Time  `cbor:"4,keyasint" json:"at"`
	// What follows is this terminal's alone, to tell how long ago the event was
	// whatever its wall clock did since; see [Moment]. HQ does not send it.
	Boot  BootID        `cbor:"20,keyasint,omitzero" json:"-"`
	Mono  time.Duration `cbor:"21,keyasint,omitempty" json:"-"` // since Boot; 0 without one
	Doubt bool          `cbor:"22,keyasint,omitempty" json:"-"` // At is of a clock that was not to be trusted
	// Of a handover: HQ's clock was Lead milliseconds ahead of At, give or take
	// Slack; Slack is 0 where nobody can tell. See [Source.Bounds].
	Lead  int64 `cbor:"23,keyasint,omitempty" json:"-"`
	Slack int64 `cbor:"24,keyasint,omitempty" json:"-"`
}

// newSource takes the monotonic time along only where it can be compared.
func newSource(e Event) Source {
	s := Source{Event: e.ID, Terminal: e.Terminal, Seq: e.Seq, At: e.At.Wall, Doubt: e.At.Clock == ClockSuspect}
	if !e.At.Boot.IsZero() {
		s.Boot, s.Mono = e.At.Boot, e.At.Mono
	}
	return s
}

// moment is as much of the event's moment as was kept.
func (s Source) moment() Moment {
	m := Moment{Wall: s.At, Mono: s.Mono, Boot: s.Boot}
	if s.Doubt {
		m.Clock = ClockSuspect
	}
	return m
}

// Redemption is a recorded handover. Lines are what counts of it: all that was
// handed over, less, or nothing, where it contradicts another one.
type Redemption struct {
	Source
	Lines  []Handed `cbor:"5,keyasint" json:"lines"`
	Method Method   `cbor:"6,keyasint" json:"method"`
	By     string   `cbor:"7,keyasint,omitempty" json:"by,omitempty"`
	Undone *Undo    `cbor:"8,keyasint,omitempty" json:"undone,omitempty"`
	Proxy  ProxyID  `cbor:"9,keyasint,omitzero" json:"proxy,omitzero"` // the proxy code that it used up
	Whole  []Handed `cbor:"10,keyasint,omitempty" json:"-"`            // what was handed over, where Lines are not all of it
	// What follows is HQ's alone.
	Heard uint64 `cbor:"11,keyasint,omitempty" json:"-"` // its place among the order's handovers as HQ heard of them
	Late  bool   `cbor:"12,keyasint,omitempty" json:"-"` // HQ had cancelled or refunded the order before it heard
	// Voucher: it was of all that was left of an order that was not in the cache. HQ
	// names the lines; a terminal that has not heard of them has none.
	Voucher *Voucher `cbor:"13,keyasint,omitempty" json:"-"`
}

// HandedOver is what was handed over, whatever of it counts.
func (r Redemption) HandedOver() []Handed {
	if r.Whole != nil {
		return r.Whole
	}
	return r.Lines
}

// Counts reports whether anything of the handover counts.
func (r Redemption) Counts() bool { return r.Undone == nil && (len(r.Lines) > 0 || r.unnamed()) }

// Undo says who undid a redemption, when and why.
type Undo struct {
	Source
	By     string `cbor:"5,keyasint" json:"by"`
	Reason string `cbor:"6,keyasint,omitempty" json:"reason,omitempty"`
}

// EarlyUndo is an undo that waits for its redemption.
type EarlyUndo struct {
	Redemption EventID `cbor:"1,keyasint" json:"redemption"`
	Undo       Undo    `cbor:"2,keyasint" json:"undo"`
}

// Hold is a lock of the order for the leader.
type Hold struct {
	Source
	Reason Verdict `cbor:"5,keyasint" json:"reason"`
	Closed EventID `cbor:"6,keyasint,omitzero" json:"closed,omitzero"`  // the redemption, rejection or other hold that ended it
	Proxy  *Proxy  `cbor:"7,keyasint,omitempty" json:"proxy,omitempty"` // for whom only this may be handed over
	// Voucher is HQ's word on an order that was not in the cache.
	Voucher *Voucher `cbor:"8,keyasint,omitempty" json:"voucher,omitempty"`
}

// Payment is money taken at the point, in fen.
type Payment struct {
	Source
	Amount Fen    `cbor:"5,keyasint" json:"amount"`
	Means  string `cbor:"6,keyasint" json:"means"`
}

// LineState is where the units of a line are.
type LineState struct {
	Handed, Short, Damaged int
}

// Total is how many units are accounted for.
func (l LineState) Total() int { return l.Handed + l.Short + l.Damaged }

// Line sums the line over all redemptions that stand.
func (s OrderState) Line(id LineID) LineState {
	var sum LineState
	for _, r := range s.Redemptions {
		if !r.Counts() {
			continue
		}
		for _, h := range r.Lines {
			if h.Line == id {
				sum.Handed += h.Handed
				sum.Short += h.Short
				sum.Damaged += h.Damaged
			}
		}
	}
	return sum
}

// Paid is what was taken at the point, in fen.
func (s OrderState) Paid() Fen {
	var sum Fen
	for _, p := range s.Payments {
		sum += p.Amount
	}
	return sum
}

// OpenHold gives the hold that waits for the leader.
func (s OrderState) OpenHold() (Hold, bool) {
	for _, h := range s.Holds {
		if h.Closed.IsZero() {
			return h, true
		}
	}
	return Hold{}, false
}

// holdOpen reports whether that very hold waits for the leader.
func (s OrderState) holdOpen(id EventID) bool {
	return slices.ContainsFunc(s.Holds, func(h Hold) bool { return h.Event == id && h.Closed.IsZero() })
}

// Standing gives the redemptions that count, the earliest first by the terminals'
// wall clocks (for showing only).
func (s OrderState) Standing() []Redemption {
	var out []Redemption
	for _, r := range s.Redemptions {
		if r.Counts() {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Redemption) int { return a.At.Compare(b.At) })
	return out
}

// HandedOut reports whether there is a handover that was not undone, whether it
// counts or not.
func (s OrderState) HandedOut() bool {
	return slices.ContainsFunc(s.Redemptions, func(r Redemption) bool { return r.Undone == nil })
}

// Redemption finds a redemption by its event.
func (s OrderState) Redemption(id EventID) (Redemption, bool) {
	i := slices.IndexFunc(s.Redemptions, func(r Redemption) bool { return r.Event == id })
	if i < 0 {
		return Redemption{}, false
	}
	return s.Redemptions[i], true
}

// IsZero reports whether nothing has happened to the order.
func (s OrderState) IsZero() bool {
	return len(s.Redemptions) == 0 && len(s.Holds) == 0 && len(s.Payments) == 0 && len(s.Early) == 0 &&
		len(s.AfterSales) == 0 && len(s.Reports) == 0 && len(s.Dismissals) == 0 && len(s.Ratings) == 0 &&
		len(s.Invoices) == 0 && len(s.Reminders) == 0 && len(s.Returns) == 0 && len(s.Released) == 0
}

// Remaining lists what is still to be handed over; nil when the order is
// complete.
func Remaining(o Order, s OrderState) []Handed {
	if s.all() {
		return nil
	}
	return leftBy(o, s)
}

// AmountDue is what must still be paid before the goods go out, in fen.
func AmountDue(o Order, s OrderState) Fen { return max(0, o.Due-s.Paid()) }

// Apply folds an event into the state and gives the new one; the receiver is
// not changed. Folding the same event again changes nothing. It does not judge:
// [Check] does, and what is in a journal has happened.
func (s OrderState) Apply(e Event) OrderState {
	src := newSource(e)
	switch b := e.Body.(type) {
	case OrderHeld:
		s.Holds = insert(closeHold(s.Holds, b.Replaces, e.ID), Hold{Source: src, Reason: b.Reason, Proxy: b.Proxy, Voucher: b.Voucher})
	case HoldRejected:
		s.Holds = closeHold(s.Holds, b.Hold, e.ID)
	case Redeemed:
		src.Lead, src.Slack = e.At.spread()
		s = s.redeem(Redemption{Source: src, Lines: b.Lines, Method: b.Method, By: b.By, Proxy: b.Proxy, Voucher: b.Voucher})
		s.Holds = closeHold(s.Holds, b.Hold, e.ID)
	case RedemptionUndone:
		s = s.undo(b.Redemption, Undo{Source: src, By: b.By, Reason: b.Reason})
	case PaymentCollected:
		s.Payments = insert(s.Payments, Payment{Source: src, Amount: b.Amount, Means: b.Means})
	case AfterSaleRegistered:
		s.AfterSales = insert(s.AfterSales, AfterSale{Source: src, Kind: b.Kind, Lines: b.Lines, Reason: b.Reason, By: b.By, Report: b.Report})
	case MissingReported:
		s.Reports = insert(s.Reports, Report{Source: src, Redemption: b.Redemption, Lines: b.Lines})
	case ReportDismissed:
		s.Dismissals = insert(s.Dismissals, Dismissal{Source: src, Report: b.Report, By: b.By})
	case Rated:
		s.Ratings = insert(s.Ratings, Rating{
			Source: src, Redemption: b.Redemption, Goods: b.Goods, Service: b.Service, Logistics: b.Logistics, Tags: b.Tags,
		})
	case InvoiceRequested:
		s.Invoices = insert(s.Invoices, Invoice{Source: src, Company: b.Company, Sealed: b.Sealed})
	case ReminderAsked:
		s.Reminders = insert(s.Reminders, Reminder{Source: src, By: b.By})
	case LeaseReleased:
		s.Released = giveBack(s.Released, Released{Source: src, Version: b.Version, To: b.To})
	case SentBack:
		s.Returns = insert(s.Returns, Return{Source: src, Lines: b.Lines, Reason: b.Reason, By: b.By})
	}
	return s
}

func (s Source) source() Source { return s }

// compare orders by terminal and sequence. The event comes last: should a
// terminal's sequence ever begin anew, both entries count, so that nothing is
// handed out twice because of it.
func (s Source) compare(t Source) int {
	return cmp.Or(cmp.Compare(s.Terminal, t.Terminal), cmp.Compare(s.Seq, t.Seq), bytes.Compare(s.Event[:], t.Event[:]))
}

// insert puts an entry in its place, once.
func insert[T interface{ source() Source }](list []T, entry T) []T {
	i, found := slices.BinarySearchFunc(list, entry.source(), func(t T, want Source) int {
		return t.source().compare(want)
	})
	if found {
		return list
	}
	return slices.Insert(slices.Clip(list), i, entry)
}

func closeHold(holds []Hold, hold, by EventID) []Hold {
	i := slices.IndexFunc(holds, func(h Hold) bool { return h.Event == hold })
	if i < 0 || !holds[i].Closed.IsZero() {
		return holds
	}
	holds = slices.Clone(holds)
	holds[i].Closed = by
	return holds
}

// redeem adds a redemption, and the undo of it that may have come before.
func (s OrderState) redeem(r Redemption) OrderState {
	s.Redemptions = insert(s.Redemptions, r)
	i := slices.IndexFunc(s.Early, func(e EarlyUndo) bool { return e.Redemption == r.Event })
	if i < 0 {
		return s
	}
	early := s.Early[i].Undo
	s.Early = slices.Delete(slices.Clone(s.Early), i, i+1)
	if len(s.Early) == 0 {
		s.Early = nil
	}
	return s.undo(r.Event, early)
}

// undo marks a redemption as undone. Of two undos the first by terminal and
// sequence counts, so that the order of reading does not.
func (s OrderState) undo(id EventID, u Undo) OrderState {
	if i := slices.IndexFunc(s.Redemptions, func(r Redemption) bool { return r.Event == id }); i >= 0 {
		if was := s.Redemptions[i].Undone; was == nil || u.compare(was.Source) < 0 {
			s.Redemptions = slices.Clone(s.Redemptions)
			s.Redemptions[i].Undone = &u
		}
		return s
	}
	i, found := slices.BinarySearchFunc(s.Early, id, func(e EarlyUndo, id EventID) int {
		return bytes.Compare(e.Redemption[:], id[:])
	})
	if !found {
		s.Early = slices.Insert(slices.Clip(s.Early), i, EarlyUndo{Redemption: id, Undo: u})
		return s
	}
	if u.compare(s.Early[i].Undo.Source) < 0 {
		s.Early = slices.Clone(s.Early)
		s.Early[i].Undo = u
	}
	return s
}
