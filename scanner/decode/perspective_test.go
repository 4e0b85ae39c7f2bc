package decode

import (
	"testing"

	"pgregory.net/rapid"
)

// A perspective maps the four corners it is made of to each other, and straight
// lines to straight lines.
func TestPerspective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		corner := func(label string, x, y float64) Point {
			off := rapid.Float64Range(-20, 20)
			return Point{x + off.Draw(t, label), y + off.Draw(t, label)}
		}
		quad := func(label string) [4]Point {
			return [4]Point{corner(label, 0, 0), corner(label, 100, 0), corner(label, 100, 100), corner(label, 0, 100)}
		}
		from, to := quad("from"), quad("to")
		p := quadToQuad(from, to)
		for i := range from {
			if x, y := p.at(from[i].X, from[i].Y); abs(x-to[i].X) > 1e-6 || abs(y-to[i].Y) > 1e-6 {
				t.Fatalf("corner %d goes to %g,%g, want %v", i, x, y, to[i])
			}
		}
		// The point where the diagonals meet stays that point.
		x, y := diagonalsMeet(from)
		if u, v := p.at(x, y); func() bool { cx, cy := diagonalsMeet(to); return abs(u-cx) > 1e-6 || abs(v-cy) > 1e-6 }() {
			t.Fatalf("the diagonals meet at %g,%g", u, v)
		}
	})
}

// diagonalsMeet is where the diagonals of a quadrilateral meet.
func diagonalsMeet(q [4]Point) (x, y float64) {
	ax, ay := q[2].X-q[0].X, q[2].Y-q[0].Y
	bx, by := q[3].X-q[1].X, q[3].Y-q[1].Y
	s := ((q[1].X-q[0].X)*by - (q[1].Y-q[0].Y)*bx) / (ax*by - ay*bx)
	return q[0].X + s*ax, q[0].Y + s*ay
}
