package serial

import (
	"bytes"

	"hexiao/scanner"
)

// The bytes that mark where a text begins and ends.
const (
	nul = 0x00 // what a break or a plug in motion reads as
	stx = 0x02
	etx = 0x03
	lf  = '\n'
	cr  = '\r'
)

// Framer cuts a stream of bytes into texts. A text ends with CR, LF, CR LF or ETX, or by a
// pause (Pause). STX begins a new one. NUL bytes are left out, empty texts too. A text of
// more than scanner.MaxText bytes is dropped up to its end.
//
// How the stream is cut into writes makes no difference. The zero value is ready.
type Framer struct {
	text    []byte
	over    bool // the text became too long: drop the rest of it
	dropped int
}

// Write takes the next bytes and calls give for every text that ends in them.
func (f *Framer) Write(p []byte, give func(text string)) {
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\x00\x02\x03\n\r")
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
func (f *Framer) Pause(give func(text string)) { f.end(give) }

// Reset forgets an unfinished text: the device has failed, and half a code is not a
// code.
func (f *Framer) Reset() { f.text, f.over = f.text[:0], false }

// Dropped returns how many texts were too long so far.
func (f *Framer) Dropped() int { return f.dropped }

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

func (f *Framer) end(give func(string)) {
	if len(f.text) > 0 {
		give(string(f.text))
	}
	f.Reset()
}
