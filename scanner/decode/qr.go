package decode

import (
	"math"

	"hexiao/scanner"
)

// minDimension and maxDimension are the modules along a side of QR versions 1 and 40.
const (
	minDimension = 21
	maxDimension = 177
)

// readQR finds and decodes the QR codes of a bitmap, with at most attempts tries at
// decoding in vain.
func (r *Reader) readQR(b *bitmap, attempts int) {
	if !r.qr {
		return
	}
	r.work.Passes++
	p := r.finder.find(b)
	r.pool.gather(p, r.scale, r.origin, &r.work)
	if len(p) < 3 {
		return
	}
	r.best.list = r.best.list[:0]
	r.best.cap = maxTriples
	triples(p, &r.best, &r.work)
	var used [maxCorners]bool
	for _, t := range r.best.list {
		if used[t.tl] || used[t.tr] || used[t.bl] {
			continue
		}
		if attempts <= 0 || r.work.trying() > r.limit {
			return
		}
		text, corner, ok := r.decodeTriple(b, p[t.tl], p[t.tr], p[t.bl], &attempts)
		if ok {
			attempts++ // what is found costs nothing of what is allowed in vain
			used[t.tl], used[t.tr], used[t.bl] = true, true, true
			r.found(text, scanner.QR, [4]Point{at(p[t.tl]), at(p[t.tr]), corner, at(p[t.bl])})
		}
	}
	if r.strategy != Full {
		r.rescue(p, &used)
	}
}

// rescue reads from the gray frame what a bitmap of a live frame shows but does not let
// read: one candidate a frame, the first of a few whose timing lines are there.
func (r *Reader) rescue(p []pattern, used *[maxCorners]bool) {
	const looked = 3
	r.soft.gray = r.gray
	for _, t := range r.best.list[:min(len(r.best.list), looked)] {
		if r.work.Fitted > 0 || len(r.results) > 0 || !r.live.purse.rich() {
			return
		}
		if used[t.tl] || used[t.tr] || used[t.bl] {
			continue
		}
		tl, tr, bl := r.inFrame(p[t.tl]), r.inFrame(p[t.tr]), r.inFrame(p[t.bl])
		agreed, st := r.timed(tl, tr, bl)
		if agreed < surelyAgreed {
			continue
		}
		r.fit(&st)
	}
}

// fit reads the one candidate of a live frame that is fitted to the gray frame.
func (r *Reader) fit(st *start) {
	r.work.Fitted++
	text, corners, ok := r.readStart(st, quick)
	if !ok {
		return
	}
	for i := range corners { // found takes the bitmap's pixels
		corners[i].X /= r.scale
		corners[i].Y /= r.scale
	}
	r.found(text, scanner.QR, corners)
}

// inFrame is a pattern of a bitmap in the pixels of the frame.
func (r *Reader) inFrame(p pattern) pattern {
	p.x, p.y, p.size, p.area = p.x*r.scale, p.y*r.scale, p.size*r.scale, p.area*r.scale*r.scale
	return p
}

func at(p pattern) Point { return Point{p.x, p.y} }

// decodeTriple tries the dimensions that the distances allow, with and without
// an alignment pattern.
func (r *Reader) decodeTriple(b *bitmap, tl, tr, bl pattern, attempts *int) (text string, corner Point, ok bool) {
	module := moduleSize(b, tl, tr, bl)
	if !(module >= 1) {
		return "", Point{}, false
	}
	across := math.Hypot(tr.x-tl.x, tr.y-tl.y) / module
	down := math.Hypot(bl.x-tl.x, bl.y-tl.y) / module
	exact := (across+down)/2 + 7
	for _, dim := range dimensions(exact) {
		if dim == 0 {
			continue
		}
		g := newGrid(tl, tr, bl, dim)
		g.spare = &r.mesh
		if !g.timing(b) {
			continue
		}
		for fit := range fits(dim) {
			if !g.fit(b, fit, &r.work) {
				continue
			}
			if *attempts <= 0 {
				return "", Point{}, false
			}
			*attempts--
			r.work.Attempts++
			if text, ok := r.decodeGrid(b, &g); ok {
				return text, Point{g.br[0], g.br[1]}, true
			}
		}
	}
	return "", Point{}, false
}

// dimensions returns the sides that a code whose side measures exact modules can
// have, nearest first, or 0: sides are 17+4·version.
func dimensions(exact float64) (out [2]int) {
	nearest := 17 + 4*int(math.Round((exact-17)/4))
	other := nearest + 4
	if exact < float64(nearest) {
		other = nearest - 4
	}
	for i, d := range [2]int{nearest, other} {
		if d >= minDimension && d <= maxDimension && math.Abs(exact-float64(d)) <= 2.8+exact/30 {
			out[i] = d
		}
	}
	return out
}

// decodeGrid samples the modules of a grid and decodes them.
func (r *Reader) decodeGrid(b *bitmap, g *grid) (string, bool) {
	if !g.plausible(b, &r.work) {
		return "", false
	}
	g.sample(b, &r.sampled, &r.work)
	if text, ok := r.memory.recall(&r.sampled); ok {
		return text, true
	}
	l := r.codewords.layout(g.dim)
	if l == nil {
		return "", false
	}
	// A bitmap knows no doubt.
	s := r.soft.inner[:0]
	for y := range g.dim {
		for x := range g.dim {
			if r.sampled.black(x, y) {
				s = append(s, 1)
			} else {
				s = append(s, -1)
			}
		}
	}
	r.soft.inner = s
	text, ok := r.codewords.decode(s, l, false)
	if ok {
		r.memory.keep(&r.sampled, text)
	}
	return text, ok
}

// moduleSize measures the finder patterns along the lines between their centres, which
// is right however the code is turned.
func moduleSize(b *bitmap, tl, tr, bl pattern) float64 {
	sum, n := 0.0, 0.0
	for _, pair := range [4][2]pattern{{tl, tr}, {tr, tl}, {tl, bl}, {bl, tl}} {
		if w := width(b, pair[0], pair[1]); w > 0 {
			sum += w
			n++
		}
	}
	return sum / n / 7
}

// width is the width in pixels of the pattern a along the line towards c, or 0.
func width(b *bitmap, a, c pattern) float64 {
	d := math.Hypot(c.x-a.x, c.y-a.y)
	dx, dy := (c.x-a.x)/d, (c.y-a.y)/d
	limit := min(d, 8*a.size)
	there, ok1 := outerEdge(b, a, dx, dy, limit)
	back, ok2 := outerEdge(b, a, -dx, -dy, limit)
	switch {
	case ok1 && ok2:
		return there + back
	case ok1:
		return 2 * there
	case ok2:
		return 2 * back
	}
	return 0
}

// outerEdge walks from the centre of a pattern through black, white and black to
// the white outside and returns how far that is.
func outerEdge(b *bitmap, a pattern, dx, dy, limit float64) (float64, bool) {
	const step = 0.5
	state := 0
	for d := step; d <= limit; d += step {
		if b.black(int(a.x+d*dx), int(a.y+d*dy)) == (state == 1) {
			state++
			if state == 3 {
				return d - step/2, true
			}
		}
	}
	return 0, false
}
