package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Pad returns an object with room around it, in units of the drawing.
func (k *Kit) Pad(sides, ends float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&pad{sides: k.Unit(sides), ends: k.Unit(ends)}, o)
}

// Card returns an object on a coloured ground with rounded corners and room
// around it, in units of the drawing.
func (k *Kit) Card(fill Role, edged bool, sides, ends float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(layer{}, k.Box(fill, CornerLarge, edged), k.Pad(sides, ends, o))
}

type pad struct{ sides, ends float32 }

func (p *pad) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return heightFor(objects[0], width-2*p.sides) + 2*p.ends
}

func (p *pad) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(p.sides, p.ends))
	objects[0].Resize(fyne.NewSize(max(0, size.Width-2*p.sides), max(0, size.Height-2*p.ends)))
}

func (p *pad) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Add(fyne.NewSize(2*p.sides, 2*p.ends))
}

// layer puts objects over each other; it is as high as the highest.
type layer struct{}

func (layer) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range objects {
		h = max(h, heightFor(o, width))
	}
	return h
}

func (layer) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

func (layer) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return s
}
