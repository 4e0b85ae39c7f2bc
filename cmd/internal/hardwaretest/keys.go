package main

import (
	"strings"

	"github.com/holoplot/go-evdev"
)

// key is one key of an American keyboard: what it writes alone and with Shift, its name at qemu, its code in the kernel.
type key struct {
	plain, shifted byte
	name           string
	code           evdev.EvCode
}

// The keys that write nothing.
func keyShift() key { return key{name: "shift", code: evdev.KEY_LEFTSHIFT} }
func keyEnter() key { return key{name: "ret", code: evdev.KEY_ENTER} }
func keyTab() key   { return key{name: "tab", code: evdev.KEY_TAB} }
func keyCaps() key  { return key{name: "caps_lock", code: evdev.KEY_CAPSLOCK} }
func keyCtrl() key  { return key{name: "ctrl", code: evdev.KEY_LEFTCTRL} }

// keyOf finds the key that writes a character, and whether Shift is held with it. It is written down apart from the table
// of package wedge, by rows of keys: one that was wrong there should not be wrong here.
func keyOf(c byte) (k key, shift bool) {
	rows := []struct {
		first          evdev.EvCode
		plain, shifted string
		names          string
	}{
		{evdev.KEY_1, "1234567890-=", "!@#$%^&*()_+", "1 2 3 4 5 6 7 8 9 0 minus equal"},
		{evdev.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}", "q w e r t y u i o p bracket_left bracket_right"},
		{evdev.KEY_A, "asdfghjkl;'`", "ASDFGHJKL:\"~", "a s d f g h j k l semicolon apostrophe grave_accent"},
		{evdev.KEY_BACKSLASH, `\zxcvbnm,./`, "|ZXCVBNM<>?", "backslash z x c v b n m comma dot slash"},
		{evdev.KEY_SPACE, " ", " ", "spc"},
	}
	for _, row := range rows {
		i := strings.IndexByte(row.plain, c)
		if i < 0 {
			i = strings.IndexByte(row.shifted, c)
			shift = i >= 0
		}
		if i >= 0 {
			return key{row.plain[i], row.shifted[i], strings.Fields(row.names)[i], row.first + evdev.EvCode(i)}, shift && c != ' '
		}
	}
	panic("a character that no key writes")
}

// change is a key that goes down, up, or repeats because it is held.
type change struct {
	key   key
	value int32 // 1, 0, 2
}

const (
	up      = 0
	down    = 1
	repeats = 2
)

// press is the changes of one key pressed.
func press(k key) []change { return []change{{k, down}, {k, up}} }

// typed is the changes of a text, as scanners send it: Shift for each character that needs it.
func typed(text string) (changes []change) {
	for i := range len(text) {
		k, shift := keyOf(text[i])
		if shift {
			changes = append(changes, change{keyShift(), down})
		}
		changes = append(changes, press(k)...)
		if shift {
			changes = append(changes, change{keyShift(), up})
		}
	}
	return changes
}
