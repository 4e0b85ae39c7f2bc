package desk

import "hexiao/kiosk"

// CounterState is the screen.
type CounterState struct{}

func (d *Desk) openCounter(at kiosk.Moment) { d.open(Counter, at, 0) }

func (d *Desk) tapCounter(a Action, at kiosk.Moment) {}

func (d *Desk) pickCounter(a Action, item string, at kiosk.Moment) {}

func (d *Desk) typeSearch(r rune, at kiosk.Moment) {}

func (d *Desk) counterState(at kiosk.Moment) CounterState { return CounterState{} }
