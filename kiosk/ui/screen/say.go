package screen

import (
	"cmp"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// dot stands between parts of a line, which breaks there rather than within a
// part.
const dot = "\u00a0· \u200b"

// headerWords puts the line at the top into words, with shorter ones for narrow
// screens. Whether orders are handed out is said before how many, and that the
// clock may be wrong before all else: the time beside it is then doubtful.
func headerWords(w *look.Words, h desk.Header) look.HeaderWords {
	out := look.HeaderWords{
		Point: h.Point, Terminal: h.Terminal, Clock: h.Now.Format("15:04"),
		Well: (h.Local || h.Online && h.Complete) && !h.ClockDoubt,
	}
	doubt := ""
	if h.ClockDoubt {
		doubt = w.Say("header.clock")
	}
	if h.Closed {
		link := w.Say("header.closed")
		if h.Online {
			link = w.Say("header.online")
		}
		out.Well, out.Status = h.Online && !h.ClockDoubt, []string{join(doubt, link), cmp.Or(doubt, link)}
		return out
	}
	if h.Local {
		local := w.Say("header.local")
		out.Status = []string{join(doubt, local, w.Count("header.orders", h.Orders)), join(doubt, local), cmp.Or(doubt, local)}
		return out
	}
	mark := w.Say("header.offline")
	counts := w.Say("header.counts", look.Vars{"Orders": look.Thousands(h.Orders), "Expected": look.Thousands(h.Expected)})
	if h.Online {
		mark = w.Say("header.online")
	}
	age := w.Say("header.never")
	switch {
	case h.Age > 0 || h.Orders > 0 && !h.ClockDoubt:
		age = ago(w, h.Age)
	case h.Orders > 0:
		age = "" // nobody knows
	default:
		counts = ""
	}
	unsent := ""
	if h.Unsent > 0 {
		unsent = w.Count("header.unsent", int(min(h.Unsent, 1<<30)))
	}
	if h.ClockDoubt {
		out.Status = []string{join(doubt, mark, counts, age, unsent), join(doubt, mark, unsent), join(doubt, mark), doubt}
		return out
	}
	out.Status = []string{join(mark, counts, age, unsent), join(mark, age, unsent), join(mark, unsent), mark}
	return out
}

// join puts the parts that are not empty into one line.
func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, dot)
}

// ago says how old something is.
func ago(w *look.Words, age time.Duration) string {
	switch {
	case age < time.Minute:
		return w.Say("age.now")
	case age < time.Hour:
		return w.Count("age.minutes", int(age/time.Minute))
	case age < 48*time.Hour:
		return w.Count("age.hours", int(age/time.Hour))
	default:
		return w.Count("age.days", int(age/(24*time.Hour)))
	}
}

// when says a point in time as one would at the counter; both are in the
// point's time zone.
func when(w *look.Words, t, now time.Time) string {
	day := func(t time.Time) time.Time { y, m, d := t.Date(); return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	v := look.Vars{"Clock": t.Format("15:04"), "Day": t.Day(), "Month": int(t.Month()), "MonthName": t.Format("Jan"), "Year": t.Year()}
	switch days := int(day(t).Sub(day(now)).Hours() / 24); {
	case days == 0:
		return w.Say("time.today", v)
	case days == -1:
		return w.Say("time.yesterday", v)
	case days == 1:
		return w.Say("time.tomorrow", v)
	case t.Year() == now.Year():
		return w.Say("time.date", v)
	default:
		return w.Say("time.date-year", v)
	}
}

// whose names a customer as far as a screen may.
func whose(w *look.Words, m kiosk.Masked) string {
	tail := ""
	if m.Tail != "" {
		tail = w.Say("customer.tail", look.Vars{"Tail": m.Tail})
	}
	return join(m.Name, tail)
}

// numbered says an order's pickup number, nothing if it has none.
func numbered(w *look.Words, o desk.ResultOrder) string {
	if o.PickupNumber == "" {
		return ""
	}
	return w.Say("order.number", look.Vars{"Number": o.PickupNumber})
}

// items turns an order's lines into rows.
func items(lines []desk.ResultLine) []look.Item {
	out := make([]look.Item, 0, len(lines))
	for _, l := range lines {
		out = append(out, look.Item{
			Icon: "package", Title: l.Product, Note: join(l.Spec, l.Unit), Quantity: "× " + look.Thousands(l.Quantity),
		})
	}
	return out
}

// distinct returns the values that are not empty, each once, in their order.
func distinct(orders []desk.ResultOrder, value func(desk.ResultOrder) string) []string {
	var out []string
	seen := map[string]bool{}
	for _, o := range orders {
		if v := value(o); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

func shelf(o desk.ResultOrder) string { return o.Shelf }

func pickupNumber(o desk.ResultOrder) string { return o.PickupNumber }

func customer(w *look.Words) func(desk.ResultOrder) string {
	return func(o desk.ResultOrder) string { return forWhom(w, o) }
}
