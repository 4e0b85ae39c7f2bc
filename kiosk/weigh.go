package kiosk

import (
	"cmp"
	"slices"
	"time"
)

// weigh decides which of an order's handovers count, and of how many units: HQ's
// rule for handovers that contradict each other. It looks at all of them anew, so
// that the outcome does not depend on the order in which HQ heard of them, but
// where nothing else decides.
//
// They take their units one after the other: first those that a person said
// stand; then a handover before all that were certainly after it (the bounds of
// their clocks do not touch, or one terminal's sequence says so); then the one that
// HQ heard of first. What finds no units left does not count and is in dispute:
// void by the clocks where those that were certainly earlier left nothing for it,
// whichever of them count, else open for a person. One that a person ever said does
// not count is no such earlier one: its goods were free to go out again. A proxy
// code is used up by the first that counts.
//
// A line counts as many units as the handovers name together, and never more than
// were ordered: which of them count does not change what is left to collect.
func (s OrderState) weigh(o Order) OrderState {
	if len(s.Disputes) == 0 && s.fits(o) {
		return s
	}
	s.Redemptions = slices.Clone(s.Redemptions)
	ruled := make(map[EventID]Ruled, len(s.Disputes))
	for _, d := range s.Disputes {
		ruled[d.Event] = d.Ruled
	}
	w := weighing{order: o, ruled: ruled}
	for _, i := range s.turns(ruled) {
		r := &s.Redemptions[i]
		whole := r.HandedOver()
		counted, rest := w.take(*r, w.taken)
		if r.Lines, r.Whole = counted, whole; rest == nil {
			r.Lines, r.Whole = whole, nil
		}
		w.taken = append(w.taken, *r)
	}
	var disputes []Dispute
	for i := range s.Redemptions {
		r := &s.Redemptions[i]
		d, was := s.Dispute(r.Event)
		if !was {
			d = disputeOf(*r)
		}
		switch {
		case r.Undone != nil:
			r.Lines, r.Whole = r.HandedOver(), nil
			if d.Outcome != DisputeVoid || d.Judge == JudgeClocks {
				d = d.judged(DisputeVoid, JudgeUndo)
			}
		case r.Late && ruled[r.Event] != RuledStands, ruled[r.Event] == RuledVoid:
			r.Lines, r.Whole = nil, r.HandedOver()
			d, was = w.setAside(d, *r), true
		default:
			d, was = w.contest(s, d, *r)
		}
		if was {
			disputes = append(disputes, d)
		}
	}
	s.Disputes = disputes
	return s
}

// fits reports whether all handovers find their units: nothing is to be decided.
func (s OrderState) fits(o Order) bool {
	used := map[ProxyID]bool{}
	for _, r := range s.Redemptions {
		if r.Undone != nil {
			continue
		}
		if r.Late || r.Whole != nil || used[r.Proxy] {
			return false
		}
		if !r.Proxy.IsZero() {
			used[r.Proxy] = true
		}
	}
	return !slices.ContainsFunc(o.Lines, func(l Line) bool { return s.Line(l.ID).Total() > l.Quantity })
}

// turns gives the handovers that may count in the order in which they take their
// units.
func (s OrderState) turns(ruled map[EventID]Ruled) []int {
	var first, rest []int
	for i, r := range s.Redemptions {
		switch word := ruled[r.Event]; {
		case r.Undone != nil, word == RuledVoid, r.Late && word != RuledStands:
		case word == RuledStands:
			first = append(first, i)
		default:
			rest = append(rest, i)
		}
	}
	heard := func(a, b int) int { return cmp.Compare(s.Redemptions[a].Heard, s.Redemptions[b].Heard) }
	slices.SortStableFunc(first, heard)
	slices.SortStableFunc(rest, heard)
	behind := make([]int, len(rest)) // how many are certainly earlier and have not had their turn
	for a, i := range rest {
		for b, j := range rest {
			if a != b && s.Redemptions[j].before(s.Redemptions[i]) {
				behind[a]++
			}
		}
	}
	for range rest {
		next := -1
		for a, n := range behind {
			// Of a terminal that contradicts itself none may be free: the first is as good as any.
			if n == 0 || n > 0 && next < 0 {
				if next = a; n == 0 {
					break
				}
			}
		}
		behind[next] = -1
		first = append(first, rest[next])
		for a, n := range behind {
			if n > 0 && s.Redemptions[rest[next]].before(s.Redemptions[rest[a]]) {
				behind[a]--
			}
		}
	}
	return first
}

// before reports whether a handover was certainly earlier than another one.
func (r Redemption) before(other Redemption) bool {
	if r.Terminal == other.Terminal && r.Seq != other.Seq {
		return r.Seq < other.Seq
	}
	return r.Bounds().Before(other.Bounds())
}

// weighing is the handovers of an order taking their units.
type weighing struct {
	order Order
	ruled map[EventID]Ruled
	taken []Redemption // so far, with what of them counts
}

// take gives what of a handover finds units beside those that have theirs, and
// what does not.
func (w *weighing) take(r Redemption, beside []Redemption) (counted, rest []Handed) {
	if slices.ContainsFunc(beside, func(b Redemption) bool { return b.sharesProxy(r) }) {
		return nil, r.HandedOver()
	}
	room := make(map[LineID]int, len(w.order.Lines))
	for _, l := range w.order.Lines {
		room[l.ID] = l.Quantity
	}
	for _, b := range beside {
		for _, h := range b.Lines {
			room[h.Line] -= h.Total()
		}
	}
	for _, h := range r.HandedOver() {
		yes, no := h.split(max(0, room[h.Line]))
		room[h.Line] -= yes.Total()
		if yes.Total() > 0 {
			counted = append(counted, yes)
		}
		if no.Total() > 0 {
			rest = append(rest, no)
		}
	}
	return counted, rest
}

// split parts an entry in the first n units and the others. Units that were given
// come before those that were short or damaged.
func (h Handed) split(n int) (first, rest Handed) {
	first, rest = Handed{Line: h.Line, Reason: h.Reason}, h
	for _, part := range []struct{ from, to *int }{
		{&rest.Handed, &first.Handed}, {&rest.Short, &first.Short}, {&rest.Damaged, &first.Damaged},
	} {
		k := min(*part.from, n)
		*part.from, *part.to = *part.from-k, k
		n -= k
	}
	return first, rest
}

func (r Redemption) sharesProxy(other Redemption) bool {
	return !r.Proxy.IsZero() && r.Proxy == other.Proxy && r.Event != other.Event && r.Counts()
}

// contest makes the dispute about a handover that had its turn; false: there is none.
func (w *weighing) contest(s OrderState, d Dispute, r Redemption) (Dispute, bool) {
	var others, earlier []Redemption
	for _, t := range w.taken {
		if t.Event == r.Event {
			continue
		}
		others = append(others, t)
		if aside, _ := s.Dispute(t.Event); t.before(r) && !aside.SetAside {
			// Whichever of them count, together they leave no more than this.
			t.Lines, t.Whole = t.HandedOver(), nil
			earlier = append(earlier, t)
		}
	}
	if r.Whole == nil {
		switch {
		case d.Ruled == RuledStands:
			d.Outcome = DisputeStands // a person said so
		case d.Outcome == "":
			return d, false // never in dispute
		case d.Outcome != DisputeStands:
			judge := JudgeClocks
			for _, id := range d.Against {
				if a, ok := s.Redemption(id); ok && a.Undone != nil {
					judge = JudgeUndo
				}
			}
			d = d.judged(DisputeStands, judge)
		}
		return d, true
	}
	_, d.Lines = w.take(r, w.before(r))
	d.Against = against(d.Lines, r, others)
	_, certain := w.take(r, earlier)
	switch {
	case d.Ruled == RuledYields && w.yields(d):
		d.Outcome = DisputeVoid // a person said so
	case !slices.Equal(certain, d.Lines):
		if d.Outcome != DisputeOpen || d.Judge != "" {
			d = d.judged(DisputeOpen, "")
		}
	case d.Outcome != DisputeVoid || d.Judge != JudgeClocks:
		d = d.judged(DisputeVoid, JudgeClocks)
	}
	return d, true
}

// before gives those that took their units before this one.
func (w *weighing) before(r Redemption) []Redemption {
	i := slices.IndexFunc(w.taken, func(t Redemption) bool { return t.Event == r.Event })
	return w.taken[:i]
}

// yields reports whether one that a person said stands is against it.
func (w *weighing) yields(d Dispute) bool {
	return slices.ContainsFunc(d.Against, func(id EventID) bool { return w.ruled[id] == RuledStands })
}

// setAside makes the dispute about a handover that may not take any units: HQ had
// cancelled the order before, or a person said that it does not count.
func (w *weighing) setAside(d Dispute, r Redemption) Dispute {
	d.Lines = r.HandedOver()
	_, rest := w.take(r, w.taken)
	events := against(rest, r, w.taken)
	switch {
	case d.Ruled == RuledVoid:
		d.Outcome = DisputeVoid
		if events == nil {
			return d // none counts any more; what it was decided against stays
		}
	case d.Outcome != DisputeOpen || d.Judge != "":
		d = d.judged(DisputeOpen, "")
	}
	d.Against = events
	return d
}

// against gives those whose units, or proxy code, lines in dispute would need, by
// terminal and sequence.
func against(lines []Handed, r Redemption, others []Redemption) (events []EventID) {
	others = slices.SortedFunc(slices.Values(others), func(a, b Redemption) int { return a.compare(b.Source) })
	for _, t := range others {
		shares := t.sharesProxy(r) || slices.ContainsFunc(t.Lines, func(h Handed) bool {
			return h.Total() > 0 && slices.ContainsFunc(lines, func(l Handed) bool { return l.Line == h.Line })
		})
		if shares {
			events = append(events, t.Event)
		}
	}
	return events
}

// judged gives the dispute with another outcome; when it came to that HQ adds.
func (d Dispute) judged(outcome DisputeOutcome, judge string) Dispute {
	d.Outcome, d.Judge, d.Note, d.Decided = outcome, judge, "", time.Time{}
	return d
}
