package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Grid sets objects into columns of equal width and rows of equal height, with
// a gap in units of the drawing; least is a row's least height in Fyne's units.
func (k *Kit) Grid(columns int, gap, least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&grid{columns: columns, gap: k.Unit(gap), least: least}, objects...)
}

type grid struct {
	columns    int
	gap, least float32
}

func (g *grid) rows(objects []fyne.CanvasObject) int {
	return (len(objects) + g.columns - 1) / g.columns
}

func (g *grid) heightFor(objects []fyne.CanvasObject, _ float32) float32 {
	return g.MinSize(objects).Height
}

func (g *grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rows := g.rows(objects)
	w := (size.Width - g.gap*float32(g.columns-1)) / float32(g.columns)
	h := (size.Height - g.gap*float32(rows-1)) / float32(rows)
	for i, o := range objects {
		o.Move(fyne.NewPos(float32(i%g.columns)*(w+g.gap), float32(i/g.columns)*(h+g.gap)))
		o.Resize(fyne.NewSize(w, h))
	}
}

func (g *grid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	rows := float32(g.rows(objects))
	return fyne.NewSize(g.least*float32(g.columns), g.least*rows+g.gap*max(0, rows-1))
}
