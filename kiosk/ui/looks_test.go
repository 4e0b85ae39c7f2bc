package ui

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Another look is taken over at once, in the window's ground as well, and a name
// that nobody knows is daylight.
func TestTheLookChangesAtRunTime(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	s := state(t, desk.Chinese, "accepted").State
	headline := func() (size float32) {
		for _, p := range texts(w) {
			if text := p.object.(*canvas.Text); text.Text == "B-12" {
				size = text.TextSize
			}
		}
		return size
	}
	w.Show(s)
	before := headline()
	for _, c := range []struct {
		look   desk.Look
		larger bool
	}{{desk.Look{Palette: "dark"}, false}, {desk.Look{Palette: "contrast", Large: true}, true}, {desk.Look{Palette: "no such"}, false}, {desk.Look{}, false}} {
		s.Look = c.look
		w.Show(s)
		r, g, b, _ := w.Picture().At(4, 4).RGBA()
		got := color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
		if want := look.PaletteOf(c.look.Palette).Colour(look.Paper); got != want {
			t.Errorf("%+v: the ground is %v, not %v", c.look, got, want)
		}
		if (headline() > before) != c.larger {
			t.Errorf("%+v: the shelf has %v, before %v", c.look, headline(), before)
		}
	}
}
