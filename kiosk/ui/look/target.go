package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Target is a place to tap that is neither word nor icon alone: a row, a tile, a
// star. It answers when the finger leaves, and shows that it is touched until
// then.
type Target struct {
	widget.BaseWidget
	focus
	words  string
	box    targetBox
	over   fyne.CanvasObject
	tapped func()
	down   bool
}

var (
	_ fyne.Tappable     = (*Target)(nil)
	_ desktop.Mouseable = (*Target)(nil)
	_ fyne.Focusable    = (*Target)(nil)
)

// targetBox is the ground of a target.
type targetBox struct {
	fill   Role
	corner float32 // units of the drawing
	edged  bool
	bare   bool // no ground but under a finger
}

// target returns a place to tap with an object over its whole ground; without
// something to call, the object on its ground and nothing to tap. words is what
// it is called, for those who look for it by name; nothing draws them.
func (k *Kit) target(words string, box targetBox, over fyne.CanvasObject, tapped func()) fyne.CanvasObject {
	if tapped == nil {
		if box.bare {
			return over
		}
		return container.New(layer{}, k.Box(box.fill, box.corner, box.edged), over)
	}
	t := &Target{words: words, box: box, over: over, tapped: tapped}
	t.focus = focus{kit: k, self: t, act: tapped}
	t.ExtendBaseWidget(t)
	return t
}

// Words returns what the target is called.
func (t *Target) Words() string { return t.words }

// Tapped is for Fyne.
func (t *Target) Tapped(*fyne.PointEvent) { t.tapped() }

// MouseDown is for Fyne.
func (t *Target) MouseDown(*desktop.MouseEvent) { t.press(true) }

// MouseUp is for Fyne.
func (t *Target) MouseUp(*desktop.MouseEvent) { t.press(false) }

func (t *Target) press(down bool) {
	if t.down != down {
		t.down = down
		t.Refresh()
	}
}

// HeightFor returns the height of what lies on it, never less than a target.
func (t *Target) HeightFor(width float32) float32 {
	return max(t.kit.Target(0), heightFor(t.over, width))
}

// CreateRenderer is for Fyne.
func (t *Target) CreateRenderer() fyne.WidgetRenderer {
	r := &targetRenderer{target: t, ground: t.kit.Box(t.box.fill, t.box.corner, t.box.edged)}
	r.set()
	return r
}

type targetRenderer struct {
	target *Target
	ground *canvas.Rectangle
}

func (r *targetRenderer) set() {
	t, k := r.target, r.target.kit
	setVisible(r.ground, !t.box.bare || t.down)
	fill := t.box.fill
	switch {
	case !t.down:
	case fill == Surface || fill == Paper:
		fill = PlainDown
	case fill == Brand:
		fill = BrandDown
	}
	r.ground.FillColor = k.Colour(fill)
	r.ground.StrokeColor, r.ground.StrokeWidth = k.Colour(Line), 0
	if t.box.edged {
		r.ground.StrokeWidth = k.Stroke(2)
	}
	if t.down && fill == t.box.fill { // a ground that must not change: a border says it
		r.ground.StrokeColor, r.ground.StrokeWidth = k.Colour(InkOn(fill)), k.Stroke(5)
	}
}

func (r *targetRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.target.over.Resize(size)
}

func (r *targetRenderer) MinSize() fyne.Size {
	least := r.target.kit.Target(0)
	return r.target.over.MinSize().Max(fyne.NewSize(least, least))
}

func (r *targetRenderer) Refresh() {
	r.set()
	canvas.Refresh(r.target)
}

func (r *targetRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.ground, r.target.over}
	if t := r.target; t.inFocus {
		out = append(out, t.ring(t.Size(), t.box.corner))
	}
	return out
}

func (r *targetRenderer) Destroy() {}
