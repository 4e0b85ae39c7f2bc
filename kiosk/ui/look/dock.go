package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Dock sets foot at the bottom and gives body the rest of the height, or as
// much of it as body needs.
func (k *Kit) Dock(gap float32, body, foot fyne.CanvasObject) *fyne.Container {
	return container.New(&dock{gap: k.Unit(gap)}, body, foot)
}

type dock struct{ gap float32 }

func (d *dock) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return heightFor(objects[0], width) + d.gap + heightFor(objects[1], width)
}

func (d *dock) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	body, foot := objects[0], objects[1]
	low := heightFor(foot, size.Width)
	room := max(0, size.Height-low-d.gap)
	body.Move(fyne.Position{})
	body.Resize(fyne.NewSize(size.Width, min(room, heightFor(body, size.Width))))
	foot.Move(fyne.NewPos(0, size.Height-low))
	foot.Resize(fyne.NewSize(size.Width, low))
}

func (d *dock) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(max(a.Width, b.Width), a.Height+d.gap+b.Height)
}

// Below sets head at the top and gives rest all the height that is left.
func (k *Kit) Below(gap float32, head, rest fyne.CanvasObject) *fyne.Container {
	return container.New(&below{gap: k.Unit(gap)}, head, rest)
}

type below struct{ gap float32 }

func (b *below) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return heightFor(objects[0], width) + b.gap + heightFor(objects[1], width)
}

func (b *below) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top := heightFor(objects[0], size.Width)
	put(objects[0], 0, 0, size.Width, top)
	put(objects[1], 0, top+b.gap, size.Width, max(0, size.Height-top-b.gap))
}

func (b *below) MinSize(objects []fyne.CanvasObject) fyne.Size {
	head, rest := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(max(head.Width, rest.Width), head.Height+b.gap+rest.Height)
}

// Split sets two objects beside each other on a lying screen and over each
// other on an upright one. first is the share of the width, or of the height,
// that the first one has.
func (k *Kit) Split(first, firstUpright float32, a, b fyne.CanvasObject) *fyne.Container {
	s := &split{gap: k.Unit(Space4), share: first, upright: k.Upright()}
	if s.upright {
		s.share = firstUpright
	}
	return container.New(s, a, b)
}

type split struct {
	gap, share float32
	upright    bool
}

func (s *split) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	a, b := objects[0], objects[1]
	a.Move(fyne.Position{})
	if s.upright {
		h := (size.Height - s.gap) * s.share
		a.Resize(fyne.NewSize(size.Width, h))
		b.Move(fyne.NewPos(0, h+s.gap))
		b.Resize(fyne.NewSize(size.Width, size.Height-h-s.gap))
		return
	}
	w := (size.Width - s.gap) * s.share
	a.Resize(fyne.NewSize(w, size.Height))
	b.Move(fyne.NewPos(w+s.gap, 0))
	b.Resize(fyne.NewSize(size.Width-w-s.gap, size.Height))
}

func (s *split) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Page sets head at the top, foot at the bottom, and gives body all the room
// between.
func (k *Kit) Page(head, body, foot fyne.CanvasObject) *fyne.Container {
	return container.New(page{}, head, body, foot)
}

type page struct{}

func (page) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	head, body, foot := objects[0], objects[1], objects[2]
	top, low := heightFor(head, size.Width), heightFor(foot, size.Width)
	head.Move(fyne.Position{})
	head.Resize(fyne.NewSize(size.Width, top))
	body.Move(fyne.NewPos(0, top))
	body.Resize(fyne.NewSize(size.Width, max(0, size.Height-top-low)))
	foot.Move(fyne.NewPos(0, size.Height-low))
	foot.Resize(fyne.NewSize(size.Width, low))
}

// MinSize is nothing: the screen decides, and a window must not grow beyond it.
func (page) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
