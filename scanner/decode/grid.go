package decode

import "math"

// grid lays the modules of a code over the pixels.
type grid struct {
	tl, tr, bl pattern
	dim        int

	// u and v are one module to the right and down, in pixels, near the middle.
	ux, uy, vx, vy float64

	br        [2]float64 // a fourth point in pixels …
	brModules float64    // … and its place along both sides, in modules

	mesh  *mesh // where set, it takes the place of the one perspective
	spare *mesh // memory for one
}

func newGrid(tl, tr, bl pattern, dim int) grid {
	g := grid{tl: tl, tr: tr, bl: bl, dim: dim}
	between := float64(dim - 7)
	g.ux, g.uy = (tr.x-tl.x)/between, (tr.y-tl.y)/between
	g.vx, g.vy = (bl.x-tl.x)/between, (bl.y-tl.y)/between
	return g
}

// fits is the ways to find the fourth point that are worth trying for a dimension, in order.
func fits(dim int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		first, last := fitAlignment, fitPerspective
		if dim == minDimension {
			first = fitParallel
		}
		if dim >= 45 {
			last = fitMesh
		}
		for f := first; f <= last; f++ {
			if !yield(f) {
				return
			}
		}
	}
}

// The ways to find the fourth point of a grid.
const (
	fitAlignment            = iota // the alignment pattern, looked for where a flat code has it
	fitPerspectiveAlignment        // the same, looked for where the sizes of the marks let expect it
	fitParallel                    // completing the parallelogram
	fitPerspective                 // by the sizes of the three marks
	fitMesh                        // all alignment patterns: a bent sheet
)

// fit sets the fourth point in one of the ways, or says that there is none that way.
func (g *grid) fit(b *bitmap, way int, work *Work) bool {
	px, py, leaning := g.perspective()
	switch way {
	case fitAlignment:
		g.corner(g.tr.x-g.tl.x+g.bl.x, g.tr.y-g.tl.y+g.bl.y)
		return g.align(b, work)
	case fitPerspectiveAlignment:
		g.corner(px, py)
		return leaning && g.align(b, work)
	case fitParallel:
		g.corner(g.tr.x-g.tl.x+g.bl.x, g.tr.y-g.tl.y+g.bl.y)
		return true
	case fitPerspective:
		g.corner(px, py)
		return leaning
	}
	g.corner(px, py)
	_ = g.align(b, work)
	if !g.spare.lay(b, g, work) {
		return false
	}
	g.mesh = g.spare
	return true
}

// corner makes a point the place where the fourth finder pattern would be.
func (g *grid) corner(x, y float64) {
	g.br, g.brModules = [2]float64{x, y}, float64(g.dim)-3.5
	g.mesh = nil
}

// perspective estimates where a fourth finder pattern would be from how much larger
// the nearer marks are. On a plane seen in perspective the homogeneous weight is linear
// across the code, and areas go with its third power. leaning is false where that
// is no different from the parallelogram.
func (g *grid) perspective() (x, y float64, leaning bool) {
	a, b, c := 1/math.Cbrt(g.tl.area), 1/math.Cbrt(g.tr.area), 1/math.Cbrt(g.bl.area)
	w := b + c - a
	if w < a/3 {
		return 0, 0, false
	}
	x = (b*g.tr.x + c*g.bl.x - a*g.tl.x) / w
	y = (b*g.tr.y + c*g.bl.y - a*g.tl.y) / w
	off := math.Hypot(x-(g.tr.x-g.tl.x+g.bl.x), y-(g.tr.y-g.tl.y+g.bl.y))
	return x, y, off > math.Hypot(g.ux, g.uy)
}

// transform maps modules to pixels by the four points.
func (g *grid) transform() perspective {
	far := float64(g.dim) - 3.5
	return quadToQuad(
		[4]Point{{3.5, 3.5}, {far, 3.5}, {g.brModules, g.brModules}, {3.5, far}},
		[4]Point{{g.tl.x, g.tl.y}, {g.tr.x, g.tr.y}, {g.br[0], g.br[1]}, {g.bl.x, g.bl.y}})
}

// align looks for the alignment pattern nearest the fourth corner and makes it the
// grid's fourth point. Version 1 has none.
func (g *grid) align(b *bitmap, work *Work) bool {
	if g.dim == minDimension {
		return false
	}
	modules := float64(g.dim) - 6.5
	t := g.transform()
	x, y := t.at(modules, modules)
	for _, reach := range [2]float64{4, 8} {
		if ax, ay, ok := g.searchAlignment(b, x, y, reach, work); ok {
			g.br, g.brModules = [2]float64{ax, ay}, modules
			return true
		}
	}
	return false
}

// searchAlignment compares the 5×5 modules of an alignment pattern with the bitmap
// at every half module up to reach modules around (x,y). The centre is the mean
// of the places that match best.
func (g *grid) searchAlignment(b *bitmap, x, y, reach float64, work *Work) (ax, ay float64, ok bool) {
	const need = 22 // of 25 modules
	const step = 0.5
	most, n := 0, 0.0
	var sx, sy float64
	for dv := -reach; dv <= reach; dv += step {
		for du := -reach; du <= reach; du += step {
			px, py := x+du*g.ux+dv*g.vx, y+du*g.uy+dv*g.vy
			if !b.black(int(px), int(py)) {
				continue
			}
			work.Aligned++
			score := g.alignmentScore(b, px, py)
			if score < need || score < most {
				continue
			}
			if score > most {
				most, n, sx, sy = score, 0, 0, 0
			}
			// Places further off count less, so that of two equal ones the nearer wins.
			weight := 1 / (1 + du*du + dv*dv)
			n += weight
			sx += weight * px
			sy += weight * py
		}
	}
	if most < need {
		return 0, 0, false
	}
	ax, ay = sx/n, sy/n
	return ax, ay, g.alignmentScore(b, ax, ay) >= need-1
}

// alignmentScore counts the modules around a point that are as in an alignment pattern:
// a black ring, a white one inside it, a black middle.
func (g *grid) alignmentScore(b *bitmap, x, y float64) int {
	score := 0
	for j := -2; j <= 2; j++ {
		for i := -2; i <= 2; i++ {
			ring := max(i, -i, j, -j)
			fi, fj := float64(i), float64(j)
			if b.black(int(x+fi*g.ux+fj*g.vx), int(y+fi*g.uy+fj*g.vy)) == (ring != 1) {
				score++
			}
		}
	}
	return score
}

// leastFixed is how many of a hundred modules of the finder and timing patterns must be
// right for the others to be looked at. What cannot be read has about half.
const leastFixed = 70

// plausible looks at the modules that are the same in every code, few as they are, before
// all are sampled.
func (g *grid) plausible(b *bitmap, work *Work) bool {
	t := g.transform()
	n, right := 0, 0
	look := func(x, y int, black bool) {
		n++
		if g.module(b, &t, x, y) == black {
			right++
		}
	}
	for y := range 7 {
		for x := range 7 {
			black := max(x-3, 3-x, y-3, 3-y) != 2
			look(x, y, black)
			look(g.dim-7+x, y, black)
			look(x, g.dim-7+y, black)
		}
	}
	for i := 8; i < g.dim-8; i++ {
		look(i, 6, i%2 == 0)
		look(6, i, i%2 == 0)
	}
	work.Modules += n
	return 100*right >= leastFixed*n
}

// module reads one module at its centre; white outside the frame.
func (g *grid) module(b *bitmap, t *perspective, x, y int) bool {
	u, v := float64(x)+0.5, float64(y)+0.5
	if g.mesh != nil {
		u, v = g.mesh.at(u, v)
	} else {
		u, v = t.at(u, v)
	}
	return u >= 0 && v >= 0 && b.black(int(u), int(v))
}

// sample reads every module.
func (g *grid) sample(b *bitmap, m *samples, work *Work) {
	work.Modules += g.dim * g.dim
	t := g.transform()
	m.reset(g.dim)
	for y := range g.dim {
		for x := range g.dim {
			if g.module(b, &t, x, y) {
				m.set(x, y)
			}
		}
	}
}

// timing says whether at least one of the two timing patterns, the dotted lines
// between the finder patterns, has about the changes of colour it should have.
// Three marks of different codes, or of none, rarely do, so that decoding is
// hardly ever tried on them.
func (g *grid) timing(b *bitmap) bool {
	want := g.dim - 13
	lo, hi := want-max(2, want/3), want+max(4, want/3)
	// From the inner corner of one pattern to that of the next, along the
	// timing line: three modules inwards from the centres.
	along := func(from, to pattern, ax, ay, ix, iy float64) int {
		k := from.size / ((g.tl.size + g.tr.size + g.bl.size) / 3)
		l := to.size / ((g.tl.size + g.tr.size + g.bl.size) / 3)
		return changes(b,
			from.x+3*k*ix+3*k*ax, from.y+3*k*iy+3*k*ay,
			to.x+3*l*ix-3*l*ax, to.y+3*l*iy-3*l*ay)
	}
	n := along(g.tl, g.tr, g.ux, g.uy, g.vx, g.vy)
	if n >= lo && n <= hi {
		return true
	}
	n = along(g.tl, g.bl, g.vx, g.vy, g.ux, g.uy)
	return n >= lo && n <= hi
}

// changes counts the changes of colour on the straight line between two points.
func changes(b *bitmap, x0, y0, x1, y1 float64) int {
	steps := int(2 * max(math.Abs(x1-x0), math.Abs(y1-y0)))
	if steps <= 0 {
		return 0
	}
	dx, dy := (x1-x0)/float64(steps), (y1-y0)/float64(steps)
	n, last := 0, b.black(int(x0), int(y0))
	for i := 1; i <= steps; i++ {
		if now := b.black(int(x0+float64(i)*dx), int(y0+float64(i)*dy)); now != last {
			n++
			last = now
		}
	}
	return n
}
