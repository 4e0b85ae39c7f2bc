package screen

import (
	"fmt"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Counter is the leader's first screen: today at a glance, the orders behind each
// figure, and the search for one.
func Counter(k *look.Kit, s desk.State, on Actions) *View {
	switch {
	case !s.Tally.Known:
		words := k.Text(k.Words.Say("counter.loading"), look.Style{Size: look.TextLead, Role: look.Muted, Align: fyne.TextAlignCenter})
		return leaderPage(k, s, on, k.Words.Say("section.counter"), k.Middle(look.Space3, words))
	case s.Counter.Mode == desk.CounterTyping:
		return counterTyping(k, s, on)
	case s.Counter.Mode == desk.CounterList:
		return counterList(k, s, on)
	}
	return counterToday(k, s, on)
}

func counterToday(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	search := k.Button(look.Plain, "search", w.Say("counter.search"), on.tap(desk.TapSearch))
	caption := k.Text(w.Say("counter.chart"), look.Style{Size: look.TextSmall, Role: look.Muted})
	chart := k.Card(look.Surface, true, look.Space3, look.Space2, k.Page(caption, k.Chart(hourBars(s), w.Say("counter.chart-empty")), k.Spring()))
	figures := k.Split(0.5, 0.4, k.Tiles(tiles(w, s, on)), chart)
	return leaderPage(k, s, on, "", k.Page(search, k.Pad(0, look.Space2, figures), k.Spring()))
}

// tiles are today's figures; each opens the orders that it counts, and the one of
// events that wait the page that says why.
func tiles(w *look.Words, s desk.State, on Actions) []look.Tile {
	filter := func(n int, f desk.Filter, icon string, ground look.Role) look.Tile {
		if n == 0 {
			ground = look.Surface
		}
		return look.Tile{Value: look.Thousands(n), Words: w.Say("counter.tile." + string(f)), Icon: icon, Ground: ground, Tapped: on.pick(desk.PickFilter, string(f))}
	}
	unsent := look.Tile{
		Value: look.Thousands(int(min(s.Header.Unsent, 1<<30))), Words: w.Say("counter.tile.unsent"), Icon: "upload", Ground: look.Surface,
		Tapped: on.tap(desk.TapDiagnostics),
	}
	if s.Header.Unsent > 0 && !s.Header.Online && !s.Header.Local {
		unsent.Ground, unsent.Icon = look.Wait, "cloud-off"
	}
	all := look.Tile{
		Value: look.Thousands(s.Header.Orders), Words: w.Say("counter.tile.all"), Icon: "clipboard-list", Ground: look.Surface,
		Tapped: on.pick(desk.PickFilter, string(desk.FilterAll)),
	}
	out := []look.Tile{
		filter(s.Tally.ToCollect, desk.FilterToCollect, "package", look.Surface),
		filter(s.Tally.Collected, desk.FilterCollected, "package-check", look.Surface),
		filter(s.Tally.Overdue, desk.FilterOverdue, "calendar-clock", look.Wait),
		filter(s.Tally.Exceptions, desk.FilterReported, "triangle-alert", look.Refuse),
	}
	if !s.Header.Local { // else there is nobody to send to
		out = append(out, unsent)
	}
	return append(out, all)
}

// The hours that the chart always shows.
const (
	firstHour = 8
	lastHour  = 20
)

// hourBars are the handovers of today by hour, from the first with any, or from
// opening time, to the last.
func hourBars(s desk.State) []look.Bar {
	from, to, now := firstHour, lastHour, s.Header.Now.Hour()
	for h, n := range s.Tally.Hours {
		if n > 0 || h == now {
			from, to = min(from, h), max(to, h)
		}
	}
	var bars []look.Bar
	for h := from; h <= to; h++ {
		bars = append(bars, look.Bar{Label: fmt.Sprint(h), Value: s.Tally.Hours[h], Marked: h == now})
	}
	return bars
}

// counterList is the orders of a filter, or those that were found.
func counterList(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	title := k.Text(listTitle(w, s.Counter), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true, OneLine: true})
	ways := k.Row(look.Space2, look.Share{Object: title, Weight: 1},
		look.Share{Object: k.Button(look.Plain, "search", w.Say("counter.find-other"), on.tap(desk.TapSearch))},
		look.Share{Object: k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack))})
	if s.Counter.Total == 0 {
		nothing := k.Middle(look.Space3,
			k.Text(w.Say("counter.nothing"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true, Align: fyne.TextAlignCenter}),
			k.Text(w.Say("counter.nothing-help"), look.Style{Size: look.TextLead, Role: look.Muted, Align: fyne.TextAlignCenter}),
			k.Button(look.Main, "search", w.Say("counter.search-again"), on.tap(desk.TapSearch)))
		return leaderPage(k, s, on, "", k.Page(ways, nothing, k.Spring()))
	}
	rows := k.Choices(entryRows(w, s, on)).At(s.Counter.Page, func(page int) { on.Pick(desk.PickPage, fmt.Sprint(page)) })
	v := leaderPage(k, s, on, "", k.Page(ways, k.Pad(0, look.Space1, rows), k.Spring()))
	v.follow = func(s desk.State) {
		title.SetWords(listTitle(w, s.Counter))
		rows.Set(entryRows(w, s, on))
	}
	return v
}

func listTitle(w *look.Words, c desk.CounterState) string {
	if c.Text != "" {
		return w.Count("counter.found", c.Total, look.Vars{"Text": c.Text})
	}
	return join(w.Say("counter.tile."+string(c.Filter)), w.Count("counter.orders", c.Total))
}

// entryRows are the orders of a list, and the way to those before and after them.
func entryRows(w *look.Words, s desk.State, on Actions) []look.Choice {
	c := s.Counter
	var out []look.Choice
	leaf := func(id string, n, from int) look.Choice {
		return look.Choice{Icon: "ellipsis", Title: w.Count(id, n), Chevron: true, Tapped: on.pick(desk.PickFrom, fmt.Sprint(from))}
	}
	if c.From > 0 {
		out = append(out, leaf("counter.before", c.From, max(0, c.From-desk.CounterLeaf)))
	}
	for _, e := range c.Entries {
		out = append(out, entryRow(w, s, e, on))
	}
	if n := c.More(); n > 0 {
		out = append(out, leaf("counter.more", n, c.From+len(c.Entries)))
	}
	return out
}

func entryRow(w *look.Words, s desk.State, e desk.Entry, on Actions) look.Choice {
	row := look.Choice{
		Icon: "package", Title: join(e.PickupNumber, whose(w, e.Customer)), Note: products(w, e.Products),
		Right: e.Shelf, Chevron: true, Tapped: on.pick(desk.PickOrder, string(e.ID)),
	}
	if row.Title == "" {
		row.Title = string(e.ID)
	}
	row.Tag, row.Ground = entryTag(w, s, e)
	return row
}

// entryTag is the one thing about an order that a leader must know first.
func entryTag(w *look.Words, s desk.State, e desk.Entry) (words string, ground look.Role) {
	switch standing(s, e) {
	case standCollected, standToCollect:
		return "", look.BrandSoft
	case standDue:
		return "¥" + e.Due.String(), look.Wait
	case standReported:
		return w.Say("standing.reported-short"), look.Refuse
	case standCancelled:
		return w.Say("standing.cancelled-short." + string(e.Status)), look.Refuse
	default:
		return w.Say("standing." + string(standing(s, e)) + "-short"), look.Wait
	}
}

// stand is how an order stands, as far as one word says it.
type stand string

const (
	standToCollect  stand = "to-collect"
	standPartly     stand = "partly"
	standCollected  stand = "collected"
	standHeld       stand = "held"
	standDue        stand = "due"
	standReported   stand = "reported"
	standSentBack   stand = "sent-back"
	standCancelled  stand = "cancelled"
	standNotArrived stand = "not-arrived"
	standOverdue    stand = "overdue"
)

// standing is what a leader must know first of an order.
func standing(s desk.State, e desk.Entry) stand {
	switch {
	case e.Reports > 0:
		return standReported
	case e.SentBack:
		return standSentBack
	case e.Left == 0:
		return standCollected
	case e.Status.Over():
		return standCancelled
	case !e.Arrived:
		return standNotArrived
	case e.Held:
		return standHeld
	case e.Due > 0:
		return standDue
	case !e.CollectBy.IsZero() && e.CollectBy.Before(s.Header.Now):
		return standOverdue
	case e.Left < e.Units:
		return standPartly
	}
	return standToCollect
}

// products names the first product, and how many others there are.
func products(w *look.Words, names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return w.Count("counter.products", len(names), look.Vars{"First": names[0]})
}
