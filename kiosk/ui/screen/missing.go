package screen

import (
	"strconv"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Missing asks which goods are short or damaged, line by line, and says that the
// leader has been told.
func Missing(k *look.Kit, s desk.State, on Actions) *View {
	if s.Missing.Sent {
		return missingSent(k, s, on)
	}
	w := k.Words
	countdown := ring(k, s, look.Plain)
	head := k.Text(w.Say("missing.head"), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
	list := k.Choices(missingRows(w, s.Missing, on))
	send := k.Button(look.Main, "bell-ring", "", on.tap(desk.TapSend))
	counts := missingCounts(k, s.Missing, on)
	counted := newSwap(k, counts.object)
	here := s.Missing.Here
	lines := k.Dock(0, list, k.Gap(0, ""))
	follow := func(s desk.State) {
		list.Set(missingRows(w, s.Missing, on))
		lines.Refresh() // a row may need another line now
		send.SetWords(w.Say("missing.send"))
		send.SetOff(s.Missing.Units == 0)
		if here == s.Missing.Here {
			counts.set(s.Missing)
			return
		}
		here, counts = s.Missing.Here, missingCounts(k, s.Missing, on)
		counted.set(counts.object)
	}
	follow(s)
	ways := k.Row(look.Space2,
		look.Share{Object: counting(k.Button(look.Plain, "", w.Say("missing.back"), on.tap(desk.TapBack)), countdown), Weight: 1},
		look.Share{Object: send, Weight: 1.6})
	v := page(k, s, on, k.Split(0.5, 0.5, k.Below(look.Space2, head, lines), counted.above(ways)))
	v.ring, v.follow = countdown, follow
	return v
}

func missingRows(w *look.Words, m desk.MissingState, on Actions) []look.Choice {
	rows := make([]look.Choice, 0, len(m.Lines))
	for i, l := range m.Lines {
		row := look.Choice{
			Title: l.Product, Note: l.Spec, Right: "× " + look.Thousands(l.Handed),
			Ground: look.Refuse, Tag: wrong(w, l), Tapped: on.pick(desk.TapMissingLine, strconv.Itoa(i)),
		}
		if l.PickupNumber != "" {
			row.Note = join(w.Say("order.number", look.Vars{"Number": l.PickupNumber}), l.Spec)
		}
		if row.Tag != "" {
			row.Right = "" // what is wrong is worth more than how many there were
		}
		row.Chevron = i != m.Here
		rows = append(rows, row)
	}
	return rows
}

// wrong says how many units of a line something is wrong with.
func wrong(w *look.Words, l desk.MissingLine) string {
	if l.Short+l.Damaged == 0 {
		return ""
	}
	return w.Say("missing.tag", look.Vars{"N": look.Thousands(l.Short + l.Damaged)})
}

// marked says what is wrong with a line in one or two short words.
func marked(w *look.Words, l desk.MissingLine) string {
	short, damaged := "", ""
	if l.Short > 0 {
		short = w.Say("missing.short-tag", look.Vars{"N": look.Thousands(l.Short)})
	}
	if l.Damaged > 0 {
		damaged = w.Say("missing.damaged-tag", look.Vars{"N": look.Thousands(l.Damaged)})
	}
	return join(short, damaged)
}

// counts are the two steppers of a line.
type counts struct {
	object         fyne.CanvasObject
	short, damaged *look.Stepper
}

func missingCounts(k *look.Kit, m desk.MissingState, on Actions) *counts {
	w := k.Words
	if m.Here < 0 || m.Here >= len(m.Lines) {
		hint := k.Note(look.NoteWords{Icon: "hand", Words: w.Say("missing.which")})
		return &counts{object: k.Middle(look.Space2, hint)}
	}
	l := m.Lines[m.Here]
	stepper := func(id string, value int, a desk.Action) *look.Stepper {
		return k.Stepper(look.StepperOptions{
			Value: value, Most: l.Handed, Words: w.Say(id),
			Changed: func(v int) { on.Pick(a, strconv.Itoa(m.Here)+":"+strconv.Itoa(v)) },
		})
	}
	c := &counts{
		short:   stepper("missing.short", l.Short, desk.TapMissingShort),
		damaged: stepper("missing.damaged", l.Damaged, desk.TapMissingDamaged),
	}
	name := k.Text(l.Product, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true})
	of := k.Text(w.Count("missing.handed", l.Handed), look.Style{Size: look.TextLead, Role: look.Muted})
	c.object = k.Card(look.Surface, true, look.Space3, look.Space2, k.Fit(k.Middle(look.Space3, name, of, c.short, c.damaged)))
	return c
}

// set shows the counts of the same line.
func (c *counts) set(m desk.MissingState) {
	if c.short != nil && m.Here < len(m.Lines) {
		c.short.Set(m.Lines[m.Here].Short)
		c.damaged.Set(m.Lines[m.Here].Damaged)
	}
}

// missingSent says that the leader knows, and what of.
func missingSent(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	countdown := ring(k, s, look.Main)
	var items []look.Item
	for _, l := range s.Missing.Lines {
		if words := marked(w, l); words != "" {
			items = append(items, look.Item{Icon: "package-x", Title: l.Product, Note: words, Tag: wrong(w, l), Ground: look.Refuse})
		}
	}
	panel := k.Panel(look.PanelWords{
		Ground: look.Wait, Icon: "bell-ring", Headline: w.Say("missing.sent"), Lead: w.Say("missing.sent-why"), Foot: w.Say("missing.sent-next"),
	})
	done := counting(k.Button(look.Main, "", w.Say("missing.sent-done"), on.tap(desk.TapDone)), countdown)
	v := page(k, s, on, k.Split(0.448, 0.42, panel, k.Dock(look.Space3, k.List(items), done)))
	v.ring = countdown
	return v
}
