package scannertest

import "math"

// pose is how a sheet is held: where its code's middle is seen, how large, how turned.
type pose struct {
	x, y   float64 // the code's middle in the frame, in pixels
	module float64 // pixels a module there
	roll   float64 // clockwise in the plane of the frame, in degrees
	yaw    float64 // about the sheet's own upright axis, in degrees
	pitch  float64 // about the horizontal axis, in degrees

	// How far the sheet moves in pixels while a rolling shutter goes from the frame's
	// first row to its last.
	skewX, skewY float64
}

// focal is the focal length in widths of the frame: 58 degrees across, a usual webcam's.
const focal = 0.9

// distortion pulls the frame's corners inwards by 3 %, as cheap wide lenses do.
const distortion = 0.03

// homography maps a sheet's plane, in modules, to the pixels of a frame without
// distortion.
func (p pose) homography(w, h int) [9]float64 {
	f := focal * float64(w)
	cx, cy := float64(w)/2, float64(h)/2
	tz := f / p.module
	tx, ty := (p.x-cx)*tz/f, (p.y-cy)*tz/f
	sr, cr := math.Sincos(p.roll * math.Pi / 180)
	sy, cw := math.Sincos(p.yaw * math.Pi / 180)
	sp, cp := math.Sincos(p.pitch * math.Pi / 180)
	// The sheet's axes after yaw, then pitch, then roll.
	ux, uy, uz := cw, sy*sp, -sy*cp
	vx, vy, vz := 0.0, cp, sp
	ux, uy = cr*ux-sr*uy, sr*ux+cr*uy
	vx, vy = cr*vx-sr*vy, sr*vx+cr*vy
	m := [9]float64{
		f*ux + cx*uz, f*vx + cx*vz, f*tx + cx*tz,
		f*uy + cy*uz, f*vy + cy*vz, f*ty + cy*tz,
		uz, vz, tz,
	}
	// A row sees the sheet where it is when the row is read: y·skew/h farther on.
	for i := range 3 {
		late := (m[3+i] - p.y*m[6+i]) / float64(h)
		m[i], m[3+i] = m[i]+p.skewX*late, m[3+i]+p.skewY*late
	}
	return m
}

// inverse of a homography, up to a factor that does not matter.
func inverse(m [9]float64) [9]float64 {
	return [9]float64{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

func project(m [9]float64, x, y float64) (float64, float64) {
	d := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / d, (m[3]*x + m[4]*y + m[5]) / d
}

// lens bends the straight picture of a pinhole.
type lens struct{ cx, cy, k float64 }

func newLens(w, h int) lens {
	cx, cy := float64(w)/2, float64(h)/2
	return lens{cx, cy, distortion / (cx*cx + cy*cy)}
}

// straight is where a pixel would be without distortion, bent the way back.
func (l lens) straight(x, y float64) (float64, float64) {
	dx, dy := x-l.cx, y-l.cy
	k := 1 + l.k*(dx*dx+dy*dy)
	return l.cx + k*dx, l.cy + k*dy
}

func (l lens) bent(x, y float64) (float64, float64) {
	bx, by := x, y
	for range 4 { // converges fast: the distortion is small
		sx, sy := l.straight(bx, by)
		bx, by = bx+x-sx, by+y-sy
	}
	return bx, by
}
