package desk

import (
	"errors"

	"hexiao/kiosk"
)

// Refusal is why the rules refused what a leader tried: nothing was recorded, and
// the screen has a sentence for it.
type Refusal string

// The refusals.
const (
	RefusedUndoLate  Refusal = "undo-late"   // the policy's window has passed
	RefusedUndone    Refusal = "undone"      // undone before
	RefusedAfterSold Refusal = "after-sold"  // an after-sale is registered
	RefusedTooMany   Refusal = "too-many"    // more than is left, or than was handed over
	RefusedNothing   Refusal = "nothing"     // no unit was chosen
	RefusedRole      Refusal = "role"        // a leader's matter, not staff's
	RefusedNoHold    Refusal = "no-hold"     // settled meanwhile
	RefusedDue       Refusal = "due"         // to be paid first
	RefusedSentBack  Refusal = "sent-back"   // the goods went back to the merchant
	RefusedMeanwhile Refusal = "meanwhile"   // HQ or another terminal changed it
	RefusedNoReason  Refusal = "no-reason"   // nobody said why
	RefusedNoReprint Refusal = "no-handover" // nothing was handed over, so there is no slip
)

// Refusals lists those that have a sentence.
func Refusals() []Refusal {
	return []Refusal{
		RefusedUndoLate, RefusedUndone, RefusedAfterSold, RefusedTooMany, RefusedNothing, RefusedRole, RefusedNoHold,
		RefusedDue, RefusedSentBack, RefusedMeanwhile, RefusedNoReason, RefusedNoReprint,
	}
}

// refusalOf tells a refusal by the rules, which changes nothing, from an error of
// the store, whose outcome is unknown: the latter has none.
func refusalOf(err error) Refusal {
	for _, r := range []struct {
		err error
		is  Refusal
	}{
		{kiosk.ErrUndoTooLate, RefusedUndoLate}, {kiosk.ErrAlreadyUndone, RefusedUndone}, {kiosk.ErrAfterSold, RefusedAfterSold},
		{kiosk.ErrTooMany, RefusedTooMany}, {kiosk.ErrNothingHanded, RefusedNothing}, {kiosk.ErrLeaderOnly, RefusedRole},
		{kiosk.ErrNoHold, RefusedNoHold}, {kiosk.ErrPaymentDue, RefusedDue}, {kiosk.ErrSentBack, RefusedSentBack},
		{kiosk.ErrUnknownRedemption, RefusedMeanwhile}, {kiosk.ErrUnknownOrder, RefusedMeanwhile}, {kiosk.ErrUnknownLine, RefusedMeanwhile},
		{kiosk.ErrNoReport, RefusedMeanwhile}, {kiosk.ErrNotCollectable, RefusedMeanwhile}, {kiosk.ErrWrongChoice, RefusedMeanwhile},
		{kiosk.ErrProxyUsed, RefusedMeanwhile},
	} {
		if errors.Is(err, r.err) {
			return r.is
		}
	}
	return ""
}

// ruled reports whether the rules refused, and nothing was recorded.
func ruled(err error) bool { return refusalOf(err) != "" }
