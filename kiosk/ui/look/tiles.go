package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Tile is a figure at a glance.
type Tile struct {
	Value  string // the figure, large
	Words  string // what it counts
	Ground Role   // Surface where all is well; Wait or Refuse where somebody must act
	Icon   string // may be empty
	Tapped func() // on Fyne's goroutine; nil: the tile cannot be tapped
}

// Tiles are figures in a grid: as many beside each other as the width allows,
// all of one size.
type Tiles struct {
	widget.BaseWidget
	grid *fyne.Container
}

// leastTile is the width of the narrowest tile, in units of the drawing.
const leastTile = 190

// Tiles returns figures in a grid.
func (k *Kit) Tiles(tiles []Tile) *Tiles {
	t := &Tiles{}
	objects := make([]fyne.CanvasObject, 0, len(tiles))
	for _, tile := range tiles {
		objects = append(objects, k.tile(tile))
	}
	t.grid = container.New(tiled{kit: k}, objects...)
	t.ExtendBaseWidget(t)
	return t
}

// tile draws one figure.
func (k *Kit) tile(t Tile) fyne.CanvasObject {
	ink := InkOn(t.Ground)
	quiet := ink
	if t.Ground == Surface || t.Ground == Paper {
		quiet = Muted
	}
	head := []Share{{Object: k.Text(t.Value, Style{Size: 56, Role: ink, Bold: true, OneLine: true}), Weight: 1}}
	if t.Icon != "" {
		head = append(head, Share{Object: k.level(k.Icon(t.Icon, quiet, 40))})
	}
	body := k.Middle(0, k.Row(Space1, head...), k.Text(t.Words, Style{Size: TextSmall, Role: quiet}))
	return k.target(t.Words, targetBox{fill: t.Ground, corner: CornerSmall, edged: t.Ground == Surface}, k.Pad(Space2, Space1, body), t.Tapped)
}

// HeightFor returns the height of all rows.
func (t *Tiles) HeightFor(width float32) float32 { return heightFor(t.grid, width) }

// CreateRenderer is for Fyne.
func (t *Tiles) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.grid) }

// tiled sets tiles into as few rows as the width allows, equally full.
type tiled struct{ kit *Kit }

func (g tiled) columns(n int, width float32) int {
	gap := g.kit.Unit(Space2)
	most := max(1, min(n, int((width+gap)/(max(g.kit.Unit(leastTile), g.kit.TextSize(0)*6)+gap))))
	rows := (n + most - 1) / most
	return (n + rows - 1) / max(1, rows)
}

func (g tiled) cell(objects []fyne.CanvasObject, width float32) (columns int, w, h float32) {
	columns = max(1, g.columns(len(objects), width))
	w = (width - g.kit.Unit(Space2)*float32(columns-1)) / float32(columns)
	for _, o := range objects {
		h = max(h, heightFor(o, w))
	}
	return columns, w, h
}

func (g tiled) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	if len(objects) == 0 {
		return 0
	}
	columns, _, h := g.cell(objects, width)
	rows := float32((len(objects) + columns - 1) / columns)
	return rows*h + (rows-1)*g.kit.Unit(Space2)
}

// Layout gives the rows the height there is, so that tiles fill a place that is
// higher than they need.
func (g tiled) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	gap := g.kit.Unit(Space2)
	columns, w, _ := g.cell(objects, size.Width)
	rows := float32((len(objects) + columns - 1) / columns)
	h := (size.Height - gap*(rows-1)) / rows
	for i, o := range objects {
		put(o, float32(i%columns)*(w+gap), float32(i/columns)*(h+gap), w, h)
	}
}

func (g tiled) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := g.kit.Unit(leastTile)
	return fyne.NewSize(w, g.heightFor(objects, w))
}
