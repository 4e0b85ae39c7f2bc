package decode

import (
	"image"
	"math"
	"math/bits"
	"slices"

	"github.com/makiuchi-d/gozxing/datamatrix/decoder"
)

const (
	mostCorners  = 40  // corners of solid borders tried in a bitmap
	solidShare   = 0.9 // of a solid border that is black
	shortestSide = 12  // pixels of the shorter solid border
	mostHull     = 12  // corners of a hull worth a look
	mostSides    = 6.0 // times the shorter border's length the longer one may have
	mostModules  = 144 // of a side
	leastModules = 8   // of a side
)

// matrixReader finds and reads Data Matrix codes: two solid borders that meet in a corner,
// opposite to them two of alternating modules.
type matrixReader struct {
	decoder  *decoder.Decoder
	contours contours
	profile  []int32
	edges    linear // for its edges
	gaps     []float32
	bits     []byte // modules of the code being read, by rows, 1 is black
	read     []byte // those of the last one that was read
	text     string
	inverted bool // the code being read is white on black
}

func newMatrixReader() *matrixReader { return &matrixReader{decoder: decoder.NewDecoder()} }

// readMatrix looks for Data Matrix codes in a frame and its bitmap.
func (r *Reader) readMatrix(img *image.Gray, b *bitmap) {
	if !r.dataMatrix {
		return
	}
	c := &r.matrix.contours
	c.seen.reset(b.w, b.h)
	steps, corners := contourSteps, mostCorners
	for y := contourRows / 2; y < b.h; y += contourRows {
		row, seen := b.words[y*b.stride:][:b.stride], c.seen.words[y*b.stride:][:b.stride]
		carry := uint64(0) // the last pixel of the word before
		for i, word := range row {
			starts := word &^ (word<<1 | carry)
			carry = word >> 63
			for starts != 0 {
				x := bits.TrailingZeros64(starts)
				starts &= starts - 1
				if seen[i]>>uint(x)&1 != 0 || !c.walk(b, i*64+x, y, &steps) {
					continue
				}
				r.readCorners(img, b, &corners)
				if corners == 0 {
					return
				}
			}
			if steps <= 0 {
				return
			}
		}
	}
}

// readCorners reads the code whose solid borders are on the contour just walked, if there is
// one.
func (r *Reader) readCorners(img *image.Gray, b *bitmap, corners *int) {
	for _, flat := range [2]float64{0.012, 0.004} { // blur rounds corners, perspective hides them
		bottom, left, ok := r.matrix.solid(b, r.matrix.contours.wrap(flat))
		if !ok || *corners == 0 {
			continue
		}
		*corners--
		r.work.Regions++
		if r.readCorner(img, b, bottom, left) {
			return
		}
	}
}

// solid finds the two solid borders among the sides of a hull: exactly two, and they meet.
func (m *matrixReader) solid(b *bitmap, hull []image.Point) (bottom, left border, ok bool) {
	n := len(hull)
	if n < 3 || n > mostHull {
		return bottom, left, false
	}
	var sides [mostHull]border
	var solid [mostHull]bool
	last, count := 0, 0
	for i := range n {
		if sides[i], solid[i] = m.border(b, hull[i], hull[(i+1)%n]); solid[i] {
			last = i
			count++
		}
	}
	// The hull goes around clockwise: along the bottom border to the corner, then up the left one.
	before := (last + n - 1) % n
	if next := (last + 1) % n; solid[next] {
		before, last = last, next
	}
	bottom, left = sides[before], sides[last]
	bottom.dx, bottom.dy = -bottom.dx, -bottom.dy
	return bottom, left, count == 2 && solid[before]
}

// border is a solid border: its outer edge as a line away from the corner, and its length.
type border struct {
	line
	length float64
}

// border fits a solid border to a side of the hull, if it is one.
func (m *matrixReader) border(b *bitmap, from, to image.Point) (border, bool) {
	length := math.Hypot(float64(to.X-from.X), float64(to.Y-from.Y))
	if length < shortestSide {
		return border{}, false
	}
	ln, ok := m.contours.side(from, to)
	if !ok {
		return border{}, false
	}
	// Black inside, white outside; clockwise the inside is on the right.
	n, inside, outside := 0, 0, 0
	for t := -0.45 * length; t <= 0.45*length; t++ {
		n++
		p, q := ln.beside(1).at(t), ln.beside(-2.5).at(t)
		if b.black(int(p.X), int(p.Y)) {
			inside++
		}
		if b.black(int(q.X), int(q.Y)) {
			outside++
		}
	}
	if float64(inside) < solidShare*float64(n) || float64(outside) > 0.25*float64(n) {
		return border{}, false
	}
	return border{ln.beside(-0.5), length}, true // pixels' middles lie half a pixel inside
}

// meet is where two lines cross.
func meet(a, b line) (Point, bool) {
	det := a.dx*b.dy - a.dy*b.dx
	if math.Abs(det) < 0.3 {
		return Point{}, false
	}
	t := ((b.x-a.x)*b.dy - (b.y-a.y)*b.dx) / det
	return a.at(t), true
}

// readCorner reads the code with the given bottom and left border.
func (r *Reader) readCorner(img *image.Gray, b *bitmap, bottom, left border) bool {
	short, long := min(bottom.length, left.length), max(bottom.length, left.length)
	corner, ok := meet(bottom.line, left.line)
	if !ok || long > mostSides*short {
		return false
	}
	m := r.matrix
	module := m.thickness(b, corner, bottom, left)
	if module < 1 || short < 0.7*leastModules*module {
		return false
	}
	half := module / 2
	at := func(u, v float64) Point {
		return Point{corner.X + u*bottom.dx + v*left.dx, corner.Y + u*bottom.dy + v*left.dy}
	}
	in, out := at(half, half), at(-half, -half)
	m.inverted = levelAt(img, in.X, in.Y) > levelAt(img, out.X, out.Y)
	// The middles of the modules at the corner and at the ends of both borders.
	right := extent(b, at(0, half), bottom.line, bottom.length, module) - half
	top := extent(b, at(half, 0), left.line, left.length, module) - half
	if right < leastModules/2*module || top < leastModules/2*module {
		return false
	}
	p0, p1, p2 := at(half, half), at(right, half), at(half, top)
	// The alternating borders start at the ends of the solid ones and run about
	// parallel to the others.
	upper, columns, ok1 := m.alternating(img, p2, Point{p1.X - p0.X, p1.Y - p0.Y}, left.line, module)
	side, rows, ok2 := m.alternating(img, p1, Point{p2.X - p0.X, p2.Y - p0.Y}, bottom.line, module)
	if !ok1 && !ok2 {
		return false
	}
	// Where one of them could not be made out it is taken for parallel to the border
	// across, and the code for square.
	if !ok1 {
		upper, columns = line{p2.X, p2.Y, bottom.dx, bottom.dy}, rows
	}
	if !ok2 {
		side, rows = line{p1.X, p1.Y, left.dx, left.dy}, columns
	}
	p3, ok := meet(upper, side)
	if !ok {
		return false
	}
	for _, size := range [3][2]int{{columns, rows}, {columns, columns}, {rows, rows}} {
		if !validSize(size[0], size[1]) {
			continue
		}
		if r.readModules(img, b, [4]Point{p0, p1, p3, p2}, size[0], size[1]) {
			return true
		}
	}
	return false
}

// thickness is about how wide the modules are: how far it is through a border where white
// follows, taken from the thinner places.
func (m *matrixReader) thickness(b *bitmap, corner Point, bottom, left border) float64 {
	m.gaps = m.gaps[:0]
	measure := func(along border, inward line) {
		const places = 32
		for i := 2; i < places; i++ {
			t := along.length * float64(i) / places
			x, y := corner.X+t*along.dx, corner.Y+t*along.dy
			for d := 0.5; d < along.length/4; d += 0.5 {
				if !b.black(int(x+d*inward.dx), int(y+d*inward.dy)) && d > 1 {
					m.gaps = append(m.gaps, float32(d))
					break
				}
			}
		}
	}
	measure(bottom, left.line)
	measure(left, bottom.line)
	if len(m.gaps) < 8 {
		return 0
	}
	slices.Sort(m.gaps)
	return float64(m.gaps[len(m.gaps)/4])
}

// extent is how far a solid border goes from a place near the corner: to where there is
// no black for more than half a module.
func extent(b *bitmap, from Point, ln line, length, module float64) float64 {
	last := 0.0
	for t := 0.0; t < 1.3*length && t-last < 0.8*module+1; t += 0.5 {
		if b.black(int(from.X+t*ln.dx), int(from.Y+t*ln.dy)) {
			last = t
		}
	}
	return last + 0.25
}

// alternating looks for a border of alternating modules that starts at the given
// place and runs about as far and in the direction of towards. Under perspective its
// other end may lie further in or out, along across.
func (m *matrixReader) alternating(img *image.Gray, from, towards Point, across line, module float64) (best line, modules int, ok bool) {
	length := math.Hypot(towards.X, towards.Y)
	most := 0.0
	lean := 0.35*length + 4*module
	for off := -lean; off <= lean; off += module / 4 {
		dx, dy := towards.X+off*across.dx, towards.Y+off*across.dy
		size := math.Hypot(dx, dy)
		ln := line{from.X, from.Y, dx / size, dy / size}
		start := ln.at(-1.5 * module)
		m.profile = sample(img, line{start.X, start.Y, ln.dx, ln.dy}, int(1.4*size+2*module), 1, 0, 0, m.profile)
		if m.inverted {
			for i, v := range m.profile {
				m.profile[i] = 255<<levelBits - v
			}
		}
		m.edges.there = m.edges.edges(m.profile, 4, m.edges.there)
		if n, score := rhythm(m.edges.there, m.profile, 1.5*module, module); n > 0 {
			score /= 1 + math.Abs(off)/length // what leans little is likelier
			if score > most {
				best, modules, most, ok = ln, n, score, true
			}
		}
	}
	return best, modules, ok
}

// rhythm counts the modules of an alternating border on a profile: as many as edges, since
// it starts black and the last module is white like what follows. They must be
// about even. score is how strongly they alternate.
func rhythm(e []float32, p []int32, first, module float64) (modules int, score float64) {
	k := 0
	for k < len(e) && float64(e[k]) < first-module {
		k++
	}
	if k&1 != 0 || k == len(e) || float64(e[k]) > first {
		return 0, 0
	}
	n := 1
	for usual := module; k+n < len(e) && n < mostModules; n++ {
		gap := float64(e[k+n] - e[k+n-1])
		if gap < 0.55*usual || gap > 1.7*usual {
			break
		}
		usual += (gap - usual) / 4
		score += math.Abs(float64(p[int(e[k+n-1]+float32(gap/2))] - p[max(int(e[k+n-1]-float32(gap/2)), 0)]))
	}
	n &^= 1
	if n < leastModules {
		return 0, 0
	}
	return n, score
}

// validSize says whether there are Data Matrix codes of a size: the squares of ISO/IEC
// 16022 and its rectangles. The extended rectangles of ISO/IEC 21471 are left out.
func validSize(columns, rows int) bool {
	if columns != rows {
		switch rows {
		case 8:
			return columns == 18 || columns == 32
		case 12:
			return columns == 26 || columns == 36
		case 16:
			return columns == 36 || columns == 48
		}
		return false
	}
	switch columns {
	case 32, 36, 40, 44, 48, 52, 64, 72, 80, 88, 96, 104, 120, 132, 144:
		return true
	}
	return columns >= 10 && columns <= 26 && columns&1 == 0
}
