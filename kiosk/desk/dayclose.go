package desk

import "hexiao/kiosk"

// DayCloseState is the screen.
type DayCloseState struct{}

func (d *Desk) openDayClose(at kiosk.Moment) { d.open(DayClose, at, 0) }

func (d *Desk) tapDayClose(a Action, at kiosk.Moment) {}

func (d *Desk) pickDayClose(a Action, item string, at kiosk.Moment) {}

func (d *Desk) typeDayClose(r rune, at kiosk.Moment) {}

func (d *Desk) dayCloseState(at kiosk.Moment) DayCloseState { return DayCloseState{} }
