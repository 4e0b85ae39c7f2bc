package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// flow is a part or a layout whose height depends on its width.
type flow interface {
	HeightFor(width float32) float32
}

// heightFor returns the height that an object wants at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if f, ok := o.(flow); ok {
		return f.HeightFor(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(containerFlow); ok {
			return l.heightFor(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// containerFlow is a layout that knows the height its objects take at a width.
type containerFlow interface {
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// Column stacks objects over each other, each as wide as the column and as high
// as it needs, with a gap in units of the drawing between them. Room left over
// goes to the springs among them, else below. Hidden objects and empty texts
// take no room and no gap.
func (k *Kit) Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: k.Unit(gap), shrink: 1}, objects...)
}

// Middle is a Column in the middle of the height that is left.
func (k *Kit) Middle(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	all := append([]fyne.CanvasObject{k.Spring()}, objects...)
	return container.New(&column{gap: k.Unit(gap), shrink: 1}, append(all, k.Spring())...)
}

type column struct {
	gap    float32
	shrink float32
}

func (c *column) setShrink(f float32) { c.shrink = f }

// places returns the height of every object at a width; -1 for those that take
// no room.
func (c *column) places(objects []fyne.CanvasObject, width float32) (heights []float32, total float32, springs int) {
	shown := 0
	for _, o := range objects {
		h := float32(-1)
		if _, ok := o.(*spring); ok {
			springs++
		} else if o.Visible() {
			if h = heightFor(o, width); h <= 0 {
				h = -1
			}
		}
		if h > 0 {
			total += h
			if shown++; shown > 1 {
				total += c.gap * c.shrink
			}
		}
		heights = append(heights, h)
	}
	return heights, total, springs
}

func (c *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	_, total, _ := c.places(objects, width)
	return total
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	heights, total, springs := c.places(objects, size.Width)
	spare := float32(0)
	if springs > 0 {
		spare = max(0, size.Height-total) / float32(springs)
	}
	y, shown := float32(0), false
	for i, o := range objects {
		if _, ok := o.(*spring); ok {
			y += spare
			continue
		}
		if heights[i] < 0 {
			continue
		}
		if shown {
			y += c.gap * c.shrink
		}
		shown = true
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, heights[i]))
		y += heights[i]
	}
}

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if o.Visible() {
			m := o.MinSize()
			s.Width = max(s.Width, m.Width)
			s.Height += m.Height + c.gap
		}
	}
	return s
}

// spring is an empty object that takes the room left over.
type spring struct{ fyne.Container }

// Spring returns the room left over in a Column or a Row; several share it.
func (k *Kit) Spring() fyne.CanvasObject { return &spring{} }

// Gap returns extra room in a Column, in units of the drawing, before words;
// none if the words are empty.
func (k *Kit) Gap(height float32, words string) fyne.CanvasObject {
	g := &gap{full: k.Unit(height), shrink: 1}
	if words == "" {
		g.full = 0
	}
	return g
}

// gap is an empty object of a height that shrinks with the texts around it.
type gap struct {
	fyne.Container
	full, shrink float32
}

func (g *gap) setShrink(f float32) { g.shrink = f }

func (g *gap) HeightFor(float32) float32 { return g.full * g.shrink }
