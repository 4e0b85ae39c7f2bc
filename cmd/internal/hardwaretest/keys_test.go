package main

import (
	"testing"

	"github.com/holoplot/go-evdev"

	"hexiao/scanner/wedge"
)

// What the scenarios type must mean to the source what they say it means.
func TestTyped(t *testing.T) {
	var all []byte
	for c := byte('!'); c <= '~'; c++ {
		all = append(all, c)
	}
	for _, text := range []string{string(all[:50]), string(all[50:]), "a b"} {
		var keys wedge.Assembler
		var got []string
		for _, c := range append(typed(text), press(keyEnter())...) {
			keys.Event(evdev.InputEvent{Type: evdev.EV_KEY, Code: c.key.code, Value: c.value}, func(text string) { got = append(got, text) })
		}
		if len(got) != 1 || got[0] != text {
			t.Errorf("typed(%q) means %q", text, got)
		}
	}
}

func TestNoKeyWrites(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a key was found for a letter with an accent")
		}
	}()
	keyOf(0xe9)
}

func TestKeyNames(t *testing.T) {
	for c, want := range map[byte]string{'a': "a", 'Z': "z", '0': "0", '_': "minus", '{': "bracket_left", '|': "backslash", ' ': "spc", '?': "slash"} {
		if k, _ := keyOf(c); k.name != want {
			t.Errorf("the key of %q is %q to qemu, want %q", c, k.name, want)
		}
	}
}
