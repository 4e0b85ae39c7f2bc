package decode

import (
	"math"
	"slices"
)

const (
	maxPool     = 160 // marks remembered of one frame
	poolTriples = 24  // marks, most often seen first, of which threes are formed
	poolPairs   = 10  // and twos
	poolRescues = 12  // threes that are looked at closely
	maxTilt     = 1.7 // lean of the sides up to which three marks may be one code
)

// pool gathers the marks that were seen in a frame however it was looked at: where one
// binarizer shows two marks of a code another may show the third. In pixels of the frame.
type pool struct {
	marks []pattern
}

// gather adds the marks of a bitmap that is scale times smaller than the frame. Every bitmap
// adds at most voices to what speaks for a mark, that a few rich ones do not outvote
// the rest.
func (l *pool) gather(found []pattern, scale float64, work *Work) {
	const voices = 4
next:
	for _, p := range found {
		p.x, p.y, p.size, p.area, p.n = p.x*scale, p.y*scale, p.size*scale, p.area*scale*scale, min(p.n, voices)
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

// rescue reads the code that no bitmap showed whole: by three marks that were seen in
// different bitmaps or lean so much that they were not taken for one code, and then by two.
func (r *Reader) rescuePool() {
	l := &r.pool
	slices.SortStableFunc(l.marks, func(a, b pattern) int { return b.n - a.n })
	r.scale = 1
	r.rescueTriples(l.marks[:min(len(l.marks), poolTriples)])
	if len(r.results) == 0 {
		r.rescuePairs(l.marks[:min(len(l.marks), poolPairs)])
	}
}

func (r *Reader) rescueTriples(p []pattern) {
	r.best.list = r.best.list[:0]
	r.best.cap = poolRescues
	for i := range p {
		for j := i + 1; j < len(p); j++ {
			for k := j + 1; k < len(p); k++ {
				r.work.Triples++
				if t, ok := rateLeaning(p, i, j, k); ok {
					r.best.add(t)
				}
			}
		}
	}
	for _, t := range r.best.list {
		if r.rescueTriple(p[t.tl], p[t.tr], p[t.bl]) {
			return
		}
	}
}

// rescueTriple reads the code of three marks from the gray frame.
func (r *Reader) rescueTriple(tl, tr, bl pattern) bool {
	across := math.Hypot(tr.x-tl.x, tr.y-tl.y) / (moduleAlong(tl, tr)/2 + moduleAlong(tr, tl)/2)
	down := math.Hypot(bl.x-tl.x, bl.y-tl.y) / (moduleAlong(tl, bl)/2 + moduleAlong(bl, tl)/2)
	text, corner, ok := r.decodeSoft(tl, tr, bl, (across+down)/2+7, thorough)
	if ok {
		r.found(text, "qr", [4]Point{at(tl), at(tr), corner, at(bl)})
	}
	return ok
}

// moduleAlong is the size of a module of a in the direction of c. A pattern's size is
// measured along rows and columns, on which a turned square is longer.
func moduleAlong(a, c pattern) float64 {
	dx, dy := abs(c.x-a.x), abs(c.y-a.y)
	return a.size * max(dx, dy) / math.Hypot(dx, dy)
}

// rateLeaning is rate for marks that may lean far.
func rateLeaning(p []pattern, i, j, k int) (triple, bool) {
	small, large := min(p[i].size, p[j].size, p[k].size), max(p[i].size, p[j].size, p[k].size)
	if large > 2.2*small {
		return triple{}, false
	}
	ij, jk, ik := distance2(p[i], p[j]), distance2(p[j], p[k]), distance2(p[i], p[k])
	a, b, c := i, j, k
	long, s1, s2 := jk, ij, ik
	if ik > long {
		a, b, c = j, i, k
		long, s1, s2 = ik, ij, jk
	}
	if ij > long {
		a, b, c = k, i, j
		long, s1, s2 = ij, ik, jk
	}
	lean := (math.Abs(long-2*s1) + math.Abs(long-2*s2)) / long
	size := (p[i].size + p[j].size + p[k].size) / 3
	side := math.Sqrt((s1 + s2) / 2)
	if lean > maxTilt || side < 8*size || side > 180*size {
		return triple{}, false
	}
	if turn(p[a], p[b], p[c]) < 0 {
		b, c = c, b
	}
	// What was seen often is likely to be a mark.
	seen := 1/float64(p[i].n) + 1/float64(p[j].n) + 1/float64(p[k].n)
	return triple{tl: a, tr: b, bl: c, score: lean + (large/small - 1) + seen}, true
}
