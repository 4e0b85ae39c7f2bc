package screen

import (
	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// OutOfOrder says that the terminal cannot record, why in plain words, what the
// technician should know and what still works.
func OutOfOrder(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	f := faceOf(kiosk.OutOfOrder)
	panel := k.Panel(look.PanelWords{
		Ground: f.ground, Icon: f.icon, Headline: w.Say("verdict.out-of-order"), Lead: faultWords(w, s.Fault.Code),
		Foot: w.Say("fault.code", look.Vars{"Code": string(s.Fault.Code)}),
	})
	next := k.Text(w.Say("next.out-of-order"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	help := k.Text(w.Say("help.out-of-order"), look.Style{Size: look.TextLead, Role: look.Muted})
	side := k.Fit(k.Middle(look.Space3, next, help))
	return page(k, s, on, k.Split(0.448, 0.5, panel, side))
}

// faultWords is the sentence of a fault; one without its own gets a general
// one, since the code says the rest.
func faultWords(w *look.Words, c desk.FaultCode) string {
	if c == desk.FaultDisk {
		return w.Say("fault.E-DISK")
	}
	return w.Say("fault.other")
}
