package decode

import (
	"image"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"

	"hexiao/scanner"
)

const wrongBorder = 0.15 // of the modules of a Data Matrix's borders that may be wrong

// readModules samples a code whose corner modules have these middles, counterclockwise
// from the bottom left, and reads it.
func (r *Reader) readModules(img *image.Gray, b *bitmap, corners [4]Point, columns, rows int) bool {
	m := r.matrix
	plane := newPlane(corners, columns, rows)
	for _, gray := range [2]bool{true, false} {
		if gray {
			m.sampleGray(img, plane, columns, rows)
		} else {
			m.sampleBits(b, plane, columns, rows)
		}
		if !m.bordered(columns, rows) || !m.decode(columns, rows) {
			continue
		}
		c, h := float64(columns), float64(rows)
		r.found(m.text, scanner.DataMatrix, [4]Point{plane.at(0, h), plane.at(c, h), plane.at(c, 0), plane.at(0, 0)})
		return true
	}
	return false
}

// sampleGray takes a module for black by its level: darker than the middle between the
// levels of solid border and the white modules of the alternating ones.
func (m *matrixReader) sampleGray(img *image.Gray, plane plane, columns, rows int) {
	level := func(x, y int) float64 {
		p := plane.at(float64(x)+0.5, float64(y)+0.5)
		return levelAt(img, p.X, p.Y)
	}
	var solid, gaps float64 // means of both borders of a kind
	for x := range columns {
		solid += level(x, 0) / float64(2*columns)
		if x&1 != 0 {
			gaps += level(x, rows-1) / float64(columns)
		}
	}
	for y := range rows {
		solid += level(0, y) / float64(2*rows)
		if y&1 != 0 {
			gaps += level(columns-1, y) / float64(rows)
		}
	}
	threshold := (solid + gaps) / 2
	m.bits = slices.Grow(m.bits[:0], columns*rows)[:columns*rows]
	for y := range rows {
		for x := range columns {
			m.bits[y*columns+x] = 0
			if level(x, y) < threshold != m.inverted {
				m.bits[y*columns+x] = 1
			}
		}
	}
}

// levelAt is the level at a place in a frame, by linear interpolation.
func levelAt(img *image.Gray, x, y float64) float64 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x, y = min(max(x-0.5, 0), float64(w-1)), min(max(y-0.5, 0), float64(h-1))
	i, j := int(x), int(y)
	fx, fy := x-float64(i), y-float64(j)
	i1, j1 := min(i+1, w-1), min(j+1, h-1)
	p := func(x, y int) float64 { return float64(img.Pix[y*img.Stride+x]) }
	return (p(i, j)*(1-fx)+p(i1, j)*fx)*(1-fy) + (p(i, j1)*(1-fx)+p(i1, j1)*fx)*fy
}

// sampleBits takes modules from the bitmap.
func (m *matrixReader) sampleBits(b *bitmap, plane plane, columns, rows int) {
	m.bits = slices.Grow(m.bits[:0], columns*rows)[:columns*rows]
	for y := range rows {
		for x := range columns {
			m.bits[y*columns+x] = 0
			if p := plane.at(float64(x)+0.5, float64(y)+0.5); b.black(int(math.Floor(p.X)), int(math.Floor(p.Y))) {
				m.bits[y*columns+x] = 1
			}
		}
	}
}

// bordered says whether the borders are as they should, so that hardly anything is decoded
// that is no code.
func (m *matrixReader) bordered(columns, rows int) bool {
	wrong := 0
	check := func(x, y int, black bool) {
		if (m.bits[y*columns+x] != 0) != black {
			wrong++
		}
	}
	for x := range columns {
		check(x, 0, true)
		check(x, rows-1, x&1 == 0)
	}
	for y := range rows {
		check(0, y, true)
		check(columns-1, y, y&1 == 0)
	}
	return float64(wrong) <= wrongBorder*float64(2*(columns+rows))
}

// decode reads the modules that were sampled, unless they are those of last time.
func (m *matrixReader) decode(columns, rows int) bool {
	if m.text != "" && len(m.read) == len(m.bits) && slices.Equal(m.read, m.bits) {
		return true
	}
	matrix, err := gozxing.NewBitMatrix(columns, rows)
	if err != nil {
		return false
	}
	for y := range rows {
		for x := range columns {
			if m.bits[y*columns+x] != 0 {
				matrix.Set(x, rows-1-y) // gozxing counts from the top
			}
		}
	}
	result, err := m.decoder.Decode(matrix)
	if err != nil {
		return false
	}
	m.text = result.GetText()
	m.read = append(m.read[:0], m.bits...)
	return true
}

// plane maps modules, counted from the corner of the solid borders, to pixels.
type plane struct{ a, b, c, d, e, f, g, h float64 }

// newPlane lays the middles of the four corner modules on the given places (Heckbert,
// Fundamentals of Texture Mapping and Image Warping, 1989, section 2.2.3).
func newPlane(p [4]Point, columns, rows int) plane {
	sx, sy := p[0].X-p[1].X+p[2].X-p[3].X, p[0].Y-p[1].Y+p[2].Y-p[3].Y
	dx1, dy1 := p[1].X-p[2].X, p[1].Y-p[2].Y
	dx2, dy2 := p[3].X-p[2].X, p[3].Y-p[2].Y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	q := plane{
		a: p[1].X - p[0].X + g*p[1].X, b: p[3].X - p[0].X + h*p[3].X, c: p[0].X,
		d: p[1].Y - p[0].Y + g*p[1].Y, e: p[3].Y - p[0].Y + h*p[3].Y, f: p[0].Y,
		g: g, h: h,
	}
	// From the unit square to modules.
	u, v := 1/float64(columns-1), 1/float64(rows-1)
	q.c -= (q.a*u + q.b*v) / 2
	q.f -= (q.d*u + q.e*v) / 2
	w := 1 - (q.g*u+q.h*v)/2
	return plane{q.a * u / w, q.b * v / w, q.c / w, q.d * u / w, q.e * v / w, q.f / w, q.g * u / w, q.h * v / w}
}

// at is the place of a point in modules.
func (q plane) at(x, y float64) Point {
	w := q.g*x + q.h*y + 1
	return Point{(q.a*x + q.b*y + q.c) / w, (q.d*x + q.e*y + q.f) / w}
}
