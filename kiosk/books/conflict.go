package books

import (
	"cmp"
	"maps"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// Conflicts gives the events that HQ settled otherwise, and the handovers of the
// point's orders that contradict each other, the latest first. What the journal no
// longer has is left out.
func (x *Index) Conflicts() ([]desk.Conflict, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look()
	list := x.conflicts()
	slices.SortStableFunc(list, func(a, b desk.Conflict) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Seq, a.Seq)) })
	return list, nil
}

// conflicts gives them in no order; the caller holds the lock.
func (x *Index) conflicts() (list []desk.Conflict) {
	told := map[kiosk.EventID]bool{}
	for _, v := range x.verdicts.list {
		if v.event.Body == nil {
			continue
		}
		c := desk.Conflict{Happening: happened(v.event), Order: v.event.Body.Subject(), Against: v.Against, Value: x.value(v.event.Body)}
		c.Settled = v.Settlement
		told[v.event.ID] = true
		if o, s, ok := x.source.Order(c.Order); ok {
			c.Entry = x.entry(o, s)
			c = disputed(c, s)
		}
		list = append(list, x.noted(c))
	}
	for _, id := range slices.Sorted(maps.Keys(x.set.contested)) {
		list = append(list, x.contested(id, told)...)
	}
	return list
}

// contested gives the disputes of an order that no verdict of HQ's told of: an own
// handover that was accepted at first, else what two other terminals did.
func (x *Index) contested(id kiosk.OrderID, told map[kiosk.EventID]bool) (list []desk.Conflict) {
	o, s, ok := x.source.Order(id)
	if !ok {
		return nil
	}
	entry, own := x.entry(o, s), false
	for _, d := range s.Disputes {
		own = own || told[d.Event]
	}
	add := func(d kiosk.Dispute) {
		r, ok := s.Redemption(d.Event)
		if !ok || told[d.Event] {
			return
		}
		body := kiosk.Redeemed{Order: id, Lines: r.HandedOver(), Method: r.Method, By: r.By}
		c := desk.Conflict{
			Happening: desk.Happening{At: d.At, Terminal: d.Terminal, Event: d.Event, Seq: d.Seq, Body: body, Settled: word(s, d.Event, kiosk.SettledAccepted)},
			Order:     id, Entry: entry, Value: x.value(body),
		}
		list = append(list, x.noted(disputed(c, s)))
	}
	for _, d := range s.Disputes {
		if d.Terminal == x.o.Terminal {
			own = true
			add(d)
		}
	}
	for _, d := range s.Disputes {
		if !own && d.Outcome != kiosk.DisputeStands {
			add(d)
		}
	}
	return list
}

// disputed puts HQ's decision, and both sides' bounds, to a conflict.
func disputed(c desk.Conflict, s kiosk.OrderState) desk.Conflict {
	d, ok := s.Dispute(c.Event)
	if !ok {
		return c
	}
	c.Dispute = &d
	var against []kiosk.Redemption
	for _, id := range d.Against {
		if r, ok := s.Redemption(id); ok {
			against = append(against, r)
		}
	}
	if against != nil {
		c.Against = against
	}
	return c
}

// noted puts what leaders know of it to a conflict, and says whether it is open.
func (x *Index) noted(c desk.Conflict) desk.Conflict {
	c.Notes = slices.Clone(x.past.notes[c.Event])
	switch d := c.Dispute; {
	case d != nil && d.Outcome == kiosk.DisputeOpen:
		c.Open = true
	case d != nil && (d.Outcome == kiosk.DisputeStands || d.Judge == kiosk.JudgeUndo || c.Terminal != x.o.Terminal):
	default:
		c.Open = !c.Settled.Agrees() && len(c.Notes) == 0
	}
	return c
}

// openConflicts is how many wait for HQ, or for a leader's word; the caller holds
// the lock.
func (x *Index) openConflicts() int {
	if x.source == nil {
		return 0
	}
	if k := &x.kept; k.conflictsAt != x.revision || !k.conflictsKnown {
		k.conflicts, k.conflictsAt, k.conflictsKnown = 0, x.revision, true
		for _, c := range x.conflicts() {
			if c.Open {
				k.conflicts++
			}
		}
	}
	return x.kept.conflicts
}

// word is HQ's word on an event: what it said when it heard of it, unless the
// order tells of a decision since.
func word(s kiosk.OrderState, id kiosk.EventID, said kiosk.Settlement) kiosk.Settlement {
	switch d, ok := s.Dispute(id); {
	case !ok:
		return said
	case d.Outcome == kiosk.DisputeStands, d.Judge == kiosk.JudgeUndo:
		return kiosk.SettledAccepted
	case said == "" || said.Agrees():
		return kiosk.SettledConflict
	}
	return said
}

// word is HQ's word on an event of this terminal; the caller holds the lock.
func (x *Index) word(e kiosk.Event) kiosk.Settlement {
	said := x.verdicts.settled(e.Seq)
	if id := e.Body.Subject(); x.set.contested[id] {
		if _, s, ok := x.source.Order(id); ok {
			return word(s, e.ID, said)
		}
	}
	return said
}

// counted gives an event with what of it counts; false: nothing does, because
// another handover counts in its place. The caller holds the lock.
func (x *Index) counted(e kiosk.Event) (kiosk.Event, bool) {
	b, handed := e.Body.(kiosk.Redeemed)
	if !handed || !x.set.contested[b.Order] {
		return e, true
	}
	_, s, ok := x.source.Order(b.Order)
	r, known := s.Redemption(e.ID)
	if !ok || !known || r.Undone != nil {
		return e, true
	}
	if len(r.Lines) > 0 {
		b.Lines = r.Lines
	}
	e.Body = b
	return e, r.Counts()
}

// value is what the goods, or the money, of an event come to; the caller holds
// the lock. 0 for an order that is not in the set.
func (x *Index) value(body kiosk.Body) (sum kiosk.Fen) {
	switch b := body.(type) {
	case kiosk.PaymentCollected:
		return b.Amount
	case kiosk.Redeemed:
		if b.Voucher != nil {
			return b.Voucher.Value
		}
		for _, h := range b.Lines {
			sum += x.price(b.Order, h.Line) * kiosk.Fen(h.Handed)
		}
	case kiosk.AfterSaleRegistered:
		return x.valueOf(b.Order, b.Lines)
	case kiosk.SentBack:
		return x.valueOf(b.Order, b.Lines)
	}
	return sum
}

func (x *Index) valueOf(id kiosk.OrderID, lines []kiosk.Units) (sum kiosk.Fen) {
	for _, u := range lines {
		sum += x.price(id, u.Line) * kiosk.Fen(u.Units)
	}
	return sum
}

// price is that of a unit of an order's line.
func (x *Index) price(id kiosk.OrderID, line kiosk.LineID) kiosk.Fen {
	r, ok := x.set.records[id]
	if !ok {
		return 0
	}
	for _, l := range r.lines {
		if x.set.lineIDs[l.id] == string(line) {
			return l.price
		}
	}
	return 0
}
