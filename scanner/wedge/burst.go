package wedge

import (
	"time"

	"hexiao/scanner"
)

const (
	// burstKeys is how many characters a scan has at least.
	burstKeys = 6

	// burstPace is the time a key of a scan takes, on the average of them all. Not the longest gap
	// counts: the window that is typed into may draw its next screen between two keys. Nobody
	// types codes at half of that speed.
	burstPace = 50 * time.Millisecond

	// burstQuiet is how long no key has come before a scan. It is well above what a window stands
	// still for: else the keys after the standstill would be a code of their own.
	burstQuiet = 500 * time.Millisecond
)

// Burst tells a scanner from a person by speed, where the scanner cannot be grabbed and
// types into the window: at least six characters after a rest of half a second, ended by
// Enter, that took less than 50 ms each are a scan. Everything slower is somebody typing. Scanners
// that end their codes with Tab or not at all are not recognised: grab those. The zero value is
// ready.
type Burst struct {
	text        []rune
	first, last time.Time
}

// Rune takes a character and when it was typed. It reports whether a scan may begin with it: if one
// does, whatever came of the keys from here on is to be undone when Enter says so.
func (b *Burst) Rune(r rune, at time.Time) (first bool) {
	if first = len(b.text) == 0 || !b.follows(at); first {
		b.text = b.text[:0]
		b.first = at
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
	ok = len(b.text) >= burstKeys && b.follows(at) && at.Sub(b.first) < time.Duration(len(b.text))*burstPace
	text = string(b.text)
	b.text = b.text[:0]
	if !ok || len(text) > scanner.MaxText {
		return "", false
	}
	return text, true
}

// follows says whether a key may belong to those before it. A clock that was set back begins
// anew.
func (b *Burst) follows(at time.Time) bool {
	gap := at.Sub(b.last)
	return gap >= 0 && gap < burstQuiet
}
