package decode

import "image"

const (
	maxRegions = 8
	forget     = 8 // frames for which a region is kept that shows nothing any more
	rounds     = 6 // of all ways, after which finder patterns are thought to belong to no code
)

// region is a part of the frame that shows a code, or something like one.
type region struct {
	box    image.Rectangle
	text   string // what was read there in the last frame, or ""
	way    way    // that read it last
	tries  int    // ways tried since
	unseen int    // frames since there was anything

	// In this frame.
	looks int  // ways tried
	novel bool // it was not there for long
	marks bool // it shows finder patterns
}

// fresh says that it shows something that is worth spending on.
func (g *region) fresh() bool {
	return g.text == "" && g.unseen == 0 && (g.novel || g.marks && g.tries < rounds*int(ways))
}

// before says whether to look at g rather than at h.
func (g *region) before(h *region) bool {
	if g.looks != h.looks {
		return g.looks < h.looks
	}
	return g.marks && !h.marks
}

// place notes that there is something in a part of the frame, and returns the region for it:
// one that is known and overlaps it, or else a new one, for which the region that is
// of least use has to go.
func (r *Reader) place(box image.Rectangle) *region {
	l := &r.live
	worst := 0
	for i := range l.regions {
		g := &l.regions[i]
		if middle(g.box).In(box) || middle(box).In(g.box) {
			if g.unseen > 0 && g.text == "" {
				g.box = box
			}
			g.unseen = 0
			return g
		}
		if g.worth() < l.regions[worst].worth() {
			worst = i
		}
	}
	if len(l.regions) < maxRegions {
		l.regions = append(l.regions, region{})
		worst = len(l.regions) - 1
	}
	l.regions[worst] = region{box: box}
	return &l.regions[worst]
}

// worth orders regions by how much it matters to keep them.
func (g *region) worth() int {
	if g.text != "" {
		return 1
	}
	return -g.unseen*rounds*int(ways) - g.tries
}

// placeRead notes where a QR code was read and how. The box of a code that has hardly moved
// stays as it is, so that the same picture gives the same bits.
func (r *Reader) placeRead(text string, p [4]Point) {
	side := max(abs(p[0].X-p[2].X), abs(p[0].Y-p[2].Y), abs(p[1].X-p[3].X), abs(p[1].Y-p[3].Y))
	res := Result{Points: p}
	at, reach := res.middle(), int(side)
	box := image.Rect(at.X-reach, at.Y-reach, at.X+reach, at.Y+reach)
	// On the blocks of a frame at half size.
	box.Min.X, box.Min.Y = box.Min.X&^15, box.Min.Y&^15
	box = box.Intersect(image.Rectangle{Max: r.frame})
	g := r.place(box)
	inner := g.box.Inset(min(g.box.Dx(), g.box.Dy()) / 3)
	if !at.In(inner) || 2*area(box) < area(g.box) || area(box) > 2*area(g.box) {
		g.box = box
	}
	g.text, g.way, g.tries, g.unseen = text, r.live.way, 0, 0
}

func area(box image.Rectangle) int { return box.Dx() * box.Dy() }

func middle(box image.Rectangle) image.Point { return box.Min.Add(box.Max).Div(2) }
