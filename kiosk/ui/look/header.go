package look

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// HeaderWords is what the line at the top says.
type HeaderWords struct {
	Point    string
	Terminal string
	Clock    string
	// Status says how the terminal stands, from the fullest sentence to the
	// shortest; the first that fits is shown.
	Status []string
	// Well is for the mark beside the status; the words must say the same.
	Well bool
}

// Header is the line at the top of every screen. On an upright screen it has
// two lines, if one is too short.
type Header struct {
	widget.BaseWidget
	kit   *Kit
	words HeaderWords
}

// Header returns the line at the top.
func (k *Kit) Header(w HeaderWords) *Header {
	h := &Header{kit: k, words: w}
	h.ExtendBaseWidget(h)
	return h
}

// Set shows other words. Nothing is drawn again if they are the same.
func (h *Header) Set(w HeaderWords) {
	if !sameHeader(h.words, w) {
		h.words = w
		h.Refresh()
	}
}

func sameHeader(a, b HeaderWords) bool {
	return a.Point == b.Point && a.Terminal == b.Terminal && a.Clock == b.Clock && a.Well == b.Well && slices.Equal(a.Status, b.Status)
}

// MinSize is for Fyne.
func (h *Header) MinSize() fyne.Size {
	height := h.kit.Target(TargetPlain)
	if h.kit.Upright() {
		height = h.kit.Unit(108)
	}
	return fyne.NewSize(0, height)
}

// CreateRenderer is for Fyne.
func (h *Header) CreateRenderer() fyne.WidgetRenderer { return &headerRenderer{header: h} }

type headerRenderer struct {
	header  *Header
	objects []fyne.CanvasObject
	drawn   HeaderWords // what the objects were made of; see textDrawn
	size    fyne.Size
}

func (r *headerRenderer) Layout(size fyne.Size) {
	k, w := r.header.kit, r.header.words
	if size == r.size && sameHeader(w, r.drawn) {
		return
	}
	r.drawn, r.size = w, size
	r.objects = nil
	gap, dot := k.Unit(Space3), k.Unit(16)
	line := size
	if k.Upright() {
		line.Height /= 2
	}
	put := func(t *Text, x, y, width float32) {
		t.Move(fyne.NewPos(x, y))
		t.Resize(fyne.NewSize(width, line.Height))
		r.objects = append(r.objects, t)
	}
	text := func(words string, role Role, bold bool) *Text {
		return k.Text(words, Style{Size: 26, Role: role, Bold: bold, OneLine: true})
	}
	clock := text(w.Clock, Ink, true)
	right := size.Width - clock.Natural()
	put(clock, right, 0, clock.Natural()+1)

	point, terminal := text(w.Point, Ink, true), text(w.Terminal, Muted, false)
	left := point.Natural() + gap + terminal.Natural()
	room, y := right-gap-left-2*gap-dot, float32(0)
	if k.Upright() {
		room, y = size.Width-dot-gap, line.Height
	}
	status := text(r.status(room, text), Muted, false)
	width := min(max(room, 0), status.Natural()+1)
	x := right - gap - width
	if k.Upright() {
		x = dot + k.Unit(12)
	}
	put(status, x, y, width)
	mark := r.mark(dot)
	mark.Move(fyne.NewPos(x-dot-k.Unit(12), y+(line.Height-dot)/2))
	r.objects = append(r.objects, mark)

	end := x - 2*gap - dot
	if k.Upright() {
		end = right - gap
	}
	own := min(point.Natural()+1, max(0, end-gap-terminal.Natural()))
	put(point, 0, 0, own)
	put(terminal, own+gap, 0, terminal.Natural()+1)
}

// status picks the fullest sentence that fits.
func (r *headerRenderer) status(room float32, text func(string, Role, bool) *Text) string {
	last := ""
	for _, s := range r.header.words.Status {
		if last = s; text(s, Muted, false).Natural() <= room {
			break
		}
	}
	return last
}

// mark is full when all is well and has a dark rim when not, so that it does
// not speak by colour alone.
func (r *headerRenderer) mark(side float32) *canvas.Circle {
	k := r.header.kit
	c := canvas.NewCircle(k.Colour(Well))
	if !r.header.words.Well {
		c.FillColor, c.StrokeColor, c.StrokeWidth = k.Colour(Wait), k.Colour(OnWait), k.Stroke(3)
	}
	c.Resize(fyne.NewSize(side, side))
	return c
}

func (r *headerRenderer) MinSize() fyne.Size { return r.header.MinSize() }

func (r *headerRenderer) Refresh() {
	r.Layout(r.header.Size())
	canvas.Refresh(r.header)
}

func (r *headerRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *headerRenderer) Destroy() {}
