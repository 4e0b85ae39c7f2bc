package decode

import (
	"image"
	"slices"

	"hexiao/scanner"
)

const (
	// Rows and columns searched of a live and a full frame, and what reading may cost there.
	liveLines, liveCost = 24, 400_000
	fullLines, fullCost = 64, 5_000_000

	readings   = 5  // lines read across the bars of one place
	widestBand = 12 // pixels along the bars that a line is the mean of

	// What reading costs, in pixels sampled: a place may cost so much, and these steps as
	// much as so many pixels.
	placeCost   = 300_000
	matchCost   = 100
	layCost     = 150
	shapeCost   = 1000
	linearKnown = 16  // texts remembered, so that the same one costs no memory again
	quietZone   = 5   // modules of white at one end of a code at least …
	quietOther  = 1.5 // … and at the other of a long code: a thumb may hide some
	longCode    = 50  // edges
)

// linear reads linear codes: it finds places with parallel bars, and reads along lines
// across them.
type linear struct {
	code128s, ean13s bool
	shapes           *shapes

	// Of the search.
	phase   float64
	column  []byte
	blocks  [][2]byte
	at      []int
	patches []patch

	// Of a place with bars.
	still, moved []int32
	profile      []int32
	crisp        []int32
	lows, ranges []int32
	there, back  []float32 // edges, and the same from the other end
	chars, text  []byte
	left         int // what reading may still cost
	votes        []vote
	known        []string

	// missed says that the last readLinear saw bars like a code's and did not read them: what
	// View.Missed needs to know of linear codes.
	missed bool
}

// vote counts the lines across one place on which a text was read. A linear code has one
// check character only, so a single line is not believed.
type vote struct {
	text      string
	symbology scanner.Symbology
	n         int
	ends      [2]Point // of the code on the first of these lines, its start first
}

func newLinear(symbologies []scanner.Symbology) *linear {
	return &linear{
		shapes:   newShapes(),
		code128s: slices.Contains(symbologies, scanner.Code128),
		ean13s:   slices.Contains(symbologies, scanner.EAN13),
	}
}

// readLinear looks for bars along so many rows and columns of a frame and reads the codes
// there until it has cost so much.
func (r *Reader) readLinear(img *image.Gray, lines, cost int) {
	l := r.linear
	l.missed = false
	if !l.code128s && !l.ean13s || img.Rect.Dx() < 2*searchBlock || img.Rect.Dy() < 3 {
		return
	}
	l.search(img, lines, &r.work)
	n := len(l.patches)
	first := int(l.phase * float64(n)) // another one each frame, so that costly ones do not shut out the rest
	for l.left = cost; l.left > 0; {
		best := -1
		for i := range n {
			i = (first + i) % n
			if p := l.patches[i]; !p.done && (best < 0 || p.score > l.patches[best].score) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		r.readBars(img, &l.patches[best])
	}
}

// readBars reads along lines across the bars of a patch until two agree.
func (r *Reader) readBars(img *image.Gray, p *patch) {
	l := r.linear
	p.done = true
	b := l.follow(img, *p, &r.work)
	if b.height < 2*b.gap {
		return
	}
	b = r.straighten(img, b)
	l.votes = l.votes[:0]
	from, to := -b.reach, b.reach
	band := b.height / readings
	for i := 0; i < readings && l.left > 0; i++ {
		// The middle first, then to both sides in turn.
		off := float64((i+1)/2) * float64(1-2*(i&1)) * band
		if !r.readAcross(img, b, off, band, &from, &to) {
			continue
		}
		if !l.settled() { // each half of what was read must say the same
			r.readAcross(img, b, off-band/4, band/2, &from, &to)
			r.readAcross(img, b, off+band/4, band/2, &from, &to)
		}
		if l.settled() {
			break
		}
	}
	read := false
	for i, v := range l.votes {
		if !l.agreed(i) {
			continue
		}
		read = true
		r.found(v.text, v.symbology, [4]Point{v.ends[0], v.ends[1], v.ends[1], v.ends[0]})
		along := func(p Point) float64 { return (p.X-b.x)*b.dx + (p.Y-b.y)*b.dy }
		l.finish(b, min(along(v.ends[0]), along(v.ends[1])), max(along(v.ends[0]), along(v.ends[1])))
	}
	if read {
		return
	}
	if to-from > 24*b.gap {
		l.missed = true
	}
	l.finish(b, from, to)
}

// finish leaves out the other patches of bars whose ends along their line are given.
func (l *linear) finish(b bars, from, to float64) {
	for i := range l.patches {
		_, same := b.belongs(l.patches[i], from, to)
		l.patches[i].done = l.patches[i].done || same
	}
}

// straighten looks for the patches furthest to both sides that may be of the same
// bars and lays the line through them: a code seen in perspective is not upright on its bars.
func (r *Reader) straighten(img *image.Gray, b bars) bars {
	l := r.linear
	const near = 60 // gaps: the length of a long code
	first, last := -1, -1
	var low, high float64
	for i, p := range l.patches {
		if along, ok := b.belongs(p, -near*b.gap, near*b.gap); ok && p.gap < 1.7*b.gap && b.gap < 1.7*p.gap {
			if along < low {
				first, low = i, along
			}
			if along > high {
				last, high = i, along
			}
		}
	}
	measured := func(i int) bars {
		if i < 0 {
			return b
		}
		return l.follow(img, l.patches[i], &r.work)
	}
	if high-low < 2*b.reach {
		return b
	}
	if c, ok := through(measured(first), measured(last)); ok {
		return c
	}
	return b
}

// settled says that something was read and enough lines agree on all of it.
func (l *linear) settled() bool {
	for i := range l.votes {
		if !l.agreed(i) {
			return false
		}
	}
	return len(l.votes) > 0
}

// agreed says whether a vote counts: at least two lines for it, and few for others in its
// place. The same lines may cross another code beside it.
func (l *linear) agreed(i int) bool {
	v := l.votes[i]
	need := 2
	if v.symbology == scanner.EAN13 {
		need = 3 // ten check digits say less than 103
	}
	others := 0
	for k, o := range l.votes {
		if k != i && o.overlaps(v) {
			others += o.n
		}
	}
	return v.n >= need && v.n > 2*others
}

// overlaps says whether two codes read on lines across one place share a part of them.
func (v vote) overlaps(o vote) bool {
	dx, dy := o.ends[1].X-o.ends[0].X, o.ends[1].Y-o.ends[0].Y
	along := func(p Point) float64 { return (p.X-o.ends[0].X)*dx + (p.Y-o.ends[0].Y)*dy }
	a, z := along(v.ends[0]), along(v.ends[1])
	return max(a, z) > 0 && min(a, z) < dx*dx+dy*dy
}

// readAcross reads along one line across bars, so many pixels beside their middle and
// so many wide. It widens the ends of the bars, from and to, to what it saw.
func (r *Reader) readAcross(img *image.Gray, b bars, off, band float64, from, to *float64) bool {
	l := r.linear
	r.work.Lines++
	ln, unit := b.across(off)
	start, end := ln.within(img.Rect.Dx(), img.Rect.Dy())
	if end-start < 2*contrastBlock {
		return false
	}
	p := ln.at(start)
	lean := b.lean + b.turn*start/unit
	wide := int(min(max(band, 1), widestBand))
	l.left -= int(end-start) * (wide + 6) // edges as well
	l.profile = sample(img, line{p.X, p.Y, ln.dx, ln.dy}, int(end-start), wide, lean, b.turn, l.profile)
	read := l.readEdges(l.profile, 4, ln, start) ||
		l.readEdges(l.profile, 2, ln, start)
	if !read {
		l.crisp = crispen(l.profile, l.crisp, max(1, int(b.gap/2.5)))
		read = l.readEdges(l.crisp, 2, ln, start)
	}
	if read {
		return true
	}
	l.there = l.edges(l.profile, 2, l.there)
	a, z := dense(l.there, -start, 2.6*b.gap)
	if z-a < 12*b.gap {
		return false
	}
	*from, *to = min(*from, (a+start)/unit), max(*to, (z+start)/unit)
	return l.readBlurred(l.profile, a, z, b.gap, ln, start)
}

// dense returns the first and the last of the edges around a place with none of the gaps
// between them wider than that: where the bars there begin and end.
func dense(e []float32, around, gap float64) (from, to float64) {
	first, _ := slices.BinarySearch(e, float32(around))
	last := first
	for first > 0 && first < len(e) && float64(e[first]-e[first-1]) < gap {
		first--
	}
	for last+1 < len(e) && float64(e[last+1]-e[last]) < gap {
		last++
	}
	first, last = (first+1)&^1, (last-1)|1 // from into black to out of it
	if first >= last || last >= len(e) {
		return 0, 0
	}
	return float64(e[first]), float64(e[last])
}

// readEdges reads the codes on a profile, both ways, and votes for their texts.
func (l *linear) readEdges(p []int32, part int32, ln line, start float64) (read bool) {
	l.there = l.edges(p, part, l.there)
	n := len(l.there)
	l.back = slices.Grow(l.back[:0], n)[:n]
	for i, t := range l.there {
		l.back[n-1-i] = float32(len(p)) - t
	}
	for way, e := range [2][]float32{l.there, l.back} {
		for s := 0; s+6 < n && l.left > 0; s += 2 {
			end, symbology := l.readAt(e, s)
			if end == 0 {
				continue
			}
			a, z := float64(e[s]), float64(e[end])
			if way == 1 {
				a, z = float64(len(p))-a, float64(len(p))-z
			}
			// Levels are those of the middles of pixels' lengths.
			l.vote(symbology, [2]Point{ln.at(start + a), ln.at(start + z)})
			read = true
			s = end - 1
		}
	}
	return read
}

// readAt reads the code that starts at an edge, if there is one, into l.text and returns
// the edge at which it ends.
func (l *linear) readAt(e []float32, s int) (end int, symbology scanner.Symbology) {
	if l.code128s {
		if m := (e[s+6] - e[s]) / modules; startLike(e[s:s+7], m) {
			if end, fit, ok := l.code128(e, s); ok && fit < 0.5 && quiet(e, s, end, m) {
				if l.text, ok = text128(l.chars, l.text); ok {
					return end, scanner.Code128
				}
			}
		}
	}
	if l.ean13s && s+edgesEAN <= len(e) {
		m := (e[s+edgesEAN-1] - e[s]) / modulesEAN
		if end, fit, ok := l.ean13(e, s); ok && fit < 0.3 && quiet(e, s, end, m) {
			l.text = textEAN(l.chars, l.text)
			return end, scanner.EAN13
		}
	}
	return 0, ""
}

// startLike says whether seven edges may be a start pattern: all three begin with a bar of
// two modules, a space of one and a bar of one.
func startLike(e []float32, module float32) bool {
	w0, w1, w2 := (e[1]-e[0])/module, (e[2]-e[1])/module, (e[3]-e[2])/module
	return w0 > 1 && w0 < 3.2 && w1 < 2 && w2 < 2
}

// quiet says whether there is white before and after a code. The border of the frame counts.
func quiet(e []float32, s, end int, module float32) bool {
	before, after := float32(2*quietZone), float32(2*quietZone)
	if s > 0 {
		before = (e[s] - e[s-1]) / module
	}
	if end+1 < len(e) {
		after = (e[end+1] - e[end]) / module
	}
	other := float32(quietOther)
	if end-s < longCode {
		other = quietZone
	}
	return max(before, after) >= quietZone && min(before, after) >= other
}

// vote counts a line for the text in l.text.
func (l *linear) vote(s scanner.Symbology, ends [2]Point) {
	for i := range l.votes {
		if l.votes[i].text == string(l.text) && l.votes[i].symbology == s {
			l.votes[i].n++
			return
		}
	}
	l.votes = append(l.votes, vote{l.remember(l.text), s, 1, ends})
}

// remember returns a text as a string, the same one as last time if it is known.
func (l *linear) remember(text []byte) string {
	for _, known := range l.known {
		if known == string(text) {
			return known
		}
	}
	if len(l.known) == linearKnown {
		l.known = append(l.known[:0], l.known[1:]...)
	}
	l.known = append(l.known, string(text))
	return l.known[len(l.known)-1]
}
