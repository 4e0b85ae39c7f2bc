package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Keyboard is where the keys go that what is in focus has no use for: to the
// screen. Rune must take the focus away. A nil one takes nothing.
type Keyboard struct {
	Key  func(*fyne.KeyEvent)
	Rune func(rune)
}

// focus lets a real keyboard reach what can be tapped: Tab goes from one to the
// next, Enter and the space bar tap. Fyne gives it to nobody who taps, so that
// no ring is seen on a terminal without a keyboard.
//
// Characters belong to the screen, and so do all other keys. The first
// character takes the focus away: a scanner that types ends with Enter, and
// must not tap what a person has left in focus.
type focus struct {
	kit     *Kit
	self    fyne.Widget
	act     func()
	inFocus bool
}

// FocusGained is for Fyne.
func (f *focus) FocusGained() { f.set(true) }

// FocusLost is for Fyne.
func (f *focus) FocusLost() { f.set(false) }

func (f *focus) set(on bool) {
	f.inFocus = on
	f.self.Refresh()
}

// TypedKey is for Fyne.
func (f *focus) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		f.act()
	default:
		if key := f.kit.Keyboard.Key; key != nil {
			key(e)
		}
	}
}

// TypedRune is for Fyne.
func (f *focus) TypedRune(r rune) {
	if typed := f.kit.Keyboard.Rune; typed != nil && r != ' ' { // the space bar comes as a key, too
		typed(r)
	}
}

// ring draws the ring around what is in focus, just outside of it, where it
// stands on the screen's ground whatever its own is.
func (f *focus) ring(size fyne.Size, corner float32) *canvas.Rectangle {
	k := f.kit
	r := &canvas.Rectangle{StrokeColor: k.Colour(Ink), StrokeWidth: k.Stroke(5), CornerRadius: k.Unit(corner + 4)}
	out := k.Unit(4)
	put(r, -out, -out, size.Width+2*out, size.Height+2*out)
	return r
}
