package screen

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// remark is a sentence on a ground of its own, as many lines as it needs; nothing
// without words.
func remark(k *look.Kit, icon, words string, ground look.Role) fyne.CanvasObject {
	if words == "" {
		return nil
	}
	ink := look.InkOn(ground)
	text := k.Text(words, look.Style{Size: look.TextBody, Role: ink})
	return k.Card(ground, ground == look.Surface, look.Space3, look.Space1,
		k.Row(look.Space2, look.Share{Object: k.Icon(icon, ink, 36)}, look.Share{Object: text, Weight: 1}))
}

// goodsStep is the page of a step that asks one thing, over the whole screen: the
// sections would only lead away from it.
func goodsStep(k *look.Kit, s desk.State, on Actions, title string, body fyne.CanvasObject) *View {
	head := k.Text(title, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true, OneLine: true})
	return page(k, s, on, k.Page(head, k.Pad(0, look.Space1, body), k.Spring()))
}

// beside sets notes and ways beside a list on a lying screen, where height is
// what a list lacks, and above and below it on an upright one. Those notes that
// are nil are not there.
func beside(k *look.Kit, list fyne.CanvasObject, notes []fyne.CanvasObject, ways ...fyne.CanvasObject) fyne.CanvasObject {
	if k.Upright() {
		foot := feet(k, ways...)
		if len(ways) > 3 {
			foot = k.Column(look.Space2, ways...)
		}
		return under(k, k.Page(k.Spring(), k.Pad(0, look.Space1, list), foot), notes...)
	}
	var column []fyne.CanvasObject
	for _, n := range notes {
		if n != nil {
			column = append(column, n)
		}
	}
	return k.Split(0.66, 0, list, k.Dock(look.Space2, k.Fit(k.Column(look.Space2, column...)), k.Column(look.Space2, ways...)))
}

// under sets what is there of some heads over a body.
func under(k *look.Kit, body fyne.CanvasObject, heads ...fyne.CanvasObject) fyne.CanvasObject {
	var there []fyne.CanvasObject
	for _, h := range heads {
		if h != nil {
			there = append(there, h)
		}
	}
	if len(there) == 0 {
		return body
	}
	return k.Below(look.Space2, k.Column(look.Space2, there...), body)
}

// follows has the view follow a state by f too.
func (v *View) follows(f func(desk.State)) {
	before := v.follow
	switch {
	case f == nil:
	case before == nil:
		v.follow = f
	default:
		v.follow = func(s desk.State) { before(s); f(s) }
	}
}

// refusalRemark says why something was not recorded; nothing if it was.
func refusalRemark(k *look.Kit, r desk.Refusal) fyne.CanvasObject {
	if r == "" {
		return nil
	}
	return remark(k, "circle-alert", k.Words.Say("refusal."+string(r)), look.Refuse)
}

// waiting is the body of a screen whose books are still being opened, or cannot
// be read.
func waiting(k *look.Kit, id string) fyne.CanvasObject {
	return empty(k, "hourglass", k.Words.Say(id), "")
}

// empty is the body of a screen that has nothing to show: it says so, and why
// that is well.
func empty(k *look.Kit, icon, words, why string) fyne.CanvasObject {
	return k.Card(look.Surface, true, look.Space4, look.Space3, k.Fit(k.Middle(look.Space2,
		k.Row(look.Space3,
			look.Share{Object: k.Icon(icon, look.Brand, 64)},
			look.Share{Object: k.Text(words, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true}), Weight: 1}),
		k.Text(why, look.Style{Size: look.TextLead, Role: look.Muted}))))
}

// feet are the buttons below a body, the last of them the one to press.
func feet(k *look.Kit, buttons ...fyne.CanvasObject) *fyne.Container {
	shares := make([]look.Share, len(buttons))
	for i, b := range buttons {
		shares[i] = look.Share{Object: b, Weight: 1}
	}
	if n := len(shares); n > 1 {
		shares[n-1].Weight = 1.3
	}
	return k.Row(look.Space2, shares...)
}

// figure is a number with what it is, a line of a table.
type figure struct{ words, value string }

// figures is a table of two columns.
func figures(k *look.Kit, rows []figure) *fyne.Container {
	lines := make([]fyne.CanvasObject, 0, len(rows))
	for _, r := range rows {
		lines = append(lines, k.Row(look.Space2,
			look.Share{Object: k.Text(r.words, look.Style{Size: look.TextSmall, Role: look.Muted}), Weight: 1},
			look.Share{Object: k.Text(r.value, look.Style{Size: look.TextBody, Role: look.Ink, Bold: true, OneLine: true})}))
	}
	return k.Column(4, lines...)
}

// yuan writes an amount, "¥1,234.50"; the sign of a negative one stands in front.
func yuan(f kiosk.Fen) string {
	sign := ""
	if f < 0 {
		sign, f = "−", -f
	}
	return fmt.Sprintf("%s¥%s.%02d", sign, look.Thousands(int(f/100)), f%100)
}

// date says a day of the calendar: "11月23日".
func date(w *look.Words, t time.Time) string {
	return w.Say("goods.date", look.Vars{"Day": t.Day(), "Month": int(t.Month()), "MonthName": t.Format("Jan")})
}

// entryWords says what an event of the journal was.
func entryWords(w *look.Words, t kiosk.EventType) string {
	id := "entry." + string(t)
	if words := w.Say(id); words != id {
		return words
	}
	return w.Say("entry.other")
}

// settledWords says what HQ made of an event.
func settledWords(w *look.Words, s kiosk.Settlement) string {
	if s == "" {
		return w.Say("hq-word.pending")
	}
	id := "hq-word." + string(s)
	if words := w.Say(id); words != id {
		return words
	}
	return w.Say("hq-word.other")
}
