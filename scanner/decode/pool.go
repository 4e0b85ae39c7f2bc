package decode

import (
	"cmp"
	"image"
	"math"
	"slices"

	"hexiao/scanner"
)

const (
	maxPool     = 160 // marks remembered of one frame
	poolTriples = 24  // marks, most often seen first, of which threes are formed
	poolPairs   = 10  // and twos
	poolRated   = 300 // threes whose timing lines are looked at
	poolRescues = 12  // threes that are looked at closely
	liveTriples = 10  // of a live frame: marks
	liveRated   = 24  // and threes
	maxRatio    = 2.5 // of the sides of a code that leans
	leastSine   = 0.5 // of the angle between them
)

// pool gathers the marks that were seen in a frame however it was looked at: where one
// binarizer shows two marks of a code another may show the third. In pixels of the frame.
type pool struct {
	marks []pattern
}

// gather adds the marks of a bitmap that is scale times smaller than the part of the frame
// at origin that it shows. Every bitmap adds at most voices to what speaks for a mark, that
// a few rich ones do not outvote the rest.
func (l *pool) gather(found []pattern, scale float64, origin image.Point, work *Work) {
	const voices = 4
next:
	for _, p := range found {
		p.x, p.y = p.x*scale+float64(origin.X), p.y*scale+float64(origin.Y)
		p.size, p.area, p.n = p.size*scale, p.area*scale*scale, min(p.n, voices)
		for i := range l.marks {
			work.Compared++
			if l.marks[i].same(&p) {
				l.marks[i].merge(&p)
				continue next
			}
		}
		if len(l.marks) < maxPool {
			l.marks = append(l.marks, p)
		}
	}
}

// rescuePool reads the code that no bitmap showed whole: by three marks that were seen in
// different bitmaps or lean so much that they were not taken for one code, and then by two.
func (r *Reader) rescuePool() {
	r.scale = 1
	p := r.pool.oftenest(poolTriples)
	r.rankTriples(p, poolRated)
	for _, t := range r.best.list[:min(len(r.best.list), poolRescues)] {
		if -t.score < leastAgreed || r.rescueTriple(p[t.tl], p[t.tr], p[t.bl]) {
			break
		}
	}
	if len(r.results) == 0 {
		r.rescuePairs(p[:min(len(p), poolPairs)])
	}
}

// rescueLive reads the code that no bitmap of a live frame showed whole, by the three
// marks that are likeliest to be its.
func (r *Reader) rescueLive(img *image.Gray) {
	if len(r.results) > 0 || r.work.Fitted > 0 || len(r.pool.marks) < 3 {
		return
	}
	r.origin, r.scale, r.gray = image.Point{}, 1, img
	p := r.pool.oftenest(liveTriples)
	r.rankTriples(p, liveRated)
	if len(r.best.list) == 0 || -r.best.list[0].score < surelyAgreed {
		return
	}
	t := r.best.list[0]
	_, st := r.timed(p[t.tl], p[t.tr], p[t.bl])
	r.fit(&st)
}

// oftenest gives the marks seen most often.
func (l *pool) oftenest(n int) []pattern {
	slices.SortStableFunc(l.marks, func(a, b pattern) int { return b.n - a.n })
	return l.marks[:min(len(l.marks), n)]
}

// rankTriples makes r.best a list of threes of marks, by how far their timing lines agree.
func (r *Reader) rankTriples(p []pattern, rated int) {
	r.best.list = r.best.list[:0]
	r.best.cap = rated
	for i := range p {
		for j := i + 1; j < len(p); j++ {
			for k := j + 1; k < len(p); k++ {
				r.work.Triples++
				for _, corner := range [3][3]int{{i, j, k}, {j, i, k}, {k, i, j}} {
					if t, ok := rateLeaning(p, corner[0], corner[1], corner[2]); ok {
						r.best.add(t)
					}
				}
			}
		}
	}
	// How square they lie says little where a code leans, its timing lines say much.
	r.soft.gray = r.gray
	for i := range r.best.list {
		t := &r.best.list[i]
		agreed, _ := r.timed(p[t.tl], p[t.tr], p[t.bl])
		t.score = -agreed
	}
	slices.SortStableFunc(r.best.list, func(a, b triple) int { return cmp.Compare(a.score, b.score) })
}

// timed says how far the marks and the timing lines between them agree, for the plane that
// gives the most, and which that is.
func (r *Reader) timed(tl, tr, bl pattern) (most float64, best start) {
	s := &r.soft
	s.plane.bend = [4]float64{}
	for _, dim := range r.sides(s.apart(tl, tr)+7, s.apart(tl, bl)+7) {
		l := r.codewords.layout(dim)
		for _, corners := range parallelAndLeaning(tl, tr, bl, dim) {
			if !s.plane.set(corners, dim) {
				continue
			}
			r.work.Aligned++
			s.polarity = 1
			if s.finders(l) < 0 {
				s.polarity = -1
			}
			if agreed := s.agreement(l, none); agreed > most {
				most, best = agreed, start{layout: l, corners: corners, polarity: s.polarity}
			}
		}
	}
	return most, best
}

// parallelAndLeaning returns the corners of a code on three marks in the frame with
// the fourth completing the parallelogram, and as far as the sizes of the marks tell how
// the code leans.
func parallelAndLeaning(tl, tr, bl pattern, dim int) [2][4]Point {
	g := newGrid(tl, tr, bl, dim)
	flat := [4]Point{at(tl), at(tr), {tr.x - tl.x + bl.x, tr.y - tl.y + bl.y}, at(bl)}
	leaning := flat
	if x, y, ok := g.perspective(); ok {
		leaning[2] = Point{x, y}
	}
	return [2][4]Point{flat, leaning}
}

// rescueTriple reads the code of three marks from the gray frame.
func (r *Reader) rescueTriple(tl, tr, bl pattern) bool {
	text, corners, ok := r.decodeSoft(tl, tr, bl)
	if ok {
		r.found(text, scanner.QR, corners)
	}
	return ok
}

// apart is how many modules lie between the centres of two marks. Seen in perspective a module
// shrinks with the distance so that the geometric mean of those at the ends is right.
func (s *soft) apart(a, b pattern) float64 {
	return math.Hypot(b.x-a.x, b.y-a.y) / math.Sqrt(s.moduleTowards(a, b)*s.moduleTowards(b, a))
}

// moduleTowards is the size of a module of the mark a in the direction of b: by the outer
// edges of its black ring in the gray frame or, where these cannot be told, by its size
// along rows and columns, on which a turned square is longer.
func (s *soft) moduleTowards(a, b pattern) float64 {
	d := math.Hypot(b.x-a.x, b.y-a.y)
	dx, dy := (b.x-a.x)/d, (b.y-a.y)/d
	usual := a.size * max(abs(dx), abs(dy))
	// The profile from the centre both ways, a quarter of a module a step, as far as the ring
	// may reach if it leans by half.
	const steps = 24
	var profile [2][steps]float64
	low, high := math.Inf(1), math.Inf(-1)
	for side := range profile {
		for i := range steps {
			at := float64(i) * usual / 4 * float64(1-2*side)
			v := s.level(a.x+at*dx, a.y+at*dy)
			profile[side][i] = v
			low, high = min(low, v), max(high, v)
		}
	}
	mid := (low + high) / 2
	sum := 0.0
	for side := range profile {
		// Black, white, black: the third change of colour is the ring's outer edge.
		p, changes := &profile[side], 0
		for i := 1; i < steps; i++ {
			if (p[i] > mid) == (p[i-1] > mid) {
				continue
			}
			if changes++; changes == 3 {
				sum += (float64(i-1) + (mid-p[i-1])/(p[i]-p[i-1])) / 4
			}
		}
		if changes < 3 {
			return usual
		}
	}
	module := sum * usual / 7
	if module < usual/3 || module > 1.5*usual {
		return usual
	}
	return module
}

// rateLeaning rates a, b and c, of which a is the corner, as a code that may lean far: seen
// in perspective the corner need not lie opposite the longest side.
func rateLeaning(p []pattern, a, b, c int) (triple, bool) {
	small, large := min(p[a].size, p[b].size, p[c].size), max(p[a].size, p[b].size, p[c].size)
	if large > 2.2*small {
		return triple{}, false
	}
	ab, ac := math.Sqrt(distance2(p[a], p[b])), math.Sqrt(distance2(p[a], p[c]))
	size := (p[a].size + p[b].size + p[c].size) / 3
	if min(ab, ac) < 6*size || max(ab, ac) > 180*size || max(ab, ac) > maxRatio*min(ab, ac) {
		return triple{}, false
	}
	across := turn(p[a], p[b], p[c]) / (ab * ac) // sine of the angle
	if across < 0 {
		b, c, across = c, b, -across
	}
	if across < leastSine {
		return triple{}, false
	}
	// What was seen often is likely to be a mark.
	seen := 1/float64(p[a].n) + 1/float64(p[b].n) + 1/float64(p[c].n)
	score := 1 - across + max(ab, ac)/min(ab, ac) - 1 + (large/small - 1) + seen
	return triple{tl: a, tr: b, bl: c, score: score}, true
}
