package serial

import (
	"bytes"
	"unicode/utf8"

	"hexiao/scanner"
)

// The bytes that mark where a text begins and ends, and those that say what was not understood.
const (
	nul = 0x00 // a break, and what follows marked before a byte that was misread
	stx = 0x02
	etx = 0x03
	lf  = '\n'
	cr  = '\r'
	// The port is set up to put marked and NUL before every byte that had no stop bit where it
	// should be (termios(3), PARMRK): a wrong speed, a loose contact. UTF-8 has no such byte.
	marked = 0xff
)

// padding is what scanners are set up to put around a text, or a line makes that nobody drives.
const padding = "\t\x00"

// minAfterNoise is the shortest text in bytes that counts directly after noise: of random bytes
// every third is printable.
const minAfterNoise = 4

// Framer cuts a stream of bytes into texts. A text ends with CR, LF, CR LF or ETX, or by a
// pause (Pause). STX begins a new one. Tabs and NUL around a text are taken off, empty texts are
// left out, and so are those of nothing but NUL and marked bytes, as a plug in motion makes them.
// Nothing is left out of the middle of a text, nor a marked byte of its ends: what is
// no text stays, for scanner.FromDevice to refuse.
//
// A text of more than scanner.MaxText bytes is dropped up to its end. So is one that a pause
// ends where the scanner has shown that its texts end otherwise, see scanner.Ends.
//
// How the stream is cut into writes makes no difference. The zero value is ready.
type Framer struct {
	text    []byte
	over    bool // the text became too long: drop the rest of it
	ends    scanner.Ends
	noisy   bool // noise since the last pause, and no text after it
	mark    bool // the last byte was marked
	misread int
	dropped int
}

// Write takes the next bytes and calls give for every text that ends in them.
func (f *Framer) Write(p []byte, give func(text string)) {
	f.count(p)
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\x02\x03\n\r")
		if i < 0 {
			f.add(p)
			return
		}
		f.add(p[:i])
		switch p[i] {
		case stx:
			f.Reset()
		case cr, lf, etx:
			f.end(give)
		}
		p = p[i+1:]
	}
}

// Pause says that nothing has come for long enough that a text without an end mark must
// be over.
func (f *Framer) Pause(give func(text string)) {
	if len(f.text) > 0 && !f.isNoise() && !f.ends.Pause() {
		f.dropped++
		f.Reset()
	}
	f.give(give)
	f.noisy = false
}

// Reset forgets an unfinished text: the device has failed, and half a code is not a
// code.
func (f *Framer) Reset() { f.text, f.over = f.text[:0], false }

// Dropped returns how many texts were too long, or cut off, so far.
func (f *Framer) Dropped() int { return f.dropped }

// Misread returns how many bytes had no stop bit so far.
func (f *Framer) Misread() int { return f.misread }

func (f *Framer) count(p []byte) {
	for _, b := range p {
		if f.mark && b == nul {
			f.misread++
		}
		f.mark = b == marked
	}
}

func (f *Framer) add(p []byte) {
	if f.over {
		return
	}
	if len(f.text)+len(p) > scanner.MaxText {
		f.over = true
		f.dropped++
		f.text = f.text[:0]
		return
	}
	f.text = append(f.text, p...)
}

// end gives out a text that has its end mark.
func (f *Framer) end(give func(string)) {
	if len(f.text) > 0 && !f.isNoise() {
		f.ends.Mark()
	}
	f.give(give)
}

func (f *Framer) give(give func(string)) {
	text := bytes.Trim(f.text, padding)
	switch {
	case bytes.Count(text, []byte{nul})+bytes.Count(text, []byte{marked}) == len(text):
	case f.isNoise():
		f.noisy = true
		give(string(text))
	case !f.noisy || len(text) >= minAfterNoise:
		f.noisy = false
		give(string(text))
	}
	f.Reset()
}

// isNoise reports whether the text is none that a scanner would send.
func (f *Framer) isNoise() bool {
	return !utf8.Valid(f.text) || bytes.ContainsFunc(bytes.Trim(f.text, padding), func(r rune) bool { return r < ' ' || r == 0x7f })
}
