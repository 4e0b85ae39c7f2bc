package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// shownProducts is how many products of an order Choose names.
const shownProducts = 2

// Choose lists the orders that one code opens, ticked. What cannot go out now is
// listed with its reason and has no tick.
func Choose(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	countdown := ring(k, s, look.Plain)
	head := k.Text(w.Count("choose.head", going(s.Choose)), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	hint := k.Text(w.Say("choose.hint"), look.Style{Size: look.TextLead, Role: look.Ink})
	whose := k.Text(whose(w, s.Choose.Anybody), look.Style{Size: look.TextLead, Role: look.Muted})
	list := k.Choices(chooseRows(w, s, on))
	collect := k.Button(look.Main, "package-check", "", on.tap(desk.TapCollect))
	follow := func(s desk.State) {
		list.Set(chooseRows(w, s, on))
		collect.SetWords(collectWords(w, s.Choose))
		collect.SetOff(s.Choose.Ticked == 0)
	}
	follow(s)
	ways := k.Row(look.Space2,
		look.Share{Object: counting(k.Button(look.Plain, "", w.Say("choose.cancel"), on.tap(desk.TapBack)), countdown), Weight: 1},
		look.Share{Object: collect, Weight: 2})
	side := k.Fit(k.Middle(look.Space3, head, hint, whose))
	v := page(k, s, on, k.Split(0.34, 0.2, side, k.Dock(look.Space3, list, ways)))
	v.ring, v.follow = countdown, follow
	return v
}

// going counts the orders that can be ticked.
func going(c desk.ChooseState) int {
	n := 0
	for _, o := range c.Orders {
		if o.Goes {
			n++
		}
	}
	return n
}

func collectWords(w *look.Words, c desk.ChooseState) string {
	if c.Ticked == 0 {
		return w.Say("choose.collect-none")
	}
	return w.Count("choose.collect", c.Ticked)
}

func chooseRows(w *look.Words, s desk.State, on Actions) []look.Choice {
	rows := make([]look.Choice, 0, len(s.Choose.Orders))
	for _, o := range s.Choose.Orders {
		row := look.Choice{Title: numbered(w, o.ResultOrder)}
		if row.Title == "" {
			row.Title = w.Count("order.units", o.Units)
		}
		if !o.Goes {
			row.Icon, row.Tag, row.Ground = faceOf(o.Verdict).icon, w.Say("verdict."+string(o.Verdict)), faceOf(o.Verdict).ground
			row.Note = evidence(w, o.Verdict, desk.Result{}, o.ResultOrder, s.Header.Now)
			rows = append(rows, row)
			continue
		}
		ticked := o.Ticked
		row.Ticked, row.Tapped = &ticked, on.pick(desk.TapTick, string(o.ID))
		row.Note, row.Tag, row.Ground = firstProducts(w, o.Lines), o.Shelf, look.BrandSoft
		switch {
		case o.Due > 0:
			row.Tag, row.Ground = w.Say("choose.due", look.Vars{"Amount": o.Due.String()}), look.Wait
		case o.Verdict.ForLeader():
			row.Tag, row.Ground = w.Say("verdict."+string(o.Verdict)), look.Wait
		}
		rows = append(rows, row)
	}
	return rows
}

// firstProducts names the first of an order's products.
func firstProducts(w *look.Words, lines []desk.ResultLine) string {
	var parts []string
	for i, l := range lines {
		if i == shownProducts {
			parts = append(parts, w.Say("choose.more", look.Vars{"N": len(lines) - i}))
			break
		}
		parts = append(parts, l.Product+"\u00a0×\u00a0"+look.Thousands(l.Quantity))
	}
	return join(parts...)
}
