package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Asking says that HQ is asked whether the goods may go out here. It is up for two
// seconds at most, and whoever does not want to wait can leave.
func Asking(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	panel := k.Panel(look.PanelWords{
		Ground: look.Wait, Icon: "hourglass", Headline: w.Say("asking.head"), Lead: w.Say("asking.why"),
	})
	next := k.Text(w.Say("asking.next"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	help := k.Text(w.Say("asking.help"), look.Style{Size: look.TextLead, Role: look.Muted})
	side := k.Fit(k.Middle(look.Space3, next, help, k.Gap(look.Space2, " "),
		k.Button(look.Plain, "", w.Say("asking.cancel"), on.tap(desk.TapCancel))))
	return page(k, s, on, k.Split(0.448, 0.5, panel, side))
}
