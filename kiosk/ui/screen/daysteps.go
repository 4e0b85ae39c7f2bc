package screen

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// dayCash asks what is in the drawer, beside what was taken.
func dayCash(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w, d := k.Words, s.DayClose
	field := k.Field(w.Say("day.counted"))
	gap := k.Note(look.NoteWords{})
	show := func(d desk.DayCloseState) {
		words, amount := "", ""
		if d.Digits != "" {
			words, amount = differenceWords(w, d.Difference()), yuan(d.Counted)
		}
		field.Set(amount, w.Say("day.cash-hint"))
		gap.Set(look.NoteWords{Words: words, Alarm: d.Digits != "" && d.Difference() != 0})
	}
	show(d)
	side := k.Dock(look.Space2,
		k.Fit(k.Column(look.Space2,
			k.Text(w.Say("day.cash-taken", look.Vars{"Amount": yuan(d.Totals.Cash)}), look.Style{Size: look.TextLead, Role: look.Ink}),
			field, gap)),
		feet(k,
			k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)),
			k.Button(look.Plain, "check", w.Say("day.cash-fits"), on.tap(desk.TapCashFits))))
	keys := k.Keypad(w.Say("keypad.enter"), look.KeypadActions{Digit: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapEnter)})
	return k.Split(0.56, 0.4, side, keys), func(s desk.State) { show(s.DayClose) }
}

// differenceWords says whether the drawer fits, with a word as well as a sign.
func differenceWords(w *look.Words, f kiosk.Fen) string {
	switch {
	case f > 0:
		return w.Say("day.too-much", look.Vars{"Amount": yuan(f)})
	case f < 0:
		return w.Say("day.too-little", look.Vars{"Amount": yuan(-f)})
	}
	return w.Say("day.fits")
}

// dayConfirm shows what the leader signs, and what HQ has not settled yet.
func dayConfirm(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, d := k.Words, s.DayClose
	rows := []figure{
		{w.Count("day.orders", d.Totals.Alone), look.Thousands(d.Totals.Orders)},
		{w.Say("day.value"), yuan(d.Totals.Value)},
	}
	if d.Rate > 0 {
		rows = append(rows, figure{w.Say("day.commission", look.Vars{"Rate": percent(d.Rate)}), yuan(d.Totals.Commission)})
	}
	rows = append(rows, figure{w.Say("day.cash"), yuan(d.Totals.Cash)})
	if d.Totals.Cash > 0 {
		rows = append(rows, figure{w.Say("day.counted"), yuan(d.Counted)}, figure{w.Say("day.difference"), differenceWords(w, d.Difference())})
	}
	rows = append(rows, figure{w.Say("day.head"), headWords(d.Head)})
	table := k.Card(look.Surface, true, look.Space3, look.Space2, k.Fit(k.Middle(0, figures(k, rows))))
	var notes []fyne.CanvasObject
	if d.Differ > 0 {
		notes = append(notes, remark(k, "triangle-alert", w.Count("day.differ-why", d.Differ), look.Refuse))
	}
	switch {
	case d.Alone:
		notes = append(notes, remark(k, "circle-help", w.Say("day.alone-why"), look.BrandSoft))
	case d.Pending > 0:
		notes = append(notes, remark(k, "cloud-off", w.Count("day.pending-why", d.Pending), look.Wait))
	case d.Differ == 0:
		notes = append(notes, remark(k, "check-check", w.Say("day.all-settled"), look.BrandSoft))
	}
	ways := feet(k,
		k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)),
		k.Button(look.Main, "calendar-check", w.Say("day.close-now"), on.tap(desk.TapConfirm)))
	body := k.Split(0.54, 0.5, table, k.Fit(k.Middle(look.Space2, notes...)))
	return under(k, k.Page(k.Spring(), body, k.Pad(0, look.Space2, ways)), refusalRemark(k, d.Refusal))
}

// dayDone says that the day is closed; it is drawn only after that is on disk.
func dayDone(k *look.Kit, s desk.State, on Actions) fyne.CanvasObject {
	w, d := k.Words, s.DayClose
	panel := look.PanelWords{
		Ground: look.Accept, Icon: "circle-check", Headline: w.Say("day.done"),
		Lead: w.Say("day.done-lead", look.Vars{"Day": dayDate(w, d.Day), "Value": yuan(d.Totals.Value)}),
	}
	if d.Closed != nil && d.Closed.Pending > 0 && !d.Alone {
		panel.Foot = w.Say("day.done-pending")
	}
	return under(k, doneBody(k, panel,
		k.Button(look.Plain, "usb", w.Say("day.export"), on.tap(desk.TapExportDay)),
		k.Button(look.Plain, "printer", w.Say("goods.print"), on.tap(desk.TapPrintClose)),
		k.Button(look.Main, "check", w.Say("result.done"), on.tap(desk.TapDone))), refusalRemark(k, d.Refusal))
}
