package decode

// perspective maps one plane to another as a camera does: a matrix for homogeneous
// coordinates, row by row.
type perspective [9]float64

// fromSquare maps (0,0), (1,0), (1,1), (0,1) to the corners of a quadrilateral. (P. Heckbert,
// Fundamentals of Texture Mapping and Image Warping, 2.2.3.)
func fromSquare(q [4]Point) perspective {
	dx1, dx2, dx3 := q[1].X-q[2].X, q[3].X-q[2].X, q[0].X-q[1].X+q[2].X-q[3].X
	dy1, dy2, dy3 := q[1].Y-q[2].Y, q[3].Y-q[2].Y, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	det := dx1*dy2 - dx2*dy1
	g, h := (dx3*dy2-dx2*dy3)/det, (dx1*dy3-dx3*dy1)/det
	return perspective{
		q[1].X - q[0].X + g*q[1].X, q[3].X - q[0].X + h*q[3].X, q[0].X,
		q[1].Y - q[0].Y + g*q[1].Y, q[3].Y - q[0].Y + h*q[3].Y, q[0].Y,
		g, h, 1,
	}
}

// quadToQuad maps the corners of one quadrilateral to those of another.
func quadToQuad(from, to [4]Point) perspective {
	p := fromSquare(from)
	// The adjoint is the inverse but for a factor, which does not matter here.
	inverse := perspective{
		p[4]*p[8] - p[5]*p[7], p[2]*p[7] - p[1]*p[8], p[1]*p[5] - p[2]*p[4],
		p[5]*p[6] - p[3]*p[8], p[0]*p[8] - p[2]*p[6], p[2]*p[3] - p[0]*p[5],
		p[3]*p[7] - p[4]*p[6], p[1]*p[6] - p[0]*p[7], p[0]*p[4] - p[1]*p[3],
	}
	return fromSquare(to).times(inverse)
}

func (p perspective) times(o perspective) (out perspective) {
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = p[3*i]*o[j] + p[3*i+1]*o[3+j] + p[3*i+2]*o[6+j]
		}
	}
	return out
}

// at maps a point.
func (p *perspective) at(x, y float64) (u, v float64) {
	w := p[6]*x + p[7]*y + p[8]
	return (p[0]*x + p[1]*y + p[2]) / w, (p[3]*x + p[4]*y + p[5]) / w
}
