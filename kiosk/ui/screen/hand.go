package screen

import (
	"fmt"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// handPage is a step of a handover that a leader puts together: which lines, how
// much of one, how it is paid. It is the same on Held and on Order.
func handPage(k *look.Kit, s desk.State, on Actions) *View {
	w, h := k.Words, s.Hand
	countdown := ring(k, s, look.Plain)
	back := counting(k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack)), countdown)
	title := w.Say("hand.step." + string(h.Step))
	var v *View
	switch h.Step {
	case desk.HandCounts:
		rows := k.Choices(handRows(w, h, on))
		give := k.Button(look.Main, "check-check", w.Count("hand.give", h.Units), on.tap(desk.TapConfirm))
		ways := k.Row(look.Space2, look.Share{Object: back, Weight: 1}, look.Share{Object: give, Weight: 1.6})
		v = stepPage(k, s, on, title, h.Refusal, rows, ways)
	case desk.HandCount:
		v = handCount(k, s, on)
	case desk.HandPay:
		v = stepPage(k, s, on, title, h.Refusal, payPanel(k, h), payWays(k, h, on, back))
	default: // the payment code
		words := k.Fit(k.Middle(look.Space3,
			k.Text("¥"+h.Due.String(), look.Style{Size: look.TextShelf, Role: look.Ink, Bold: true, Align: fyne.TextAlignCenter, OneLine: true}),
			k.Text(w.Say("hand.pay-code"), look.Style{Size: look.TextLead, Role: look.Ink, Align: fyne.TextAlignCenter})))
		paid := k.Button(look.Main, "check", w.Say("held.paid-code"), on.tap(desk.TapPaidCode))
		ways := k.Row(look.Space2, look.Share{Object: back, Weight: 1}, look.Share{Object: paid, Weight: 1.6})
		v = stepPage(k, s, on, title, h.Refusal, k.Split(0.5, 0.6, k.Code(h.PaymentCode), words), ways)
	}
	v.ring = countdown
	return v
}

func payPanel(k *look.Kit, h desk.HandState) fyne.CanvasObject {
	return k.Panel(look.PanelWords{
		Ground: look.Wait, Icon: "hand-coins", Headline: k.Words.Say("verdict.payment-due"), Caption: k.Words.Say("held.due-leader"), Big: "¥" + h.Due.String(),
	})
}

// payWays are the ways in which something can be paid here.
func payWays(k *look.Kit, h desk.HandState, on Actions, back fyne.CanvasObject) fyne.CanvasObject {
	return k.Row(look.Space2, look.Share{Object: back, Weight: 1},
		look.Share{Object: k.Button(look.Main, "banknote", k.Words.Say("held.cash"), on.tap(desk.TapCash)), Weight: 1.2},
		look.Share{Object: codeButton(k, h, on), Weight: 1.2})
}

// codeButton leads to the payment code where there is one, or else says that it
// was paid by it.
func codeButton(k *look.Kit, h desk.HandState, on Actions) *look.Button {
	if h.PaymentCode != "" {
		return k.Button(look.Main, "qr-code", k.Words.Say("hand.show-code"), on.tap(desk.TapShowCode))
	}
	return k.Button(look.Main, "qr-code", k.Words.Say("held.paid-code"), on.tap(desk.TapPaidCode))
}

// handRows are the lines with what becomes of them.
func handRows(w *look.Words, h desk.HandState, on Actions) []look.Choice {
	var out []look.Choice
	for i, l := range h.Lines {
		note := l.Spec
		if l.PickupNumber != "" {
			note = join(l.PickupNumber, l.Spec)
		}
		for _, n := range []struct {
			id string
			n  int
		}{{"line.short", l.Short}, {"line.damaged", l.Damaged}, {"line.stays", l.Stays()}} {
			if n.n > 0 {
				note = join(note, w.Count(n.id, n.n))
			}
		}
		out = append(out, look.Choice{
			Icon: "package", Title: l.Product, Note: note, Right: fmt.Sprintf("%s / %s", look.Thousands(l.Handed), look.Thousands(l.Left)), Chevron: true,
			Tapped: on.pick(desk.PickLine, fmt.Sprint(i)),
		})
	}
	return out
}

// handCount asks what becomes of one line.
func handCount(k *look.Kit, s desk.State, on Actions) *View {
	w, l := k.Words, handLine(s.Hand)
	step := func(id string, a desk.Action, n int) *look.Stepper {
		return k.Stepper(look.StepperOptions{
			Value: n, Least: 0, Most: l.Left, Words: w.Say(id), Changed: func(n int) { on.Pick(a, fmt.Sprint(n)) },
		})
	}
	handed := step("hand.handed", desk.PickHanded, l.Handed)
	short := step("hand.short", desk.PickShort, l.Short)
	damaged := step("hand.damaged", desk.PickDamaged, l.Damaged)
	stays := k.Text(staysWords(w, l), look.Style{Size: look.TextBody, Role: look.Muted})
	counts := k.Fit(k.Column(look.Space2, handed, short, damaged, stays))
	why := k.Fit(k.Column(look.Space2, k.Text(w.Say("hand.why"), look.Style{Size: look.TextBody, Role: look.Ink}), reasons(k, s.Hand.Reasons, l.Reason, on)))
	if l.Short+l.Damaged == 0 {
		why = k.Fit(k.Column(look.Space2, k.Text(w.Say("hand.all-well"), look.Style{Size: look.TextBody, Role: look.Muted})))
	}
	v := stepPage(k, s, on, join(l.Product, w.Count("line.left", l.Left)), s.Hand.Refusal, k.Split(0.5, 0.4, counts, why),
		k.Button(look.Main, "check", w.Say("keypad.enter"), on.tap(desk.TapOK)))
	v.follow = func(s desk.State) {
		now := handLine(s.Hand)
		handed.Set(now.Handed)
		short.Set(now.Short)
		damaged.Set(now.Damaged)
		stays.SetWords(staysWords(w, now))
	}
	return v
}

func staysWords(w *look.Words, l desk.HandLine) string {
	if l.Stays() == 0 {
		return w.Say("hand.nothing-stays")
	}
	return w.Count("line.stays", l.Stays())
}

// handLine is the line that is counted; empty rather than missing.
func handLine(h desk.HandState) desk.HandLine {
	if h.At < 0 || h.At >= len(h.Lines) {
		return desk.HandLine{}
	}
	return h.Lines[h.At]
}
