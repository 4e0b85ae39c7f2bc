package screen

import (
	"fmt"

	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// orderStep is one question about an order.
func orderStep(k *look.Kit, s desk.State, on Actions) *View {
	w, o := k.Words, s.Order
	title := w.Say("order.step." + string(o.Step))
	back := k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack))
	on1 := func(icon, id string, a desk.Action) fyne.CanvasObject {
		return k.Row(look.Space2, look.Share{Object: back, Weight: 1}, look.Share{Object: k.Button(look.Main, icon, w.Say(id), on.tap(a)), Weight: 1.6})
	}
	alone := k.Row(look.Space2, look.Share{Object: back, Weight: 1}, look.Share{Object: k.Spring(), Weight: 1.6})
	page := func(body, ways fyne.CanvasObject) *View { return stepPage(k, s, on, title, o.Refusal, body, ways) }
	switch o.Step {
	case desk.OrderHistory:
		return page(k.List(historyItems(w, s)), alone)
	case desk.OrderReport:
		return page(k.List(missingItems(w, s)), reportWays(k, s, on, back))
	case desk.OrderUndoWhich:
		return page(k.Choices(handoverRows(w, s, on)), alone)
	case desk.OrderUndo:
		facts := k.Text(handoverWords(w, o.Undoing, s), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
		what := k.Text(w.Say("order.undo-means"), look.Style{Size: look.TextBody, Role: look.Muted})
		why := k.Text(w.Say("order.why"), look.Style{Size: look.TextLead, Role: look.Ink})
		return page(k.Fit(k.Column(look.Space3, facts, what, why, reasons(k, o.Reasons, o.Reason, on))), on1("undo-2", "order.undo-sure", desk.TapConfirm))
	case desk.OrderSaleKind:
		kind := func(kind kiosk.AfterSaleKind, icon string) look.Choice {
			return look.Choice{
				Icon: icon, Title: w.Say("order.sale." + string(kind)), Note: w.Say("order.sale." + string(kind) + ".note"), Chevron: true,
				Tapped: on.pick(desk.PickKind, string(kind)),
			}
		}
		rows := k.Choices([]look.Choice{kind(kiosk.AfterSaleRefund, "banknote"), kind(kiosk.AfterSaleReturn, "package-x")})
		return page(k.Column(0, rows), alone)
	case desk.OrderSaleLines:
		return page(k.Choices(saleRows(w, o, on)), on1("arrow-right", "order.next", desk.TapNext))
	case desk.OrderSaleUnits:
		return saleUnits(k, s, on, title)
	case desk.OrderSaleReason:
		return page(k.Fit(k.Middle(look.Space3, reasons(k, o.Reasons, o.Reason, on))), on1("arrow-right", "order.next", desk.TapNext))
	default: // the last question of an after-sale
		panel := k.Panel(look.PanelWords{
			Ground: look.Wait, Icon: "wallet", Headline: w.Say("order.sale." + string(o.SaleKind)), Caption: w.Say("order.sale-amount"),
			Big: "¥" + o.Amount.String(), Foot: w.Say("reason." + string(o.Reason)),
		})
		return page(k.Split(0.5, 0.45, panel, k.List(soldItems(o.Sale))), on1("check", "order.sale-sure", desk.TapConfirm))
	}
}

// reasons are keys of which one is chosen, and says so by a tick.
func reasons(k *look.Kit, all []kiosk.Reason, chosen kiosk.Reason, on Actions) fyne.CanvasObject {
	var keys []fyne.CanvasObject
	for _, r := range all {
		icon := "square"
		if r == chosen {
			icon = "square-check"
		}
		keys = append(keys, k.Button(look.Plain, icon, k.Words.Say("reason."+string(r)), on.pick(desk.PickReason, string(r))))
	}
	return k.Grid(2, look.Space1, k.Target(88), keys...)
}

func reportWays(k *look.Kit, s desk.State, on Actions, back fyne.CanvasObject) fyne.CanvasObject {
	w := k.Words
	shares := []look.Share{{Object: back, Weight: 1}}
	if s.Order.Offers(desk.TapDismiss) {
		shares = append(shares, look.Share{Object: k.Button(look.Plain, "check", w.Say("order.dismiss"), on.tap(desk.TapDismiss)), Weight: 1.2})
	}
	if s.Order.Offers(desk.TapAfterSale) {
		shares = append(shares, look.Share{Object: k.Button(look.Main, "wallet", w.Say("order.refund-report"), on.tap(desk.TapAfterSale)), Weight: 1.4})
	}
	return k.Row(look.Space2, shares...)
}

func missingItems(w *look.Words, s desk.State) []look.Item {
	if s.Order.Report == nil {
		return nil
	}
	out := []look.Item{{Title: w.Say("order.reported-at", look.Vars{"When": when(w, s.Order.Report.At, s.Header.Now)})}}
	for _, l := range s.Order.Report.Lines {
		where := ""
		if l.Short > 0 {
			where = w.Count("line.short", l.Short)
		}
		if l.Damaged > 0 {
			where = join(where, w.Count("line.damaged", l.Damaged))
		}
		out = append(out, look.Item{Icon: "package-x", Title: l.Product, Note: join(l.Spec, where), Quantity: "× " + look.Thousands(l.Short+l.Damaged)})
	}
	return out
}

func handoverWords(w *look.Words, h desk.Handover, s desk.State) string {
	return join(when(w, h.At, s.Header.Now), place(w, h.Here, h.Terminal), by(w, h.By), w.Count("order.units", h.Units))
}

func handoverRows(w *look.Words, s desk.State, on Actions) []look.Choice {
	var out []look.Choice
	for i, h := range s.Order.Handovers {
		out = append(out, look.Choice{
			Icon: "package-check", Title: join(when(w, h.At, s.Header.Now), w.Count("order.units", h.Units)),
			Note: join(place(w, h.Here, h.Terminal), by(w, h.By)), Chevron: true, Tapped: on.pick(desk.PickRedemption, fmt.Sprint(i)),
		})
	}
	return out
}

// place is the terminal of something.
func place(w *look.Words, here bool, t kiosk.TerminalID) string {
	if here {
		return w.Say("where.here")
	}
	return w.Say("where.terminal", look.Vars{"Terminal": string(t)})
}

// by is who did something.
func by(w *look.Words, name string) string {
	if name == "" {
		return w.Say("order.by-customer")
	}
	return name
}

func saleRows(w *look.Words, o desk.OrderState, on Actions) []look.Choice {
	var out []look.Choice
	for i, l := range o.Sale {
		row := look.Choice{
			Icon: "package", Title: l.Product, Note: join(l.Spec, w.Count("order.at-most", l.Most)), Right: "–", Chevron: true,
			Tapped: on.pick(desk.PickLine, fmt.Sprint(i)),
		}
		if l.Units > 0 {
			row.Right = "× " + look.Thousands(l.Units)
		}
		out = append(out, row)
	}
	return out
}

func soldItems(sale []desk.SaleLine) []look.Item {
	var out []look.Item
	for _, l := range sale {
		if l.Units > 0 {
			out = append(out, look.Item{Icon: "package", Title: l.Product, Note: "¥" + l.UnitPrice.String(), Quantity: "× " + look.Thousands(l.Units)})
		}
	}
	return out
}

// saleUnits asks how many of one line.
func saleUnits(k *look.Kit, s desk.State, on Actions, title string) *View {
	w := k.Words
	l := saleLine(s.Order)
	count := k.Stepper(look.StepperOptions{
		Value: l.Units, Least: 0, Most: l.Most, Words: w.Count("order.at-most", l.Most),
		Changed: func(n int) { on.Pick(desk.PickUnits, fmt.Sprint(n)) },
	})
	name := k.Text(join(l.Product, l.Spec), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
	v := stepPage(k, s, on, title, s.Order.Refusal, k.Fit(k.Middle(look.Space3, name, count)), k.Button(look.Main, "check", w.Say("keypad.enter"), on.tap(desk.TapOK)))
	v.follow = func(s desk.State) { count.Set(saleLine(s.Order).Units) }
	return v
}

// saleLine is the line that is counted; empty rather than missing.
func saleLine(o desk.OrderState) desk.SaleLine {
	if o.SaleAt < 0 || o.SaleAt >= len(o.Sale) {
		return desk.SaleLine{}
	}
	return o.Sale[o.SaleAt]
}
