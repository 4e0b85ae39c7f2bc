package look

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Ring shows how long a screen still stays: seconds, and an arc that becomes
// shorter. It moves only when it is told, once a second.
type Ring struct {
	widget.BaseWidget
	kit         *Kit
	kind        Kind
	left, total int
}

// Ring returns a countdown of total seconds, with left of them still to go, for
// the ground of a button of that kind.
func (k *Kit) Ring(kind Kind, left, total int) *Ring {
	r := &Ring{kit: k, kind: kind, left: left, total: total}
	r.ExtendBaseWidget(r)
	return r
}

// Set moves the countdown. Nothing is drawn again if it stands there already.
func (r *Ring) Set(left, total int) {
	if left != r.left || total != r.total {
		r.left, r.total = left, total
		r.Refresh()
	}
}

// MinSize is for Fyne.
func (r *Ring) MinSize() fyne.Size {
	s := max(r.kit.Unit(60), 2*r.kit.TextSize(0))
	return fyne.NewSize(s, s)
}

// CreateRenderer is for Fyne.
func (r *Ring) CreateRenderer() fyne.WidgetRenderer {
	track, rest, ink := PlainDown, Brand, Ink
	if r.kind == Main {
		track, rest, ink = BrandTrack, OnBrand, OnBrand
	}
	arc := func(role Role) *canvas.Arc {
		return &canvas.Arc{FillColor: r.kit.Colour(role), CutoutRatio: 0.8, EndAngle: 360}
	}
	words := r.kit.Text("", Style{Size: TextBody, Role: ink, Bold: true, Align: fyne.TextAlignCenter, OneLine: true})
	return &ringRenderer{ring: r, track: arc(track), rest: arc(rest), words: words}
}

type ringRenderer struct {
	ring        *Ring
	track, rest *canvas.Arc
	words       *Text
}

func (r *ringRenderer) Layout(size fyne.Size) {
	r.set()
	r.track.Resize(size)
	r.rest.Resize(size)
	r.words.Resize(size)
}

func (r *ringRenderer) set() {
	r.rest.EndAngle = 0
	if r.ring.total > 0 {
		r.rest.EndAngle = 360 * min(1, max(0, float32(r.ring.left)/float32(r.ring.total)))
	}
	r.words.SetWords(strconv.Itoa(max(0, r.ring.left)))
}

func (r *ringRenderer) MinSize() fyne.Size { return r.ring.MinSize() }

func (r *ringRenderer) Refresh() {
	r.set()
	canvas.Refresh(r.ring)
}

func (r *ringRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.track, r.rest, r.words}
}

func (r *ringRenderer) Destroy() {}
