package decode

// seek looks for finder patterns in every second row of a bitmap as find does, but forgives
// more: a mark that leans far is twice as wide as it is high, one out of focus has no
// sharp proportions. It finds much that is none, so it is for a picture that is all
// there is. The patterns are not centred.
func (f *finder) seek(b *bitmap) []pattern {
	f.patterns = f.patterns[:0]
	before := f.work.Hits
	for y := 1; y < b.h && f.work.Hits-before < maxSeek; y += 2 {
		f.edges = b.edges(y, f.edges[:0])
		for e := f.edges; len(e) >= 6; e = e[2:] {
			if likeFinder(int(e[1]-e[0]), int(e[2]-e[1]), int(e[3]-e[2]), int(e[4]-e[3]), int(e[5]-e[4])) {
				f.examine(b, int(e[2]), int(e[3]), int(e[5]-e[0]), y)
			}
		}
	}
	return f.patterns
}

// maxSeek bounds the hits of one bitmap that seek examines.
const maxSeek = 20_000

// likeFinder says whether five runs are roughly 1:1:3:1:1, with what black has gained from
// white or lost to it, as light spreads, taken back first.
func likeFinder(a, b, c, d, e int) bool {
	total := a + b + c + d + e
	if total < 7 {
		return false
	}
	// The blacks should be five sevenths: half of what is too much lies at each edge, of which
	// the outer ones belong to two runs and the middle has two. In units of a 42nd pixel.
	gain := (14*(a+c+e) - 10*total) / 6 * 42 / 14 // a black run's excess
	gain = min(max(gain, -3*total), 3*total)
	off := func(run, parts, sign int) bool {
		want := 6*parts*total + sign*gain
		diff := 42*run - want
		return diff < 4*total+parts*total/2 && -diff < 4*total+parts*total/2
	}
	return off(a, 1, 1) && off(b, 1, -1) && off(c, 3, 1) && off(d, 1, -1) && off(e, 1, 1)
}

// examine is confirm with more forgiveness: crossed by the column the mark may be three times
// as long or short as along the row.
func (f *finder) examine(b *bitmap, from, to, total, y int) {
	f.work.Hits++
	x := (from + to) / 2
	up, down, vertical, ok := cross(b, x, y, 0, 1, 3*(to-from), likeFinder)
	if !ok || vertical > 3*total || total > 3*vertical {
		return
	}
	cy := (up + down) / 2
	left, right, horizontal, ok := cross(b, x, int(cy), 1, 0, 2*(to-from), likeFinder)
	if !ok || !similar(horizontal, total) {
		return
	}
	p := pattern{x: (left + right) / 2, y: cy, size: float64(vertical+horizontal) / 14, n: 1}
	p.area = 9 * float64(vertical) * float64(horizontal) / 49
	for i := range f.patterns {
		q := &f.patterns[i]
		f.work.Compared++
		if q.same(&p) {
			q.merge(&p)
			return
		}
	}
	if len(f.patterns) < maxPatterns {
		f.patterns = append(f.patterns, p)
	}
}

// same says whether two patterns are the same mark.
func (p *pattern) same(q *pattern) bool {
	return abs(p.x-q.x) <= 1.5*p.size && abs(p.y-q.y) <= 1.5*p.size && max(p.size, q.size) <= 1.6*min(p.size, q.size)+0.5
}

// merge makes p the mean of what has been seen of both.
func (p *pattern) merge(q *pattern) {
	n, m := float64(p.n), float64(q.n)
	p.x, p.y = (p.x*n+q.x*m)/(n+m), (p.y*n+q.y*m)/(n+m)
	p.size, p.area = (p.size*n+q.size*m)/(n+m), (p.area*n+q.area*m)/(n+m)
	p.n += q.n
}
