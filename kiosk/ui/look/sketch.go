package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// part is what those parts have in common whose picture is made anew as a whole
// when what they show has changed.
type part struct {
	widget.BaseWidget
	kit     *Kit
	version int // counts the changes
}

// changed draws the part again.
func (p *part) changed() {
	p.version++
	p.Refresh()
}

// sketch is the renderer of such a part. It draws only after a change or for
// another size: Fyne lays out again whenever it meets new objects, so one that
// made new ones every time would keep it busy for ever.
type sketch struct {
	owner fyne.Widget
	part  *part
	draw  func(fyne.Size) []fyne.CanvasObject
	least func() fyne.Size

	objects []fyne.CanvasObject
	version int
	size    fyne.Size
	drawn   bool
}

func (s *sketch) Layout(size fyne.Size) {
	if s.drawn && s.version == s.part.version && s.size == size {
		return
	}
	s.drawn, s.version, s.size = true, s.part.version, size
	s.objects = nil
	if size.Width > 0 && size.Height > 0 {
		s.objects = s.draw(size)
	}
}

func (s *sketch) MinSize() fyne.Size { return s.least() }

func (s *sketch) Refresh() {
	s.Layout(s.owner.Size())
	canvas.Refresh(s.owner)
}

func (s *sketch) Objects() []fyne.CanvasObject { return s.objects }

func (s *sketch) Destroy() {}

// put sets an object to a place and returns it.
func put(o fyne.CanvasObject, x, y, w, h float32) fyne.CanvasObject {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
	return o
}
