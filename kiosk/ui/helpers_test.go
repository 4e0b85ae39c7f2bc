package ui

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/sample"
)

// sizes are those that the screens are made for.
func sizes() []fyne.Size {
	return []fyne.Size{{Width: 1024, Height: 600}, {Width: 1280, Height: 800}, {Width: 1920, Height: 1080}, {Width: 1080, Height: 1920}}
}

// heard is what a window's callbacks were called with.
type heard struct {
	taps   []desk.Action
	keys   []rune
	picks  []string
	sounds []heardCue
	closed int
}

type heardCue struct {
	Cue  desk.Cue
	Lang desk.Lang
}

func newWindow(t *testing.T, size fyne.Size) (*Window, *heard) {
	t.Helper()
	h := &heard{}
	w, err := New(test.NewTempApp(t), Options{
		Title: "test", Windowed: size,
		Tap:    func(a desk.Action) { h.taps = append(h.taps, a) },
		Key:    func(r rune) { h.keys = append(h.keys, r) },
		Pick:   func(a desk.Action, item string) { h.picks = append(h.picks, string(a)+" "+item) },
		Sound:  func(c desk.Cue, l desk.Lang) { h.sounds = append(h.sounds, heardCue{c, l}) },
		Closed: func() { h.closed++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, h
}

// state returns a sample by name.
func state(t *testing.T, lang desk.Lang, name string) sample.Named {
	t.Helper()
	for _, n := range sample.States(lang) {
		if n.Name == name {
			return n
		}
	}
	t.Fatalf("no sample %q", name)
	return sample.Named{}
}

// placed is an object and where on the screen it is drawn.
type placed struct {
	object fyne.CanvasObject
	at     fyne.Position
}

func (p placed) box() (x0, y0, x1, y1 float32) {
	s := p.object.Size()
	return p.at.X, p.at.Y, p.at.X + s.Width, p.at.Y + s.Height
}

// walk lists everything visible below an object.
func walk(o fyne.CanvasObject, at fyne.Position) []placed {
	if !o.Visible() {
		return nil
	}
	out := []placed{{object: o, at: at}}
	var children []fyne.CanvasObject
	switch x := o.(type) {
	case *fyne.Container:
		children = x.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(x).Objects()
	}
	for _, c := range children {
		out = append(out, walk(c, at.Add(c.Position()))...)
	}
	return out
}

func texts(w *Window) []placed {
	var out []placed
	for _, p := range walk(w.root.Container, fyne.Position{}) {
		if _, ok := p.object.(*canvas.Text); ok {
			out = append(out, p)
		}
	}
	return out
}

// target is what can be tapped: a button, or a row, a tile, a star.
type target interface {
	fyne.CanvasObject
	fyne.Tappable
	Words() string
}

func targets(w *Window) []placed {
	var out []placed
	for _, p := range walk(w.root.Container, fyne.Position{}) {
		if _, ok := p.object.(fyne.Tappable); ok {
			out = append(out, p)
		}
	}
	return out
}

// tap taps the target with these words.
func tap(t *testing.T, w *Window, words string) {
	t.Helper()
	for _, p := range targets(w) {
		if x, ok := p.object.(target); ok && x.Words() == words {
			x.Tapped(&fyne.PointEvent{})
			return
		}
	}
	t.Fatalf("nothing to tap is called %q", words)
}

// says reports whether some line on the screen has exactly these words.
func says(w *Window, words string) bool {
	for _, p := range texts(w) {
		if p.object.(*canvas.Text).Text == words {
			return true
		}
	}
	return false
}

func gray(v uint8) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = v
	}
	return img
}
