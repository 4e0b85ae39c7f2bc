package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Bar shows how far work is. It moves only when it is told.
type Bar struct {
	widget.BaseWidget
	kit  *Kit
	part float32 // 0 to 1
}

// Bar returns a bar of work of which part is done, 0 to 1.
func (k *Kit) Bar(part float32) *Bar {
	b := &Bar{kit: k, part: part}
	b.ExtendBaseWidget(b)
	return b
}

// Set moves the bar. Nothing is drawn again if it stands there already.
func (b *Bar) Set(part float32) {
	if part != b.part {
		b.part = part
		b.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	track, done := b.kit.Box(Line, barHeight/2, false), b.kit.Box(Brand, barHeight/2, false)
	return &barRenderer{bar: b, track: track, done: done}
}

const barHeight = 24 // units of the drawing

type barRenderer struct {
	bar         *Bar
	track, done *canvas.Rectangle
}

func (r *barRenderer) Layout(size fyne.Size) {
	r.track.Resize(size)
	r.done.Resize(fyne.NewSize(size.Width*min(1, max(0, r.bar.part)), size.Height))
}

func (r *barRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.bar.kit.Unit(8*barHeight), r.bar.kit.Unit(barHeight))
}

func (r *barRenderer) Refresh() {
	r.Layout(r.bar.Size())
	canvas.Refresh(r.bar)
}

func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.track, r.done} }

func (r *barRenderer) Destroy() {}
