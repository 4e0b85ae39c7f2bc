package decode

import (
	"encoding/binary"
	"image"
	"math"
	"slices"
)

const (
	pieceEdges   = 24  // changes of colour on a search line that are judged together
	leastEdges   = 12  // and the fewest that are worth it
	mostPatches  = 256 // places kept of a frame
	searchBlock  = 32  // pixels of a search line that share one measure of contrast
	searchChange = 10  // levels by which bars differ at least to be looked for
	barGaps      = 6   // a gap this many times the usual one ends the bars
)

// patch is a place where a search line crosses bars: parallel edges that go on to
// both sides of the line.
type patch struct {
	line          // its middle, and the direction across the bars
	gap   float64 // mean distance of the edges, in pixels across the bars
	reach float64 // from the middle to either end, in pixels across the bars
	score int     // edges that go on
	done  bool    // part of a code that has been tried
}

// search looks for bars along so many rows and columns. An empty wall costs a look at each
// pixel of them; where there are changes of colour, the gradients at them say which way
// they run and whether they go on.
func (l *linear) search(img *image.Gray, lines int, work *Work) {
	l.patches = l.patches[:0]
	w, h := img.Rect.Dx(), img.Rect.Dy()
	// Lines lie elsewhere from frame to frame, so that a low code is met soon.
	l.phase += 0.618
	l.phase -= math.Floor(l.phase)
	for i := range lines {
		work.Lines++
		y := int((float64(i) + l.phase) * float64(h) / float64(lines))
		l.cross(img.Pix[y*img.Stride:][:w])
		l.judgeAll(img, y, false)
	}
	l.column = slices.Grow(l.column[:0], h)[:h]
	for i := range lines {
		work.Lines++
		x := int((float64(i) + l.phase) * float64(w) / float64(lines))
		for y := range h {
			l.column[y] = img.Pix[y*img.Stride+x]
		}
		l.cross(l.column)
		l.judgeAll(img, x, true)
	}
}

// cross notes where a search line changes colour: where it has turned back from an
// extreme by a quarter of the contrast around.
func (l *linear) cross(p []byte) {
	l.at = l.at[:0]
	blocks := (len(p) + searchBlock - 1) / searchBlock
	l.blocks = slices.Grow(l.blocks[:0], blocks)[:blocks]
	for b := range l.blocks {
		l.blocks[b] = extremes(p[b*searchBlock : min((b+1)*searchBlock, len(p))])
	}
	light, ext := true, int(p[0])
	for b, block := range l.blocks {
		low, high := int(block[0]), int(block[1])
		if b > 0 {
			low, high = min(low, int(l.blocks[b-1][0])), max(high, int(l.blocks[b-1][1]))
		}
		if b+1 < blocks {
			low, high = min(low, int(l.blocks[b+1][0])), max(high, int(l.blocks[b+1][1]))
		}
		start := b * searchBlock
		part := p[start:min(start+searchBlock, len(p))]
		if high-low < 2*searchChange {
			light, ext = true, int(part[len(part)-1])
			continue
		}
		turn := max(searchChange, (high-low)/4)
		for i, v := range part {
			d := int(v) - ext
			if !light {
				d = -d
			}
			if d > 0 {
				ext = int(v)
			} else if d < -turn {
				l.at = append(l.at, start+i)
				light, ext = !light, int(v)
			}
		}
	}
}

// extremes returns the least and the greatest level, eight pixels at a time.
func extremes(p []byte) [2]byte {
	low, high := p[0], p[0]
	if len(p) >= 8 {
		lo, hi := uint64(0xff*lanes), uint64(0)
		for ; len(p) >= 8; p = p[8:] {
			v := binary.LittleEndian.Uint64(p)
			even, odd := v&(0xff*lanes), v>>8&(0xff*lanes)
			m := notLess(even, odd)
			small, large := even^(even^odd)&m, odd^(even^odd)&m
			m = notLess(lo, small)
			lo ^= (lo ^ small) & m
			m = notLess(large, hi)
			hi ^= (hi ^ large) & m
		}
		for range 4 {
			low, high = min(low, byte(lo)), max(high, byte(hi))
			lo, hi = lo>>16, hi>>16
		}
	}
	for _, v := range p {
		low, high = min(low, v), max(high, v)
	}
	return [2]byte{low, high}
}

// judgeAll cuts the changes of a search line, row or column k, into pieces of about even
// distances and keeps those that are bars.
func (l *linear) judgeAll(img *image.Gray, k int, upright bool) {
	start, usual := 0, 0 // usual is eight times the usual gap
	for i := 1; i <= len(l.at); i++ {
		ends := i == len(l.at)
		if !ends {
			gap := l.at[i] - l.at[i-1]
			if i-start == 1 {
				usual = 8 * gap
			}
			ends = gap > barGaps*usual/8+4
			usual += (8*gap - usual) / 4
		}
		if ends || i-start == pieceEdges {
			if i-start >= leastEdges && len(l.patches) < mostPatches {
				l.judge(img, k, upright, l.at[start:i])
			}
			start = i
		}
	}
}

// judge keeps a piece of a search line if its edges run the same way and go on.
func (l *linear) judge(img *image.Gray, k int, upright bool, at []int) {
	place := func(t int) (x, y int) {
		if upright {
			return k, t
		}
		return t, k
	}
	var gx, gy [pieceEdges]int
	var xx, yy, xy float64
	for i, t := range at {
		x, y := place(t)
		gx[i], gy[i] = gradient(img, x, y)
		xx += float64(gx[i] * gx[i])
		yy += float64(gy[i] * gy[i])
		xy += float64(gx[i] * gy[i])
	}
	// The direction in which the levels change most, and how much more than across it.
	if math.Hypot(xx-yy, 2*xy) < 0.5*(xx+yy) {
		return
	}
	dy, dx := math.Sincos(math.Atan2(2*xy, xx-yy) / 2)
	slant := math.Abs(dx)
	if upright {
		slant = math.Abs(dy)
	}
	if slant < 0.5 {
		return // nearly along the bars: a line of the other kind meets them better
	}
	length := float64(at[len(at)-1]-at[0]) * slant
	p := patch{gap: length / float64(len(at)-1), reach: length / 2}
	h := max(2, p.gap)
	for i, t := range at {
		x, y := place(t)
		here := float64(gx[i])*dx + float64(gy[i])*dy
		for _, side := range [2]float64{-h, h} {
			there := func(d float64) float64 {
				ax, ay := gradient(img, int(math.Round(float64(x)-side*dy+d*dx)), int(math.Round(float64(y)+side*dx+d*dy)))
				return (float64(ax)*dx + float64(ay)*dy) * here
			}
			if there(0) > here*here/3 {
				p.score++
			}
		}
	}
	if 10*p.score < 7*2*len(at) {
		return
	}
	x0, y0 := place((at[0] + at[len(at)-1]) / 2)
	p.line = line{float64(x0) + 0.5, float64(y0) + 0.5, dx, dy}
	l.patches = append(l.patches, p)
}

// gradient is Sobel's, zero at the border.
func gradient(img *image.Gray, x, y int) (gx, gy int) {
	if x < 1 || y < 1 || x >= img.Rect.Dx()-1 || y >= img.Rect.Dy()-1 {
		return 0, 0
	}
	s := img.Stride
	p := img.Pix[(y-1)*s+x-1:]
	a, b, c := int(p[0]), int(p[1]), int(p[2])
	d, f := int(p[s]), int(p[s+2])
	g, h, i := int(p[2*s]), int(p[2*s+1]), int(p[2*s+2])
	return c + 2*f + i - a - 2*d - g, g + 2*h + i - a - 2*b - c
}

// bars is a place with bars, measured: the line through their middle across them, and how
// far they go to both sides of it.
type bars struct {
	line
	height     float64 // from one end of the bars to the other, across the line
	gap, reach float64 // as in a patch

	// Seen in perspective bars do not stand upright on the line: at its point they shift
	// by lean pixels along it for each across it, and by turn more for every pixel further on.
	lean, turn float64
}

// across is the line so many pixels beside that through the middle. The same bars are
// at the same distances along it, in the unit that is returned.
func (b bars) across(off float64) (ln line, unit float64) {
	ln = b.beside(off)
	p := ln.at(off * b.lean)
	ln.x, ln.y = p.X, p.Y
	return ln, 1 + off*b.turn
}

// through is the bars between two places that have been measured, if they are of one
// code: the line through the middles of both, and bars that lean as they do at these.
func through(a, b bars) (c bars, ok bool) {
	dx, dy := b.x-a.x, b.y-a.y
	size := math.Hypot(dx, dy)
	if size < a.reach || a.height > 2*b.height || b.height > 2*a.height {
		return a, false
	}
	dx, dy = dx/size, dy/size
	// Along the bars of a and b in terms of the line's direction and what is upright on it.
	lean := func(p bars) (float64, bool) {
		ux, uy := -p.dy, p.dx
		up := uy*dx - ux*dy
		return (ux*dx + uy*dy) / up, math.Abs(up) > 0.7
	}
	la, ok1 := lean(a)
	lb, ok2 := lean(b)
	c = bars{line: line{a.x, a.y, dx, dy}, height: min(a.height, b.height), gap: a.gap, reach: a.reach, lean: la, turn: (lb - la) / size}
	return c, ok1 && ok2 && math.Abs(c.turn)*c.height < 0.5
}

const (
	mostSteps = 24  // by which bars are followed to either side
	sameBars  = 0.5 // correlation of two lines across the same bars
)

// follow measures the bars of a patch: it goes along them as long as lines across them
// look sameBars, and corrects the direction by how they shift.
func (l *linear) follow(img *image.Gray, p patch, work *Work) bars {
	half := int(min(max(p.reach, 12), 64))
	n := 2*half + 1
	across := func(off, shift float64, extra int, dst []int32) []int32 {
		from := p.beside(off)
		start := from.at(shift - float64(half+extra))
		work.Lines++
		l.left -= 5 * n // the correlations as well
		return sample(img, line{start.X, start.Y, p.dx, p.dy}, n+2*extra, 3, 0, 0, dst)
	}
	l.still = across(0, 0, 0, l.still)
	var ends, shifts [2]float64
	for side := range 2 {
		sign := float64(2*side - 1)
		step, off, shift := max(2, p.gap), 0.0, 0.0
		for range mostSteps {
			next := off + step
			if p := p.beside(sign * next); p.x < 0 || p.y < 0 || p.x > float64(img.Rect.Dx()) || p.y > float64(img.Rect.Dy()) {
				break
			}
			guess := shift
			if off > 0 {
				guess += shift / off * step
			}
			l.moved = across(sign*next, guess, 1, l.moved)
			best, by := sameBars, 0.0
			for d := range 3 {
				if c := correlation(l.still, l.moved[d:d+n]); c > best {
					best, by = c, float64(d-1)
				}
			}
			if best == sameBars {
				break
			}
			off, shift = next, guess+by
			step *= 1.25
		}
		ends[side], shifts[side] = off, shift
	}
	b := bars{line: p.line, gap: p.gap, reach: p.reach, height: ends[0] + ends[1]}
	if b.height == 0 {
		return b
	}
	lean := (shifts[1] - shifts[0]) / b.height
	middle := (ends[1] - ends[0]) / 2
	ux, uy := -p.dy+lean*p.dx, p.dx+lean*p.dy // along the bars
	b.x, b.y = p.x+middle*ux, p.y+middle*uy
	size := math.Hypot(ux, uy)
	b.dx, b.dy = uy/size, -ux/size
	b.height *= size
	return b
}

// correlation says how sameBars two profiles are: 1 for the same up to brightness and
// contrast, 0 for nothing in common.
func correlation(a, b []int32) float64 {
	var sa, sb, saa, sbb, sab int64
	for i, v := range a {
		x, y := int64(v), int64(b[i])
		sa += x
		sb += y
		saa += x * x
		sbb += y * y
		sab += x * y
	}
	n := int64(len(a))
	va, vb := float64(n*saa-sa*sa), float64(n*sbb-sb*sb)
	if va <= 0 || vb <= 0 {
		return 0
	}
	return float64(n*sab-sa*sb) / math.Sqrt(va*vb)
}

// belongs says whether another patch may be of the same bars, whose ends along their line
// are given, and how far along it is.
func (b bars) belongs(p patch, from, to float64) (along float64, ok bool) {
	if math.Abs(b.dx*p.dx+b.dy*p.dy) < 0.9 { // 25°
		return 0, false
	}
	x, y := p.x-b.x, p.y-b.y
	along = x*b.dx + y*b.dy
	across := math.Abs(y*b.dx - x*b.dy)
	return along, along > from-p.reach && along < to+p.reach && across < b.height/2+2*b.gap+2
}
