package ui

import "hexiao/kiosk/desk"

// officeShape is a state without what the views of Diagnostics and Settings
// follow: figures, notes, and how a job goes.
func officeShape(s desk.State) desk.State {
	d := &s.Diagnostics
	if len(d.Parts) > 0 {
		parts := make([]desk.Part, len(d.Parts))
		for i, p := range d.Parts {
			parts[i] = desk.Part{Name: p.Name, Kind: p.Kind, Health: p.Health}
		}
		d.Parts = parts
	}
	d.Open = desk.Part{Name: d.Open.Name, Kind: d.Open.Kind}
	switch {
	case d.Job != nil && len(d.Job.Files) > 0: // the buttons are others then
		d.Job = &desk.JobState{Files: []desk.TableFile{{}}}
	case d.Open.Kind == desk.PartCamera && d.Job.UnderWay(): // its picture is shown
		d.Job = &desk.JobState{}
	default:
		d.Job = nil
	}
	s.Settings.Job, s.Settings.Finding, s.Settings.Failed = nil, false, false
	return s
}
