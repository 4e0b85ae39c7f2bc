package look

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// RailDoor is a section that a Rail leads to.
type RailDoor struct {
	Icon, Words string
	Here        bool   // it is the one that is up
	Badge       string // a number that waits for somebody; empty: none
	Tapped      func()
}

// Rail leads to the sections: a column at the left of a lying screen, one or two
// rows of an upright one. Doors that do not fit go to further pages, which a
// door at the end turns.
type Rail struct {
	part
	doors  []RailDoor
	page   int
	turned bool // by somebody; else the page of Here is up
}

// Rail returns the sections. Its words are those of the translations' rail.more
// for the door that turns pages.
func (k *Kit) Rail(doors []RailDoor) *Rail {
	r := &Rail{part: part{kit: k}, doors: slices.Clone(doors)}
	r.ExtendBaseWidget(r)
	return r
}

// Set shows other doors or badges. Nothing is drawn again if they look the same;
// the doors that are drawn keep what they call.
func (r *Rail) Set(doors []RailDoor) {
	same := slices.EqualFunc(doors, r.doors, func(a, b RailDoor) bool {
		return a.Icon == b.Icon && a.Words == b.Words && a.Here == b.Here && a.Badge == b.Badge
	})
	if r.doors = slices.Clone(doors); !same {
		r.changed()
	}
}

// The sizes of a door, in units of the drawing.
const (
	doorIcon = 36
	doorHigh = 84
)

// label is the words of a door.
func (r *Rail) label(d RailDoor) *Text {
	role := Ink
	if d.Here {
		role = OnBrand
	}
	return r.kit.Text(d.Words, Style{Size: TextSmall, Role: role, Bold: d.Here, OneLine: true})
}

// door is the width that the widest door needs.
func (r *Rail) door() float32 {
	k, w := r.kit, float32(0)
	for _, d := range append([]RailDoor{r.more()}, r.doors...) {
		d.Here = true // bold words are wider
		need := r.label(d).Natural() + 1
		if d.Badge != "" {
			need += k.badge(d.Badge).MinSize().Width + k.Unit(Space2)
		}
		w = max(w, need)
	}
	return w + k.Unit(doorIcon) + k.Unit(Space2) + 2*k.Unit(Space2)
}

func (r *Rail) more() RailDoor {
	return RailDoor{Icon: "ellipsis", Words: r.kit.Words.Say("rail.more")}
}

// rows is how many rows an upright rail has at a width.
func (r *Rail) rows(width float32) int {
	columns := max(1, int(width/r.door()))
	return (len(r.doors) + columns - 1) / columns
}

// MinSize is for Fyne: a lying screen's rail is as wide as its doors.
func (r *Rail) MinSize() fyne.Size {
	if r.kit.Upright() {
		return fyne.NewSize(0, r.HeightFor(r.kit.Width))
	}
	return fyne.NewSize(r.door(), r.kit.Target(doorHigh))
}

// HeightFor returns the height that all doors take.
func (r *Rail) HeightFor(width float32) float32 {
	rows := len(r.doors)
	if r.kit.Upright() {
		rows = r.rows(width)
	}
	return float32(rows) * r.kit.Target(doorHigh)
}

// CreateRenderer is for Fyne.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	return &sketch{owner: r, part: &r.part, draw: r.draw, least: r.MinSize}
}

func (r *Rail) draw(size fyne.Size) []fyne.CanvasObject {
	columns, w := 1, size.Width
	if r.kit.Upright() {
		rows := r.rows(size.Width)
		columns = max(1, (len(r.doors)+rows-1)/max(1, rows))
		w = size.Width / float32(columns)
	}
	rows := max(1, int((size.Height+0.5)/r.kit.Target(0)))
	doors := r.pageOf(rows * columns)
	used := (len(doors) + columns - 1) / columns
	h := min(r.kit.Target(doorHigh), size.Height/float32(max(1, used)))
	var out []fyne.CanvasObject
	for i, d := range doors {
		out = append(out, put(r.drawDoor(d), float32(i%columns)*w, float32(i/columns)*h, w, h))
	}
	return out
}

// pageOf returns the doors of the page that is up, of which so many fit.
func (r *Rail) pageOf(fit int) []RailDoor {
	if len(r.doors) <= fit {
		return r.doors
	}
	each := max(1, fit-1)
	pages := (len(r.doors) + each - 1) / each
	if !r.turned {
		for i, d := range r.doors {
			if d.Here {
				r.page = i / each
			}
		}
	}
	r.page %= pages
	more := r.more()
	more.Tapped = func() {
		r.page, r.turned = r.page+1, true
		r.changed()
	}
	from := r.page * each
	shown := slices.Clone(r.doors[from:min(len(r.doors), from+each)])
	return append(shown, more)
}

func (r *Rail) drawDoor(d RailDoor) fyne.CanvasObject {
	k := r.kit
	ground, ink := Paper, Ink
	if d.Here {
		ground, ink = Brand, OnBrand
	}
	shares := []Share{{Object: k.level(k.Icon(d.Icon, ink, doorIcon))}, {Object: r.label(d), Weight: 1}}
	if d.Badge != "" {
		shares = append(shares, Share{Object: k.badge(d.Badge)})
	}
	return k.target(d.Words, targetBox{fill: ground, corner: 16, bare: !d.Here}, k.Pad(Space2, 0, k.Row(Space2, shares...)), d.Tapped)
}

// badge is a number on a ground that says that it waits.
func (k *Kit) badge(words string) fyne.CanvasObject {
	text := k.Text(words, Style{Size: TextSmall, Role: OnWait, Bold: true, OneLine: true})
	return k.centred(k.Box(Wait, 12, false), 0, k.Pad(Space1, 0, text))
}

// WithRail sets a rail at the left of a lying screen, over its whole height, or
// at the foot of an upright one, and gives a page the rest.
func (k *Kit) WithRail(r *Rail, page fyne.CanvasObject) *fyne.Container {
	return container.New(&beside{kit: k}, r, page)
}

type beside struct{ kit *Kit }

func (b *beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	rail, page := objects[0], objects[1]
	edge := b.kit.Unit(Space1)
	if b.kit.Upright() {
		h := heightFor(rail, size.Width-2*edge)
		put(rail, edge, size.Height-h-edge, size.Width-2*edge, h)
		put(page, 0, 0, size.Width, size.Height-h-edge)
		return
	}
	w := rail.MinSize().Width
	put(rail, edge, edge, w, size.Height-2*edge)
	put(page, w+edge, 0, size.Width-w-edge, size.Height)
}

func (b *beside) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
