package desk

import (
	"slices"
	"strconv"

	"hexiao/kiosk"
)

// undoReasons are those for undoing a handover.
func undoReasons() []kiosk.Reason {
	return []kiosk.Reason{kiosk.ReasonMistake, kiosk.ReasonWrong, kiosk.ReasonUnwanted, kiosk.ReasonOther}
}

// handovers gives the redemptions that stand, the latest first.
func handovers(s kiosk.OrderState) []kiosk.Redemption {
	out := s.Standing()
	slices.Reverse(out)
	return out
}

// tapOrderUndo asks which handover and why, and then does it.
func (d *Desk) tapOrderUndo(a Action, f File, at kiosk.Moment) {
	o := &d.file
	if !d.may(kiosk.TypeRedemptionUndone) {
		o.no = RefusedRole
		return
	}
	switch {
	case a == TapUndo && o.step == OrderView:
		standing := handovers(f.State)
		if len(standing) == 0 {
			return
		}
		o.undo, o.why, o.step = standing[0].Event, "", OrderUndoWhich
		if len(standing) == 1 {
			d.askUndo(f, at)
		}
	case a == TapConfirm && o.why == "":
		o.no = RefusedNoReason
	case a == TapConfirm:
		d.undoHandover(f, at)
	}
}

// askUndo asks why, unless the rules would refuse anyway: then that is said.
func (d *Desk) askUndo(f File, at kiosk.Moment) {
	o := &d.file
	c := kiosk.Context{Point: d.o.Ledger.Point(), At: at}
	if _, err := kiosk.DecideUndo(f.Order, f.State, c, o.undo, d.leader.who, ""); err != nil {
		o.no, o.step = refusalOf(err), OrderView
		return
	}
	o.step = OrderUndo
}

func (d *Desk) undoHandover(f File, at kiosk.Moment) {
	o := &d.file
	err := d.o.Ledger.Undo(at, f.Order.ID, o.undo, d.leader.who, string(o.why))
	switch {
	case ruled(err):
		o.no = refusalOf(err)
	case err != nil:
		d.fail()
	default:
		d.sound(SoundAccept)
		o.step, o.why, o.done = OrderView, "", DoneUndo
		if o.back == "" {
			d.home()
		}
	}
}

func (d *Desk) pickUndo(a Action, item string, f File, at kiosk.Moment) {
	o := &d.file
	switch {
	case a == PickReason && o.step == OrderUndo && slices.Contains(undoReasons(), kiosk.Reason(item)):
		o.why = kiosk.Reason(item)
	case a == PickRedemption && o.step == OrderUndoWhich:
		standing := handovers(f.State)
		if n, err := strconv.Atoi(item); err == nil && n >= 0 && n < len(standing) {
			o.undo = standing[n].Event
			d.askUndo(f, at)
		}
	}
}

// openUndo asks, from an answer, whether the handover that it shows shall be
// undone, and why; false: the books do not know the order.
func (d *Desk) openUndo(id kiosk.OrderID, redemption kiosk.EventID, at kiosk.Moment) bool {
	if d.o.Books == nil {
		return false
	}
	f, ok := d.o.Books.File(id)
	if !ok {
		return false
	}
	back := Counter
	switch {
	case d.leader.forHold:
		back = "" // signed in for one thing, and out after it
	case d.under != "" && d.under != OrderFile:
		back = d.under
	}
	d.file = orderFile{id: id, back: back, undo: redemption}
	d.open(OrderFile, at, 0)
	d.askUndo(f, at)
	return true
}
