// Package scanner is the shape that every way of reading a pickup code shares.
//
// A Source (camera, serial scanner, keyboard wedge, lines of text) runs until
// its context ends and gives out a Scan for every code it sees. Supervise keeps
// one source alive: it restarts what failed after growing pauses and tells the
// terminal how the device is doing. Merge runs several sources at once and
// makes one stream of them in which a code that lies in front of a camera,
// or that two scanners read at the same moment, arrives once.
//
//	sources -> Supervise (one each) -> Debouncer (one for all) -> Emit
//
// Scanners that send or type texts of their own make their scans with FromDevice,
// which takes an AIM prefix off and refuses what can be no code: control
// characters, and what sets up scanners.
//
// Limits: a text is at most MaxText bytes, longer ones are dropped with a
// report; the Debouncer remembers at most 256 texts, as hashes. What a text
// means, and whether it is too long to mean anything, the domain decides.
// No text ever appears in an error or in a Health.
package scanner

import (
	"context"
	"time"
)

// MaxText is the longest text in bytes that a Scan carries. It is well above what
// the domain accepts, so that a code which is too long is refused with an answer
// rather than lost without one.
const MaxText = 4096

// Symbology says how a text was printed, as far as the source knows.
type Symbology string

// The symbologies that sources name. Text is for sources that get plain text and
// cannot know: serial and wedge scanners, standard input, the touch screen.
const (
	QR         Symbology = "qr"
	Code128    Symbology = "code128"
	DataMatrix Symbology = "datamatrix"
	EAN13      Symbology = "ean13"
	Text       Symbology = "text"
)

// Scan is one code as it was read.
type Scan struct {
	Text      string    // as the device gave it, without an AIM prefix, at most MaxText bytes
	Symbology Symbology // what it was printed as
	Source    string    // "camera", "serial", "wedge", "stdin", "touch", or one of these with a suffix of the user's
	At        time.Time // when it was read, UTC

	// Also is the texts of the other codes in the same view, nearest the aim first: only the
	// domain can tell a second pickup code from the label beside it.
	Also []string

	// Held is those of Text and Also that have been in sight since an earlier scan: for them
	// only their company is new. The Debouncer fills it.
	Held []string

	// Refused says why a text was kept back; Text is empty then. Whoever scanned it gets an
	// answer all the same: an empty text is malformed.
	Refused Refusal

	// Repeat marks a code that was passed on before and came back within the
	// debounce window after it had been away: the customer shows it again. It
	// is given at most once a window, so that the desk can say "already
	// collected, just now" without flicker. Scans with company are never repeats.
	Repeat bool

	// Direct marks a text that somebody waits for an answer to (a line of
	// standard input, a code typed and confirmed): it is never debounced.
	Direct bool
}

// text is the i-th of Text and Also.
func (s Scan) text(i int) string {
	if i == 0 {
		return s.Text
	}
	return s.Also[i-1]
}

// Emit takes a scan. Sources call it from one goroutine at a time; Merge makes
// that true for all its sources together. While it runs, its source is blind.
type Emit func(Scan)

// Source is one way of reading codes.
type Source interface {
	// Name is "camera", "serial", … with an optional suffix; it is what Scan.Source
	// and Health.Source say.
	Name() string

	// Run reads until ctx ends or the input is used up, and then returns nil
	// with every goroutine of its own finished. Any other end is an error:
	// with ErrFatal in it a restart would not help, otherwise it would.
	// It reports at least Working once the device delivers.
	Run(ctx context.Context, emit Emit, report func(Health)) error
}
