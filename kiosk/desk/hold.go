package desk

import (
	"errors"

	"hexiao/kiosk"
)

func (d *Desk) tapHeld(a Action, at kiosk.Moment) {
	if a != TapCancel && a != TapDone && a != TapEnter { // those are the customer's, or a keyboard's
		d.leader.touch(at)
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
	case TapCash:
		d.confirm("cash", at)
	case TapPaidCode:
		d.confirm("platform-code", at)
	case TapDone:
		d.home() // the hold stays; the code brings it up again
	}
}

// confirm hands over every held order of the answer. Orders of the same code
// that were accepted by themselves stay in the picture.
func (d *Desk) confirm(means string, at kiosk.Moment) {
	if !d.leader.in() || means == "" && d.due() > 0 {
		return // the screen asks how it was paid, before anything goes out
	}
	outcomes := make([]kiosk.Outcome, 0, len(d.answer.Outcomes))
	for _, o := range d.answer.Outcomes {
		if !o.Verdict.ForLeader() {
			outcomes = append(outcomes, o)
			continue
		}
		conf := kiosk.Confirmation{By: d.leader.who}
		if o.Due > 0 {
			conf.Means = means
		}
		a, err := d.o.Ledger.Confirm(at, o.Order.ID, conf)
		switch {
		case ruled(err):
			d.home() // changed meanwhile, by HQ or another screen: the next scan tells
			return
		case err != nil:
			d.fail()
			return
		}
		outcomes = append(outcomes, a.Outcomes...)
	}
	d.show(NewAnswer(d.answer.Cache, outcomes...), at)
}

// due is what is to be paid for the held orders of the answer, in fen.
func (d *Desk) due() kiosk.Fen {
	var sum kiosk.Fen
	for _, o := range d.answer.Outcomes {
		if o.Verdict.ForLeader() {
			sum += o.Due
		}
	}
	return sum
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

// undo compensates what the answer shows: what was just handed over, or the
// latest earlier handover.
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
		err := d.o.Ledger.Undo(at, o.Order.ID, redemption, d.leader.who, "")
		if err != nil && !ruled(err) {
			d.fail()
			return
		}
	}
	d.home()
}

// ruled tells a refusal by the rules, which changes nothing, from an error of
// the store, whose outcome is unknown.
func ruled(err error) bool {
	for _, rule := range []error{
		kiosk.ErrNoHold, kiosk.ErrLeaderOnly, kiosk.ErrTooMany, kiosk.ErrUnknownRedemption,
		kiosk.ErrAlreadyUndone, kiosk.ErrUndoTooLate, kiosk.ErrNothingHanded, kiosk.ErrPaymentDue, kiosk.ErrUnknownOrder,
	} {
		if errors.Is(err, rule) {
			return true
		}
	}
	return false
}
