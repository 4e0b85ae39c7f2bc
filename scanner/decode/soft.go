package decode

import (
	"image"
	"math"
	"slices"
)

// apron is how many modules around a code are sampled too: what lies beside a module
// shines into it.
const apron = 2

// soft reads the modules of one code from the gray frame, where a bitmap has lost what is
// between black and white. Its buffers are reused.
type soft struct {
	gray     *image.Gray
	plane    sheet
	polarity float64

	side      int       // dim and an apron at both ends
	levels    []float32 // mean level of each module, side·side
	modules   []float32 // soft decisions, side·side: about 1 black, -1 white
	equal     []float32 // those equalised
	inner     []float32 // dim·dim of either, as codewords want it
	sums      [2][]float64
	counts    []float64
	decided   []float32
	equalizer equalizer
}

// level is the gray between the four pixels around a point, the nearest ones at the border.
func (s *soft) level(x, y float64) float64 {
	x, y = x-0.5, y-0.5
	w, h := s.gray.Rect.Dx(), s.gray.Rect.Dy()
	x, y = min(max(x, 0), float64(w-1)-0.001), min(max(y, 0), float64(h-1)-0.001)
	ix, iy := int(x), int(y)
	if ix < 0 || iy < 0 || ix+1 >= w || iy+1 >= h {
		return 0 // not a number, or a frame one pixel wide
	}
	fx, fy := x-float64(ix), y-float64(iy)
	p := s.gray.Pix[iy*s.gray.Stride+ix:]
	q := p[s.gray.Stride:]
	above := float64(p[0]) + fx*(float64(p[1])-float64(p[0]))
	below := float64(q[0]) + fx*(float64(q[1])-float64(q[0]))
	return above + fy*(below-above)
}

// sample reads the mean level of the inner part of every module.
func (s *soft) sample(l *qrLayout) {
	s.side = l.dim + 2*apron
	n := s.side * s.side
	s.levels = slices.Grow(s.levels[:0], n)[:n]
	x0, y0 := s.plane.at(float64(l.dim)/2, float64(l.dim)/2)
	x1, y1 := s.plane.at(float64(l.dim)/2+1, float64(l.dim)/2+1)
	taps := min(max(int(math.Hypot(x1-x0, y1-y0)/2), 2), 5)
	const inner = 0.7 // of a module's side
	for j := range s.side {
		for i := range s.side {
			u, v := float64(i-apron)+0.5, float64(j-apron)+0.5
			// Within a module the map is straight.
			cx, cy := s.plane.at(u, v)
			rx, ry := s.plane.at(u+0.5, v)
			dx, dy := s.plane.at(u, v+0.5)
			rx, ry, dx, dy = 2*(rx-cx), 2*(ry-cy), 2*(dx-cx), 2*(dy-cy)
			sum := 0.0
			for b := range taps {
				q := inner * ((float64(b)+0.5)/float64(taps) - 0.5)
				for a := range taps {
					p := inner * ((float64(a)+0.5)/float64(taps) - 0.5)
					sum += s.level(cx+p*rx+q*dx, cy+p*ry+q*dy)
				}
			}
			s.levels[j*s.side+i] = float32(sum / float64(taps*taps))
		}
	}
}

// decide turns levels into soft decisions by a threshold of their own for each module: in
// the middle between the mean of the black and that of the white ones around it.
func (s *soft) decide() {
	const reach = 4
	n, side := s.side*s.side, s.side
	s.modules = slices.Grow(s.modules[:0], n)[:n]
	s.equal = slices.Grow(s.equal[:0], n)[:n]
	for k := range s.sums {
		s.sums[k] = slices.Grow(s.sums[k][:0], (side+1)*(side+1))[:(side+1)*(side+1)]
	}
	s.counts = slices.Grow(s.counts[:0], (side+1)*(side+1))[:(side+1)*(side+1)]
	// First what is darker than the mean around it, then twice by the two classes.
	all := func(int) (dark bool) { return true }
	s.accumulate(all)
	var low, high float64
	for j := range side {
		for i := range side {
			sum, _, count := s.window(i, j, reach)
			at := j*side + i
			s.modules[at] = float32(sum/count) - s.levels[at]
			low, high = min(low, -float64(s.modules[at])), max(high, -float64(s.modules[at]))
		}
	}
	for range 2 {
		s.accumulate(func(at int) bool { return s.modules[at] > 0 })
		gap := s.gap()
		for j := range side {
			for i := range side {
				dark, light, count := s.window(i, j, reach)
				area := s.area(i, j, reach)
				at := j*side + i
				var mid, half float64
				if count >= 3 && area-count >= 3 {
					b, w := dark/count, light/(area-count)
					mid, half = (b+w)/2, max((w-b)/2, gap/4)
				} else {
					mid, half = (dark+light)/area, gap
				}
				s.equal[at] = float32(min(max((mid-float64(s.levels[at]))/half, -2), 2))
			}
		}
		s.modules, s.equal = s.equal, s.modules
	}
}

// gap is half the distance between the means of all black and all white modules.
func (s *soft) gap() float64 {
	last := len(s.counts) - 1
	dark, light, n := s.sums[0][last], s.sums[1][last], s.counts[last]
	m := float64(s.side*s.side) - n
	if n == 0 || m == 0 {
		return 1
	}
	return max((light/m-dark/n)/2, 0.5)
}

// accumulate makes tables of the sums of the levels of the dark modules and of the others
// above and left of each, so that the sums of any rectangle take four look-ups.
func (s *soft) accumulate(dark func(at int) bool) {
	row := s.side + 1
	for k := range s.sums {
		clear(s.sums[k][:row])
	}
	clear(s.counts[:row])
	for j := range s.side {
		var sums [2]float64
		count := 0.0
		at := (j + 1) * row
		s.sums[0][at], s.sums[1][at], s.counts[at] = 0, 0, 0
		for i := range s.side {
			k := j*s.side + i
			if dark(k) {
				sums[0] += float64(s.levels[k])
				count++
			} else {
				sums[1] += float64(s.levels[k])
			}
			at++
			s.sums[0][at] = s.sums[0][at-row] + sums[0]
			s.sums[1][at] = s.sums[1][at-row] + sums[1]
			s.counts[at] = s.counts[at-row] + count
		}
	}
}

// window returns the sums of the dark and of the light levels up to reach modules
// around (i,j) and the number of the dark ones.
func (s *soft) window(i, j, reach int) (dark, light, count float64) {
	row := s.side + 1
	x0, y0 := max(i-reach, 0), max(j-reach, 0)
	x1, y1 := min(i+reach+1, s.side), min(j+reach+1, s.side)
	a, b, c, d := y0*row+x0, y0*row+x1, y1*row+x0, y1*row+x1
	of := func(t []float64) float64 { return t[d] - t[b] - t[c] + t[a] }
	return of(s.sums[0]), of(s.sums[1]), of(s.counts)
}

func (s *soft) area(i, j, reach int) float64 {
	return float64((min(i+reach+1, s.side) - max(i-reach, 0)) * (min(j+reach+1, s.side) - max(j-reach, 0)))
}

// within copies the modules of the code itself, without the apron.
func (s *soft) within(modules []float32, dim int) []float32 {
	s.inner = slices.Grow(s.inner[:0], dim*dim)[:dim*dim]
	for y := range dim {
		from := (y+apron)*s.side + apron
		copy(s.inner[y*dim:(y+1)*dim], modules[from:from+dim])
	}
	return s.inner
}
