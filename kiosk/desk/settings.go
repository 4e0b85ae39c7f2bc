package desk

import "hexiao/kiosk"

// SettingsState is the screen.
type SettingsState struct{}

func (d *Desk) openSettings(at kiosk.Moment) { d.open(Settings, at, 0) }

func (d *Desk) tapSettings(a Action, at kiosk.Moment) {}

func (d *Desk) pickSettings(a Action, item string, at kiosk.Moment) {}

func (d *Desk) settingsState(at kiosk.Moment) SettingsState { return SettingsState{} }
