package decode

import "github.com/makiuchi-d/gozxing/qrcode/decoder"

// mesh maps modules to pixels piece by piece between the alignment patterns of a code
// of version 7 or more, which holds on a bent or crumpled sheet where one perspective
// over the whole code does not. Its memory is reused.
type mesh struct {
	lines  []float64     // the rows and columns of the alignment patterns, in modules
	points []Point       // the patterns in pixels, row by row
	pieces []perspective // (len(lines)-1)² of them, row by row
}

// lay looks for each alignment pattern near where the grid expects it; where one
// cannot be found the grid's place stands in. It returns false for small versions
// and where hardly any is found.
func (m *mesh) lay(b *bitmap, g *grid, work *Work) bool {
	version, err := decoder.Version_GetVersionForNumber((g.dim - 17) / 4)
	if err != nil {
		return false
	}
	centres := version.GetAlignmentPatternCenters()
	n := len(centres)
	if n < 3 {
		return false
	}
	m.lines, m.points, m.pieces = m.lines[:0], m.points[:0], m.pieces[:0]
	for _, c := range centres {
		m.lines = append(m.lines, float64(c)+0.5)
	}
	t := g.transform()
	found := 0
	for j := range n {
		for i := range n {
			x, y := t.at(m.lines[i], m.lines[j])
			// In three corners there are finder patterns instead.
			corner := (i == 0 || i == n-1) && (j == 0 || j == n-1) && i+j < 2*n-2
			if !corner {
				if ax, ay, ok := g.searchAlignment(b, x, y, 2, work); ok {
					x, y = ax, ay
					found++
				}
			}
			m.points = append(m.points, Point{x, y})
		}
	}
	if 2*found < n*n-3 {
		return false
	}
	for j := range n - 1 {
		for i := range n - 1 {
			k := j*n + i
			m.pieces = append(m.pieces, quadToQuad(
				[4]Point{{m.lines[i], m.lines[j]}, {m.lines[i+1], m.lines[j]}, {m.lines[i+1], m.lines[j+1]}, {m.lines[i], m.lines[j+1]}},
				[4]Point{m.points[k], m.points[k+1], m.points[k+n+1], m.points[k+n]}))
		}
	}
	return true
}

// at maps a point by its piece; one outside the mesh by the nearest.
func (m *mesh) at(x, y float64) (u, v float64) {
	return m.pieces[m.piece(y)*(len(m.lines)-1)+m.piece(x)].at(x, y)
}

func (m *mesh) piece(v float64) int {
	i := 0
	for i < len(m.lines)-2 && v > m.lines[i+1] {
		i++
	}
	return i
}
