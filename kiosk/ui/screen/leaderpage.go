package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// leaderPage is the frame of the leader's screens: the line at the top, what the
// screen is called, its body, the doors to the other sections, and how a job goes.
func leaderPage(k *look.Kit, s desk.State, on Actions, title string, body fyne.CanvasObject) *View {
	head := k.Text(title, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true, OneLine: true})
	var shares []look.Share
	for _, d := range sections(k.Words, s, on) {
		shares = append(shares, look.Share{Object: k.Button(look.Quiet, d.Icon, "", d.Tapped), Weight: 1})
	}
	return page(k, s, on, k.Page(head, body, k.Row(look.Space1, shares...)))
}

// sections are the doors of the leader's screens.
func sections(w *look.Words, s desk.State, on Actions) []look.Door {
	var out []look.Door
	for _, d := range []struct {
		icon string
		a    desk.Action
	}{
		{"layout-dashboard", desk.TapCounter}, {"package-check", desk.TapReceive}, {"calendar-x", desk.TapOverdue},
		{"triangle-alert", desk.TapConflicts}, {"calendar-check", desk.TapDayClose}, {"activity", desk.TapDiagnostics},
		{"settings", desk.TapSettings}, {"scan-line", desk.TapCustomers},
	} {
		out = append(out, look.Door{Icon: d.icon, Words: w.Say("section." + string(d.a)), Tapped: on.tap(d.a)})
	}
	return out
}
