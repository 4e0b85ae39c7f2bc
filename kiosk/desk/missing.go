package desk

import "hexiao/kiosk"

// Missing is its screen.
const Missing Screen = "missing"

// MissingState is the screen.
type MissingState struct{}

func (d *Desk) openMissing(at kiosk.Moment) { d.open(Missing, at, 0) }

func (d *Desk) tapMissing(a Action, at kiosk.Moment) {}

func (d *Desk) pickMissing(a Action, item string, at kiosk.Moment) {}

func (d *Desk) missingState(at kiosk.Moment) MissingState { return MissingState{} }
