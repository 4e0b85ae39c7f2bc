package desk

import "hexiao/kiosk"

// Choose is its screen.
const Choose Screen = "choose"

// ChooseState is the screen.
type ChooseState struct{}

func (d *Desk) openChoose(at kiosk.Moment) { d.open(Choose, at, 0) }

func (d *Desk) tapChoose(a Action, at kiosk.Moment) {}

func (d *Desk) pickChoose(a Action, item string, at kiosk.Moment) {}

func (d *Desk) chooseState(at kiosk.Moment) ChooseState { return ChooseState{} }
