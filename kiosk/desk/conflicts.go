package desk

import "hexiao/kiosk"

// ConflictsState is the screen.
type ConflictsState struct{}

func (d *Desk) openConflicts(at kiosk.Moment) { d.open(Conflicts, at, 0) }

func (d *Desk) tapConflicts(a Action, at kiosk.Moment) {}

func (d *Desk) pickConflicts(a Action, item string, at kiosk.Moment) {}

func (d *Desk) typeConflict(r rune, at kiosk.Moment) {}

func (d *Desk) conflictsState(at kiosk.Moment) ConflictsState { return ConflictsState{} }
