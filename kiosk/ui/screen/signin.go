package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// leastPIN is how many places the PIN pad shows; longer PINs get more as they
// are typed.
const leastPIN = 6

// longWait is from how many seconds on a pause is told in minutes.
const longWait = 120

// SignIn asks for a leader's PIN, to open the leader's screens or to confirm
// the order that is held. The digits are never shown.
func SignIn(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	title, icon := w.Say("sign-in.head"), "lock-keyhole"
	if s.SignIn.ForHold {
		title, icon = w.Say("sign-in.head-hold"), "user-check"
	}
	head := k.Row(look.Space3,
		look.Share{Object: k.Icon(icon, look.Brand, 64)},
		look.Share{Object: k.Text(title, look.Style{Size: look.TextHead, Role: look.Ink, Bold: true}), Weight: 1})
	dots := k.Dots(leastPIN)
	dots.Set(s.SignIn.Typed)
	note := k.Note(signInNote(w, s))
	countdown := ring(k, s, look.Plain)
	ways := k.Row(look.Space2,
		look.Share{Object: k.Button(look.Plain, "eraser", w.Say("keypad.clear"), on.tap(desk.TapClear)), Weight: 1},
		look.Share{Object: counting(k.Button(look.Plain, "arrow-left", w.Say("keypad.back"), on.tap(desk.TapBack)), countdown), Weight: 1})
	side := k.Fit(k.Middle(look.Space3, head, note, dots, ways))
	keys := k.Keypad(w.Say("keypad.enter"), look.KeypadActions{Digit: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapEnter)})
	v := page(k, s, on, k.Split(0.52, 0.44, side, keys))
	v.ring = countdown
	v.follow = func(s desk.State) {
		dots.Set(s.SignIn.Typed)
		note.Set(signInNote(w, s))
	}
	return v
}

// signInNote says what is wrong, or else what to type and what it does.
func signInNote(w *look.Words, s desk.State) look.NoteWords {
	in := s.SignIn
	switch {
	case in.Wait >= longWait:
		return look.NoteWords{Icon: "hourglass", Words: w.Count("sign-in.wait-minutes", (in.Wait+59)/60), Alarm: true}
	case in.Wait > 0:
		return look.NoteWords{Icon: "hourglass", Words: w.Count("sign-in.wait", in.Wait), Alarm: true}
	case in.Wrong && in.Attempts > 0:
		return look.NoteWords{Icon: "circle-alert", Words: w.Count("sign-in.wrong", in.Attempts), Alarm: true}
	case in.Wrong:
		return look.NoteWords{Icon: "circle-alert", Words: w.Say("sign-in.wrong-last"), Alarm: true}
	case in.ForHold:
		return look.NoteWords{Words: w.Say("sign-in.hold")}
	default:
		return look.NoteWords{Words: w.Say("sign-in.hint")}
	}
}
