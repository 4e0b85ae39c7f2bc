package desk

import (
	"crypto/sha256"
	"slices"
	"time"

	"hexiao/kiosk"
)

// Limits on guessing that are no matter of policy.
const (
	// pinAttempts wrong PINs close the PIN pad for pinPause, the next as many for
	// twice as long, and so on up to pinLongest, until somebody signs in.
	pinAttempts = 5
	pinPause    = time.Minute
	pinLongest  = time.Hour
	// scanAttempts short codes that nobody has, read by scanners within the
	// policy's window, have short codes refused for as long: a phone can show
	// codes to a camera as fast as it reads them.
	scanAttempts = 20
)

// misses counts codes that nobody has: too many within a window are followed
// by a pause as long. The times are monotonic.
type misses struct {
	at    []time.Duration
	until time.Duration // no attempt before
}

// add counts one and reports whether it was one too many.
func (m *misses) add(at, window time.Duration, most int) bool {
	recent := m.at[:0]
	for _, t := range m.at {
		if at-t < window {
			recent = append(recent, t)
		}
	}
	m.at = append(recent, at)
	if len(m.at) < most {
		return false
	}
	m.at, m.until = nil, at+window
	return true
}

// wait is how many seconds of the pause are left.
func (m *misses) wait(at kiosk.Moment) int { return seconds(m.until - at.Mono) }

// shortCodes is what scanners read in vain.
type shortCodes struct {
	misses misses
	tried  []triedCode // within the window: a label that is shown again and again is no guess
}

// triedCode is a code that was counted. Its hash is a whole one: among codes that share a
// short hash anybody could guess without being counted.
type triedCode struct {
	sum [sha256.Size]byte
	at  time.Duration
}

// first reports whether a code was not tried within the window before, and remembers it.
func (s *shortCodes) first(code string, at, window time.Duration) bool {
	s.tried = slices.DeleteFunc(s.tried, func(t triedCode) bool { return at-t.at >= window })
	sum := sha256.Sum256([]byte(code))
	if slices.ContainsFunc(s.tried, func(t triedCode) bool { return t.sum == sum }) {
		return false
	}
	s.tried = append(s.tried, triedCode{sum, at})
	return true
}

// recall takes over, at the first input, the failed attempts that the ledger
// knows of. What time has passed since them cannot be known beyond what the
// events themselves prove, so a pause that was going on begins anew. A ledger
// that is out of order knows nothing yet, and takes no attempts either.
func (d *Desk) recall(at kiosk.Moment) {
	if d.recalled || d.o.Ledger.Status().Disk != nil {
		return
	}
	d.recalled = true
	past := d.o.Ledger.Attempts()
	then := func(t time.Duration) time.Duration { return at.Mono - (past.Passed - t) }
	if d.signIn.failed += past.PIN; past.PIN > 0 && past.PIN%pinAttempts == 0 {
		d.signIn.until = then(past.PINAt) + pauseAfter(past.PIN)
	}
	p := d.policy()
	for _, t := range past.Typed {
		d.keypad.misses.add(then(t), p.TypedWindow, typedAttempts(p))
	}
	if past.Locked {
		d.short.misses.until = then(past.Scanned) + p.TypedWindow
	}
}

func typedAttempts(p kiosk.Policy) int { return min(p.TypedAttempts, kiosk.MaxTypedAttempts) }

// pauseAfter is the pause after so many wrong PINs in a row, a multiple of
// pinAttempts.
func pauseAfter(failed int) time.Duration {
	pause := pinPause
	for n := failed / pinAttempts; n > 1 && pause < pinLongest; n-- {
		pause *= 2
	}
	return min(pause, pinLongest)
}

// missPIN counts a wrong PIN and says so when that is on disk: whoever pulls
// the plug at once has used up an attempt all the same.
func (d *Desk) missPIN(at kiosk.Moment) {
	s := &d.signIn
	if s.failed++; s.failed%pinAttempts == 0 {
		s.until = at.Mono + pauseAfter(s.failed)
	}
	if err := d.o.Ledger.Record(at, kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}); err != nil {
		d.fail()
		return
	}
	s.wrong = true
	d.sound(SoundRefuse)
}

// missTyped counts a typed code that nobody has; false: that could not be
// recorded, and nothing may be answered.
func (d *Desk) missTyped(at kiosk.Moment) bool {
	p := d.policy()
	d.keypad.misses.add(at.Mono, p.TypedWindow, typedAttempts(p))
	if err := d.o.Ledger.Record(at, kiosk.AttemptFailed{Kind: kiosk.AttemptTyped}); err != nil {
		d.fail()
		return false
	}
	return true
}

// missScanned counts a scanned code that nobody has, if it is a short one, and
// records the one that was too many.
func (d *Desk) missScanned(text string, at kiosk.Moment) error {
	policy := d.policy()
	window := policy.TypedWindow
	codes, err := kiosk.ParseCode(text, policy.CodeFormats)
	if err == nil && guessable(codes[0]) && d.short.first(codes[0].Text, at.Mono, window) &&
		d.short.misses.add(at.Mono, window, scanAttempts) {
		return d.o.Ledger.Record(at, kiosk.AttemptFailed{Kind: kiosk.AttemptScanned})
	}
	return nil // it is no guess
}

// isShort reports whether a text is a code of so few digits that it could be
// guessed. Opaque, rotating and signed codes are not, and are never refused for others' guesses.
func (d *Desk) isShort(text string) bool {
	codes, err := kiosk.ParseCode(text, d.policy().CodeFormats)
	return err == nil && guessable(codes[0])
}

func guessable(c kiosk.Code) bool { return c.Kind == kiosk.CodeTyped || c.Kind == kiosk.CodePlatform }

// opensNothing reports whether nobody has the code of an answer.
func opensNothing(a Answer) bool {
	return len(a.Outcomes) == 1 && a.Outcomes[0].Order.ID == ""
}
