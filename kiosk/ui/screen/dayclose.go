package screen

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// DayClose says what a day came to, beside HQ, and closes it.
func DayClose(k *look.Kit, s desk.State, on Actions) *View {
	body, follow := dayBody(k, s, on)
	v := leaderPage(k, s, on, dayTitle(k.Words, s.DayClose), body)
	v.follows(follow)
	return v
}

// dayTitle says which day it is about.
func dayTitle(w *look.Words, d desk.DayCloseState) string {
	day := dayDate(w, d.Day)
	if day == "" {
		return w.Say("section.day-close")
	}
	id := "day.title-other"
	if d.Today {
		id = "day.title-today"
	}
	return w.Say(id, look.Vars{"Day": day})
}

// dayDate says a business day, nothing for none.
func dayDate(w *look.Words, day kiosk.Day) string {
	from, _, err := day.Bounds(time.UTC)
	if err != nil {
		return ""
	}
	return date(w, from)
}

func dayBody(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w := k.Words
	switch d := s.DayClose; {
	case !d.Known:
		return waiting(k, "goods.opening"), nil
	case d.NoDay:
		return empty(k, "clock", w.Say("day.no-day"), w.Say("day.no-day-why")), nil
	case d.Failed:
		return waiting(k, "goods.unreadable"), nil
	case d.Step == desk.DayEntries:
		return dayEntries(k, s, on)
	case d.Step == desk.DayCash:
		return dayCash(k, s, on)
	case d.Step == desk.DayConfirm:
		return dayConfirm(k, s, on), nil
	case d.Step == desk.DayDone:
		return dayDone(k, s, on), nil
	default:
		return dayOverview(k, s, on), nil
	}
}

// dayOverview is the day at a glance: its figures, HQ's word on its entries.
func dayOverview(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, d := k.Words, s.DayClose
	var ways []*look.Button
	if !d.Today {
		ways = append(ways, k.Button(look.Plain, "arrow-left", w.Say("day.to-today"), on.pick(desk.PickDay, "")))
	}
	if d.MayClose {
		ways = append(ways, k.Button(look.Plain, "usb", w.Say("day.export"), on.tap(desk.TapExportDay)))
	}
	ways = append(ways, k.Button(look.Plain, "printer", w.Say("goods.print"), on.tap(desk.TapPrintClose)))
	if d.MayClose {
		words := w.Say("day.close")
		if d.Closed != nil {
			words = w.Say("day.close-again")
		}
		ways = append(ways, k.Button(look.Main, "calendar-check", words, on.tap(desk.TapCloseDay)))
	}
	table := k.Card(look.Surface, true, look.Space3, look.Space2, k.Fit(k.Middle(0, figures(k, dayFigures(w, d)))))
	body := k.Split(0.58, 0.55, table, k.Choices(dayWords(k, d, on)))
	return under(k, k.Page(k.Gap(0, ""), body, k.Pad(0, look.Space1, feet(k, ways...))), dayNotice(k, s, on), refusalRemark(k, d.Refusal))
}

// dayNotice says what is unusual: an earlier day that nobody closed, or that this
// one was closed before.
func dayNotice(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, d := k.Words, s.DayClose
	switch {
	case d.Earlier != "" && d.Earlier != d.Day:
		return k.Button(look.Plain, "calendar-clock", w.Say("day.earlier", look.Vars{"Day": dayDate(w, d.Earlier)}), on.pick(desk.PickDay, string(d.Earlier)))
	case d.Closed != nil:
		words := w.Say("day.closed", look.Vars{"When": when(w, d.Closed.At, s.Header.Now), "Name": d.Closed.By})
		if d.Closed.Since > 0 {
			return remark(k, "calendar-clock", join(words, w.Count("day.since", d.Closed.Since)), look.Wait)
		}
		if d.Closed.Pending > 0 && d.Pending == 0 {
			return remark(k, "calendar-check", join(words, w.Say("day.complete-now")), look.BrandSoft)
		}
		return remark(k, "calendar-check", words, look.BrandSoft)
	case !d.MayClose:
		return remark(k, "lock-keyhole", w.Say("day.leader-only"), look.BrandSoft)
	}
	return nil
}

// dayFigures are the totals, by state and by method. Those that are nothing are
// left out, but for what every day has.
func dayFigures(w *look.Words, d desk.DayCloseState) []figure {
	t := d.Totals
	rows := []figure{
		{w.Count("day.orders", t.Alone), look.Thousands(t.Orders)},
		{w.Say("day.units"), look.Thousands(t.Units)},
		{w.Say("day.value"), yuan(t.Value)},
	}
	if d.Rate > 0 {
		rows = append(rows, figure{w.Say("day.commission", look.Vars{"Rate": percent(d.Rate)}), yuan(t.Commission)})
	}
	rows = append(rows, figure{w.Say("day.cash"), yuan(t.Cash)})
	if t.ByCode > 0 {
		rows = append(rows, figure{w.Say("day.by-code"), yuan(t.ByCode)})
	}
	if t.Short+t.Damaged > 0 {
		rows = append(rows, figure{w.Say("day.short"), look.Thousands(t.Short) + " / " + look.Thousands(t.Damaged)})
	}
	if t.Undone > 0 {
		rows = append(rows, figure{w.Say("day.undone"), look.Thousands(t.Undone)})
	}
	if t.AfterSales > 0 {
		rows = append(rows, figure{w.Count("day.after-sales", t.AfterSales), yuan(t.Refunds)})
	}
	if t.Returned > 0 {
		rows = append(rows, figure{w.Say("day.returned"), look.Thousands(t.Returned)})
	}
	if t.Received > 0 {
		rows = append(rows, figure{w.Say("day.received"), look.Thousands(t.Received)})
	}
	return append(rows, figure{w.Say("day.head"), headWords(d.Head)})
}

// headWords name a place in the journal: the number of the entry, and the
// beginning of its hash.
func headWords(h kiosk.Head) string {
	return look.Thousands(int(min(h.Seq, 1<<53))) + " · " + h.Hash.String()[:8]
}

// percent writes a rate in ten-thousandths: 350 is 3.5%.
func percent(rate int) string {
	s := kiosk.Fen(rate).String()
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

// dayWords are HQ's words on the day's entries, and how many have each.
func dayWords(k *look.Kit, d desk.DayCloseState, on Actions) []look.Choice {
	w := k.Words
	counts := map[desk.Word]int{desk.WordDiffers: d.Differ, desk.WordPending: d.Pending, desk.WordSettled: d.Settled}
	icons := map[desk.Word]string{desk.WordDiffers: "triangle-alert", desk.WordPending: "cloud-off", desk.WordSettled: "check-check"}
	var rows []look.Choice
	for _, word := range desk.Words() {
		c := look.Choice{
			Icon: icons[word], Title: w.Say("day.word." + string(word)), Right: look.Thousands(counts[word]),
			Chevron: true, Tapped: on.pick(desk.PickEntries, string(word)),
		}
		if word == desk.WordPending && d.Alone {
			c.Title = w.Say("day.word.alone")
		}
		rows = append(rows, c)
	}
	return rows
}

// dayEntries lists the entries on which HQ has one word.
func dayEntries(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w, d := k.Words, s.DayClose
	rows := func(s desk.State) []look.Choice {
		out := make([]look.Choice, 0, len(s.DayClose.Rows))
		for _, r := range s.DayClose.Rows {
			out = append(out, dayRow(w, r))
		}
		return out
	}
	counts := map[desk.Word]int{desk.WordDiffers: d.Differ, desk.WordPending: d.Pending, desk.WordSettled: d.Settled}
	head := join(w.Say("day.word."+string(d.Word)), look.Thousands(counts[d.Word]))
	if len(d.Rows) < counts[d.Word] {
		head = join(head, w.Count("day.latest", len(d.Rows)))
	}
	title := k.Text(head, look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
	var ways []*look.Button
	ways = append(ways, k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)))
	for _, word := range desk.Words() {
		if word != d.Word {
			ways = append(ways, k.Button(look.Plain, "", w.Say("day.word."+string(word)), on.pick(desk.PickEntries, string(word))))
		}
	}
	if len(d.Rows) == 0 {
		return under(k, k.Dock(look.Space2, empty(k, "circle-check", w.Say("day.no-entries"), ""), feet(k, ways...)), title), nil
	}
	list := k.Choices(rows(s))
	return under(k, k.Dock(look.Space2, list, feet(k, ways...)), title), func(s desk.State) { list.Set(rows(s)) }
}

func dayRow(w *look.Words, r desk.DayRow) look.Choice {
	number, units := "", ""
	if r.PickupNumber != "" {
		number = w.Say("order.number", look.Vars{"Number": r.PickupNumber})
	}
	if r.Units > 0 {
		units = w.Count("order.units", r.Units)
	}
	c := look.Choice{
		Title: join(entryWords(w, r.What), number),
		Note:  join(r.At.Format("15:04"), w.Say("day.seq", look.Vars{"Seq": look.Thousands(int(min(r.Seq, 1<<53)))}), units, r.By),
		Tag:   settledWords(w, r.Settled), Ground: look.BrandSoft,
	}
	switch r.Settled {
	case "":
		c.Ground = look.Wait
	case kiosk.SettledAccepted, kiosk.SettledReplay:
	default:
		c.Ground = look.Refuse
	}
	if r.Value != 0 {
		c.Right = yuan(r.Value)
	}
	return c
}
