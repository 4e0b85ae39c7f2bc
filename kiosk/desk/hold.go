package desk

import "hexiao/kiosk"

func (d *Desk) tapHeld(a Action, at kiosk.Moment) {
	if a != TapCancel && a != TapDone && a != TapEnter { // those are the customer's, or a keyboard's
		d.leader.touch(at)
	}
	if d.leader.in() && d.tapHeldLines(a, at) {
		return
	}
	switch a {
	case TapCancel:
		d.reject("", at)
	case TapReject:
		if d.leader.in() {
			d.reject(d.leader.who.ID, at)
		}
	case TapConfirm:
		if !d.leader.in() {
			d.openSignIn(true, at)
			return
		}
		d.confirm("", at)
	case TapCash, TapPaidCode:
		d.confirm(means(a), at)
	case TapDone:
		d.home() // the hold stays; the code brings it up again
	}
}

// reject opens all holds of the answer again.
func (d *Desk) reject(by string, at kiosk.Moment) {
	for _, o := range d.answer.Outcomes {
		if !o.Verdict.ForLeader() {
			continue
		}
		if err := d.o.Ledger.Reject(at, o.Order.ID, by); err != nil && !ruled(err) {
			d.fail()
			return
		}
	}
	d.home()
}

// undo asks whether to undo what the answer shows: what was just handed over, or
// the latest earlier handover. Without books nobody asks, and it is done at once.
func (d *Desk) undo(at kiosk.Moment) {
	if !d.leader.in() {
		return
	}
	d.leader.touch(at)
	for _, o := range d.answer.Outcomes {
		redemption := o.Event
		if o.Verdict == kiosk.AlreadyCollected && len(o.History) > 0 {
			redemption = o.History[len(o.History)-1].Event
		}
		if redemption.IsZero() {
			continue
		}
		if d.openUndo(o.Order.ID, redemption, at) {
			return
		}
		err := d.o.Ledger.Undo(at, o.Order.ID, redemption, d.leader.who, "")
		if err != nil && !ruled(err) {
			d.fail()
			return
		}
	}
	d.home()
}
