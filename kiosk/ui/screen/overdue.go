package screen

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Overdue lists the orders that nobody came for, and has their customers reminded
// or the goods sent back.
func Overdue(k *look.Kit, s desk.State, on Actions) *View {
	w, o := k.Words, s.Overdue
	switch {
	case !o.Known:
		return leaderPage(k, s, on, w.Say("section.overdue"), waiting(k, "goods.opening"))
	case o.Step == desk.OverdueOrder:
		return goodsStep(k, s, on, cmp.Or(whose(w, o.Open.Customer), string(o.Open.ID)), overdueOrder(k, s, on))
	case o.Step == desk.OverdueSendBack:
		return goodsStep(k, s, on, w.Say("overdue.send-back-head"), overdueSendBack(k, s, on))
	}
	body, follow := overdueList(k, s, on)
	v := leaderPage(k, s, on, w.Say("section.overdue"), body)
	v.follows(follow)
	return v
}

func overdueList(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w, o := k.Words, s.Overdue
	note := overdueNotice(k, o)
	if len(o.Rows) == 0 {
		return under(k, empty(k, "calendar-check", w.Say("overdue.none"), w.Say("overdue.none-why")), note), nil
	}
	rows := func(s desk.State) []look.Choice {
		out := make([]look.Choice, 0, len(s.Overdue.Rows))
		for _, r := range s.Overdue.Rows {
			out = append(out, overdueRow(w, s, r, on))
		}
		return out
	}
	list := k.Choices(rows(s))
	count := k.Text(overdueCount(w, o), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
	if o.Of == 0 {
		head := k.Row(look.Space2, look.Share{Object: count, Weight: 1.6},
			look.Share{Object: k.Button(look.Main, "bell-ring", w.Say("overdue.remind-all"), on.tap(desk.TapRemindAll)), Weight: 1})
		return under(k, list, note, head), func(s desk.State) {
			list.Set(rows(s))
			count.SetWords(overdueCount(w, s.Overdue))
		}
	}
	progress := k.Progress(w.Say("overdue.reminding"), o.Done, o.Of)
	return under(k, list, progress), func(s desk.State) {
		list.Set(rows(s))
		progress.Set(s.Overdue.Done, s.Overdue.Of)
	}
}

// overdueCount says how many there are, and that the list has not all of them.
func overdueCount(w *look.Words, o desk.OverdueState) string {
	words := w.Count("overdue.count", o.Total)
	if len(o.Rows) < o.Total {
		words = join(words, w.Count("overdue.shown", len(o.Rows)))
	}
	return words
}

func overdueRow(w *look.Words, s desk.State, r desk.OverdueRow, on Actions) look.Choice {
	number := ""
	if r.PickupNumber != "" {
		number = w.Say("order.number", look.Vars{"Number": r.PickupNumber})
	}
	c := look.Choice{
		Icon: "calendar-x", Title: join(number, whose(w, r.Customer)),
		Note:  join(overdueSince(w, r, s.Header.Now), reminders(w, r)),
		Right: yuan(r.Value), Chevron: true, Tapped: on.pick(desk.PickOverdue, string(r.ID)),
	}
	if c.Title == "" {
		c.Title = string(r.ID)
	}
	if r.Today {
		c.Icon, c.Note = "bell-ring", join(overdueSince(w, r, s.Header.Now), w.Say("overdue.today"))
	}
	return c
}

// overdueSince says for how long nobody came.
func overdueSince(w *look.Words, r desk.OverdueRow, now time.Time) string {
	if r.CollectBy.IsZero() {
		return ""
	}
	late := now.Sub(r.CollectBy)
	if days := int(late / (24 * time.Hour)); days > 0 {
		return w.Count("overdue.days", days)
	}
	return w.Count("overdue.hours", max(1, int(late/time.Hour)))
}

func reminders(w *look.Words, r desk.OverdueRow) string {
	if r.Reminders == 0 {
		return w.Say("overdue.never")
	}
	return w.Count("overdue.reminders", r.Reminders)
}

func overdueNotice(k *look.Kit, o desk.OverdueState) fyne.CanvasObject {
	w := k.Words
	switch o.Notice {
	case desk.OverdueNothing:
		return refusalRemark(k, o.Refusal)
	case desk.OverdueReminded:
		return remark(k, "bell-ring", w.Count("overdue.notice.reminded", o.Reminded), look.BrandSoft)
	case desk.OverdueReturned:
		return remark(k, "undo-2", w.Say("overdue.notice.returned"), look.BrandSoft)
	default:
		return remark(k, "circle-alert", w.Say("overdue.notice."+string(o.Notice)), look.Wait)
	}
}

// overdueOrder shows one order: whose, since when, what it is worth, and what one
// may do about it.
func overdueOrder(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, o := k.Words, s.Overdue
	ways := []fyne.CanvasObject{k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack))}
	if o.MayBack {
		ways = append(ways, k.Button(look.Plain, "undo-2", w.Say("overdue.send-back"), on.tap(desk.TapSendBack)))
	}
	if !o.Open.Today {
		ways = append(ways, k.Button(look.Main, "bell-ring", w.Say("overdue.remind"), on.tap(desk.TapRemind)))
	}
	body := k.Split(0.46, 0.4, overdueCard(k, s), k.List(items(o.Lines)))
	return under(k, k.Page(k.Spring(), body, k.Pad(0, look.Space2, feet(k, ways...))), overdueNotice(k, o))
}

// overdueCard is what is known of the open order.
func overdueCard(k *look.Kit, s desk.State) fyne.CanvasObject {
	w, r := k.Words, s.Overdue.Open
	last := reminders(w, r)
	if !r.RemindedAt.IsZero() {
		last = join(last, w.Say("overdue.last", look.Vars{"When": when(w, r.RemindedAt, s.Header.Now)}))
	}
	rows := []figure{{w.Say("order.number-caption"), r.PickupNumber}, {w.Say("overdue.shelf"), r.Shelf}, {w.Say("overdue.value"), yuan(r.Value)}}
	var there []figure
	for _, f := range rows {
		if f.value != "" {
			there = append(there, f)
		}
	}
	return k.Card(look.Surface, true, look.Space3, look.Space2, k.Fit(k.Middle(look.Space1,
		k.Text(overdueSince(w, r, s.Header.Now), look.Style{Size: look.TextBody, Role: look.Ink, Bold: true}),
		k.Text(last, look.Style{Size: look.TextSmall, Role: look.Muted}),
		figures(k, there))))
}

// overdueSendBack asks before goods go back to the merchant.
func overdueSendBack(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, o := k.Words, s.Overdue
	what := k.Text(join(w.Count("order.units", o.Open.Left), yuan(o.Open.Value), whose(w, o.Open.Customer)), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
	return beside(k, k.List(items(o.Lines)),
		[]fyne.CanvasObject{what, remark(k, "circle-alert", w.Say("overdue.send-back-why"), look.Wait), refusalRemark(k, o.Refusal)},
		k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)),
		k.Button(look.Main, "undo-2", w.Say("overdue.send-back-now"), on.tap(desk.TapConfirm)))
}
