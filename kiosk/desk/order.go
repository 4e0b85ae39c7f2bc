package desk

import "hexiao/kiosk"

// OrderState is the screen.
type OrderState struct{}

func (d *Desk) openOrder(at kiosk.Moment) { d.open(OrderFile, at, 0) }

func (d *Desk) tapOrder(a Action, at kiosk.Moment) {}

func (d *Desk) pickOrder(a Action, item string, at kiosk.Moment) {}

func (d *Desk) typeOrder(r rune, at kiosk.Moment) {}

func (d *Desk) orderState(at kiosk.Moment) OrderState { return OrderState{} }
