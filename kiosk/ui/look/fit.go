package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Fit returns an object whose texts and gaps shrink together, as little as
// needed, until it is no higher than its place. Texts stop at 24 pixels: what
// is still too high then is a screen too small for its words.
func (k *Kit) Fit(o fyne.CanvasObject) *fyne.Container { return container.New(fit{}, o) }

type fit struct{}

func (fit) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	o := objects[0]
	for percent := float32(100); percent >= 30; percent -= 5 {
		shrinkAll(o, percent/100)
		if heightFor(o, size.Width) <= size.Height {
			break
		}
	}
	o.Move(fyne.Position{})
	if o.Size() == size { // Fyne lays nothing out again for the same size, but the texts have changed theirs
		o.Resize(fyne.NewSize(size.Width, size.Height-1))
	}
	o.Resize(size)
}

// heightFor is the height at full size: what a place that can be any height
// should give.
func (fit) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	shrinkAll(objects[0], 1)
	return heightFor(objects[0], width)
}

func (fit) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// shrinker is a part or a layout that can become smaller.
type shrinker interface{ setShrink(f float32) }

func shrinkAll(o fyne.CanvasObject, f float32) {
	if s, ok := o.(shrinker); ok {
		s.setShrink(f)
	}
	if c, ok := o.(*fyne.Container); ok {
		if s, ok := c.Layout.(shrinker); ok {
			s.setShrink(f)
		}
		for _, child := range c.Objects {
			shrinkAll(child, f)
		}
	}
}
