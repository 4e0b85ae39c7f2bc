package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Refused says no, or not now: the reason in one sentence, when and where, and
// what to do next.
func Refused(k *look.Kit, s desk.State, on Actions) *View {
	w, r := k.Words, resultOf(s)
	countdown := ring(k, s, look.Main)
	next := k.Text(w.Say("next."+reason(r)), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	help := k.Text(w.Say("help."+reason(r)), look.Style{Size: look.TextLead, Role: look.Muted})
	done := counting(k.Button(look.Main, "", w.Say("result.done"), on.tap(desk.TapDone)), countdown)
	parts := []fyne.CanvasObject{next, help, k.Gap(look.Space2, " ")}
	switch {
	case s.Leader == "":
		parts = append(parts, k.Button(look.Plain, "user-round", w.Say("refused.leader"), on.tap(desk.TapLeader)))
	case r.Verdict == kiosk.AlreadyCollected && s.Role.May(kiosk.TypeRedemptionUndone):
		parts = append(parts, k.Button(look.Plain, "undo-2", w.Say("result.undo"), on.tap(desk.TapUndo)))
	}
	if r.Verdict == kiosk.OtherKiosk && s.Leader != "" && s.Role.May(kiosk.TypeRedeemed) {
		parts = append(parts, k.Button(look.Plain, "check-check", w.Say("refused.take-over"), on.tap(desk.TapTakeOver)))
	}
	side := k.Fit(k.Middle(look.Space3, append(parts, done)...))
	v := page(k, s, on, k.Split(0.448, 0.5, k.Panel(refusedPanel(w, r, s)), side))
	v.ring = countdown
	return v
}

// reason is what the words of a refusal are filed under: its verdict, or that several codes
// are in view.
func reason(r desk.Result) string {
	if r.Several && r.Verdict == kiosk.Busy {
		return "several"
	}
	if r.OfProxy {
		return proxyReason(r.Verdict)
	}
	if r.OfVoucher && (r.Verdict == kiosk.TooEarly || r.Verdict == kiosk.Expired) {
		return "voucher-" + string(r.Verdict)
	}
	return string(r.Verdict)
}

func refusedPanel(w *look.Words, r desk.Result, s desk.State) look.PanelWords {
	f, o := faceOf(r.Verdict), leading(r)
	p := look.PanelWords{
		Ground: f.ground, Icon: f.icon, Headline: w.Say("verdict." + reason(r)),
		Lead: evidence(w, r.Verdict, r, o, s.Header.Now), Foot: join(numbered(w, o), forWhom(w, o)),
	}
	switch {
	case r.OfProxy:
		p.Lead = proxyWhy(w, r, o, s.Header.Now)
	case r.OfVoucher:
		p.Lead = voucherWhy(w, r, o, s.Header.Now)
	}
	switch {
	case r.Several && r.Verdict == kiosk.Busy:
		p.Icon, p.Lead = "qr-code", w.Say("why."+reason(r))
	case r.Several:
		p.Foot = w.Say("result.several")
	}
	if r.Verdict == kiosk.WrongPoint && r.RightTo != "" {
		p.Caption, p.Big = w.Say("refused.right-to"), r.RightTo
	}
	if r.Verdict == kiosk.OtherKiosk && o.Home != "" {
		p.Caption, p.Big = w.Say("refused.kiosk"), string(o.Home)
	}
	return p
}
