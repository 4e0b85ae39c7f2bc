package decode

import (
	"math"

	"hexiao/scanner"
)

const (
	fewestChars = 5    // of a Code 128 read by shapes, with start and check
	likeGuard   = 0.88 // likeness of start and stop patterns
	sureLike    = 0.95 // of a character, that needs no better
	leastLike   = 0.75 // the same, of the worst of a code …
	meanLike    = 0.94 // … and on average
	leastAhead  = 0.8  // how much more like than the next shape, in parts of what lacks to full likeness
)

// trust is how far a text that was read by shapes can be trusted.
type trust struct {
	n          int
	like       float32 // sum
	leastAhead float32
}

// add counts a character and says whether it is like its shape at all.
func (t *trust) add(like, ahead float32) bool {
	const noise = 0.005 // that even a good likeness lacks
	ahead /= 1 - like + noise
	if t.n == 0 {
		t.leastAhead = ahead
	}
	t.n++
	t.like += like
	t.leastAhead = min(t.leastAhead, ahead)
	return like > leastLike
}

// mean is the likeness on average.
func (t *trust) mean() float32 { return t.like / float32(t.n) }

// holds says whether the characters are all clearly told from others. Where blur makes two
// of them too alike, check characters are not enough: the same mistake is made on every line.
func (t *trust) holds() bool { return t.mean() > meanLike && t.leastAhead > leastAhead }

// layout is one way to lay the modules of a Code 128 over a profile.
type layout struct {
	ruler
	chars int // start, data and check
	start int
	blur  int
	like  float32
}

// readBlurred reads the code between two places on a profile by the shapes of its
// characters. gap is the mean distance of edges there.
func (l *linear) readBlurred(p []int32, from, to, gap float64, ln line, start float64) bool {
	if l.code128s {
		if lay, ok := l.lay(p, from, to, gap); ok && l.shapes128(lay) {
			a, z := lay.from, lay.from+lay.length
			l.vote(scanner.Code128, [2]Point{ln.at(start + a), ln.at(start + z)})
			return true
		}
	}
	if l.ean13s {
		for _, lay := range [2]ruler{{p, from, to - from, modulesEAN, 0}, {p, to, from - to, modulesEAN, 0}} {
			if l.shapesEAN(lay) {
				a, z := lay.from, lay.from+lay.length
				l.vote(scanner.EAN13, [2]Point{ln.at(start + a), ln.at(start + z)})
				return true
			}
		}
	}
	return false
}

// lay finds the number of characters, the way round and the bend at which start and
// stop patterns are most like those of Code 128.
func (l *linear) lay(p []int32, from, to, gap float64) (found layout, ok bool) {
	length := to - from
	// A module is between a third and two thirds of the mean distance of edges, since
	// blur may have taken half of them away.
	fewest := max(fewestChars, int((1.4*length/gap-stop128)/modules))
	most := min(mostChars, int((3.3*length/gap-stop128)/modules)+1)
	for chars := fewest; chars <= most && l.left > 0; chars++ {
		for way := range 2 {
			lay := layout{ruler: ruler{p, from, length, float64(modules*chars + stop128), 0}, chars: chars, blur: 1}
			if way == 1 {
				lay.from, lay.length = to, -length
			}
			for bend := -2; bend <= 2; bend++ {
				lay.bend = 0.08 * float64(bend)
				l.guards(&lay)
				if lay.like > found.like {
					found = lay
				}
			}
		}
	}
	if found.like < likeGuard-0.2 {
		return found, false
	}
	middle := found.bend
	for d := -3; d <= 3; d++ {
		for blur := range blurs {
			lay := found
			lay.bend, lay.blur = middle+0.02*float64(d), blur
			l.guards(&lay)
			if lay.like > found.like {
				found = lay
			}
		}
	}
	return found, found.like > likeGuard
}

// guards sets how like its start and stop patterns a layout is.
func (l *linear) guards(lay *layout) {
	lay.like = -1
	l.left -= layCost
	var v [wideStop]float32
	if !lay.take(0, v[:wide128]) {
		return
	}
	starts := l.shapes.chars[lay.blur][startA*wide128:]
	which, first, _ := nearest(starts, v[:wide128])
	if first < 0.5 || !lay.take(lay.modules-stop128, v[:]) {
		return
	}
	lay.start = startA + which
	lay.like = min(first, likeness(v[:], l.shapes.stop[lay.blur][:]))
}

// shapes128 reads the characters of a layout into l.text.
func (l *linear) shapes128(lay layout) bool {
	data := l.shapes.chars[lay.blur][:startA*wide128]
	l.chars = append(l.chars[:0], byte(lay.start))
	var t trust
	drift := 0.0 // modules by which characters lie further on than they should
	for i := 1; i < lay.chars; i++ {
		char, most, ahead, by := 0, float32(-1), float32(0), 0.0
		for _, d := range [3]float64{0, -0.25, 0.25} {
			if most > sureLike {
				break
			}
			l.left -= shapeCost
			var v [wide128]float32
			at := drift + d
			if !lay.take(float64(modules*i)+at, v[:]) {
				return false
			}
			if c, m, a := nearest(data, v[:]); m > most {
				char, most, ahead, by = c, m, a, at
			}
		}
		if !t.add(most, ahead) {
			return false
		}
		drift = (drift + by) / 2
		if math.Abs(drift) > 2 {
			return false
		}
		l.chars = append(l.chars, byte(char))
	}
	text, ok := text128(l.chars, l.text)
	l.text = text
	return ok && t.holds()
}

// shapesEAN reads the digits of an EAN-13 into l.text, at the bend and blur that suit best.
func (l *linear) shapesEAN(r ruler) bool {
	var most trust
	for bend := -3; bend <= 3; bend++ {
		r.bend = 0.04 * float64(bend)
		for blur := range blurs {
			if t, ok := l.digitsEAN(r, blur); ok && (most.n == 0 || t.mean() > most.mean()) {
				most = t
				l.text = textEAN(l.chars, l.text)
			}
		}
	}
	return most.n > 0 && most.holds()
}

// digitsEAN reads the digits of an EAN-13 into l.chars.
func (l *linear) digitsEAN(r ruler, blur int) (t trust, ok bool) {
	l.chars = append(l.chars[:0], 0)
	parity := byte(0)
	for i := range 12 {
		l.left -= layCost
		u, shapes, sign := 3+digitEAN*i, l.shapes.ean[blur][:], float32(1)
		if i >= 6 { // the right half: as in set A, black for white
			u, shapes, sign = u+5, shapes[:10*wideEAN], -1
		}
		var v [wideEAN]float32
		if !r.take(float64(u), v[:]) {
			return t, false
		}
		for i := range v {
			v[i] *= sign
		}
		digit, like, ahead := nearest(shapes, v[:])
		if !t.add(like, ahead) {
			return t, false
		}
		if i < 6 {
			parity = parity<<1 | byte(digit/10)
		}
		l.chars = append(l.chars, byte(digit%10))
	}
	return t, firstDigit(l.chars, parity)
}
