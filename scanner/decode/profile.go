package decode

import (
	"image"
	"math"
	"slices"
)

// line is a straight line across a frame: a point in pixels and a unit direction.
type line struct{ x, y, dx, dy float64 }

// at is the point t pixels along the line.
func (n line) at(t float64) Point { return Point{n.x + t*n.dx, n.y + t*n.dy} }

// beside is the line shifted by so many pixels across itself.
func (n line) beside(off float64) line { return line{n.x - off*n.dy, n.y + off*n.dx, n.dx, n.dy} }

// within returns the part of a line inside a frame, as distances from its point.
func (n line) within(w, h int) (from, to float64) {
	from, to = math.Inf(-1), math.Inf(1)
	clip := func(p, d, size float64) {
		if math.Abs(d) < 1e-9 {
			if p < 0 || p >= size {
				to = from
			}
			return
		}
		a, z := -p/d, (size-p)/d
		from, to = max(from, min(a, z)), min(to, max(a, z))
	}
	clip(n.x, n.dx, float64(w))
	clip(n.y, n.dy, float64(h))
	return from, to
}

// Profiles are levels along a line in 1/256 of a gray level, one a pixel of length.
const levelBits = 8

// sample reads n levels from the start of a line on, each the mean of band neighbours
// across the line, between pixels by linear interpolation. The neighbours are shifted as
// bars lean there: lean pixels along the line for each across it at its start, and turn more
// for every pixel further on. What lies outside the frame is taken from its border.
func sample(img *image.Gray, from line, n, band int, lean, turn float64, dst []int32) []int32 {
	dst = slices.Grow(dst[:0], n)[:n]
	clear(dst)
	w, h := img.Rect.Dx(), img.Rect.Dy()
	const one = 1 << 16
	for j := range band {
		off := float64(j) - float64(band-1)/2
		at := from.beside(off).at(off * lean)
		step := one * (1 + off*turn)
		sx, sy := int(from.dx*step), int(from.dy*step)
		// Levels are those of the pixels' middles.
		px, py := int((at.X-0.5)*one), int((at.Y-0.5)*one)
		for i := range dst {
			x, y := px>>16, py>>16
			if uint(x) < uint(w-1) && uint(y) < uint(h-1) {
				fx, fy := px>>8&255, py>>8&255
				p := img.Pix[y*img.Stride+x:]
				top := int(p[0])*(256-fx) + int(p[1])*fx
				low := int(p[img.Stride])*(256-fx) + int(p[img.Stride+1])*fx
				dst[i] += int32((top*(256-fy) + low*fy) >> (16 - levelBits))
			} else {
				x, y = min(max(x, 0), w-1), min(max(y, 0), h-1)
				dst[i] += int32(img.Pix[y*img.Stride+x]) << levelBits
			}
			px += sx
			py += sy
		}
	}
	if band > 1 {
		for i := range dst {
			dst[i] /= int32(band)
		}
	}
	return dst
}

// crispen undoes some blur of a profile: every level moves away from the mean of its
// neighbours at the given distance by twice what it differs from it.
func crispen(p, dst []int32, distance int) []int32 {
	dst = slices.Grow(dst[:0], len(p))[:len(p)]
	for i, v := range p {
		a, z := p[max(i-distance, 0)], p[min(i+distance, len(p)-1)]
		dst[i] = 3*v - a - z
	}
	return dst
}

const (
	contrastBlock = 16             // samples that share one measure of contrast
	contrastReach = 3              // blocks on both sides that count as well
	leastContrast = 8 << levelBits // levels by which two colours differ at least
)

// contrasts appends how far apart the levels around each block of a profile are.
func contrasts(p []int32, scratch, dst []int32) (lows, ranges []int32) {
	blocks := (len(p) + contrastBlock - 1) / contrastBlock
	scratch = slices.Grow(scratch[:0], 2*blocks)[:2*blocks]
	dst = slices.Grow(dst[:0], blocks)[:blocks]
	for b := range blocks {
		part := p[b*contrastBlock : min((b+1)*contrastBlock, len(p))]
		low, high := part[0], part[0]
		for _, v := range part {
			low, high = min(low, v), max(high, v)
		}
		scratch[2*b], scratch[2*b+1] = low, high
	}
	for b := range dst {
		low, high := scratch[2*b], scratch[2*b+1]
		for i := max(b-contrastReach, 0); i <= min(b+contrastReach, blocks-1); i++ {
			low, high = min(low, scratch[2*i]), max(high, scratch[2*i+1])
		}
		dst[b] = high - low
	}
	return scratch, dst
}

// edges finds where a profile changes colour, to a fraction of a pixel: half way between
// one extreme and the next, so that a thin bar counts even where blur leaves it pale. An
// extreme counts if the levels turn back from it by part/16 of the contrast around it.
// Beyond its ends a profile is taken for white: the first edge leads into black, the
// last one out of it.
func (l *linear) edges(p []int32, part int32, dst []float32) []float32 {
	dst = dst[:0]
	if len(p) == 0 {
		return dst
	}
	l.lows, l.ranges = contrasts(p, l.lows, l.ranges)
	light := true         // the extreme being followed is a light one
	ext, extAt := p[0], 0 // that extreme
	for _, v := range p[:min(len(p), (contrastReach+1)*contrastBlock)] {
		ext = max(ext, v)
	}
	last, lastAt := ext, -1 // the one before, which it makes an edge with
	for i, v := range p {
		turn := max(leastContrast/2, l.ranges[i/contrastBlock]*part/16)
		if l.ranges[i/contrastBlock] < leastContrast {
			turn = leastContrast
		}
		if light == (v > ext) && v != ext {
			ext, extAt = v, i
			continue
		}
		if d := ext - v; d > turn || -d > turn {
			if lastAt >= 0 {
				dst = append(dst, crossing(p, last, ext, lastAt, extAt))
			}
			last, lastAt = ext, extAt
			ext, extAt, light = v, i, !light
		}
	}
	if lastAt >= 0 {
		dst = append(dst, crossing(p, last, ext, lastAt, extAt))
	}
	if !light {
		dst = append(dst, float32(len(p)))
	}
	return dst
}

// crossing is where a profile passes the middle between two extremes, looked for from the
// later one back. The first may lie before the profile.
func crossing(p []int32, from, to int32, fromAt, toAt int) float32 {
	middle := (from + to) / 2
	for i := toAt; i > fromAt; i-- {
		a, z := p[i-1], p[i]
		if (a > middle) != (z > middle) {
			return float32(i-1) + float32(middle-a)/float32(z-a)
		}
	}
	return float32(fromAt)
}
