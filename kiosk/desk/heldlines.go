package desk

import (
	"slices"

	"hexiao/kiosk"
)

// tapHeldLines is a leader's touch while the handover of a held order is put
// together; false: the button is another's.
func (d *Desk) tapHeldLines(a Action, at kiosk.Moment) bool {
	h := &d.hand
	switch a {
	case TapByLine:
		*h = hand{step: HandCounts, lines: d.heldLines()}
	case TapShowCode:
		if d.policy().PaymentCode == "" || d.due() == 0 {
			return true
		}
		h.step = HandPayCode
	case TapOK:
		if h.step == HandCount {
			h.step = HandCounts
		}
	case TapBack:
		if h.step == HandPayCode && h.lines == nil {
			*h = hand{} // the way it is paid is asked on Held itself
		} else {
			h.back()
		}
	default:
		return false
	}
	d.open(Held, at, holdTimes*d.policy().IdleTime)
	return true
}

func (d *Desk) pickHeld(a Action, item string, at kiosk.Moment) {
	if !d.leader.in() {
		return
	}
	d.leader.touch(at)
	if d.hand.pick(a, item) {
		d.open(Held, at, holdTimes*d.policy().IdleTime)
	}
}

// heldLines are the lines of all held orders of the answer.
func (d *Desk) heldLines() []HandLine {
	var lines []HandLine
	for _, o := range d.answer.Outcomes {
		if o.Verdict.ForLeader() {
			lines = append(lines, handLines(o.Order, o.Lines)...)
		}
	}
	return lines
}

// confirm hands over every held order of the answer, or what of it was counted.
// Orders of the same code that were accepted by themselves stay in the picture.
func (d *Desk) confirm(means string, at kiosk.Moment) {
	if !d.leader.in() {
		return
	}
	d.hand.refusal = ""
	d.open(Held, at, holdTimes*d.policy().IdleTime)
	if !d.may(kiosk.TypeRedeemed) {
		d.hand.refusal = RefusedRole
		return
	}
	if means == "" && d.due() > 0 {
		d.hand.step = HandPay // before anything goes out
		return
	}
	outcomes, given := make([]kiosk.Outcome, 0, len(d.answer.Outcomes)), 0
	for i, o := range d.answer.Outcomes {
		lines, some := d.hand.of(o.Order.ID)
		if !o.Verdict.ForLeader() || !some {
			outcomes = append(outcomes, o)
			continue
		}
		conf := kiosk.Confirmation{By: d.leader.who, Lines: lines}
		if o.Due > 0 {
			conf.Means = means
		}
		a, err := d.handHeld(o, conf, at)
		if err != nil && !ruled(err) {
			d.fail()
			return
		}
		if err != nil && given == 0 {
			d.hand.refusal = refusalOf(err)
			return
		}
		if err != nil { // what went out is shown; the rest is as it was
			outcomes = append(outcomes, d.answer.Outcomes[i:]...)
			break
		}
		outcomes = append(outcomes, a.Outcomes...)
		given++
	}
	if given == 0 {
		d.hand.refusal = RefusedNothing
		return
	}
	d.show(NewAnswer(d.answer.Cache, outcomes...), at)
}

// due is what is to be paid for the held orders of which something goes out, in
// fen.
func (d *Desk) due() kiosk.Fen {
	var sum kiosk.Fen
	for _, o := range d.answer.Outcomes {
		if _, some := d.hand.of(o.Order.ID); o.Verdict.ForLeader() && some {
			sum += o.Due
		}
	}
	return sum
}

// heldState is the draft on Held; empty for a customer.
func (d *Desk) heldState() HandState {
	if !d.leader.in() || !slices.ContainsFunc(d.answer.Outcomes, func(o kiosk.Outcome) bool { return o.Verdict.ForLeader() }) {
		return HandState{}
	}
	return d.handState(d.hand, d.due())
}
