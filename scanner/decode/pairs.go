package decode

import (
	"cmp"
	"math"
	"slices"

	"hexiao/scanner"
)

const (
	maxSides     = 16  // guesses from two marks side by side for which the third is looked for
	maxDiagonals = 12  // and from two that face each other
	readGuesses  = 5   // of which the best are read
	leastAgreed  = 0.3 // of three marks, to be looked at closely
	surelyAgreed = 0.5 // the same in a live frame
	leastTimed   = 0.2 // contrast of the timing line in proportion to the marks'
	looseModules = 8   // the third mark is looked for up to so many modules around
)

// guess is two marks that may belong to one code, and where the third, which a reflection, a
// finger or a fold hides, would be.
type guess struct {
	layout     *qrLayout
	tl, tr, bl Point
	missing    int // 0 tl, 1 tr, 2 bl
	polarity   float64
	score      float64
}

// rescuePairs reads codes of which two marks can be seen.
func (r *Reader) rescuePairs(p []pattern) {
	s := &r.soft
	s.gray, s.plane.bend = r.gray, [4]float64{}
	r.guesses = r.guesses[:0]
	for i := range p {
		for j := range i {
			if p[i].alike(p[j]) {
				r.guessSide(p[i], p[j])
				r.guessSide(p[j], p[i])
			}
		}
	}
	best := func(a, b guess) int { return cmp.Compare(b.score, a.score) }
	slices.SortStableFunc(r.guesses, best)
	r.guesses = r.guesses[:min(len(r.guesses), maxSides)]
	// Nothing rates those that face each other: the marks seen most often come first.
	for i := range p {
		for j := range i {
			if len(r.guesses) < maxSides+maxDiagonals && p[i].alike(p[j]) {
				r.guessDiagonal(p[i], p[j])
				r.guessDiagonal(p[j], p[i])
			}
		}
	}
	for i := range r.guesses {
		r.settle(&r.guesses[i])
	}
	slices.SortStableFunc(r.guesses, best)
	for i := range r.guesses[:min(len(r.guesses), readGuesses)] {
		g := &r.guesses[i]
		r.work.Fitted++
		s.polarity, s.plane.bend = g.polarity, [4]float64{}
		if !s.plane.set(g.corners(), g.layout.dim) {
			continue
		}
		s.seekAlignment(g.layout, 3, &r.work)
		if text, ok := r.readPlane(g.layout, 1, thorough); ok {
			r.found(text, scanner.QR, s.plane.corners)
			return
		}
	}
}

// alike says whether two marks may be of one code that hardly leans.
func (p *pattern) alike(q pattern) bool {
	return max(p.size, q.size) <= 1.6*min(p.size, q.size)
}

// corners completes the parallelogram.
func (g *guess) corners() [4]Point {
	return [4]Point{g.tl, g.tr, {g.tr.X + g.bl.X - g.tl.X, g.tr.Y + g.bl.Y - g.tl.Y}, g.bl}
}

// guessSide takes a and b for neighbours, with the code to the right as one goes from a to b.
// Either they are the upper marks, or those at the left.
func (r *Reader) guessSide(a, b pattern) {
	s := &r.soft
	modules := s.apart(a, b) + 7
	for _, dim := range r.sides(modules, modules) {
		per := 1 / float64(dim-7)
		ux, uy := (b.x-a.x)*per, (b.y-a.y)*per
		marks := s.markAt(a, ux, uy) + s.markAt(b, ux, uy)
		// Between the marks, three modules inwards from their centres.
		var sums, counts [2]float64
		for k := 8; k < dim-8; k++ {
			along := float64(k) - 3
			sums[k&1] += s.level(a.x+along*ux-3*uy, a.y+along*uy+3*ux)
			counts[k&1]++
		}
		timing := sums[1]/counts[1] - sums[0]/counts[0]
		score := min(timing/marks*2, 1)
		if abs(marks) < 8 || score < leastTimed {
			continue
		}
		l := r.codewords.layout(dim)
		polarity := 1.0
		if marks < 0 {
			polarity = -1
		}
		p, q := at(a), at(b)
		off := Point{-(q.Y - p.Y), q.X - p.X}
		r.guesses = append(r.guesses,
			guess{l, p, q, Point{p.X + off.X, p.Y + off.Y}, 2, polarity, score},
			guess{l, q, Point{q.X + off.X, q.Y + off.Y}, p, 1, polarity, score})
	}
}

// guessDiagonal takes a and b for the upper right and the lower left mark.
func (r *Reader) guessDiagonal(a, b pattern) {
	p, q := at(a), at(b)
	half := Point{(p.X - q.X) / 2, (p.Y - q.Y) / 2}
	tl := Point{q.X + half.X + half.Y, q.Y + half.Y - half.X}
	corner := pattern{x: tl.X, y: tl.Y, size: a.size}
	s := &r.soft
	modules := math.Hypot(a.x-tl.X, a.y-tl.Y) / math.Sqrt(s.moduleTowards(a, corner)*s.moduleTowards(b, corner))
	for _, dim := range r.sides(modules+7, modules+7) {
		l := r.codewords.layout(dim)
		g := guess{layout: l, tl: tl, tr: p, bl: q, polarity: 1}
		if !s.plane.set(g.corners(), dim) {
			continue
		}
		s.polarity = 1
		marks := s.contrast(l.part(partFinders+1)) + s.contrast(l.part(partFinders+2))
		if abs(marks) < 8 {
			continue
		}
		if marks < 0 {
			g.polarity = -1
		}
		r.guesses = append(r.guesses, g)
	}
}

// markAt is the contrast of a finder pattern whose modules lie along (ux,uy).
func (s *soft) markAt(p pattern, ux, uy float64) float64 {
	var sums, counts [2]float64
	for j := -3; j <= 3; j++ {
		for i := -3; i <= 3; i++ {
			fi, fj := float64(i), float64(j)
			c := 0
			if max(i, -i, j, -j) != 2 {
				c = 1
			}
			sums[c] += s.level(p.x+fi*ux-fj*uy, p.y+fi*uy+fj*ux)
			counts[c]++
		}
	}
	return sums[0]/counts[0] - sums[1]/counts[1]
}

// settle looks where around the guessed place the third mark makes the code fit best, since
// a code that leans is no square.
func (r *Reader) settle(g *guess) {
	s := &r.soft
	s.polarity = g.polarity
	s.plane.bend = [4]float64{}
	from := [3]*Point{&g.tl, &g.tr, &g.bl}[g.missing]
	origin, best := *from, *from
	ux, uy := (g.tr.X-g.tl.X)/float64(g.layout.dim-7), (g.tr.Y-g.tl.Y)/float64(g.layout.dim-7)
	vx, vy := (g.bl.X-g.tl.X)/float64(g.layout.dim-7), (g.bl.Y-g.tl.Y)/float64(g.layout.dim-7)
	reach := min(float64(g.layout.dim-7)/4, looseModules)
	fit := 0.0
	for dv := -reach; dv <= reach; dv += 0.75 {
		for du := -reach; du <= reach; du += 0.75 {
			r.work.Aligned++
			*from = Point{origin.X + du*ux + dv*vx, origin.Y + du*uy + dv*vy}
			if !s.plane.set(g.corners(), g.layout.dim) {
				continue
			}
			if now := s.fitness(g.layout); now > fit {
				fit, best = now, *from
			}
		}
	}
	*from = best
	if g.score = 0; s.plane.set(g.corners(), g.layout.dim) {
		g.score = s.agreement(g.layout, g.missing)
	}
}
