package scannertest

import "math"

// plane is a picture in linear light: 1 is as bright as a white sheet in good light,
// and what is brighter still stays so until a sensor clips it.
type plane struct {
	w, h int
	pix  []float32
}

func newPlane(w, h int, level float32) plane {
	p := plane{w, h, make([]float32, w*h)}
	for i := range p.pix {
		p.pix[i] = level
	}
	return p
}

// fill paints a rectangle, as far as it lies in the plane, from x0, y0 up to but without
// x1, y1.
func (p plane) fill(x0, y0, x1, y1 int, level float32) {
	x0, x1 = max(x0, 0), min(x1, p.w)
	for y := max(y0, 0); y < min(y1, p.h) && x0 < x1; y++ {
		row := p.pix[y*p.w+x0 : y*p.w+x1]
		for i := range row {
			row[i] = level
		}
	}
}

// stroke paints a line of the given width by laying squares along it.
func (p plane) stroke(x0, y0, x1, y1, width float64, level float32) {
	steps := int(math.Hypot(x1-x0, y1-y0)/max(width/2, 0.5)) + 1
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		x, y := x0+t*(x1-x0), y0+t*(y1-y0)
		p.fill(int(x-width/2), int(y-width/2), int(x+width/2+0.5), int(y+width/2+0.5), level)
	}
}

// half averages two by two pixels into one.
func (p plane) half() plane {
	out := newPlane(p.w/2, p.h/2, 0)
	for y := range out.h {
		a, b := p.pix[2*y*p.w:], p.pix[(2*y+1)*p.w:]
		row := out.pix[y*out.w:][:out.w]
		for x := range row {
			row[x] = (a[2*x] + a[2*x+1] + b[2*x] + b[2*x+1]) / 4
		}
	}
	return out
}

// at interpolates between the four pixels around a place; pixel centres lie at halves.
// Outside, the border goes on.
func (p plane) at(x, y float32) float32 {
	x, y = x-0.5, y-0.5
	x, y = min(max(x, 0), float32(p.w-1)), min(max(y, 0), float32(p.h-1))
	xi, yi := min(int(x), p.w-2), min(int(y), p.h-2)
	fx, fy := x-float32(xi), y-float32(yi)
	a := p.pix[yi*p.w+xi:]
	b := a[p.w:]
	top, bottom := a[0]+fx*(a[1]-a[0]), b[0]+fx*(b[1]-b[0])
	return top + fy*(bottom-top)
}

// box is a rectangle of pixels, without its right and lower border.
type box struct{ x0, y0, x1, y1 int }

func (b box) in(p plane) box {
	return box{max(b.x0, 0), max(b.y0, 0), min(b.x1, p.w), min(b.y1, p.h)}
}

func (b box) wider(n int) box { return box{b.x0 - n, b.y0 - n, b.x1 + n, b.y1 + n} }

func (b box) empty() bool { return b.x0 >= b.x1 || b.y0 >= b.y1 }

// scratch is memory that blurring uses again and again.
type scratch struct{ out, sums, front, cover []float32 }

func floats(p *[]float32, n int) []float32 {
	if cap(*p) < n {
		*p = make([]float32, n)
	}
	return (*p)[:n]
}

// disk spreads each pixel evenly over a disk, as a lens out of focus does; the
// radius is in pixels.
func (p plane) disk(radius float64, s *scratch) {
	if radius <= 0 {
		return
	}
	reach := int(math.Ceil(radius))
	off := reach + 1
	w, h := p.w, p.h
	out, sums := floats(&s.out, w*h), floats(&s.sums, w+2*off+2)
	clear(out)
	total := 0.0
	for y := -reach; y < h+reach; y++ {
		// sums[i] is the sum of the row's pixels left of pixel i; it is linear between.
		row, sum := p.pix[min(max(y, 0), h-1)*w:][:w], float32(0)
		for i := range sums {
			sums[i] = sum
			sum += row[min(max(i-off, 0), w-1)]
		}
		for dy := -reach; dy <= reach; dy++ {
			length := chord(radius, float64(dy))
			to := y + dy
			if to < 0 || to >= h || length == 0 {
				continue
			}
			left, lf := math.Modf(float64(off) + 0.5 - length/2)
			right, rf := math.Modf(float64(off) + 0.5 + length/2)
			l, r := sums[int(left):], sums[int(right):]
			lp, rp := float32(lf), float32(rf)
			dst := out[to*w:][:w]
			for x := range dst {
				dst[x] += r[x] + rp*(r[x+1]-r[x]) - l[x] - lp*(l[x+1]-l[x])
			}
		}
	}
	for dy := -reach; dy <= reach; dy++ {
		total += chord(radius, float64(dy))
	}
	p.store(out, float32(1/total))
}

// chord is the mean length of a disk's chords that lie within half a pixel of y.
func chord(radius, y float64) float64 {
	sum := 0.0
	for i := range 5 {
		d := y + (float64(i)-2)/5
		sum += 2 * math.Sqrt(max(radius*radius-d*d, 0)) / 5
	}
	return sum
}

// streak spreads each pixel evenly along a line of dx, dy pixels, as a hand
// that moves while the shutter is open does.
func (p plane) streak(dx, dy float64, s *scratch) {
	steps := int(math.Ceil(1.5 * math.Hypot(dx, dy)))
	if steps < 1 || math.Hypot(dx, dy) < 0.2 {
		return
	}
	w, h := p.w, p.h
	out := floats(&s.out, w*h)
	clear(out)
	for i := range steps + 1 {
		t := float64(i)/float64(steps) - 0.5
		xi, fx := math.Floor(t*dx), float32(t*dx-math.Floor(t*dx))
		yi, fy := math.Floor(t*dy), float32(t*dy-math.Floor(t*dy))
		// Pixels whose neighbours would lie outside repeat the border's.
		for y := range h {
			a := p.pix[min(max(y+int(yi), 0), h-1)*w:][:w]
			c := p.pix[min(max(y+int(yi)+1, 0), h-1)*w:][:w]
			dst := out[y*w:][:w]
			for x := range dst {
				u := min(max(x+int(xi), 0), w-2)
				top, bottom := a[u]+fx*(a[u+1]-a[u]), c[u]+fx*(c[u+1]-c[u])
				dst[x] += top + fy*(bottom-top)
			}
		}
	}
	p.store(out, 1/float32(steps+1))
}

// store puts values times a factor into the plane.
func (p plane) store(values []float32, factor float32) {
	for i, v := range values[:len(p.pix)] {
		p.pix[i] = factor * v
	}
}
