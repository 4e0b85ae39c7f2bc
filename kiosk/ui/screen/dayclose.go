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
	w, d := k.Words, s.DayClose
	title := dayTitle(w, d)
	switch {
	case !d.Known:
		return leaderPage(k, s, on, title, waiting(k, "goods.opening"))
	case d.NoDay:
		return leaderPage(k, s, on, title, empty(k, "clock", w.Say("day.no-day"), w.Say("day.no-day-why")))
	case d.Failed:
		return leaderPage(k, s, on, title, waiting(k, "goods.unreadable"))
	case d.Step == desk.DayEntries:
		body, follow := dayEntries(k, s, on)
		v := goodsStep(k, s, on, title, body)
		v.follows(follow)
		return v
	case d.Step == desk.DayCash:
		body, follow := dayCash(k, s, on)
		v := goodsStep(k, s, on, w.Say("day.cash-head"), body)
		v.follows(follow)
		return v
	case d.Step == desk.DayConfirm:
		return goodsStep(k, s, on, w.Say("day.confirm-head", look.Vars{"Day": dayDate(w, d.Day)}), dayConfirm(k, s, on))
	case d.Step == desk.DayDone:
		return leaderPage(k, s, on, title, dayDone(k, s, on))
	}
	return leaderPage(k, s, on, title, dayOverview(k, s, on))
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

// dayOverview is the day at a glance, and what one may do with it.
func dayOverview(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, d := k.Words, s.DayClose
	var ways []fyne.CanvasObject
	switch {
	case !d.Today:
		ways = append(ways, k.Button(look.Plain, "arrow-left", w.Say("day.to-today"), on.pick(desk.PickDay, "")))
	case d.Earlier != "":
		words := w.Say("day.earlier", look.Vars{"Day": dayDate(w, d.Earlier)})
		ways = append(ways, k.Button(look.Plain, "", words, on.pick(desk.PickDay, string(d.Earlier))))
	}
	ways = append(ways, k.Button(look.Plain, "arrow-left-right", w.Say("day.entries"), on.pick(desk.PickEntries, string(firstWord(d)))))
	printed := k.Button(look.Plain, "", w.Say("goods.print"), on.tap(desk.TapPrintClose))
	if !d.MayClose {
		return dayTable(k, s, append(ways, printed))
	}
	export := k.Button(look.Plain, "", w.Say("day.export"), on.tap(desk.TapExportDay))
	if k.Upright() {
		ways = append(ways, export, printed)
	} else { // side by side: what a lying screen lacks is height
		ways = append(ways, k.Row(look.Space2, look.Share{Object: export, Weight: 1}, look.Share{Object: printed, Weight: 1}))
	}
	words := w.Say("day.close")
	if d.Closed != nil {
		words = w.Say("day.close-again")
	}
	return dayTable(k, s, append(ways, k.Button(look.Main, "calendar-check", words, on.tap(desk.TapCloseDay))))
}

// dayTable sets the day's figures beside the ways on.
func dayTable(k *look.Kit, s desk.State, ways []fyne.CanvasObject) fyne.CanvasObject {
	d := s.DayClose
	table := k.Card(look.Surface, true, look.Space3, look.Space1, k.Fit(k.Middle(0, figures(k, dayFigures(k.Words, d)))))
	notice := refusalRemark(k, d.Refusal)
	if notice == nil && s.Job == nil { // how the job goes stands in its place
		notice = dayNotice(k, s)
	}
	return under(k, beside(k, table, nil, ways...), notice)
}

// firstWord is HQ's word on the entries that one should look at first.
func firstWord(d desk.DayCloseState) desk.Word {
	switch {
	case d.Differ > 0:
		return desk.WordDiffers
	case d.Pending > 0:
		return desk.WordPending
	}
	return desk.WordSettled
}

// dayNotice says what is unusual: that the day was closed before, that HQ differs
// or has not confirmed all.
func dayNotice(k *look.Kit, s desk.State) fyne.CanvasObject {
	w, d := k.Words, s.DayClose
	switch {
	case d.Closed != nil:
		words := w.Say("day.closed", look.Vars{"When": when(w, d.Closed.At, s.Header.Now), "Name": d.Closed.By})
		if d.Closed.Since > 0 {
			return remark(k, "calendar-clock", join(words, w.Count("day.since", d.Closed.Since)), look.Wait)
		}
		if d.Closed.Pending > 0 && d.Pending == 0 {
			return remark(k, "calendar-check", w.Say("day.complete-now"), look.BrandSoft)
		}
		return remark(k, "calendar-check", words, look.BrandSoft)
	case !d.MayClose:
		return remark(k, "lock-keyhole", w.Say("day.leader-only"), look.BrandSoft)
	}
	return nil
}

// dayFigures are the totals, by state and by method, and HQ's word on the entries.
// Those that are nothing are left out, but for what every day has.
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
	if t.ByCode > 0 {
		rows = append(rows, figure{w.Say("day.money"), yuan(t.Cash) + " / " + yuan(t.ByCode)})
	} else {
		rows = append(rows, figure{w.Say("day.cash"), yuan(t.Cash)})
	}
	if t.Short+t.Damaged+t.Returned > 0 {
		rows = append(rows, figure{w.Say("day.short"), slashed(t.Short, t.Damaged, t.Returned)})
	}
	if t.Undone+t.AfterSales > 0 {
		rows = append(rows, figure{w.Say("day.undone"), slashed(t.Undone, t.AfterSales) + " · " + yuan(t.Refunds)})
	}
	if t.Received > 0 {
		rows = append(rows, figure{w.Say("day.received"), look.Thousands(t.Received)})
	}
	return append(rows, hqFigure(w, d))
}

// hqFigure counts the entries by HQ's word.
func hqFigure(w *look.Words, d desk.DayCloseState) figure {
	if d.Alone {
		return figure{w.Say("day.word.alone"), look.Thousands(d.Settled + d.Pending + d.Differ)}
	}
	return figure{w.Say("day.hq"), slashed(d.Settled, d.Pending, d.Differ)}
}

// slashed writes numbers beside each other.
func slashed(numbers ...int) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = look.Thousands(n)
	}
	return strings.Join(parts, " / ")
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
	notes := []fyne.CanvasObject{
		k.Text(head, look.Style{Size: look.TextLead, Role: look.Ink, Bold: true}),
		k.Text(w.Say("day.head-at", look.Vars{"Head": headWords(d.Head)}), look.Style{Size: look.TextSmall, Role: look.Muted}),
	}
	var ways []fyne.CanvasObject
	ways = append(ways, k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)))
	for _, word := range desk.Words() {
		if word != d.Word {
			ways = append(ways, k.Button(look.Plain, "", w.Say("day.word."+string(word)), on.pick(desk.PickEntries, string(word))))
		}
	}
	if len(d.Rows) == 0 {
		return beside(k, empty(k, "circle-check", w.Say("day.no-entries"), ""), notes, ways...), nil
	}
	list := k.Choices(rows(s))
	return beside(k, list, notes, ways...), func(s desk.State) { list.Set(rows(s)) }
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
		Note:  join(differs(w, r), r.At.Format("15:04"), w.Say("day.seq", look.Vars{"Seq": look.Thousands(int(min(r.Seq, 1<<53)))}), units, r.By),
	}
	if r.Value != 0 {
		c.Right = yuan(r.Value)
	}
	return c
}

// differs says what HQ made of an entry, where that is not what the list is of.
func differs(w *look.Words, r desk.DayRow) string {
	switch r.Settled {
	case "", kiosk.SettledAccepted, kiosk.SettledReplay:
		return ""
	}
	return settledWords(w, r.Settled)
}
