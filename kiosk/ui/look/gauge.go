package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Gauge is a bar that shows how far work is. It moves only when it is told.
type Gauge struct {
	widget.BaseWidget
	kit      *Kit
	from, to float32 // the part that is done, 0 to 1
}

// Gauge returns a bar of work of which part is done, 0 to 1.
func (k *Kit) Gauge(part float32) *Gauge {
	g := &Gauge{kit: k, to: part}
	g.ExtendBaseWidget(g)
	return g
}

// Set moves the bar. Nothing is drawn again if it stands there already.
func (g *Gauge) Set(part float32) { g.span(0, part) }

// span fills the bar from one place to another.
func (g *Gauge) span(from, to float32) {
	if from != g.from || to != g.to {
		g.from, g.to = from, to
		g.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (g *Gauge) CreateRenderer() fyne.WidgetRenderer {
	track, done := g.kit.Box(PlainDown, gaugeHeight/2, false), g.kit.Box(Brand, gaugeHeight/2, false)
	return &gaugeRenderer{gauge: g, track: track, done: done}
}

const gaugeHeight = 24 // units of the drawing

type gaugeRenderer struct {
	gauge       *Gauge
	track, done *canvas.Rectangle
}

func (r *gaugeRenderer) Layout(size fyne.Size) {
	r.track.Resize(size)
	from, to := min(1, max(0, r.gauge.from)), min(1, max(0, r.gauge.to))
	put(r.done, size.Width*from, 0, size.Width*max(0, to-from), size.Height)
}

func (r *gaugeRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.gauge.kit.Unit(8*gaugeHeight), r.gauge.kit.Unit(gaugeHeight))
}

func (r *gaugeRenderer) Refresh() {
	r.Layout(r.gauge.Size())
	canvas.Refresh(r.gauge)
}

func (r *gaugeRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.track, r.done} }

func (r *gaugeRenderer) Destroy() {}
