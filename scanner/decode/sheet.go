package decode

// sheet maps the modules of a code to pixels: a sheet seen in perspective that may be
// bent a little, as paper in a hand or a label on a bottle is.
type sheet struct {
	corners [4]Point // of the quadrilateral of the finder patterns' centres: tl, tr, br, bl
	bend    [4]float64
	dim     int

	// Coefficients from the unit square between the centres to pixels.
	a, b, c, d, e, f, g, h float64
	per                    float64 // modules to that square's unit
}

// set makes p the map for the four corners; the bend stays. It returns false where the
// corners are no convex quadrilateral.
func (p *sheet) set(corners [4]Point, dim int) bool {
	p.corners, p.dim = corners, dim
	p.per = 1 / float64(dim-7)
	q := corners
	for i := range q {
		a, b, c := q[i], q[(i+1)%4], q[(i+2)%4]
		if (b.X-a.X)*(c.Y-b.Y)-(b.Y-a.Y)*(c.X-b.X) <= 1 {
			return false
		}
	}
	// P. Heckbert, Fundamentals of Texture Mapping and Image Warping, 2.2.3.
	dx1, dx2, dx3 := q[1].X-q[2].X, q[3].X-q[2].X, q[0].X-q[1].X+q[2].X-q[3].X
	dy1, dy2, dy3 := q[1].Y-q[2].Y, q[3].Y-q[2].Y, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	den := dx1*dy2 - dx2*dy1
	p.g = (dx3*dy2 - dx2*dy3) / den
	p.h = (dx1*dy3 - dx3*dy1) / den
	p.a, p.b, p.c = q[1].X-q[0].X+p.g*q[1].X, q[3].X-q[0].X+p.h*q[3].X, q[0].X
	p.d, p.e, p.f = q[1].Y-q[0].Y+p.g*q[1].Y, q[3].Y-q[0].Y+p.h*q[3].Y, q[0].Y
	return true
}

// at returns the pixel of a place in modules.
func (p *sheet) at(u, v float64) (x, y float64) {
	s, t := (u-3.5)*p.per, (v-3.5)*p.per
	// A bend moves the middle of the sides, to the second order, and leaves the corners.
	sag, dip := 4*s*(1-s)*p.per, 4*t*(1-t)*p.per
	s, t = s+p.bend[0]*sag+p.bend[1]*dip, t+p.bend[2]*sag+p.bend[3]*dip
	w := 1 / (p.g*s + p.h*t + 1)
	return (p.a*s + p.b*t + p.c) * w, (p.d*s + p.e*t + p.f) * w
}
