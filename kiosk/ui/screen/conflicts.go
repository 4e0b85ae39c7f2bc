package screen

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Conflicts lists what HQ settled otherwise than this terminal, shows both sides
// and keeps what somebody knows of it.
func Conflicts(k *look.Kit, s desk.State, on Actions) *View {
	w, c := k.Words, s.Conflicts
	title := w.Say("section.conflicts")
	switch {
	case !c.Known:
		return leaderPage(k, s, on, title, waiting(k, "goods.opening"))
	case c.Failed:
		return leaderPage(k, s, on, title, waiting(k, "goods.unreadable"))
	case c.Step == desk.ConflictsOpen:
		return goodsStep(k, s, on, join(settledWords(w, c.Open.Settled), conflictOf(w, c.Open)), conflictOpen(k, s, on))
	case c.Step == desk.ConflictsNote:
		return goodsStep(k, s, on, w.Say("conflicts.what"), conflictNote(k, s, on))
	case c.Step == desk.ConflictsWrite:
		body, follow := conflictWrite(k, s, on)
		v := goodsStep(k, s, on, w.Say("conflicts.what"), body)
		v.follows(follow)
		return v
	case len(c.Rows) == 0:
		return leaderPage(k, s, on, title, empty(k, "circle-check", w.Say("conflicts.none"), w.Say("conflicts.none-why")))
	}
	rows := func(s desk.State) []look.Choice {
		out := make([]look.Choice, 0, len(s.Conflicts.Rows))
		for _, r := range s.Conflicts.Rows {
			out = append(out, conflictRow(w, s, r, on))
		}
		return out
	}
	list := k.Choices(rows(s))
	v := leaderPage(k, s, on, title, list)
	v.follows(func(s desk.State) { list.Set(rows(s)) })
	return v
}

func conflictRow(w *look.Words, s desk.State, r desk.ConflictRow, on Actions) look.Choice {
	c := look.Choice{
		Icon: "triangle-alert", Title: join(settledWords(w, r.Settled), conflictOf(w, r)),
		Note:  join(entryWords(w, r.What), when(w, r.At, s.Header.Now)),
		Right: yuan(r.Value), Chevron: true, Tapped: on.pick(desk.PickConflict, r.Event.String()),
		Tag: w.Say("conflicts.open"), Ground: look.Refuse,
	}
	switch {
	case r.Outcome == kiosk.DisputeOpen:
		c.Tag, c.Ground = w.Say("conflicts.waits"), look.Wait
	case r.Outcome == kiosk.DisputeStands:
		c.Tag, c.Ground = w.Say("conflicts.counts"), look.BrandSoft
	case len(r.Notes) > 0:
		c.Tag, c.Ground = w.Say("conflicts.noted"), look.BrandSoft
	case !r.Open:
		c.Tag, c.Ground = w.Say("conflicts.closed"), look.BrandSoft
	}
	return c
}

// conflictOf names the order of a conflict as the counter knows it.
func conflictOf(w *look.Words, r desk.ConflictRow) string {
	switch {
	case r.PickupNumber != "":
		return w.Say("order.number", look.Vars{"Number": r.PickupNumber})
	case r.Customer.Name != "":
		return whose(w, r.Customer)
	}
	return string(r.Order)
}

// conflictOpen shows both sides, and says what to do.
func conflictOpen(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, c := k.Words, s.Conflicts
	ways := []fyne.CanvasObject{k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack))}
	if c.MayNote {
		ways = append(ways, k.Button(look.Main, "message-square", w.Say("conflicts.note"), on.tap(desk.TapNote)))
	}
	sides := k.Row(look.Space2, look.Share{Object: conflictHere(k, s), Weight: 1}, look.Share{Object: conflictThere(k, s), Weight: 1})
	if k.Upright() {
		sides = k.Column(look.Space2, conflictHere(k, s), conflictThere(k, s))
	}
	advice := k.Text(w.Say("conflicts.do."+whatToDo(c.Open)), look.Style{Size: look.TextBody, Role: look.Ink, Bold: true})
	notes := []fyne.CanvasObject{refusalRemark(k, c.Refusal)}
	if c.Noted {
		notes = append(notes, remark(k, "circle-check", w.Say("conflicts.saved"), look.BrandSoft))
	}
	if n := len(c.Open.Notes); n > 0 {
		last := c.Open.Notes[n-1]
		notes = append(notes,
			k.Text(shortened(noteWords(w, last.Text)), look.Style{Size: look.TextBody, Role: look.Ink}),
			k.Text(join(last.By, when(w, last.At, s.Header.Now)), look.Style{Size: look.TextSmall, Role: look.Muted}))
	}
	return beside(k, k.Fit(k.Column(look.Space2, sides, advice)), notes, ways...)
}

// shortened is as much of a note as there is room for; the journal has all of it.
func shortened(text string) string {
	const most = 36
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// conflictAdvice is the key of the sentence that says what to do.
func conflictAdvice(s kiosk.Settlement) string {
	switch s {
	case kiosk.SettledConflict, kiosk.SettledLateRevoked, kiosk.SettledUnknown, kiosk.SettledRejected:
		return string(s)
	}
	return "other"
}

// whatToDo is the key of the sentence for a conflict as HQ has decided it.
func whatToDo(r desk.ConflictRow) string {
	switch r.Outcome {
	case kiosk.DisputeOpen, kiosk.DisputeStands:
		return string(r.Outcome)
	case kiosk.DisputeVoid:
		if r.Judge == kiosk.JudgeUndo {
			return "undone"
		}
	}
	return conflictAdvice(r.Settled)
}

// decision says what HQ decided, and who and why.
func decision(w *look.Words, r desk.ConflictRow) []string {
	if r.Outcome == "" {
		return nil
	}
	lines := []string{w.Say("conflicts.decided." + string(r.Outcome))}
	switch r.Judge {
	case "":
	case kiosk.JudgeClocks, kiosk.JudgeUndo:
		lines = append(lines, w.Say("conflicts.judge."+r.Judge+"-"+string(r.Outcome)))
	default:
		lines = append(lines, shortened(w.Say("conflicts.judge.person", look.Vars{"By": r.Judge, "Note": r.Reason})))
	}
	return lines
}

// width says how far a time may be wrong by HQ's clock.
func width(w *look.Words, s desk.Span) string {
	switch half := s.Latest.Sub(s.Earliest) / 2; {
	case s.Latest.IsZero():
		return w.Say("conflicts.clock.unknown")
	case half < 2*time.Minute:
		return w.Count("conflicts.clock.seconds", int(half/time.Second))
	case half < 2*time.Hour:
		return w.Count("conflicts.clock.minutes", int(half/time.Minute))
	case half < 48*time.Hour:
		return w.Count("conflicts.clock.hours", int(half/time.Hour))
	default:
		return w.Count("conflicts.clock.days", int(half/(24*time.Hour)))
	}
}

// conflictHere is this terminal's side.
func conflictHere(k *look.Kit, s desk.State) fyne.CanvasObject {
	w, r := k.Words, s.Conflicts.Open
	by := r.By
	if by == "" {
		by = w.Say("conflicts.alone")
	}
	units := ""
	if r.Units > 0 {
		units = w.Count("order.units", r.Units)
	}
	head, at := w.Say("conflicts.here"), when(w, r.At, s.Header.Now)
	if r.Elsewhere {
		head = w.Say("conflicts.elsewhere", look.Vars{"Terminal": string(r.Terminal)})
	}
	if r.Outcome != "" {
		at = join(at, width(w, r.Span))
	}
	return conflictCard(k, "monitor", head, join(entryWords(w, r.What), units, yuan(r.Value)),
		join(at, by), join(conflictOf(w, r), customerOnce(w, r)), w.Say("conflicts.seq", look.Vars{"Seq": look.Thousands(int(min(r.Seq, 1<<53)))}))
}

// customerOnce names the customer where the order's name does not already.
func customerOnce(w *look.Words, r desk.ConflictRow) string {
	if r.PickupNumber == "" {
		return ""
	}
	return whose(w, r.Customer)
}

// conflictThere is HQ's side: its word, and what stands against the event.
func conflictThere(k *look.Kit, s desk.State) fyne.CanvasObject {
	w, r := k.Words, s.Conflicts.Open
	lines := decision(w, r)
	if lines == nil {
		lines = []string{settledWords(w, r.Settled)}
	}
	for i, a := range r.Against {
		if i == 2 {
			lines = append(lines, w.Count("conflicts.more", len(r.Against)-2))
			break
		}
		where := w.Say("where.here")
		if !a.Here {
			where = w.Say("where.terminal", look.Vars{"Terminal": string(a.Terminal)})
		}
		at := when(w, a.At, s.Header.Now)
		if r.Outcome != "" {
			at = join(at, width(w, a.Span))
		}
		lines = append(lines, join(at, where, w.Count("order.units", a.Units), a.By))
	}
	if len(r.Against) == 0 && r.Outcome != kiosk.DisputeStands {
		lines = append(lines, w.Say("conflicts.why."+conflictAdvice(r.Settled)))
	}
	return conflictCard(k, "store", w.Say("conflicts.there"), lines...)
}

// conflictCard is one side: who speaks, what it says, and the particulars.
func conflictCard(k *look.Kit, icon, head string, lines ...string) fyne.CanvasObject {
	objects := []fyne.CanvasObject{k.Row(look.Space2,
		look.Share{Object: k.Icon(icon, look.Brand, 36)},
		look.Share{Object: k.Text(head, look.Style{Size: look.TextSmall, Role: look.Muted}), Weight: 1})}
	for i, line := range lines {
		style := look.Style{Size: look.TextSmall, Role: look.Ink}
		if i == 0 {
			style = look.Style{Size: look.TextBody, Role: look.Ink, Bold: true}
		}
		objects = append(objects, k.Text(line, style))
	}
	return k.Card(look.Surface, true, look.Space3, look.Space2, k.Column(4, objects...))
}

// noteWords says a prepared note in the language of the screen, a typed one as it is.
func noteWords(w *look.Words, text string) string {
	if slices.Contains(desk.PreparedNotes(), text) {
		return w.Say("conflicts.prepared." + text)
	}
	return text
}

// conflictNote offers notes that need no keyboard.
func conflictNote(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w := k.Words
	var rows []look.Choice
	for _, n := range desk.PreparedNotes() {
		rows = append(rows, look.Choice{Title: noteWords(w, n), Tapped: on.pick(desk.PickNote, n)})
	}
	return beside(k, k.Choices(rows), []fyne.CanvasObject{refusalRemark(k, s.Conflicts.Refusal)},
		k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)),
		k.Button(look.Plain, "keyboard", w.Say("conflicts.write"), on.tap(desk.TapWriteNote)))
}

// conflictWrite takes a note by keyboard.
func conflictWrite(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w := k.Words
	field := k.Field("")
	follow := func(s desk.State) { field.Set(s.Conflicts.Draft, w.Say("conflicts.type")) }
	follow(s)
	head := k.Row(look.Space2,
		look.Share{Object: k.Button(look.Key, "arrow-left", "", on.tap(desk.TapBack)), Weight: 1},
		look.Share{Object: field, Weight: 8})
	keys := k.Letters(look.LettersActions{Key: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapEnter), EnterWords: w.Say("conflicts.save")})
	if k.Upright() { // keys as high as the screen would be out of reach
		return k.Dock(look.Space3, under(k, head, refusalRemark(k, s.Conflicts.Refusal)), keys), follow
	}
	return under(k, keys, head, refusalRemark(k, s.Conflicts.Refusal)), follow
}
