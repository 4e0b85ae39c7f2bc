package decode

import "slices"

// maxPatterns bounds how many finder patterns of a frame are kept, livePatterns the same for
// a live one. A frame full of things that look like them (a hostile poster, a grille,
// noise) costs no more.
const (
	maxPatterns  = 192
	livePatterns = 96
)

// pattern is one of the three square marks of a QR code, or something like it.
type pattern struct {
	x, y float64 // centre in pixels
	size float64 // of a module in pixels, measured along the row and the column
	area float64 // of the middle square in pixels
	n    int     // rows in which it was seen
}

// finder looks for finder patterns; its buffers are reused.
type finder struct {
	edges    []int32
	patterns []pattern
	work     *Work

	skip     int // every so many rows are looked at
	maxEdges int // changes of colour after which find stops
	maxHits  int // runs like a pattern's after which it stops
	keep     int // patterns kept
	corners  int // and of these returned
}

// find returns up to corners patterns of a bitmap, those seen in most rows first. It
// tries every skip-th row, or fewer where even the smallest code of interest is large: every
// fourth of these over the whole bitmap, then those between, so that a bitmap which is too
// rich to be searched wholly is searched evenly.
func (f *finder) find(b *bitmap) []pattern {
	f.patterns = f.patterns[:0]
	// A version 40 code over the whole frame still has its patterns cut by three rows.
	skip := max(f.skip, 3*b.h/(4*177))
	edges, hits := 0, f.work.Hits+f.maxHits
rows:
	for _, first := range [4]int{0, 2, 1, 3} {
		for y := skip*(first+1) - 1; y < b.h; y += 4 * skip {
			e := b.edges(y, f.edges[:0])
			f.edges = e
			if edges += len(e); edges > f.maxEdges || f.work.Hits > hits {
				break rows
			}
			f.row(b, e, y)
		}
	}
	f.work.Edges += edges
	slices.SortStableFunc(f.patterns, func(a, b pattern) int { return b.n - a.n })
	found := f.patterns[:min(len(f.patterns), f.corners)]
	for i := range found {
		centre(b, &found[i], f.work)
	}
	return found
}

// row confirms what looks like a finder pattern among the edges of row y.
func (f *finder) row(b *bitmap, e []int32, y int) {
	for ; len(e) >= 6; e = e[2:] {
		// The middle is three modules and the rest four: most runs fail this already.
		if c, total := e[3]-e[2], e[5]-e[0]; !near(14*c-6*total, 3*total) {
			continue
		}
		if looksFinder(e[1]-e[0], e[2]-e[1], e[3]-e[2], e[4]-e[3], e[5]-e[4]) {
			f.confirm(b, int(e[2]), int(e[3]), int(e[5]-e[0]), y)
		}
	}
}

// centre moves a pattern to the centre of gravity of its middle square, which is
// exact to a fraction of a pixel where the mean of a few rows is not. Row by row
// it follows the black run that continues the one before.
func centre(b *bitmap, p *pattern, work *Work) {
	reach := int(3*p.size) + 1 // half the square's diagonal is 2.1 modules
	var n, sx, sy float64
	for _, dir := range [2]int{-1, 1} {
		y, x := int(p.y), int(p.x)
		if dir > 0 {
			y++
		}
		for ; abs(float64(y)-p.y) <= float64(reach); y += dir {
			if !b.black(x, y) {
				break
			}
			left, right := x, x
			for left > x-2*reach && b.black(left-1, y) {
				left--
			}
			for right < x+2*reach && b.black(right+1, y) {
				right++
			}
			run := float64(right - left + 1)
			work.Centred += right - left + 1
			if run > 2*float64(reach) {
				return // not a square by itself: leave the pattern as it is
			}
			n += run
			sx += run * (float64(left+right) + 1) / 2
			sy += run * (float64(y) + 0.5)
			x = (left + right) / 2
		}
	}
	if n < 4 {
		return
	}
	x, y := sx/n, sy/n
	if abs(x-p.x) <= p.size && abs(y-p.y) <= p.size {
		p.x, p.y, p.area = x, y, n
	}
}

// looksFinder says whether five runs have the proportions 1:1:3:1:1, each within
// half a module (one and a half for the middle).
func looksFinder[T int | int32](a, b, c, d, e T) bool {
	total := a + b + c + d + e
	if total < 7 {
		return false
	}
	// |run - m| < m/2 with m = total/7, in integers: |14·run - 2·total| < total
	return near(14*a-2*total, total) && near(14*b-2*total, total) && near(14*c-6*total, 3*total) &&
		near(14*d-2*total, total) && near(14*e-2*total, total)
}

func near[T int | int32](difference, limit T) bool { return difference < limit && -difference < limit }

// confirm checks a hit in row y, whose middle run is [from,to), along the column and then
// along the row again, and adds it to the patterns.
func (f *finder) confirm(b *bitmap, from, to, total, y int) {
	f.work.Hits++
	x := (from + to) / 2
	up, down, vertical, ok := crossColumn(b, x, y, to-from)
	if !ok || !similar(vertical, total) {
		return
	}
	cy := (up + down) / 2
	left, right, horizontal, ok := cross(b, x, int(cy), 1, 0, to-from, looksFinder[int])
	if !ok || !similar(horizontal, total) {
		return
	}
	p := pattern{x: (left + right) / 2, y: cy, size: float64(vertical+horizontal) / 14, n: 1}
	p.area = 9 * p.size * p.size
	for i := range f.patterns {
		q := &f.patterns[i]
		f.work.Compared++
		if abs(p.x-q.x) <= q.size && abs(p.y-q.y) <= q.size && abs(p.size-q.size) <= max(1, q.size/2) {
			n := float64(q.n)
			q.x, q.y, q.size = (q.x*n+p.x)/(n+1), (q.y*n+p.y)/(n+1), (q.size*n+p.size)/(n+1)
			q.n++
			return
		}
	}
	if len(f.patterns) < f.keep {
		f.patterns = append(f.patterns, p)
	}
}

// similar allows a measured width to differ by two fifths from the first one.
func similar(total, original int) bool { return 5*max(total-original, original-total) < 2*original }

// cross measures the five runs through the black point (x,y) along (dx,dy) both ways.
// It returns where the middle run begins and ends along that axis and the total length,
// and false if the runs are not like those of a finder pattern. limit is how long the
// outer runs may be.
func cross(b *bitmap, x, y, dx, dy, limit int, like func(a, b, c, d, e int) bool) (begin, end float64, total int, ok bool) {
	var back, forth [3]int
	if !arm(b, x, y, -dx, -dy, limit, &back) || !arm(b, x+dx, y+dy, dx, dy, limit, &forth) {
		return 0, 0, 0, false
	}
	middle := back[0] + forth[0]
	if !like(back[2], back[1], middle, forth[1], forth[2]) {
		return 0, 0, 0, false
	}
	at := x*dx + y*dy
	return float64(at + 1 - back[0]), float64(at + 1 + forth[0]), back[2] + back[1] + middle + forth[1] + forth[2], true
}

// crossColumn is cross along the column. It is what most hits fail, so it walks the words
// of the bitmap by itself.
func crossColumn(b *bitmap, x, y, limit int) (begin, end float64, total int, ok bool) {
	var back, forth [3]int
	if !armColumn(b, x, y, -1, limit, &back) || !armColumn(b, x, y+1, 1, limit, &forth) {
		return 0, 0, 0, false
	}
	middle := back[0] + forth[0]
	if !looksFinder(back[2], back[1], middle, forth[1], forth[2]) {
		return 0, 0, 0, false
	}
	return float64(y + 1 - back[0]), float64(y + 1 + forth[0]), back[2] + back[1] + middle + forth[1] + forth[2], true
}

// armColumn is arm up (step -1) or down the column.
func armColumn(b *bitmap, x, y, step, limit int, runs *[3]int) bool {
	mask, want := uint64(1)<<(uint(x)&63), uint64(1)<<(uint(x)&63)
	left := b.h - y // rows to the border
	if step < 0 {
		left = y + 1
	}
	at, next := y*b.stride+x>>6, step*b.stride
	allowed := 2 * limit
	for i := range runs {
		n := 0
		for n < left && b.words[at]&mask == want {
			if n++; n > allowed {
				return false
			}
			at += next
		}
		runs[i] = n
		left -= n
		want ^= mask
		allowed = limit
	}
	return true
}

// arm counts black, white, black pixels from (x,y) on. A run longer than limit (the
// first one: than twice that) ends it without success.
func arm(b *bitmap, x, y, dx, dy, limit int, runs *[3]int) bool {
	black := true
	for i := range runs {
		allowed := limit
		if i == 0 {
			allowed = 2 * limit
		}
		for b.black(x, y) == black && runs[i] <= allowed {
			if uint(x) >= uint(b.w) || uint(y) >= uint(b.h) {
				break
			}
			runs[i]++
			x, y = x+dx, y+dy
		}
		if runs[i] > allowed {
			return false
		}
		black = !black
	}
	return true
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}
