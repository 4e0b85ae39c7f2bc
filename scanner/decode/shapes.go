package decode

import "math"

// Where bars are so blurred that they run into one another, no edge says where one ends.
// Then characters are told by their shape: each is compared with what every character
// looks like through blur, on modules laid evenly between the ends of the code.

const (
	finesse  = 3                  // samples a module
	blurs    = 4                  // strengths of blur
	chars128 = startC + 1         // characters with a shape of their own
	wide128  = modules * finesse  // samples of a character
	wideStop = stop128 * finesse  // of the stop pattern
	wideEAN  = digitEAN * finesse // of a digit
	digits   = 20                 // digits of the left half, sets A and B
	white    = 0.0                // levels of what surrounds a shape:
	black    = 1.0                //
	unknown  = 0.5                //
)

// blurOf is a strength of blur: the standard deviation in modules.
func blurOf(i int) float64 { return 0.35 + 0.25*float64(i) }

// shapes is what characters look like through blur, with mean 0 and length 1.
type shapes struct {
	chars [blurs][chars128 * wide128]float32
	stop  [blurs][wideStop]float32
	ean   [blurs][digits * wideEAN]float32
}

func newShapes() *shapes {
	s := &shapes{}
	for b := range blurs {
		rise := newRise(blurOf(b))
		for c := range chars128 {
			before := float32(unknown)
			if c >= startA {
				before = white
			}
			shape(s.chars[b][c*wide128:(c+1)*wide128], patterns128[6*c:6*c+6], black, before, unknown, rise)
		}
		shape(s.stop[b][:], patternStop, black, unknown, white, rise)
		for d := range 10 {
			p := patternsEAN[4*d : 4*d+4]
			shape(s.ean[b][d*wideEAN:(d+1)*wideEAN], p, white, unknown, unknown, rise)
			shape(s.ean[b][(10+d)*wideEAN:(11+d)*wideEAN], string([]byte{p[3], p[2], p[1], p[0]}), white, unknown, unknown, rise)
		}
	}
	return s
}

// rise is a blurred step from 0 to 1, at every middle of a sample before and after it.
type rise [2 * (stop128 + 2) * finesse]float32

func newRise(blur float64) *rise {
	r := &rise{}
	for i := range r {
		u := (float64(i-len(r)/2) + 0.5) / finesse
		r[i] = float32(1+math.Erf(u/(blur*math.Sqrt2))) / 2
	}
	return r
}

// shape draws a run of bars and spaces of the given widths, the first of the given level.
// One module of the other level is before it and one of the level that is due after it;
// beyond these are the given levels.
func shape(dst []float32, widths string, first, before, after float32, r *rise) {
	for i := range dst {
		dst[i] = before
	}
	at, level := -1, before
	step := func(to float32, width int) {
		for i := range dst {
			dst[i] += (to - level) * r[i-at*finesse+len(r)/2]
		}
		level = to
		at += width
	}
	now := black - first
	step(now, 1)
	for i := range len(widths) {
		now = black - now
		step(now, int(widths[i]-'0'))
	}
	step(black-now, 1)
	step(after, 0)
	even(dst)
}

// even shifts and scales samples to mean 0 and length 1. It is false for flat ones.
func even(v []float32) bool {
	var sum, square float32
	for _, x := range v {
		sum += x
	}
	mean := sum / float32(len(v))
	for i := range v {
		v[i] -= mean
		square += v[i] * v[i]
	}
	if square < 1e-6 {
		return false
	}
	scale := float32(1 / math.Sqrt(float64(square)))
	for i := range v {
		v[i] *= scale
	}
	return true
}

// likeness is the correlation of two evened samples.
func likeness(a, b []float32) float32 {
	var sum float32
	b = b[:len(a)]
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// ruler lays the modules of a code over a profile: from its first bar to its last, with a
// module that grows or shrinks along the code as perspective makes it.
type ruler struct {
	profile []int32
	from    float64 // the outer edge of the first bar, in samples
	length  float64 // to that of the last one; negative for a code seen from its end
	modules float64
	bend    float64 // how much smaller than the mean the last module is, and larger the first
}

// take reads dst's samples from module u on, black as 1.
func (r ruler) take(u float64, dst []float32) bool {
	for i := range dst {
		s := (u + (float64(i)+0.5)/finesse) / r.modules
		x := r.from + r.length*(s+r.bend*s*(1-s))
		k := min(max(int(x), 0), len(r.profile)-2)
		f := float32(x - float64(k))
		dst[i] = -(float32(r.profile[k])*(1-f) + float32(r.profile[k+1])*f)
	}
	return even(dst)
}

// nearest finds which of some shapes, laid one after another, samples are most like, and
// by how much more than like the next.
func nearest(shapes, v []float32) (which int, most, ahead float32) {
	next := float32(-1)
	most = -1
	for i := 0; i*len(v) < len(shapes); i++ {
		if c := likeness(v, shapes[i*len(v):]); c > most {
			which, most, next = i, c, most
		} else if c > next {
			next = c
		}
	}
	return which, most, most - next
}
