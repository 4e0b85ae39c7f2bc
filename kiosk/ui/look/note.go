package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// NoteWords is a sentence below a heading.
type NoteWords struct {
	Icon  string // may be empty
	Words string
	Alarm bool // something is wrong: on a ground of its own
}

// Note is a sentence below a heading that may turn into an alarm and back. It
// keeps the height of two lines, so that nothing below it jumps.
type Note struct {
	widget.BaseWidget
	kit    *Kit
	words  NoteWords
	shrink float32
}

// Note returns a sentence below a heading.
func (k *Kit) Note(w NoteWords) *Note {
	n := &Note{kit: k, words: w, shrink: 1}
	n.ExtendBaseWidget(n)
	return n
}

// Set says something else. Nothing is drawn again if it is the same.
func (n *Note) Set(w NoteWords) {
	if w != n.words {
		n.words = w
		n.Refresh()
	}
}

// HeightFor returns the room kept for the sentence.
func (n *Note) HeightFor(float32) float32 {
	t := n.text("x")
	return 2*t.HeightFor(n.kit.Width) + 2*n.kit.Unit(Space2)
}

func (n *Note) setShrink(f float32) { n.shrink = f }

func (n *Note) text(words string) *Text {
	role := Muted
	if n.words.Alarm {
		role = OnWait
	}
	t := n.kit.Text(words, Style{Size: TextBody, Role: role})
	t.setShrink(n.shrink)
	return t
}

// CreateRenderer is for Fyne.
func (n *Note) CreateRenderer() fyne.WidgetRenderer { return &noteRenderer{note: n} }

type noteRenderer struct {
	note    *Note
	objects []fyne.CanvasObject
	drawn   noteDrawn
}

// noteDrawn is what the objects were made of; see textDrawn.
type noteDrawn struct {
	words  NoteWords
	shrink float32
	size   fyne.Size
}

func (r *noteRenderer) Layout(size fyne.Size) {
	n := r.note
	k := n.kit
	now := noteDrawn{n.words, n.shrink, size}
	if now == r.drawn {
		return
	}
	r.drawn = now
	r.objects = nil
	text, x, ink := n.text(n.words.Words), float32(0), Muted
	if n.words.Alarm {
		x, ink = k.Unit(Space2), OnWait
		ground := k.Box(Wait, CornerSmall, false)
		ground.Resize(size)
		r.objects = append(r.objects, ground)
	}
	if n.words.Icon != "" {
		side := k.Unit(36)
		icon := k.Icon(n.words.Icon, ink, 36)
		icon.Move(fyne.NewPos(x, (size.Height-side)/2))
		icon.Resize(fyne.NewSize(side, side))
		r.objects = append(r.objects, icon)
		x += side + k.Unit(Space2)
	}
	width := max(1, size.Width-x-k.Unit(Space1))
	h := text.HeightFor(width)
	text.Move(fyne.NewPos(x, (size.Height-h)/2))
	text.Resize(fyne.NewSize(width, h))
	r.objects = append(r.objects, text)
}

func (r *noteRenderer) MinSize() fyne.Size { return fyne.NewSize(0, r.note.HeightFor(0)) }

func (r *noteRenderer) Refresh() {
	r.Layout(r.note.Size())
	canvas.Refresh(r.note)
}

func (r *noteRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *noteRenderer) Destroy() {}
