package desk

import "hexiao/kiosk"

// The leader's screens.
const (
	Counter     Screen = "counter"
	OrderFile   Screen = "order"
	Receive     Screen = "receive"
	Overdue     Screen = "overdue"
	Conflicts   Screen = "conflicts"
	DayClose    Screen = "day-close"
	Diagnostics Screen = "diagnostics"
	Settings    Screen = "settings"
)

// Doors to the leader's screens, and back to the customers'.
const (
	TapCustomers   Action = "customers"
	TapCounter     Action = "counter"
	TapReceive     Action = "receive"
	TapOverdue     Action = "overdue"
	TapConflicts   Action = "conflicts"
	TapDayClose    Action = "day-close"
	TapDiagnostics Action = "diagnostics"
	TapSettings    Action = "settings"
)

// ForLeader reports whether the screen is shown to somebody who is signed in
// alone. It closes with the sign-out.
func (s Screen) ForLeader() bool {
	switch s {
	case Counter, OrderFile, Receive, Overdue, Conflicts, DayClose, Diagnostics, Settings:
		return true
	}
	return false
}

// tapSection opens a leader's screen; false: the action is no door to one.
func (d *Desk) tapSection(a Action, at kiosk.Moment) bool {
	open := map[Action]func(kiosk.Moment){
		TapCounter: d.openCounter, TapReceive: d.openReceive, TapOverdue: d.openOverdue, TapConflicts: d.openConflicts,
		TapDayClose: d.openDayClose, TapDiagnostics: d.openDiagnostics, TapSettings: d.openSettings,
		TapCustomers: func(kiosk.Moment) { d.welcome() },
	}[a]
	if open == nil {
		return false
	}
	if d.leader.in() && !d.leader.forHold && (d.o.Books != nil || a != TapCounter) && d.screen != OutOfOrder && d.screen != SignIn {
		d.leader.touch(at)
		d.forgetJobs()
		open(at)
	}
	return true
}

// Pick is a touch on one of several things of the same kind: the order of a list,
// a line's stepper, a star. What item means is said at the action.
func (d *Desk) Pick(a Action, item string, at kiosk.Moment) {
	d.recall(at)
	d.recheck(at)
	if d.screen.ForLeader() {
		d.leader.touch(at)
	}
	switch d.screen {
	case Choose:
		d.pickChoose(a, item, at)
	case Missing:
		d.pickMissing(a, item, at)
	case Rate:
		d.pickRate(a, item, at)
	case Invoice:
		d.pickInvoice(a, item, at)
	case Held:
		d.pickHeld(a, item, at)
	case Counter:
		d.pickCounter(a, item, at)
	case OrderFile:
		d.pickOrder(a, item, at)
	case Receive:
		d.pickReceive(a, item, at)
	case Overdue:
		d.pickOverdue(a, item, at)
	case Conflicts:
		d.pickConflicts(a, item, at)
	case DayClose:
		d.pickDayClose(a, item, at)
	case Diagnostics:
		d.pickDiagnostics(a, item, at)
	case Settings:
		d.pickSettings(a, item, at)
	}
}

// tapMore is a touch on a button of the screens that come after an answer, and of
// the leader's.
func (d *Desk) tapMore(a Action, at kiosk.Moment) {
	if d.screen.ForLeader() {
		d.leader.touch(at)
	}
	switch d.screen {
	case Asking:
		d.tapAsking(a)
	case Choose:
		d.tapChoose(a, at)
	case Missing:
		d.tapMissing(a, at)
	case Rate:
		d.tapRate(a, at)
	case Invoice:
		d.tapInvoice(a, at)
	case Counter:
		d.tapCounter(a, at)
	case OrderFile:
		d.tapOrder(a, at)
	case Receive:
		d.tapReceive(a, at)
	case Overdue:
		d.tapOverdue(a, at)
	case Conflicts:
		d.tapConflicts(a, at)
	case DayClose:
		d.tapDayClose(a, at)
	case Diagnostics:
		d.tapDiagnostics(a, at)
	case Settings:
		d.tapSettings(a, at)
	}
}

// keyMore is a key on the screens that take text: letters, digits, and what an
// input method gives.
func (d *Desk) keyMore(r rune, at kiosk.Moment) {
	switch d.screen {
	case Counter:
		d.leader.touch(at)
		d.typeSearch(r)
	case Choose:
		d.typeChoose(r, at)
	case Missing:
		d.typeMissing(r, at)
	case Rate:
		d.typeRate(r, at)
	case Invoice:
		d.typeInvoice(r, at)
	case OrderFile:
		d.leader.touch(at)
		d.typeOrder(r, at)
	case Receive:
		d.leader.touch(at)
		d.typeReceive(r, at)
	case Conflicts:
		d.leader.touch(at)
		d.typeConflict(r, at)
	case DayClose:
		d.leader.touch(at)
		d.typeDayClose(r, at)
	}
}

// fill puts into a state what the screens of this file and its neighbours show.
func (d *Desk) fill(s *State, at kiosk.Moment) {
	if d.screen.ForLeader() {
		s.Job = d.shownJob()
		if d.o.Books != nil {
			s.Tally = d.o.Books.Tally(at)
		}
	}
	switch d.screen {
	case Choose:
		s.Choose = d.chooseState(at)
	case Missing:
		s.Missing = d.missingState(at)
	case Rate:
		s.Rate = d.rateState(at)
	case Invoice:
		s.Invoice = d.invoiceState(at)
	case Counter:
		s.Counter = d.counterState(at)
	case OrderFile:
		s.Order, s.Hand = d.orderState(), d.orderHandState()
	case Held:
		s.Hand = d.heldState()
	case Receive:
		s.Receive = d.receiveState(at)
	case Overdue:
		s.Overdue = d.overdueState(at)
	case Conflicts:
		s.Conflicts = d.conflictsState(at)
	case DayClose:
		s.DayClose = d.dayCloseState(at)
	case Diagnostics:
		s.Diagnostics = d.diagnosticsState(at)
	case Settings:
		s.Settings = d.settingsState(at)
	}
}
