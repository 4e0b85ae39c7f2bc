package desk

import "hexiao/kiosk"

// ReceiveState is the screen.
type ReceiveState struct{}

func (d *Desk) openReceive(at kiosk.Moment) { d.open(Receive, at, 0) }

func (d *Desk) tapReceive(a Action, at kiosk.Moment) {}

func (d *Desk) pickReceive(a Action, item string, at kiosk.Moment) {}

func (d *Desk) receiveState(at kiosk.Moment) ReceiveState { return ReceiveState{} }
