package decode

import (
	"github.com/makiuchi-d/gozxing/common"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// mesh maps modules to pixels piece by piece between the alignment patterns of a code
// of version 7 or more, which holds on a bent or crumpled sheet where one perspective
// over the whole code does not.
type mesh struct {
	lines  []float64                      // the rows and columns of the alignment patterns, in modules
	pieces []*common.PerspectiveTransform // (len(lines)-1)² of them, row by row
}

// newMesh looks for each alignment pattern near where the grid expects it; where one
// cannot be found the grid's place stands in. It returns nil for small versions
// and where hardly any is found.
func newMesh(b *bitmap, g *grid, work *Work) *mesh {
	version, err := decoder.Version_GetVersionForNumber((g.dim - 17) / 4)
	if err != nil {
		return nil
	}
	centres := version.GetAlignmentPatternCenters()
	n := len(centres)
	if n < 3 {
		return nil
	}
	m := &mesh{}
	for _, c := range centres {
		m.lines = append(m.lines, float64(c)+0.5)
	}
	t := g.transform()
	points := make([]float64, 0, 2*n*n)
	found := 0
	for j := range n {
		for i := range n {
			at := []float64{m.lines[i], m.lines[j]}
			t.TransformPoints(at)
			// In three corners there are finder patterns instead.
			corner := (i == 0 || i == n-1) && (j == 0 || j == n-1) && i+j < 2*n-2
			if !corner {
				if x, y, ok := g.searchAlignment(b, at[0], at[1], 2, work); ok {
					at[0], at[1] = x, y
					found++
				}
			}
			points = append(points, at...)
		}
	}
	if 2*found < n*n-3 {
		return nil
	}
	for j := range n - 1 {
		for i := range n - 1 {
			p := func(i, j int) (float64, float64) { k := 2 * (j*n + i); return points[k], points[k+1] }
			x0, y0 := p(i, j)
			x1, y1 := p(i+1, j)
			x2, y2 := p(i+1, j+1)
			x3, y3 := p(i, j+1)
			m.pieces = append(m.pieces, common.PerspectiveTransform_QuadrilateralToQuadrilateral(
				m.lines[i], m.lines[j], m.lines[i+1], m.lines[j], m.lines[i+1], m.lines[j+1], m.lines[i], m.lines[j+1],
				x0, y0, x1, y1, x2, y2, x3, y3))
		}
	}
	return m
}

// transform maps points (x, y, x, y, …) in place, each by its piece; those outside the
// mesh by the nearest one.
func (m *mesh) transform(points []float64) {
	for k := 0; k < len(points); k += 2 {
		i, j := m.piece(points[k]), m.piece(points[k+1])
		m.pieces[j*(len(m.lines)-1)+i].TransformPoints(points[k : k+2])
	}
}

func (m *mesh) piece(v float64) int {
	i := 0
	for i < len(m.lines)-2 && v > m.lines[i+1] {
		i++
	}
	return i
}
