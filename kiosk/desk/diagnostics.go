package desk

import "hexiao/kiosk"

// DiagnosticsState is the screen.
type DiagnosticsState struct{}

func (d *Desk) openDiagnostics(at kiosk.Moment) { d.open(Diagnostics, at, 0) }

func (d *Desk) tapDiagnostics(a Action, at kiosk.Moment) {}

func (d *Desk) pickDiagnostics(a Action, item string, at kiosk.Moment) {}

func (d *Desk) diagnosticsState(at kiosk.Moment) DiagnosticsState { return DiagnosticsState{} }
