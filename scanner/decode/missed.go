package decode

import (
	"image"
	"math"
)

const (
	maxSuspects = 12  // patterns of which pairs are looked at
	rowsSeen    = 2   // rows in which a pattern is seen that is believed
	unequal     = 1.4 // times that one pattern of a pair may be larger
)

// suspect looks among the patterns that the finder saw last for two that belong to one
// code: of like size, with a timing pattern between them. It is enough to tell a code of
// which glare hides the third pattern, or whose bits could not be read. What lies in a
// code that has been read does not count. The box, in the frame's pixels, holds the code.
func (r *Reader) suspect(b *bitmap) (box image.Rectangle, ok bool) {
	p := r.finder.patterns[:min(len(r.finder.patterns), maxSuspects)]
	for i := range p {
		for j := range i {
			a, c := p[j], p[i]
			if a.n < rowsSeen || c.n < rowsSeen || max(a.size, c.size) > unequal*min(a.size, c.size) {
				continue
			}
			side, ok := timed(b, a, c)
			if !ok {
				continue
			}
			dx, dy := side*(c.y-a.y), side*(a.x-c.x)
			box = r.boxAround(7*max(a.size, c.size), Point{a.x, a.y}, Point{c.x, c.y}, Point{a.x + dx, a.y + dy}, Point{c.x + dx, c.y + dy})
			if !r.readIn(box) {
				return box, true
			}
		}
	}
	return box, false
}

// timed says whether on one side between two patterns, where the dotted line between
// those of one code lies, the colour changes about as often as it should; and on which
// side the code lies: 1 or -1 for that of (c.y-a.y, a.x-c.x).
func timed(b *bitmap, a, c pattern) (side float64, ok bool) {
	dx, dy := c.x-a.x, c.y-a.y
	d := math.Hypot(dx, dy)
	wa, wc := width(b, a, c)/7, width(b, c, a)/7
	if wa <= 0 || wc <= 0 {
		return 0, false
	}
	// Between the centres lie dim-7 modules, between the inner corners dim-13 changes.
	modules := 2 * d / (wa + wc)
	if modules < minDimension-7-2 || modules > maxDimension {
		return 0, false
	}
	want := modules - 6
	ux, uy := dx/d, dy/d
	for _, side := range [2]float64{1, -1} {
		vx, vy := side*uy, -side*ux
		n := float64(changes(b,
			a.x+3*wa*(ux+vx), a.y+3*wa*(uy+vy),
			c.x+3*wc*(vx-ux), c.y+3*wc*(vy-uy)))
		if math.Abs(n-want) <= max(2, want/8) {
			return side, true
		}
	}
	return 0, false
}

// boxAround is the box around points of the bitmap in the frame's pixels, larger by so many
// of the bitmap's on each side, as far as it lies in the frame.
func (r *Reader) boxAround(more float64, points ...Point) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range points {
		x0, y0, x1, y1 = min(x0, p.X), min(y0, p.Y), max(x1, p.X), max(y1, p.Y)
	}
	frame := func(v float64, from int) int { return int(v*r.scale) + from }
	return image.Rect(
		frame(x0-more, r.origin.X), frame(y0-more, r.origin.Y),
		frame(x1+more, r.origin.X)+1, frame(y1+more, r.origin.Y)+1,
	).Intersect(image.Rectangle{Max: r.frame})
}

// readIn says whether the middle of a code that has been read lies in a box.
func (r *Reader) readIn(box image.Rectangle) bool {
	for i := range r.results {
		if r.results[i].middle().In(box) {
			return true
		}
	}
	return false
}

// middle is the middle of a code in pixels.
func (res *Result) middle() image.Point {
	p := res.Points
	return image.Pt(int(p[0].X+p[1].X+p[2].X+p[3].X)/4, int(p[0].Y+p[1].Y+p[2].Y+p[3].Y)/4)
}
