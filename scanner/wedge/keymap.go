package wedge

import "github.com/holoplot/go-evdev"

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

// keypadDigit is the digit that a key of the keypad writes, or 0.
func keypadDigit(code evdev.EvCode) byte {
	if plain, _ := character(code); code >= evdev.KEY_KP7 && code <= evdev.KEY_KPDOT && plain >= '0' {
		return plain
	}
	return 0
}

// character is what a key writes on an American keyboard with Num Lock, alone and with Shift,
// or 0. Rows of keys have consecutive codes.
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
