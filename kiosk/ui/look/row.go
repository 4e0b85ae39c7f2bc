package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Share is a place in a Row.
type Share struct {
	Object fyne.CanvasObject
	Weight float32 // share of the width that is left; 0 for an object that takes its own width
}

// Row sets objects side by side, all as high as the row, with a gap in units of
// the drawing between them.
func (k *Kit) Row(gap float32, shares ...Share) *fyne.Container {
	r := &row{gap: k.Unit(gap)}
	objects := make([]fyne.CanvasObject, 0, len(shares))
	for _, s := range shares {
		objects = append(objects, s.Object)
		r.weights = append(r.weights, s.Weight)
	}
	return container.New(r, objects...)
}

type row struct {
	gap     float32
	weights []float32
}

// widths returns the width of every object; -1 for the hidden ones. Where the
// objects that take their own width want more than there is, all give way.
func (r *row) widths(objects []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(objects))
	left, weight, shown := width, float32(0), 0
	for i, o := range objects {
		switch {
		case !o.Visible():
			out[i] = -1
			continue
		case r.weights[i] > 0:
			weight += r.weights[i]
		default:
			out[i] = o.MinSize().Width
			left -= out[i]
		}
		shown++
	}
	own := width - left
	left -= r.gap * float32(max(0, shown-1))
	if left < 0 && own > 0 {
		for i := range out {
			if out[i] > 0 {
				out[i] *= (own + left) / own
			}
		}
	}
	left = max(0, left)
	for i := range objects {
		if out[i] == 0 && r.weights[i] > 0 {
			out[i] = left * r.weights[i] / weight
		}
	}
	return out
}

func (r *row) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, w := range r.widths(objects, width) {
		if w >= 0 {
			h = max(h, heightFor(objects[i], w))
		}
	}
	return h
}

func (r *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, w := range r.widths(objects, size.Width) {
		if w < 0 {
			continue
		}
		o, h := objects[i], size.Height
		y := float32(0)
		if _, ok := o.(*Text); ok { // text stands in the middle of a row
			h = heightFor(o, w)
			y = (size.Height - h) / 2
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
		x += w + r.gap
	}
}

func (r *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			s.Width += m.Width + r.gap
			s.Height = max(s.Height, m.Height)
		}
	}
	s.Width = max(0, s.Width-r.gap)
	return s
}
