package desk

import "hexiao/kiosk"

// collectable reports whether the goods of an order may go out by a leader's
// hand; the rules decide when it is done.
func (d *Desk) collectable(f File) bool {
	switch f.Order.Status {
	case kiosk.StatusPaid, kiosk.StatusShipped, kiosk.StatusArrived:
		return f.Arrived && f.Order.Point == d.o.Ledger.Point().ID && len(f.State.Returns) == 0 && kiosk.Remaining(f.Order, f.State) != nil
	}
	return false
}

// tapOrderHand is a touch while a handover without the customer's code is put
// together.
func (d *Desk) tapOrderHand(a Action, f File, at kiosk.Moment) {
	h := &d.file.hand
	h.refusal = ""
	if !d.may(kiosk.TypeRedeemed) {
		d.file.no = RefusedRole
		return
	}
	switch a {
	case TapHandOver:
		if h.step == "" {
			d.handOver("", f, at)
		}
	case TapByLine:
		if d.collectable(f) && h.step == "" {
			*h = hand{step: HandCounts, lines: handLines(f.Order, kiosk.Remaining(f.Order, f.State))}
		}
	case TapOK:
		if h.step == HandCount {
			h.step = HandCounts
		}
	case TapConfirm:
		if h.step == HandCounts {
			d.handOver("", f, at)
		}
	case TapShowCode:
		if h.step == HandPay && d.policy().PaymentCode != "" {
			h.step = HandPayCode
		}
	case TapCash, TapPaidCode:
		if h.step == HandPay || h.step == HandPayCode {
			d.handOver(means(a), f, at)
		}
	}
}

// handOver records the handover and shows the answer, which returns to the
// leader's screen.
func (d *Desk) handOver(means string, f File, at kiosk.Moment) {
	h := &d.file.hand
	lines, some := h.of(f.Order.ID)
	switch {
	case !some:
		h.refusal = RefusedNothing
		return
	case !d.collectable(f):
		d.file.no, *h = RefusedMeanwhile, hand{}
		return
	case means == "" && kiosk.AmountDue(f.Order, f.State) > 0:
		h.step = HandPay
		return
	}
	a, err := d.o.Ledger.HandOver(at, f.Order.ID, kiosk.Confirmation{By: d.leader.who, Lines: lines, Means: means})
	switch {
	case ruled(err) && h.step == "":
		d.file.no = refusalOf(err)
	case ruled(err):
		h.refusal = refusalOf(err)
	case err != nil:
		d.fail()
	default:
		*h = hand{}
		d.show(a, at)
	}
}
