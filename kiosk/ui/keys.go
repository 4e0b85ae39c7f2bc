package ui

import (
	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
)

// typedRune hands on the characters of a real keyboard; it may also write the
// full-width digits of a Chinese input method.
func (w *Window) typedRune(r rune) {
	if r >= '０' && r <= '９' {
		r = r - '０' + '0'
	}
	switch {
	case w.o.Typed != nil:
		w.o.Typed(r)
	case r >= '0' && r <= '9':
		w.o.Key(r)
	}
}

// typedKey hands on the keys that have a button on the keypads. On the answers
// they do nothing, except that Escape closes one as Done would.
func (w *Window) typedKey(e *fyne.KeyEvent) {
	if w.o.Typed != nil && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) {
		w.o.Typed('\n')
		return
	}
	if a, ok := keyAction(w.state.Screen, e.Name); ok {
		w.o.Tap(a)
		return
	}
	w.focusKey(e.Name)
}

func keyAction(s desk.Screen, key fyne.KeyName) (desk.Action, bool) {
	switch s {
	case desk.Accepted, desk.Refused:
		if key == fyne.KeyEscape {
			return desk.TapDone, true
		}
	default:
		if !padded(s) {
			break
		}
		switch key {
		case fyne.KeyReturn, fyne.KeyEnter:
			return desk.TapEnter, true
		case fyne.KeyBackspace:
			return desk.TapErase, true
		case fyne.KeyDelete:
			return desk.TapClear, true
		case fyne.KeyEscape:
			return desk.TapBack, true
		}
	}
	return "", false
}

// padded reports whether something is typed on a screen, or chosen in steps.
func padded(s desk.Screen) bool {
	switch s {
	case desk.Keypad, desk.SignIn, desk.Choose, desk.Missing, desk.Rate, desk.Invoice:
		return true
	}
	return s.ForLeader()
}
