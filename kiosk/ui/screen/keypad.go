package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Keypad takes a code that is typed: ten digits in groups as they are printed.
func Keypad(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	cells := k.Cells(3, 3, 4)
	cells.Set(s.Keypad.Digits)
	head := k.Text(w.Say("keypad.head"), look.Style{Size: look.TextHead, Role: look.Ink, Bold: true})
	note := k.Note(keypadNote(w, s.Keypad))
	countdown := ring(k, s, look.Plain)
	ways := k.Row(look.Space2,
		look.Share{Object: k.Button(look.Plain, "eraser", w.Say("keypad.clear"), on.tap(desk.TapClear)), Weight: 1},
		look.Share{Object: counting(k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack)), countdown), Weight: 1})
	side := k.Fit(k.Middle(look.Space3, head, note, cells, ways))
	keys := k.Keypad(w.Say("keypad.enter"), look.KeypadActions{Digit: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapEnter)})
	v := page(k, s, on, k.Split(0.52, 0.44, side, keys))
	v.ring = countdown
	v.follow = func(s desk.State) {
		cells.Set(s.Keypad.Digits)
		note.Set(keypadNote(w, s.Keypad))
	}
	return v
}

// keypadNote says what is wrong, or else what to type.
func keypadNote(w *look.Words, s desk.KeypadState) look.NoteWords {
	switch {
	case s.Wait > 0:
		return look.NoteWords{Icon: "hourglass", Words: w.Count("keypad.wait", s.Wait), Alarm: true}
	case s.Slip:
		return look.NoteWords{Icon: "circle-alert", Words: w.Say("keypad.slip"), Alarm: true}
	default:
		return look.NoteWords{Words: w.Say("keypad.hint")}
	}
}
