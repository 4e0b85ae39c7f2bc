package wedge

import (
	"strings"

	"github.com/holoplot/go-evdev"

	"hexiao/scanner"
)

// minPaused is the shortest text in runes that a pause ends: a key pressed by accident is
// no code.
const minPaused = 4

// Assembler puts the key presses of one scanner together to texts, as an American keyboard
// would: that is what scanners imitate unless they are set up otherwise. Enter (either
// one) or Tab ends a text. Keys that repeat because they are held count once; keys pressed
// together with Ctrl, Alt or Meta, and keys without a character, are left out. A text of
// more than scanner.MaxText bytes is dropped. The zero value is ready.
type Assembler struct {
	text    strings.Builder
	over    bool // drop the rest of this text
	caps    bool
	held    [numModifiers]bool
	dropped int
}

// Modifier keys whose state matters.
const (
	leftShift = iota
	rightShift
	leftCtrl
	rightCtrl
	leftAlt
	rightAlt
	leftMeta
	rightMeta
	numModifiers
)

// Event takes one event of the device and calls give if it ends a text.
func (a *Assembler) Event(e evdev.InputEvent, give func(text string)) {
	if e.Type == evdev.EV_SYN && e.Code == evdev.SYN_DROPPED {
		// The kernel's queue ran over and keys are lost: what is there is no code any more,
		// nor is what follows up to its end.
		a.drop()
		a.held = [numModifiers]bool{}
		return
	}
	if e.Type != evdev.EV_KEY {
		return
	}
	if i := modifier(e.Code); i >= 0 {
		a.held[i] = e.Value != 0
		return
	}
	if e.Value != 1 { // 0 is a release, 2 a repeat
		return
	}
	switch e.Code {
	case evdev.KEY_ENTER, evdev.KEY_KPENTER, evdev.KEY_TAB:
		a.end(give)
	case evdev.KEY_CAPSLOCK:
		a.caps = !a.caps
	default:
		a.press(e.Code)
	}
}

// Pause says that no key has come for long enough that a text without an end must be over.
// Texts under four characters are forgotten.
func (a *Assembler) Pause(give func(text string)) {
	if len([]rune(a.text.String())) < minPaused {
		a.reset()
		return
	}
	a.end(give)
}

// Dropped returns how many texts were too long or had lost keys.
func (a *Assembler) Dropped() int { return a.dropped }

func (a *Assembler) press(code evdev.EvCode) {
	for _, held := range a.held[leftCtrl:] {
		if held {
			return
		}
	}
	plain, shifted := character(code)
	if plain == 0 || a.over {
		return
	}
	shift := a.held[leftShift] || a.held[rightShift]
	if plain >= 'a' && plain <= 'z' && a.caps {
		shift = !shift
	}
	if shift {
		plain = shifted
	}
	if a.text.Len() >= scanner.MaxText {
		a.drop()
		return
	}
	a.text.WriteByte(plain)
}

func (a *Assembler) drop() {
	a.text.Reset()
	if !a.over {
		a.over = true
		a.dropped++
	}
}

func (a *Assembler) end(give func(string)) {
	text := a.text.String()
	a.reset()
	if text != "" {
		give(text)
	}
}

func (a *Assembler) reset() {
	a.text.Reset()
	a.over = false
}

// modifier is the index of a modifier key, or -1.
func modifier(code evdev.EvCode) int {
	switch code {
	case evdev.KEY_LEFTSHIFT:
		return leftShift
	case evdev.KEY_RIGHTSHIFT:
		return rightShift
	case evdev.KEY_LEFTCTRL:
		return leftCtrl
	case evdev.KEY_RIGHTCTRL:
		return rightCtrl
	case evdev.KEY_LEFTALT:
		return leftAlt
	case evdev.KEY_RIGHTALT:
		return rightAlt
	case evdev.KEY_LEFTMETA:
		return leftMeta
	case evdev.KEY_RIGHTMETA:
		return rightMeta
	}
	return -1
}

// character is what a key writes, alone and with Shift, or 0. Rows of keys have
// consecutive codes.
func character(code evdev.EvCode) (plain, shifted byte) {
	row := func(first evdev.EvCode, plain, shifted string) (byte, byte) {
		return plain[code-first], shifted[code-first]
	}
	switch {
	case code >= evdev.KEY_1 && code <= evdev.KEY_EQUAL:
		return row(evdev.KEY_1, "1234567890-=", "!@#$%^&*()_+")
	case code >= evdev.KEY_Q && code <= evdev.KEY_RIGHTBRACE:
		return row(evdev.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}")
	case code >= evdev.KEY_A && code <= evdev.KEY_GRAVE:
		return row(evdev.KEY_A, "asdfghjkl;'`", `ASDFGHJKL:"~`)
	case code >= evdev.KEY_BACKSLASH && code <= evdev.KEY_SLASH:
		return row(evdev.KEY_BACKSLASH, `\zxcvbnm,./`, "|ZXCVBNM<>?")
	case code >= evdev.KEY_KP7 && code <= evdev.KEY_KPDOT:
		return row(evdev.KEY_KP7, "789-456+1230.", "789-456+1230.")
	case code == evdev.KEY_SPACE:
		return ' ', ' '
	case code == evdev.KEY_KPASTERISK:
		return '*', '*'
	case code == evdev.KEY_KPSLASH:
		return '/', '/'
	}
	return 0, 0
}
