package desk

import "hexiao/kiosk"

// Rate is its screen.
const Rate Screen = "rate"

// RateState is the screen.
type RateState struct{}

func (d *Desk) openRate(at kiosk.Moment) { d.open(Rate, at, 0) }

func (d *Desk) tapRate(a Action, at kiosk.Moment) {}

func (d *Desk) pickRate(a Action, item string, at kiosk.Moment) {}

func (d *Desk) rateState(at kiosk.Moment) RateState { return RateState{} }
