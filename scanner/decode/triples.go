package decode

import "math"

const (
	maxCorners  = 40  // patterns from which triples are formed: 9,880 at most
	liveCorners = 28  // in a live frame: 3,276
	maxTriples  = 100 // the best of those, which are looked at
	maxLean     = 0.9
)

// triple is three finder patterns that may belong to one QR code: top left, top right
// and bottom left as they are on the code, whichever way it is turned.
type triple struct {
	tl, tr, bl int // indices of patterns
	score      float64
}

// best keeps the triples with the lowest scores, lowest first.
type best struct {
	list []triple
	cap  int
}

func (b *best) add(t triple) {
	if len(b.list) == b.cap && t.score >= b.list[len(b.list)-1].score {
		return
	}
	if len(b.list) < b.cap {
		b.list = append(b.list, t)
	}
	i := len(b.list) - 1
	for ; i > 0 && b.list[i-1].score > t.score; i-- {
		b.list[i] = b.list[i-1]
	}
	b.list[i] = t
}

// triples rates every three of the patterns and keeps the best ones: modules of similar
// size, two sides of similar length at a right angle.
func triples(p []pattern, keep *best, work *Work) {
	for i := 0; i < len(p); i++ {
		for j := i + 1; j < len(p); j++ {
			if !alike(p[i].size, p[j].size) {
				continue
			}
			for k := j + 1; k < len(p); k++ {
				if !alike(p[i].size, p[k].size) || !alike(p[j].size, p[k].size) {
					continue
				}
				work.Triples++
				if t, ok := rate(p, i, j, k); ok {
					keep.add(t)
				}
			}
		}
	}
}

// alike allows one module to be two thirds larger than another, as when the code
// leans away from the camera.
func alike(a, b float64) bool { return 3*max(a, b) <= 5*min(a, b)+1 }

func rate(p []pattern, i, j, k int) (triple, bool) {
	ij, jk, ik := distance2(p[i], p[j]), distance2(p[j], p[k]), distance2(p[i], p[k])
	// The corner lies opposite the longest side.
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
	if lean > maxLean {
		return triple{}, false
	}
	size := (p[i].size + p[j].size + p[k].size) / 3
	// Between the centres of two patterns lie 14 to 170 modules; across a turned code
	// a module measures up to 1.41 times its size.
	side := math.Sqrt((s1 + s2) / 2)
	if side < 9*size || side > 180*size {
		return triple{}, false
	}
	if turn(p[a], p[b], p[c]) < 0 {
		b, c = c, b
	}
	spread := max(p[i].size, p[j].size, p[k].size)/min(p[i].size, p[j].size, p[k].size) - 1
	score := lean + spread
	for _, n := range [3]int{p[i].n, p[j].n, p[k].n} {
		if n < 2 {
			score += 0.5 // seen in one row only
		}
	}
	return triple{tl: a, tr: b, bl: c, score: score}, true
}

func distance2(a, b pattern) float64 {
	return (a.x-b.x)*(a.x-b.x) + (a.y-b.y)*(a.y-b.y)
}

// turn is positive when b, c go clockwise around a on the screen.
func turn(a, b, c pattern) float64 {
	return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x)
}
