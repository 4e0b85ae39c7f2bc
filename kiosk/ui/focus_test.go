package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/sample"
)

// press sends a key as the driver does: to what is in focus, else to the window.
func press(w *Window, key fyne.KeyName) {
	c := w.win.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: key})
		return
	}
	c.OnTypedKey()(&fyne.KeyEvent{Name: key})
}

func typeRune(w *Window, r rune) {
	c := w.win.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedRune(r)
		return
	}
	c.OnTypedRune()(r)
}

// Whatever can be tapped on any screen can be reached by Tab alone and in the
// order in which it is drawn.
func TestTheKeyboardReachesEveryTarget(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1024, 600))
	for _, n := range sample.States(desk.English) {
		w.Show(n.State)
		c := w.win.Canvas()
		c.Unfocus()
		var want []fyne.CanvasObject
		for _, p := range targets(w) {
			if d, ok := p.object.(fyne.Disableable); !ok || !d.Disabled() {
				want = append(want, p.object)
			}
		}
		for i, o := range want {
			c.FocusNext()
			if c.Focused() != o.(fyne.Focusable) {
				t.Errorf("%s: Tab number %d reaches %T", n.Name, i+1, c.Focused())
			}
		}
	}
}

// tapped lists what a finger on the first targets of a screen sends.
func tapped(w *Window, h *heard, count int) []desk.Action {
	h.taps = nil
	for _, p := range targets(w)[:count] {
		p.object.(fyne.Tappable).Tapped(nil)
	}
	out := h.taps
	h.taps = nil
	return out
}

func TestAKeyboardTapsWhatIsInFocus(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	w.Show(state(t, desk.Chinese, "held-leader").State)
	first := tapped(w, h, 2)
	before := len(walk(w.root.Container, fyne.Position{}))
	press(w, fyne.KeyDown)
	if after := len(walk(w.root.Container, fyne.Position{})); after != before+1 {
		t.Errorf("the ring around what is in focus adds %d objects", after-before)
	}
	press(w, fyne.KeyReturn)
	press(w, fyne.KeyRight)
	press(w, fyne.KeySpace)
	typeRune(w, ' ') // the same stroke of the space bar
	press(w, fyne.KeyUp)
	press(w, fyne.KeyEnter)
	if diff := cmp.Diff([]desk.Action{first[0], first[1], first[0]}, h.taps); diff != "" || first[0] == first[1] {
		t.Error(diff)
	}
}

// A scanner that types must not tap what somebody has left in focus.
func TestTypingTakesTheFocusAway(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	w.Show(state(t, desk.Chinese, "keypad").State)
	press(w, fyne.KeyDown) // the first button
	for _, r := range "31" {
		typeRune(w, r)
	}
	press(w, fyne.KeyReturn)
	if diff := cmp.Diff([]desk.Action{desk.TapEnter}, h.taps); diff != "" || string(h.keys) != "31" {
		t.Errorf("keys %q, taps:\n%s", string(h.keys), diff)
	}
	press(w, fyne.KeyDown)
	press(w, fyne.KeyEscape) // belongs to the screen all the same
	if got := h.taps[len(h.taps)-1]; got != desk.TapBack {
		t.Errorf("Escape is %q", got)
	}
}

func TestTheFocusStaysOnAScreenBuiltAnew(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	s := state(t, desk.Chinese, "held-leader").State
	w.Show(s)
	first := tapped(w, h, 2)
	press(w, fyne.KeyDown)
	press(w, fyne.KeyDown)
	s.Lang = desk.English
	w.Show(s)
	press(w, fyne.KeyReturn)
	if diff := cmp.Diff(first[1:], h.taps); diff != "" {
		t.Error(diff)
	}
	w.Show(state(t, desk.English, "welcome").State)
	if f := w.win.Canvas().Focused(); f != nil {
		t.Errorf("the next customer's screen has %T in focus", f)
	}
}
