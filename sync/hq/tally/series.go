package tally

import (
	"math/bits"
	"time"
)

// Series are counts by an index; those behind the last one are zero.
type Series []int64

// plus adds n at an index of the receiver, which it may change.
func (s Series) plus(i int, n int64) Series {
	for len(s) <= i {
		s = append(s, 0)
	}
	s[i] += n
	return s.trim()
}

func (s Series) merge(o Series) Series {
	for i, n := range o {
		if n != 0 {
			s = s.plus(i, n)
		}
	}
	return s.trim()
}

func (s Series) trim() Series {
	for len(s) > 0 && s[len(s)-1] == 0 {
		s = s[:len(s)-1]
	}
	if len(s) == 0 {
		return nil
	}
	return s
}

// Total is the sum of all counts.
func (s Series) Total() (n int64) {
	for _, c := range s {
		n += c
	}
	return n
}

// Slots is how many times of ten minutes a day has, at most: an hour comes twice
// where clocks are set back.
const Slots = 24 * 6

func slotOf(t time.Time) int { return t.Hour()*6 + t.Minute()/10 }

// The histogram's classes: up to tick one each, above eight for each doubling.
const (
	tick    = 128 * time.Millisecond
	maxWait = time.Hour
)

// classOf is a wait's class: exact to an eighth of it.
func classOf(d time.Duration) int {
	n := uint64(min(max(d, 0), maxWait) / tick) // #nosec G115 -- it is not negative
	if n < 8 {
		return int(n) // #nosec G115 -- less than 8
	}
	octave := bits.Len64(n) - 4
	return octave*8 + int(n>>octave) // #nosec G115 -- below 2^15
}

// classEnd is the first wait that is longer than all of a class.
func classEnd(i int) time.Duration {
	if i < 16 {
		return time.Duration(i+1) * tick
	}
	octave := i/8 - 1
	return time.Duration(i-octave*8+1) << octave * tick
}

// Quantile is the wait that a share of all did not exceed, in thousandths; 0 without
// any. See the package comment for how exact it is.
func (s Series) Quantile(permille int64) time.Duration {
	total := s.Total()
	if total == 0 {
		return 0
	}
	want := max(1, (total*permille+999)/1000)
	for i, n := range s {
		if want -= n; want <= 0 {
			return min(classEnd(i), maxWait)
		}
	}
	return maxWait
}
