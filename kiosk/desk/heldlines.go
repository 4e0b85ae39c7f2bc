package desk

import "hexiao/kiosk"

func (d *Desk) pickHeld(a Action, item string, at kiosk.Moment) {}
