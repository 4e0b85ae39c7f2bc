package wedge

import (
	"time"

	"hexiao/scanner"
)

const (
	burstGap  = 50 * time.Millisecond // between keys of a scanner; nobody types that fast for long
	burstKeys = 6                     // and at least that many
)

// Burst tells a scanner from a person by speed, where the scanner cannot be grabbed and
// types into the window: at least six characters less than 50 ms apart, ended by Enter
// just as fast, are a scan. Everything slower is somebody typing. Scanners that end their codes
// with Tab or not at all are not recognised: grab those. The zero value is ready.
type Burst struct {
	text []rune
	last time.Time
}

// Rune takes a character and when it was typed. It reports whether a scan may begin with it: if one
// does, whatever came of the keys from here on is to be undone when Enter says so.
func (b *Burst) Rune(r rune, at time.Time) (first bool) {
	if first = len(b.text) == 0 || !b.fast(at); first {
		b.text = b.text[:0]
	}
	b.last = at
	if len(b.text) <= scanner.MaxText { // one more than allowed is enough to refuse it
		b.text = append(b.text, r)
	}
	return first
}

// Enter takes the Enter key. If what came before it was a scan, it returns its text and true;
// the caller should then take the characters since the first back out of where they went.
func (b *Burst) Enter(at time.Time) (text string, ok bool) {
	ok = len(b.text) >= burstKeys && b.fast(at)
	text = string(b.text)
	b.text = b.text[:0]
	if !ok || len(text) > scanner.MaxText {
		return "", false
	}
	return text, true
}

// fast says whether a key follows the last one as a scanner's would. A clock that was set
// back makes it slow.
func (b *Burst) fast(at time.Time) bool {
	gap := at.Sub(b.last)
	return gap >= 0 && gap < burstGap
}
