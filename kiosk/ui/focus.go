package ui

import "fyne.io/fyne/v2"

// mostTargets is more than any screen has.
const mostTargets = 500

// focusKey moves the focus of a real keyboard as Tab does, which Fyne's driver
// sees to by itself; it tells whether the key is one for that.
func (w *Window) focusKey(key fyne.KeyName) bool {
	switch key {
	case fyne.KeyDown, fyne.KeyRight:
		w.win.Canvas().FocusNext()
	case fyne.KeyUp, fyne.KeyLeft:
		w.win.Canvas().FocusPrevious()
	default:
		return false
	}
	return true
}

// inFocus counts the targets up to the one in focus; 0: none is.
func (w *Window) inFocus() int {
	c := w.win.Canvas()
	focused := c.Focused()
	if focused == nil {
		return 0
	}
	c.Unfocus()
	for n := range mostTargets {
		if c.FocusNext(); c.Focused() == focused {
			return n + 1
		}
	}
	return 0
}

// refocus sets the focus on a target by its number, which inFocus gave: on a
// screen that was built anew somebody goes on where they were.
func (w *Window) refocus(n int) {
	c := w.win.Canvas()
	c.Unfocus()
	for range n {
		c.FocusNext()
	}
}

// typedOverFocus takes a character that was typed at what is in focus.
func (w *Window) typedOverFocus(r rune) {
	w.win.Canvas().Unfocus()
	w.typedRune(r)
}
