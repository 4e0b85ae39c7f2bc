package reconcile

import (
	"math/bits"
	"slices"

	"hexiao/kiosk"
)

// terminal matches a terminal's last close with its events.
func (m *matching) terminal(t Terminal) {
	row := TerminalRow{
		ID: t.ID, Name: t.Name, Head: t.Head, Closes: len(t.Closes), Doubtful: !t.Forked.IsZero() || !t.Behind.IsZero(),
	}
	var own []*entry
	for _, e := range m.entries {
		if e.Stored.Terminal != t.ID {
			continue
		}
		own = append(own, e)
		row.Counted = plus(row.Counted, e.counted)
		if !e.timed {
			row.Uncertain++
		}
	}
	row.Events = len(own)
	if len(t.Closes) > 0 {
		last := t.Closes[len(t.Closes)-1]
		row.Closed, row.Until, row.By = last.Stored.At, last.Body.Head, last.Body.By
		row.Claimed, row.Drawer = last.Body.Totals, last.Body.Counted
		m.claims(t, last, own)
	} else {
		for _, e := range own {
			e.claimed = e.counted
		}
	}
	for _, e := range own {
		m.judge(e, own, len(t.Closes) > 0)
	}
	m.report.Terminals = append(m.report.Terminals, row)
}

// claims finds out what the close has of each event, and what it has besides.
func (m *matching) claims(t Terminal, last Close, own []*entry) {
	until := last.Body.Head.Seq
	if until > t.Head.Seq || until >= last.Stored.Seq {
		m.add(Difference{
			Class: MissingAtHQ, Kind: KindHeadBeyond, Action: ActFetchJournal, Terminal: t.ID, Sides: []Evidence{last.evidence()},
			Units: int(min(until-min(until, max(t.Head.Seq, last.Stored.Seq)), 1<<31)), // #nosec G115 -- bounded
		})
	} else if last.Other {
		m.add(Difference{Class: MissingAtHQ, Kind: KindHeadOther, Action: ActCheckTerminal, Terminal: t.ID, Sides: []Evidence{last.evidence()}})
	}
	undone := map[kiosk.EventID]uint64{}
	for _, e := range own {
		if r, ok := e.redemption(); ok && r.Undone != nil && r.Undone.Terminal == t.ID {
			undone[r.Event] = r.Undone.Seq
		}
	}
	for _, e := range own {
		if b, ok := e.Event.Body.(kiosk.RedemptionUndone); ok && undone[b.Redemption] == 0 {
			undone[b.Redemption] = e.Stored.Seq
		}
	}
	left := plain(last.Body.Totals)
	var unsure, unknown []*entry
	for _, e := range own {
		e.claim(until, undone[e.Event.ID])
		if e.unsure {
			unsure = append(unsure, e)
			continue
		}
		if e.unknown && e.within {
			unknown = append(unknown, e)
		}
		left = minus(left, e.claimed)
	}
	left = choose(left, unsure)
	switch {
	case zero(left):
	case len(unknown) > 0:
		// What the close has beyond the events that HQ knows is of those that it does not.
		unknown[0].claimed = plus(unknown[0].claimed, left)
	default:
		m.unexplained(t, last, own, left)
	}
}

// maxUnsure bounds the trying out; more go by all or none.
const maxUnsure = 12

// choose finds out which of the events that the terminal may have counted either
// way it counted as recorded: the fewest that make the close add up. It gives what
// is left of the close.
func choose(left kiosk.DayTotals, unsure []*entry) kiosk.DayTotals {
	all := 1<<min(len(unsure), maxUnsure) - 1
	pick := func(set int) (rest kiosk.DayTotals) {
		rest = left
		for i, e := range unsure {
			e.claimed = e.counted
			if set>>min(i, maxUnsure-1)&1 == 1 {
				e.claimed = e.recorded
			}
			rest = minus(rest, e.claimed)
		}
		return rest
	}
	for n := range len(unsure) + 1 {
		for set := range all + 1 {
			if bits.OnesCount(uint(set)) == n && zero(pick(set)) { // #nosec G115 -- not negative
				return pick(set)
			}
		}
	}
	return pick(0) // terminals are online most of the time
}

// unexplained is what the close has more or less than its events, none of which HQ
// lacks.
func (m *matching) unexplained(t Terminal, last Close, own []*entry, left kiosk.DayTotals) {
	d := Difference{
		Terminal: t.ID, Effect: minus(kiosk.DayTotals{}, left), Units: left.Units, Amount: money(left),
		Sides: []Evidence{last.evidence()}, Action: ActReview,
	}
	more, less := signs(left)
	switch {
	case !more:
		d.Class, d.Kind, d.Action = MissingAtTerminal, KindClaimsLess, ActCloseAgain
		d.Units, d.Amount = -d.Units, -d.Amount
		i := slices.IndexFunc(own, func(e *entry) bool { return e.within && e.claimed == d.Effect })
		if i >= 0 {
			own[i].claimed = kiosk.DayTotals{}
			d.Kind, d.Effect = KindNotCounted, own[i].counted
			m.about(own[i], d)
			return
		}
	case !less:
		d.Class, d.Kind, d.Action = MissingAtHQ, KindClaimsMore, ActFetchJournal
	default:
		d.Class, d.Kind = Quantity, KindClaimsOther
	}
	if (left == kiosk.DayTotals{Value: left.Value, Refunds: left.Refunds}) {
		d.Class, d.Kind, d.Action = Quantity, KindPrices, ActReview
		d.Amount = money(left)
	}
	m.add(d)
}

// evidence is the close itself.
func (c Close) evidence() Evidence {
	return Evidence{
		Terminal: c.Stored.Terminal, Seq: c.Stored.Seq, Event: c.Stored.Receipt.Event, Type: kiosk.TypeDayClosed, Heard: c.Stored.At,
		Settled: c.Stored.Receipt.Settlement, Units: c.Body.Totals.Units, Amount: money(c.Body.Totals),
	}
}

// judge says why the two sides count an event otherwise, and what is wrong with it
// even where they count alike.
func (m *matching) judge(e *entry, own []*entry, closed bool) {
	effect := minus(e.counted, e.claimed)
	if _, told := m.owners[e.place()]; told {
		return // its effect is in there
	}
	d := Difference{Effect: effect, Units: e.recorded.Units, Amount: e.amount()}
	differs := func(class Class, kind Kind, action Action) {
		d.Class, d.Kind, d.Action = class, kind, action
		m.about(e, d)
	}
	receipt := e.Stored.Receipt
	r, known := e.redemption()
	dispute, contested := e.order.State.Dispute(e.Event.ID)
	contested = known && contested && dispute.Outcome != kiosk.DisputeStands && r.Undone == nil
	elsewhere := !known && receipt.Settlement == kiosk.SettledReplay && !zero(e.recorded) && zero(e.counted)
	switch _, payment := e.Event.Body.(kiosk.PaymentCollected); {
	case e.Event.Body == nil:
		d.Amount, d.Units, d.Together = -money(effect), -effect.Units, m.together(e, own)
		if receipt.Withheld {
			differs(MissingAtHQ, KindWithheld, ActFetchJournal)
		} else {
			differs(MissingAtHQ, KindUnreadable, ActFetchJournal)
		}
	case known && r.Late && r.Undone == nil && (contested || !r.Counts()):
		differs(Late, KindAfterCancel, decide(dispute, contested))
	case contested:
		d.Units, d.Amount = count(dispute.Lines, handed), value(e.order.Order, dispute.Lines, handed)
		for _, id := range dispute.Against {
			if other, ok := e.order.State.Redemption(id); ok {
				d.Sides = append(d.Sides, m.sideOf(e.order.Order, other))
			}
		}
		differs(Double, KindHandedTwice, decide(dispute, true))
	case elsewhere:
		differs(Double, KindRepeated, ActCheckTerminal)
	case (known || receipt.Settlement.Agrees()) && zero(effect): // one that was in dispute may count by now
	case zero(e.recorded):
		// It moves neither goods nor money.
	case e.order.Order.ID == "" && e.Event.Body.Subject() != "":
		d.Amount = max(d.Amount, -money(effect))
		differs(MissingAtHQ, KindUnknownOrder, ActFindOrder)
	case payment && !receipt.Settlement.Agrees():
		differs(Double, KindPaidTwice, ActPayBack)
	case !known && !receipt.Settlement.Agrees():
		differs(Quantity, KindRejected, ActReview)
	case known && r.Undone != nil && !zero(e.claimed):
		m.undone(e, d, r, closed)
	case closed && !e.timed:
		differs(MissingAtTerminal, KindNoDay, ActCheckClock)
	case closed && !e.within:
		differs(Late, KindAfterClose, ActCloseAgain)
	case !zero(effect) && !m.undoRefused(e, d, own):
		differs(Quantity, KindOtherwise, ActReview)
	}
}

// decide is what is to do about handovers that contradict each other.
func decide(d kiosk.Dispute, known bool) Action {
	if known && d.Outcome == kiosk.DisputeVoid {
		return ActCharge
	}
	return ActDecideCase
}

// together reports whether the close covers other events that HQ cannot count.
func (m *matching) together(e *entry, own []*entry) bool {
	return slices.ContainsFunc(own, func(other *entry) bool { return other != e && other.unknown && other.within }) && e.within
}

// undone is a handover that the close counts and that was undone since, or where
// the terminal had not heard of it. An undo of the same day has the difference.
func (m *matching) undone(e *entry, d Difference, r kiosk.Redemption, closed bool) {
	d.Class, d.Kind, d.Action = Late, KindUndoneLater, ActCloseAgain
	undo := m.by[place{r.Undone.Terminal, r.Undone.Seq}]
	if closed && undo != nil && undo.Stored.Terminal == e.Stored.Terminal && !undo.within {
		i := m.about(undo, Difference{
			Class: Late, Kind: KindAfterClose, Action: ActCloseAgain, Order: e.order.Order.ID, Units: d.Units, Amount: d.Amount,
			Effect: plus(d.Effect, minus(undo.counted, undo.claimed)),
		})
		m.report.Differences[i].Sides = append(m.report.Differences[i].Sides, e.evidence())
		m.owners[e.place()] = i
		return
	}
	d.Sides = append(d.Sides, Evidence{
		Terminal: r.Undone.Terminal, Seq: r.Undone.Seq, Event: r.Undone.Event, Type: kiosk.TypeRedemptionUndone, At: r.Undone.At.UTC(),
	})
	m.about(e, d)
}

// undoRefused gives the effect of a handover that its terminal takes for undone to
// the undo that HQ refused.
func (m *matching) undoRefused(e *entry, d Difference, own []*entry) bool {
	for _, u := range own {
		b, ok := u.Event.Body.(kiosk.RedemptionUndone)
		if !ok || b.Redemption != e.Event.ID || u.Stored.Receipt.Settlement.Agrees() || !u.within {
			continue
		}
		i := m.about(u, Difference{
			Class: Quantity, Kind: KindRejected, Action: ActReview, Units: d.Units, Amount: d.Amount,
			Effect: plus(d.Effect, minus(u.counted, u.claimed)),
		})
		m.report.Differences[i].Sides = append(m.report.Differences[i].Sides, e.evidence())
		m.owners[e.place()] = i
		return true
	}
	return false
}

// sideOf is a handover of any day or terminal: the day's entry, else as the order's
// state has it.
func (m *matching) sideOf(o kiosk.Order, r kiosk.Redemption) Evidence {
	if e := m.by[place{r.Terminal, r.Seq}]; e != nil {
		return e.evidence()
	}
	b := r.Bounds()
	return Evidence{
		Terminal: r.Terminal, Seq: r.Seq, Event: r.Event, Type: kiosk.TypeRedeemed, At: r.At.UTC(), Earliest: b.Earliest, Latest: b.Latest,
		Units: count(r.HandedOver(), handed), Amount: value(o, r.HandedOver(), handed),
	}
}
