package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// leaderPage is the frame of the leader's screens: the rail with the sections, the
// line at the top, what the screen is called, how a job goes, and the body. An
// empty title takes no room.
func leaderPage(k *look.Kit, s desk.State, on Actions, title string, body fyne.CanvasObject) *View {
	job, followJob := jobNotice(k, s)
	head := k.Column(look.Space1, k.Text(title, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true, OneLine: true}), job)
	v := page(k, s, on, k.Page(head, k.Pad(0, look.Space1, body), k.Spring()))
	rail := k.Rail(sections(k.Words, s, on))
	v.Object = k.WithRail(rail, v.Object)
	v.frame = func(s desk.State) {
		rail.Set(sections(k.Words, s, on))
		followJob(s)
	}
	return v
}

// stepPage is one question of the leader's, over the whole screen: what is asked,
// the answers, and the ways back and on.
func stepPage(k *look.Kit, s desk.State, on Actions, title string, no desk.Refusal, body, ways fyne.CanvasObject) *View {
	head := k.Column(look.Space1, k.Text(title, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true, OneLine: true}))
	if no != "" {
		head.Add(k.Banner("circle-alert", k.Words.Say("refusal."+string(no)), look.Wait))
	}
	return page(k, s, on, k.Page(head, k.Pad(0, look.Space2, body), ways))
}

// sections are the doors of the leader's screens; those whose work the role may
// not do are not there.
func sections(w *look.Words, s desk.State, on Actions) []look.RailDoor {
	here := s.Screen
	if here == desk.OrderFile {
		here = desk.Counter
	}
	unsent := 0
	if !s.Header.Online && !s.Header.Local {
		unsent = int(min(s.Header.Unsent, 1000))
	}
	var out []look.RailDoor
	for _, d := range []struct {
		icon   string
		screen desk.Screen
		a      desk.Action
		needs  kiosk.EventType
		badge  int
	}{
		{"layout-dashboard", desk.Counter, desk.TapCounter, "", 0},
		{"package-check", desk.Receive, desk.TapReceive, "", s.Tally.Consigned},
		{"calendar-clock", desk.Overdue, desk.TapOverdue, "", s.Tally.Overdue},
		{"triangle-alert", desk.Conflicts, desk.TapConflicts, kiosk.TypeConflictNoted, s.Tally.Conflicts},
		{"calendar-check", desk.DayClose, desk.TapDayClose, kiosk.TypeDayClosed, 0},
		{"activity", desk.Diagnostics, desk.TapDiagnostics, "", unsent},
		{"settings", desk.Settings, desk.TapSettings, kiosk.TypeSettingsChanged, 0},
		{"scan-line", desk.Welcome, desk.TapCustomers, "", 0},
	} {
		if d.needs != "" && !s.Role.May(d.needs) {
			continue
		}
		out = append(out, look.RailDoor{
			Icon: d.icon, Words: w.Say("section." + string(d.a)), Here: d.screen == here, Badge: badge(d.badge), Tapped: on.tap(d.a),
		})
	}
	return out
}

// badge is a number for a door: nothing for none, and never wide.
func badge(n int) string {
	switch {
	case n <= 0:
		return ""
	case n > 99:
		return "99+"
	}
	return look.Thousands(n)
}

// jobNotice says how the job of a state goes, and follows it. Diagnostics and
// Settings tell of their own work themselves.
func jobNotice(k *look.Kit, s desk.State) (fyne.CanvasObject, func(desk.State)) {
	w, quiet := k.Words, func(desk.State) {}
	if s.Job == nil || s.Job.Job.Kind != desk.JobPrint && (s.Screen == desk.Diagnostics || s.Screen == desk.Settings) {
		return k.Gap(0, ""), quiet
	}
	id := "job." + string(s.Job.Job.Kind)
	switch {
	case s.Job.Failed == desk.JobUnsure: // "not printed" would be wrong
		return k.Banner("triangle-alert", w.Say("job-failure."+string(s.Job.Failed)), look.Wait), quiet
	case s.Job.Failed != "":
		return k.Banner("triangle-alert", join(w.Say(id+".failed"), w.Say("job-failure."+string(s.Job.Failed))), look.Wait), quiet
	case s.Job.Waits != "":
		return k.Banner("hourglass", join(w.Say(id+".waits"), w.Say("job-failure."+string(s.Job.Waits))), look.Wait), quiet
	case s.Job.Ended:
		return k.Banner("circle-check", join(w.Say(id+".done"), s.Job.Result), look.Accept), quiet
	}
	bar := k.Progress(w.Say(id), s.Job.Done, s.Job.Total)
	return bar, func(s desk.State) {
		if s.Job != nil {
			bar.Set(s.Job.Done, s.Job.Total)
		}
	}
}
