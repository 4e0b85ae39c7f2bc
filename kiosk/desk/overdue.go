package desk

import "hexiao/kiosk"

// OverdueState is the screen.
type OverdueState struct{}

func (d *Desk) openOverdue(at kiosk.Moment) { d.open(Overdue, at, 0) }

func (d *Desk) tapOverdue(a Action, at kiosk.Moment) {}

func (d *Desk) pickOverdue(a Action, item string, at kiosk.Moment) {}

func (d *Desk) overdueState(at kiosk.Moment) OverdueState { return OverdueState{} }
