package screen

import (
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// OutOfOrder says that the terminal cannot record, why in plain words, what the
// technician should know and what can be done. A terminal that is only starting
// says how far it is.
func OutOfOrder(k *look.Kit, s desk.State, on Actions) *View {
	if s.Fault.Code == desk.FaultStarting {
		return starting(k, s, on)
	}
	w := k.Words
	f := faceOf(kiosk.OutOfOrder)
	code := w.Say("fault.code", look.Vars{"Code": string(s.Fault.Code)})
	if s.Fault.Event > 0 {
		code = w.Say("fault.code-event", look.Vars{"Code": string(s.Fault.Code), "Event": s.Fault.Event})
	}
	panel := k.Panel(look.PanelWords{
		Ground: f.ground, Icon: f.icon, Headline: w.Say("verdict.out-of-order"), Lead: faultWords(w, "fault.", s.Fault.Code), Foot: code,
	})
	next := k.Text(w.Say("next.out-of-order"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	help := k.Text(w.Say("help.out-of-order"), look.Style{Size: look.TextLead, Role: look.Muted})
	mend := k.Text(faultWords(w, "mend.", s.Fault.Code), look.Style{Size: look.TextLead, Role: look.Ink})
	side := k.Fit(k.Middle(look.Space3, next, help, mend))
	return page(k, s, on, k.Split(0.448, 0.5, panel, side))
}

// faultWords is a sentence about a fault; one without its own gets a general
// one, since the code says the rest.
func faultWords(w *look.Words, about string, c desk.FaultCode) string {
	if slices.Contains(desk.FaultCodes(), c) {
		return w.Say(about + string(c))
	}
	return w.Say(about + "other")
}

func starting(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	panel := k.Panel(look.PanelWords{Ground: look.Wait, Icon: "hourglass", Headline: w.Say("starting.head"), Lead: w.Say("starting.why")})
	next := k.Text(w.Say("starting.next"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	help := k.Text(w.Say("starting.help"), look.Style{Size: look.TextLead, Role: look.Muted})
	if s.Fault.Total == 0 {
		return page(k, s, on, k.Split(0.448, 0.5, panel, k.Fit(k.Middle(look.Space3, next, help))))
	}
	bar := k.Gauge(part(s.Fault))
	count := k.Text(counted(w, s.Fault), look.Style{Size: look.TextLead, Role: look.Ink})
	v := page(k, s, on, k.Split(0.448, 0.5, panel, k.Fit(k.Middle(look.Space3, next, help, bar, count))))
	v.follow = func(s desk.State) {
		bar.Set(part(s.Fault))
		count.SetWords(counted(w, s.Fault))
	}
	return v
}

func part(f desk.Fault) float32 { return float32(f.Done) / float32(max(f.Total, 1)) }

func counted(w *look.Words, f desk.Fault) string {
	return w.Say("starting.count", look.Vars{"Done": look.Thousands(int(f.Done)), "Total": look.Thousands(int(f.Total))})
}
