package wedge

import (
	"strconv"
	"time"

	"github.com/holoplot/go-evdev"

	"hexiao/scanner"
)

const (
	// minPaused is the shortest text in bytes that a pause ends: a key pressed by accident is
	// no code.
	minPaused = 4

	// handPace is what tells a scanner from a hand: the time from the first key of a text
	// to its end, over the number of keys, is less than that. Scanners press a key every 2 to
	// 40 ms, those on a radio link too, though it stops one for a quarter of a second now and
	// then: that is why not the longest gap counts. A hand that types codes needs 150 ms a key
	// and more.
	handPace = 75 * time.Millisecond

	// maxAlt is how many digits the number of a character has at most, as in Alt+0169.
	maxAlt = 5
)

// Assembler puts the key presses of one scanner together to texts, as an American keyboard
// would: that is what scanners imitate unless they are set up otherwise. Enter (either
// one) or Tab ends a text, and so does a pause.
//
// Nothing is left out of a text. One in which a key was held down until it repeated, a key came
// together with Ctrl, Meta or Alt, or one that writes nothing (that is how scanners send control
// characters), one with lost keys, one of more than scanner.MaxText bytes, and one typed at
// the pace of a hand are dropped, whole. So is one that a pause ends where the scanner has
// shown that its texts end otherwise, see scanner.Ends. Digits of the keypad pressed with the left
// Alt are the number of a character, as Windows has it: scanners write with it what their
// keyboard lacks, and some write everything so. ASCII is taken, the rest drops the text.
//
// The zero value is ready.
type Assembler struct {
	text    []byte
	bad     bool // drop the rest of this text
	caps    bool
	held    [numModifiers]bool
	alt     []byte        // digits pressed with Alt
	keys    int           // pressed for this text, Shift and its like too, but not as the first
	first   time.Duration // when the first of them was pressed
	last    time.Duration // and the last
	ends    scanner.Ends
	dropped int
}

// Event takes one event of the device and calls give for every text that ends with it.
func (a *Assembler) Event(e evdev.InputEvent, give func(text string)) {
	if e.Type == evdev.EV_SYN && e.Code == evdev.SYN_DROPPED {
		// The kernel's queue ran over and keys are lost: what is there is no code any more,
		// nor is what follows up to its end.
		a.drop()
		a.held, a.alt = [numModifiers]bool{}, a.alt[:0]
		return
	}
	if e.Type != evdev.EV_KEY {
		return
	}
	if i := modifier(e.Code); i >= 0 {
		a.held[i] = e.Value != 0
		if e.Value == 1 && a.keys > 0 {
			a.keys++ // it takes its time as well
		}
		if i == leftAlt && e.Value == 0 && len(a.alt) > 0 {
			a.writeAlt(give)
		}
		return
	}
	ending := e.Code == evdev.KEY_ENTER || e.Code == evdev.KEY_KPENTER || e.Code == evdev.KEY_TAB
	switch {
	case e.Value == 2 && !ending: // it repeats: somebody leans on it
		a.drop()
	case e.Value != 1, e.Code == evdev.KEY_NUMLOCK, e.Code == evdev.KEY_SCROLLLOCK:
	case e.Code == evdev.KEY_CAPSLOCK:
		a.caps = !a.caps
	default:
		a.press(e.Code, ending, time.Duration(e.Time.Nano()), give)
	}
}

// Pause says that no key has come for long enough that a text without an end must be over.
// Texts under four characters are forgotten.
func (a *Assembler) Pause(give func(text string)) {
	switch {
	case a.bad || len(a.text) < minPaused && len(a.alt) == 0:
	case len(a.alt) > 0 || !a.ends.Pause() || a.byHand(a.keys-1):
		a.dropped++
	default:
		give(string(a.text))
	}
	a.reset()
}

// Dropped returns how many texts were dropped so far, those that a pause forgot apart.
func (a *Assembler) Dropped() int { return a.dropped }

func (a *Assembler) press(code evdev.EvCode, ending bool, at time.Duration, give func(string)) {
	if a.keys > 0 && at-a.last > pause {
		a.Pause(give) // as it would have been in time
	}
	if a.keys == 0 {
		a.first = at
	}
	a.keys++
	a.last = at
	shift := a.held[leftShift] || a.held[rightShift]
	plain, shifted := character(code)
	switch digit := keypadDigit(code); {
	case a.held[leftAlt] && digit != 0 && a.held == [numModifiers]bool{leftAlt: true}:
		if a.alt = append(a.alt, digit); len(a.alt) > maxAlt {
			a.drop()
		}
	case a.commands():
		a.drop()
	case ending:
		a.end(give)
	case plain == 0:
		a.drop()
	case shift != (a.caps && plain >= 'a' && plain <= 'z'):
		a.write(shifted)
	default:
		a.write(plain)
	}
}

// commands reports whether a key that makes a command of others is held.
func (a *Assembler) commands() bool {
	for _, held := range a.held[leftCtrl:] {
		if held {
			return true
		}
	}
	return false
}

func (a *Assembler) write(c byte) {
	if a.bad {
		return
	}
	if len(a.text) >= scanner.MaxText {
		a.drop()
		return
	}
	a.text = append(a.text, c)
}

// writeAlt writes the character whose number was typed.
func (a *Assembler) writeAlt(give func(string)) {
	n, err := strconv.Atoi(string(a.alt))
	a.alt = a.alt[:0]
	switch {
	case err == nil && n >= ' ' && n <= '~':
		a.write(byte(n))
	case n == '\r' || n == '\n' || n == '\t':
		a.end(give)
	default:
		a.drop()
	}
}

// drop gives up the text up to its end.
func (a *Assembler) drop() {
	a.text, a.alt = a.text[:0], a.alt[:0]
	if !a.bad {
		a.bad = true
		a.dropped++
	}
}

// end gives out a text that has its end.
func (a *Assembler) end(give func(string)) {
	switch {
	case a.bad || len(a.text) == 0:
	case a.byHand(a.keys - 1):
		a.dropped++
	default:
		a.ends.Mark()
		give(string(a.text))
	}
	a.reset()
}

// byHand reports whether the keys of this text, with so many gaps between them, came as slowly as
// a hand types. A clock that was set back in between makes it one too.
func (a *Assembler) byHand(gaps int) bool {
	took := a.last - a.first
	return took < 0 || took > time.Duration(gaps)*handPace
}

func (a *Assembler) reset() {
	a.text, a.alt, a.bad, a.keys = a.text[:0], a.alt[:0], false, 0
}
