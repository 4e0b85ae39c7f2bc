package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Order is all that is known of an order, and what may be done with it. Each of
// those is a question of its own: see orderstep.go and hand.go.
func Order(k *look.Kit, s desk.State, on Actions) *View {
	switch {
	case s.Order.Gone:
		gone := k.Middle(look.Space3,
			k.Text(k.Words.Say("order.gone"), look.Style{Size: look.TextLead, Role: look.Ink, Align: fyne.TextAlignCenter}),
			k.Button(look.Main, "arrow-left", k.Words.Say("keypad.back"), on.tap(desk.TapBack)))
		return leaderPage(k, s, on, k.Words.Say("order.title"), gone)
	case s.Hand.Step != desk.HandNone:
		return handPage(k, s, on)
	case s.Order.Step != desk.OrderView:
		return orderStep(k, s, on)
	}
	w := k.Words
	list := k.List(orderLines(w, s.Order.Lines))
	side := orderWays(k, s.Order, on)
	body := k.Page(orderBanner(k, s), k.Pad(0, look.Space1, k.Split(0.5, 0.5, list, side)), k.Spring())
	return leaderPage(k, s, on, orderTitle(w, s.Order.Entry), body)
}

func orderTitle(w *look.Words, e desk.Entry) string {
	number := string(e.ID)
	if e.PickupNumber != "" {
		number = w.Say("order.number", look.Vars{"Number": e.PickupNumber})
	}
	return join(number, whose(w, e.Customer), e.Shelf)
}

// orderBanner says what was just done, why something was not, or how the order
// stands.
func orderBanner(k *look.Kit, s desk.State) fyne.CanvasObject {
	w, o := k.Words, s.Order
	switch {
	case o.Refusal != "":
		return k.Banner("circle-alert", w.Say("refusal."+string(o.Refusal)), look.Wait)
	case o.Done != "":
		return k.Banner("circle-check", w.Say("order.done."+string(o.Done), look.Vars{"Amount": o.DoneAmount.String()}), look.Accept)
	}
	e := o.Entry
	say := func(icon, words string, ground look.Role) fyne.CanvasObject { return k.Banner(icon, words, ground) }
	switch st := standing(s, e); st {
	case standReported:
		return say("message-square", w.Count("standing.reported", e.Reports), look.Refuse)
	case standCancelled:
		return say("ban", w.Say("standing.cancelled."+string(e.Status)), look.Refuse)
	case standCollected:
		words := w.Say("standing.collected.open")
		if !e.Collected.IsZero() {
			words = w.Say("standing.collected", look.Vars{"When": when(w, e.Collected, s.Header.Now)})
		}
		return say("package-check", words, look.BrandSoft)
	case standDue:
		return say("hand-coins", w.Say("standing.due", look.Vars{"Amount": e.Due.String()}), look.Wait)
	case standOverdue:
		return say("calendar-clock", w.Say("standing.overdue", look.Vars{"When": when(w, e.CollectBy, s.Header.Now)}), look.Wait)
	case standPartly, standToCollect:
		return say("package", w.Count("standing."+string(st), e.Left), look.BrandSoft)
	default:
		return say("clock", w.Say("standing."+string(st)), look.Wait)
	}
}

// orderLines are the rows of an order: what was ordered, and where its units are.
func orderLines(w *look.Words, lines []desk.OrderLine) []look.Item {
	var out []look.Item
	for _, l := range lines {
		where := ""
		for _, n := range []struct {
			id string
			n  int
		}{{"line.handed", l.Handed}, {"line.short", l.Short}, {"line.damaged", l.Damaged}, {"line.after-sold", l.AfterSold}} {
			if n.n > 0 {
				where = join(where, w.Count(n.id, n.n))
			}
		}
		if where != "" && l.Left > 0 {
			where = join(where, w.Count("line.left", l.Left))
		}
		out = append(out, look.Item{Icon: "package", Title: l.Product, Note: join(l.Spec, where), Quantity: "× " + look.Thousands(l.Ordered)})
	}
	return out
}

// orderWays is what may be done: the one main thing at the foot, the rest above.
func orderWays(k *look.Kit, o desk.OrderState, on Actions) fyne.CanvasObject {
	w := k.Words
	main := k.Spring()
	var ways []fyne.CanvasObject
	for _, c := range []struct {
		icon string
		a    desk.Action
	}{
		{"check-check", desk.TapHandOver}, {"message-square", desk.TapReports}, {"clipboard-list", desk.TapByLine}, {"rotate-ccw", desk.TapReject},
		{"wallet", desk.TapAfterSale}, {"undo-2", desk.TapUndo}, {"printer", desk.TapPrint}, {"history", desk.TapHistory},
	} {
		if !o.Offers(c.a) {
			continue
		}
		words := w.Say("order.do." + string(c.a))
		if _, has := main.(*look.Button); !has && (c.a == desk.TapHandOver || c.a == desk.TapReports) {
			main = k.Button(look.Main, c.icon, words, on.tap(c.a))
			continue
		}
		ways = append(ways, k.Button(look.Plain, c.icon, words, on.tap(c.a)))
	}
	ways = append(ways, k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack)))
	return k.Dock(look.Space2, k.Grid(2, look.Space1, k.Target(look.TargetMain), ways...), main)
}
