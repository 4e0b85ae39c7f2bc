package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// counterTyping takes what to look for, by touch or by a keyboard, and shows the
// best of what is found so far.
func counterTyping(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	field := k.Field("")
	field.Set(s.Counter.Text, w.Say("counter.hint"))
	count := k.Text(hits(w, s.Counter), look.Style{Size: look.TextBody, Role: look.Ink, Bold: true, OneLine: true})
	ways := k.Row(look.Space2, look.Share{Object: field, Weight: 1}, look.Share{Object: count},
		look.Share{Object: k.Button(look.Plain, "eraser", w.Say("keypad.clear"), on.tap(desk.TapClear))},
		look.Share{Object: k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack))})
	rows := k.Choices(hitRows(k, s, on))
	keys := k.Letters(look.LettersActions{
		Key: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapEnter), EnterWords: w.Say("counter.find"),
	})
	v := page(k, s, on, k.Page(ways, k.Pad(0, look.Space1, rows), keys))
	v.follow = func(s desk.State) {
		field.Set(s.Counter.Text, w.Say("counter.hint"))
		count.SetWords(hits(w, s.Counter))
		rows.Set(hitRows(k, s, on))
	}
	return v
}

func hits(w *look.Words, c desk.CounterState) string {
	if c.Text == "" {
		return w.Count("counter.orders", 0)
	}
	return w.Count("counter.orders", c.Total)
}

// hitRows are the first orders found: as many as surely fit over the keys, so that
// none is half a row.
func hitRows(k *look.Kit, s desk.State, on Actions) []look.Choice {
	w, c := k.Words, s.Counter
	switch {
	case c.Text == "":
		return []look.Choice{{Icon: "search", Title: w.Say("counter.typing")}}
	case c.Total == 0:
		return []look.Choice{{Icon: "search-x", Title: w.Say("counter.nothing")}}
	}
	fit := 1
	if k.Upright() {
		fit = 6
	}
	var out []look.Choice
	for _, e := range c.Entries[:min(fit, len(c.Entries))] {
		out = append(out, entryRow(w, s, e, on))
	}
	return out
}
