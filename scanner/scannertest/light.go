package scannertest

import "math"

// field is a light that differs over the frame, kept on a coarse net: light changes slowly
// compared with pixels.
type field struct {
	w    int
	vals []float32
}

const mesh = 4 // pixels between two knots of a field

func newField(w, h int, at func(x, y float64) float64) *field {
	f := &field{w: w/mesh + 2}
	for y := range h/mesh + 2 {
		for x := range f.w {
			f.vals = append(f.vals, float32(at(float64(x*mesh), float64(y*mesh))))
		}
	}
	return f
}

func (f *field) at(x, y int) float32 {
	a := f.vals[y/mesh*f.w+x/mesh:]
	fx, fy := float32(x%mesh)/mesh, float32(y%mesh)/mesh
	top, bottom := a[0]+fx*(a[1]-a[0]), a[f.w]+fx*(a[f.w+1]-a[f.w])
	return top + fy*(bottom-top)
}

// light is what lies between a sheet and the camera besides distance.
type light struct {
	level float64 // of the sheet's white, in linear light
	times *field  // shadow over it, or nil
	plus  *field  // reflections on it, or nil
	grid  grid
}

// grid is a screen's own pixels, which a sensor's pixels beat with: moiré.
type grid struct {
	pitch float64 // modules; 0 for none
	depth float64 // how far they darken and lighten, after the lens has softened them
}

// softness is what keeps a sheet from being sharp: the radius of the disk into which the
// lens spreads a point, and the way that the sheet moves while the shutter is open, both in
// pixels.
type softness struct {
	focus  float64
	motion Corner
}

// hold draws a sheet in front of what a plane shows. What stands behind stays sharp: the
// sheet is drawn and blurred by itself, with how much of each pixel it covers.
func (s *sheet) hold(p plane, at pose, l light, soft softness, m *scratch) {
	b := s.bounds(p, at)
	if b.empty() {
		return
	}
	reach := int(soft.focus+math.Hypot(soft.motion.X, soft.motion.Y)) + 2
	b = b.wider(reach).in(p)
	front, cover := plane{b.x1 - b.x0, b.y1 - b.y0, nil}, plane{b.x1 - b.x0, b.y1 - b.y0, nil}
	front.pix, cover.pix = floats(&m.front, front.w*front.h), floats(&m.cover, front.w*front.h)
	clear(front.pix)
	clear(cover.pix)
	s.lay(front, cover, b, p, at, l)
	for _, part := range [2]plane{front, cover} {
		part.streak(soft.motion.X, soft.motion.Y, m)
		part.disk(soft.focus, m)
	}
	for y := range front.h {
		dst, src, c := p.pix[(b.y0+y)*p.w+b.x0:][:front.w], front.pix[y*front.w:][:front.w], cover.pix[y*front.w:][:front.w]
		for x, v := range src {
			dst[x] += v - c[x]*dst[x]
		}
	}
}

// bounds are the pixels of a plane that a sheet can cover.
func (s *sheet) bounds(p plane, at pose) box {
	m := at.homography(p.w, p.h)
	glass := newLens(p.w, p.h)
	b := box{p.w, p.h, 0, 0}
	for _, c := range [4][2]float64{{s.left, s.top}, {s.right, s.top}, {s.right, s.bottom}, {s.left, s.bottom}} {
		if m[6]*c[0]+m[7]*c[1]+m[8] <= 0 {
			return box{} // behind the camera
		}
		x, y := glass.bent(project(m, c[0], c[1]))
		b.x0, b.y0 = min(b.x0, int(x)-2), min(b.y0, int(y)-2)
		b.x1, b.y1 = max(b.x1, int(x)+3), max(b.y1, int(y)+3)
	}
	return b.in(p)
}

// lay draws a sheet, as far as it is seen in the box b of a frame of the size of p: its
// light, and how much of each pixel it covers.
func (s *sheet) lay(front, cover plane, b box, p plane, at pose, l light) {
	glass := newLens(p.w, p.h)
	inv := inverse(at.homography(p.w, p.h))
	level := 0
	for size := texels / at.module; size >= 2 && level+1 < len(s.levels); size /= 2 {
		level++
	}
	picture := s.levels[level]
	scale := float64(picture.w) / (s.right - s.left)
	for y := b.y0; y < b.y1; y++ {
		row, part := front.pix[(y-b.y0)*front.w:][:front.w], cover.pix[(y-b.y0)*front.w:][:front.w]
		for x := b.x0; x < b.x1; x++ {
			sx, sy := glass.straight(float64(x)+0.5, float64(y)+0.5)
			d := 1 / (inv[6]*sx + inv[7]*sy + inv[8])
			u, v := (inv[0]*sx+inv[1]*sy+inv[2])*d, (inv[3]*sx+inv[4]*sy+inv[5])*d
			// One pixel to the right and one down, in modules.
			ux, vx := (inv[0]-u*inv[6])*d, (inv[3]-v*inv[6])*d
			uy, vy := (inv[1]-u*inv[7])*d, (inv[4]-v*inv[7])*d
			across, down := math.Abs(ux)+math.Abs(uy), math.Abs(vx)+math.Abs(vy)
			whole := min((u-s.left)/across, (s.right-u)/across, (v-s.top)/down, (s.bottom-v)/down) + 0.5
			if whole <= 0 {
				continue
			}
			// The mean of four places in the pixel.
			tu, tv := (u-s.left)*scale, (v-s.top)*scale
			ax, ay, bx, by := ux*scale/4, vx*scale/4, uy*scale/4, vy*scale/4
			sum := picture.at(float32(tu-ax-bx), float32(tv-ay-by)) + picture.at(float32(tu+ax-bx), float32(tv+ay-by)) +
				picture.at(float32(tu-ax+bx), float32(tv-ay+by)) + picture.at(float32(tu+ax+bx), float32(tv+ay+by))
			value := sum / 4 * float32(l.level)
			if l.grid.pitch > 0 {
				value *= 1 + float32(l.grid.depth*0.5*(math.Cos(2*math.Pi*u/l.grid.pitch)+0.6*math.Cos(2*math.Pi*v/l.grid.pitch)))
			}
			if l.times != nil {
				value *= l.times.at(x, y)
			}
			if l.plus != nil {
				value += l.plus.at(x, y)
			}
			part[x-b.x0] = float32(min(whole, 1))
			row[x-b.x0] = value * part[x-b.x0]
		}
	}
}
