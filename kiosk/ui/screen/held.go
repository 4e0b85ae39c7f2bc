package screen

import (
	"strings"

	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Held says that the order waits for the leader, and why: it is kept for this
// customer meanwhile.
func Held(k *look.Kit, s desk.State, on Actions) *View {
	if s.Hand.Step != desk.HandNone && s.Leader != "" {
		return handPage(k, s, on)
	}
	w, r := k.Words, resultOf(s)
	countdown := ring(k, s, look.Plain)
	ways := heldWays(k, s, on, countdown)
	list := k.List(orderItems(w, r, s))
	v := page(k, s, on, k.Split(0.448, 0.42, k.Panel(heldPanel(w, r, s)), k.Dock(look.Space3, list, ways)))
	v.ring = countdown
	return v
}

// heldWays are the buttons: the customer may cancel or have the leader come;
// the leader who is signed in rejects, hands over with the way it was paid, or
// goes line by line (see hand.go).
func heldWays(k *look.Kit, s desk.State, on Actions, countdown *look.Ring) *fyne.Container {
	w := k.Words
	button := func(kind look.Kind, icon, id string, a desk.Action) *look.Button {
		return k.Button(kind, icon, w.Say(id), on.tap(a))
	}
	pair := func(first, second *look.Button, weight float32) *fyne.Container {
		return k.Row(look.Space2, look.Share{Object: first, Weight: 1}, look.Share{Object: second, Weight: weight})
	}
	if s.Leader == "" {
		return pair(counting(button(look.Plain, "", "held.cancel", desk.TapCancel), countdown),
			button(look.Main, "user-round", "held.confirm", desk.TapConfirm), 1.4)
	}
	reject := counting(button(look.Plain, "", "held.reject", desk.TapReject), countdown)
	if vouched(resultOf(s)) { // no lines are known
		return k.Column(look.Space2, reject, button(look.Main, "check-check", "held.hand-over", desk.TapConfirm))
	}
	others := pair(reject, button(look.Plain, "clipboard-list", "held.by-line", desk.TapByLine), 1)
	if due(resultOf(s)) > 0 {
		return k.Column(look.Space2, others, pair(button(look.Main, "banknote", "held.cash", desk.TapCash), codeButton(k, s.Hand, on), 1))
	}
	return k.Column(look.Space2, others, button(look.Main, "check-check", "held.hand-over", desk.TapConfirm))
}

func heldPanel(w *look.Words, r desk.Result, s desk.State) look.PanelWords {
	f, o := faceOf(r.Verdict), leading(r)
	p := look.PanelWords{
		Ground: f.ground, Icon: f.icon, Headline: heldHead(w, s), Lead: evidence(w, r.Verdict, r, o, s.Header.Now), Foot: w.Say("held.kept"),
	}
	numbers := strings.Join(distinct(r.Orders, pickupNumber), " + ")
	switch {
	case r.Verdict == kiosk.PaymentDue:
		p.Caption, p.Big, p.After = w.Say("held.due"), "¥"+due(r).String(), numbered(w, o)
	case numbers != "":
		p.Caption, p.Big = w.Say("order.number-caption"), numbers
	}
	if vouched(r) {
		p.Lead = w.Say("voucher.held")
	}
	if s.Leader != "" { // the leader reads it now: facts, no comfort
		p.Foot = ""
		if r.Verdict == kiosk.PaymentDue {
			p.Lead, p.Caption = "", w.Say("held.due-leader")
		}
	}
	if s.Leader != "" && o.Home != "" {
		p.Lead = homeWarning(w, o, s.Header.Terminal)
	}
	if r.Several {
		p.Foot = w.Say("result.several")
	}
	if s.Hand.Refusal != "" {
		p.Lead = w.Say("refusal." + string(s.Hand.Refusal))
	}
	p.After = join(strings.Join(distinct(r.Orders, customer(w)), dot), p.After)
	return p
}

// heldHead tells the customer to wait, and the leader what to do.
func heldHead(w *look.Words, s desk.State) string {
	if s.Leader != "" {
		return w.Say("held.head-leader")
	}
	return w.Say("held.head")
}

// due is what is to be paid for all orders of a result.
func due(r desk.Result) kiosk.Fen {
	var sum kiosk.Fen
	for _, o := range r.Orders {
		sum += o.Due
	}
	return sum
}

// homeWarning tells the leader that the goods may be handed out elsewhere, too, or
// have been: this kiosk does not have the order's lease for sure.
func homeWarning(w *look.Words, o desk.ResultOrder, here string) string {
	if string(o.Home) == here {
		return w.Say("why.other-kiosk.unsure")
	}
	return w.Say("why.other-kiosk.leader", look.Vars{"Home": string(o.Home)})
}
