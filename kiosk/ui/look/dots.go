package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Dots shows how many digits of a PIN are typed, never which.
type Dots struct {
	widget.BaseWidget
	kit          *Kit
	least, typed int
}

// Dots returns places for at least so many digits; more appear as more are typed.
func (k *Kit) Dots(least int) *Dots {
	d := &Dots{kit: k, least: least}
	d.ExtendBaseWidget(d)
	return d
}

// Set shows that so many digits are typed.
func (d *Dots) Set(typed int) {
	if typed != d.typed {
		d.typed = typed
		d.Refresh()
	}
}

// MinSize is for Fyne.
func (d *Dots) MinSize() fyne.Size {
	return fyne.NewSize(float32(d.least)*d.kit.Unit(2*Space4), d.kit.Target(64))
}

// CreateRenderer is for Fyne.
func (d *Dots) CreateRenderer() fyne.WidgetRenderer { return &dotsRenderer{dots: d} }

type dotsRenderer struct {
	dots    *Dots
	circles []fyne.CanvasObject
	typed   int // what the circles were made of; see textDrawn
	size    fyne.Size
}

func (r *dotsRenderer) Layout(size fyne.Size) {
	k, n := r.dots.kit, max(r.dots.least, r.dots.typed)
	side := k.Unit(36)
	step := min(k.Unit(68), (size.Width-side)/float32(max(1, n-1)))
	if r.circles != nil && r.typed == r.dots.typed && r.size == size {
		return
	}
	r.typed, r.size = r.dots.typed, size
	r.circles = nil
	for i := range n {
		c := canvas.NewCircle(k.Colour(Surface))
		c.StrokeColor, c.StrokeWidth = k.Colour(Muted), k.Stroke(3)
		if i < r.dots.typed {
			c.FillColor, c.StrokeColor = k.Colour(Brand), k.Colour(Brand)
		}
		c.Move(fyne.NewPos(float32(i)*step, (size.Height-side)/2))
		c.Resize(fyne.NewSize(side, side))
		r.circles = append(r.circles, c)
	}
}

func (r *dotsRenderer) MinSize() fyne.Size { return r.dots.MinSize() }

func (r *dotsRenderer) Refresh() {
	r.Layout(r.dots.Size())
	canvas.Refresh(r.dots)
}

func (r *dotsRenderer) Objects() []fyne.CanvasObject { return r.circles }

func (r *dotsRenderer) Destroy() {}
