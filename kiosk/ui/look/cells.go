package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Cells shows digits typed so far, each in a cell of its own, in groups as they
// are printed. The next cell to fill has a strong border. More digits than
// cells stand in one long cell, in fours.
type Cells struct {
	widget.BaseWidget
	kit    *Kit
	groups []int
	typed  string
}

// Cells returns empty cells in groups, such as 3, 3, 4.
func (k *Kit) Cells(groups ...int) *Cells {
	c := &Cells{kit: k, groups: groups}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows what is typed. Nothing is drawn again if it is the same.
func (c *Cells) Set(typed string) {
	if typed != c.typed {
		c.typed = typed
		c.Refresh()
	}
}

func (c *Cells) count() int {
	n := 0
	for _, g := range c.groups {
		n += g
	}
	return n
}

// MinSize is for Fyne.
func (c *Cells) MinSize() fyne.Size {
	return fyne.NewSize(float32(c.count())*c.kit.TextSize(0)*1.2, c.kit.Target(88))
}

// CreateRenderer is for Fyne.
func (c *Cells) CreateRenderer() fyne.WidgetRenderer {
	r := &cellsRenderer{cells: c}
	for range c.count() {
		r.boxes = append(r.boxes, c.kit.Box(Surface, 12, true))
		r.words = append(r.words, c.kit.Text("", Style{Size: TextSection, Role: Ink, Bold: true, Align: fyne.TextAlignCenter, OneLine: true}))
	}
	r.long = c.kit.Box(Surface, 12, true)
	r.long.StrokeColor, r.long.StrokeWidth = c.kit.Colour(Brand), c.kit.Stroke(5)
	r.fours = c.kit.Text("", Style{Size: TextNumber, Role: Ink, Bold: true, Align: fyne.TextAlignCenter, OneLine: true})
	return r
}

type cellsRenderer struct {
	cells *Cells
	boxes []*canvas.Rectangle
	words []*Text
	long  *canvas.Rectangle
	fours *Text
}

func (r *cellsRenderer) Layout(size fyne.Size) {
	k := r.cells.kit
	gap, between := k.Unit(Space1), k.Unit(Space3)
	n := float32(len(r.boxes))
	groups := float32(len(r.cells.groups))
	w := min((size.Width-gap*(n-groups)-between*(groups-1))/n, size.Height)
	x, i := float32(0), 0
	for _, group := range r.cells.groups {
		for range group {
			r.boxes[i].Move(fyne.NewPos(x, 0))
			r.boxes[i].Resize(fyne.NewSize(w, size.Height))
			r.words[i].Move(fyne.NewPos(x, 0))
			r.words[i].Resize(fyne.NewSize(w, size.Height))
			x += w + gap
			i++
		}
		x += between - gap
	}
	r.long.Resize(size)
	r.fours.Move(fyne.NewPos(gap, 0))
	r.fours.Resize(fyne.NewSize(size.Width-2*gap, size.Height))
	r.set()
}

func (r *cellsRenderer) set() {
	typed := []rune(r.cells.typed)
	r.fours.SetWords(inFours(r.cells.typed))
	for i, box := range r.boxes {
		box.StrokeColor, box.StrokeWidth = r.cells.kit.Colour(Line), r.cells.kit.Stroke(3)
		if i == len(typed) {
			box.StrokeColor, box.StrokeWidth = r.cells.kit.Colour(Brand), r.cells.kit.Stroke(5)
		}
		words := ""
		if i < len(typed) {
			words = string(typed[i])
		}
		r.words[i].SetWords(words)
	}
}

func (r *cellsRenderer) MinSize() fyne.Size { return r.cells.MinSize() }

func (r *cellsRenderer) Refresh() {
	r.set()
	canvas.Refresh(r.cells)
}

func (r *cellsRenderer) Objects() []fyne.CanvasObject {
	if len(r.cells.typed) > len(r.boxes) {
		return []fyne.CanvasObject{r.long, r.fours}
	}
	var out []fyne.CanvasObject
	for i := range r.boxes {
		out = append(out, r.boxes[i], r.words[i])
	}
	return out
}

// inFours puts a space after every four digits.
func inFours(digits string) string {
	var parts []string
	for len(digits) > 4 {
		parts, digits = append(parts, digits[:4]), digits[4:]
	}
	return strings.Join(append(parts, digits), " ")
}

func (r *cellsRenderer) Destroy() {}
