package kiosk

import (
	"cmp"
	"slices"
)

// Merge adds what HQ says of an order's handovers, of this or any other terminal,
// to the state that this terminal's own journal made. HQ's word on what counts is
// kept; a handover that HQ has not heard of counts as it was recorded, and one on
// HQ's word alone is of the lines that HQ will take it for, as far as can be told.
func (s OrderState) Merge(o Order) OrderState { return s.mergeTold(o).nameLines(o) }

func (s OrderState) mergeTold(o Order) OrderState {
	for _, r := range o.Settled {
		s = s.told(r)
		if r.Undone != nil {
			s = s.undo(r.Event, *r.Undone)
		}
	}
	for _, d := range o.Disputes {
		if d.Outcome != DisputeStands && !slices.ContainsFunc(o.Settled, func(r Redemption) bool { return r.Event == d.Event }) {
			s = s.told(Redemption{Source: d.Source, Whole: d.Lines, Method: d.Method, By: d.LedBy})
		}
	}
	if len(o.Disputes) == 0 {
		return s
	}
	s.Redemptions, s.Disputes = slices.Clone(s.Redemptions), o.Disputes
	for i, r := range s.Redemptions {
		if d, ok := s.Dispute(r.Event); ok && r.Undone == nil && r.Whole == nil && d.Outcome != DisputeStands {
			s.Redemptions[i].Whole = joined(o, r.Lines, d.Lines) // of another terminal, and a part of it counts
		}
		if r.Undone != nil && r.Whole != nil {
			s.Redemptions[i].Lines, s.Redemptions[i].Whole = r.Whole, nil // as if never contested
		}
	}
	s.refill(o)
	return s
}

// refill lets handovers in dispute have the units of those that were undone here
// and not yet at HQ, as HQ will: the goods of both are gone. The redemptions are the
// caller's own.
func (s OrderState) refill(o Order) {
	freed := map[EventID]bool{}
	for _, r := range o.Settled {
		if own, ok := s.Redemption(r.Event); ok && own.Undone != nil && r.Undone == nil {
			freed[r.Event] = true
		}
	}
	w := weighing{order: o}
	for _, d := range o.Disputes {
		i := slices.IndexFunc(s.Redemptions, func(r Redemption) bool { return r.Event == d.Event && r.Undone == nil && r.Whole != nil })
		if i < 0 || !slices.ContainsFunc(d.Against, func(id EventID) bool { return freed[id] }) {
			continue
		}
		r := &s.Redemptions[i]
		var others []Redemption
		for _, other := range s.Standing() {
			if other.Event != r.Event {
				others = append(others, other)
			}
		}
		whole := r.Whole
		counted, rest := w.take(*r, others)
		if r.Lines = counted; rest == nil {
			r.Lines, r.Whole = whole, nil
		}
	}
}

// told takes HQ's word on what of a handover counts; the redemptions are a copy.
func (s OrderState) told(r Redemption) OrderState {
	i := slices.IndexFunc(s.Redemptions, func(own Redemption) bool { return own.compare(r.Source) == 0 })
	if i < 0 {
		return s.redeem(r)
	}
	s.Redemptions = slices.Clone(s.Redemptions)
	own := &s.Redemptions[i]
	if whole := own.HandedOver(); !slices.Equal(whole, r.Lines) {
		own.Lines, own.Whole = r.Lines, whole
	}
	return s
}

// joined puts the parts of a handover together again, in the order of the order's lines.
func joined(o Order, counted, rest []Handed) []Handed {
	all := slices.Clone(counted)
	for _, h := range rest {
		i := slices.IndexFunc(all, func(c Handed) bool { return c.Line == h.Line })
		if i < 0 {
			all = append(all, h)
			continue
		}
		all[i].Handed += h.Handed
		all[i].Short += h.Short
		all[i].Damaged += h.Damaged
		all[i].Reason = cmp.Or(all[i].Reason, h.Reason)
	}
	place := func(h Handed) int { return slices.IndexFunc(o.Lines, func(l Line) bool { return l.ID == h.Line }) }
	slices.SortStableFunc(all, func(a, b Handed) int { return cmp.Compare(place(a), place(b)) })
	return all
}

// Told gives what HQ tells terminals of an order's handovers: those that count, in
// whole or in part, or were undone, and all disputes; without what is HQ's alone,
// and with bounds only where they are evidence.
func (s OrderState) Told() (settled []Redemption, disputes []Dispute) {
	for _, r := range s.Redemptions {
		if !r.Counts() && r.Undone == nil {
			continue
		}
		r.Source = r.told(len(s.Disputes) > 0)
		r.Whole, r.Heard, r.Late, r.Voucher = nil, 0, false, nil
		if r.Undone != nil {
			u := *r.Undone
			u.Source = u.told(false)
			r.Undone = &u
		}
		settled = append(settled, r)
	}
	for _, d := range s.Disputes {
		d.Source, d.Ruled, d.SetAside, d.Unlisted = d.told(true), "", false, false
		disputes = append(disputes, d)
	}
	return settled, disputes
}

// told is a source as others may have it.
func (s Source) told(bounds bool) Source {
	out := Source{Event: s.Event, Terminal: s.Terminal, Seq: s.Seq, At: s.At}
	if bounds {
		out.Lead, out.Slack = s.Lead, s.Slack
	}
	return out
}
