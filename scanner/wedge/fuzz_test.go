package wedge

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/holoplot/go-evdev"

	"hexiao/scanner"
	"hexiao/scanner/scannertest/lawtest"
)

// typing is what must hold of every sequence of events.
type typing struct {
	keys   [127]stroke // what writes an ASCII character
	events []evdev.InputEvent
	want   []byte
}

// stroke is a key, with Shift or without; no key is KEY_RESERVED.
type stroke struct {
	code  evdev.EvCode
	shift bool
}

func newTyping() *typing {
	var t typing
	for code := evdev.EvCode(63); code > 0; code-- { // not the keypad
		plain, shifted := character(code)
		t.keys[plain] = stroke{code, false}
		if shifted != plain {
			t.keys[shifted] = stroke{code, true}
		}
	}
	return &t
}

// judge takes an input as characters that a scanner types, or as events.
func (t *typing) judge(input []byte) error {
	if len(input) == 0 {
		return nil
	}
	if input[0]&1 == 0 {
		return t.judgeText(input[0]>>1, input[1:])
	}
	return judgeEvents(input[1:])
}

// judgeText has the characters typed, some by their numbers, and wants them back.
func (t *typing) judgeText(how byte, input []byte) error {
	t.events, t.want = t.events[:0], t.want[:0]
	at := time.Hour
	press := func(code evdev.EvCode, value int32) {
		if value == 1 {
			at += time.Duration(how) * time.Millisecond / 2 // at most 63 ms
		}
		t.events = append(t.events, evdev.InputEvent{Type: evdev.EV_KEY, Code: code, Value: value, Time: syscall.NsecToTimeval(at.Nanoseconds())})
	}
	for _, b := range input {
		c := ' ' + b%95
		t.want = append(t.want, c)
		if b >= 190 {
			press(evdev.KEY_LEFTALT, 1)
			for _, d := range fmt.Appendf(nil, "%03d", c) {
				code := [10]evdev.EvCode{evdev.KEY_KP0, evdev.KEY_KP1, evdev.KEY_KP2, evdev.KEY_KP3, evdev.KEY_KP4,
					evdev.KEY_KP5, evdev.KEY_KP6, evdev.KEY_KP7, evdev.KEY_KP8, evdev.KEY_KP9}[d-'0']
				press(code, 1)
				press(code, 0)
			}
			press(evdev.KEY_LEFTALT, 0)
			continue
		}
		k := t.keys[c]
		if k.shift {
			press(evdev.KEY_RIGHTSHIFT, 1)
		}
		press(k.code, 1)
		press(k.code, 0)
		if k.shift {
			press(evdev.KEY_RIGHTSHIFT, 0)
		}
	}
	press(evdev.KEY_TAB, 1)
	var a Assembler
	var got []string
	for _, e := range t.events {
		a.Event(e, func(s string) { got = append(got, s) })
	}
	if len(t.want) == 0 && len(got) == 0 || len(got) == 1 && got[0] == string(t.want) {
		return nil
	}
	return fmt.Errorf("typed %q, got %q, dropped %d", t.want, got, a.Dropped())
}

// judgeEvents takes two bytes for an event, whatever it is. What comes out is printable, and nothing
// comes out of keys that repeated, came with Ctrl, Alt or Meta, or were lost.
func judgeEvents(input []byte) error {
	var a Assembler
	var err error
	dirty := false
	give := func(s string) {
		switch {
		case dirty:
			err = fmt.Errorf("%q came of keys that were no scanner's", s)
		case s == "" || len(s) > scanner.MaxText:
			err = fmt.Errorf("a text of %d bytes", len(s))
		}
		for i := range len(s) {
			if s[i] < ' ' || s[i] > '~' {
				err = fmt.Errorf("text %q", s)
			}
		}
	}
	var held [numModifiers]bool
	at := time.Hour
	for i := 0; i+1 < len(input) && err == nil; i += 2 {
		code, how := evdev.EvCode(input[i]), input[i+1]
		if code == 0xff && how&1 == 0 {
			a.Pause(give)
			dirty = false
			continue
		}
		at += time.Duration(how>>2) * 8 * time.Millisecond
		e := evdev.InputEvent{Type: evdev.EV_KEY, Code: code, Value: int32(how & 3), Time: syscall.NsecToTimeval(at.Nanoseconds())}
		if code == 0xff {
			e.Type, e.Code = evdev.EV_SYN, evdev.SYN_DROPPED
		}
		a.Event(e, give)
		if a.keys == 0 && !a.bad || a.keys == 1 && e.Value == 1 && modifier(code) < 0 {
			dirty = false // a new text begins
		}
		switch m := modifier(e.Code); {
		case e.Type == evdev.EV_SYN:
			dirty, held = true, [numModifiers]bool{}
		case m >= 0:
			held[m] = e.Value != 0
		case e.Value == 2 && e.Code != evdev.KEY_ENTER && e.Code != evdev.KEY_KPENTER && e.Code != evdev.KEY_TAB:
			dirty = true
		case e.Value == 1 && commanded(held, e.Code):
			dirty = true
		}
	}
	return err
}

// commanded reports whether a key comes with Ctrl, Alt or Meta, but for a number with Alt.
func commanded(held [numModifiers]bool, code evdev.EvCode) bool {
	if keypadDigit(code) != 0 && held == [numModifiers]bool{leftAlt: true} {
		return false
	}
	switch code {
	case evdev.KEY_CAPSLOCK, evdev.KEY_NUMLOCK, evdev.KEY_SCROLLLOCK:
		return false
	}
	return held[leftCtrl] || held[rightCtrl] || held[leftAlt] || held[rightAlt] || held[leftMeta] || held[rightMeta]
}

func typingSeeds() [][]byte {
	shift, ctrl, alt, enter := byte(evdev.KEY_LEFTSHIFT), byte(evdev.KEY_LEFTCTRL), byte(evdev.KEY_LEFTALT), byte(evdev.KEY_ENTER)
	a, one, kp6, kp5 := byte(evdev.KEY_A), byte(evdev.KEY_1), byte(evdev.KEY_KP6), byte(evdev.KEY_KP5)
	return [][]byte{
		[]byte("\x10ABC-123/qr.9~"), []byte("\x7e]Q1 12345678\xfe\xbf\xc0"), {2}, {0},
		{1, shift, 5, a, 1, a, 0, shift, 0, one, 1, one, 0, a, 1, a, 0, enter, 1, enter, 0},
		{1, ctrl, 1, a, 1, a, 0, ctrl, 0, one, 1, one, 0, enter, 1, enter, 0, a, 1, a, 2, a, 2, enter, 1},
		{1, one, 1, one, 0, alt, 1, kp6, 1, kp6, 0, kp5, 1, kp5, 0, alt, 0, one, 9, one, 0, enter, 1},
		{1, a, 1, a, 0, 0xff, 0, a, 1, a, 1, a, 1, a, 1, 0xff, 0, a, 1, 0xff, 1, a, 1, enter, 1, enter, 2, enter, 0},
		{1, byte(evdev.KEY_CAPSLOCK), 1, a, 1, byte(evdev.KEY_F5), 1, enter, 1, a, 1, enter, 1},
	}
}

func FuzzAssembler(f *testing.F) {
	for _, s := range typingSeeds() {
		f.Add(s)
	}
	t := newTyping()
	f.Fuzz(func(tt *testing.T, input []byte) {
		if err := t.judge(input); err != nil {
			tt.Error(err)
		}
	})
}

func TestMutatedKeys(t *testing.T) {
	lawtest.Run(t, lawtest.Law{Seeds: typingSeeds(), Most: 96, Sample: 200_000, New: func() func([]byte) error { return newTyping().judge }})
}

// The whole of a struct input_event from anywhere does no harm.
func FuzzInputEvents(f *testing.F) {
	f.Add(raw(typed(f, "Ab1")))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a Assembler
		var err error
		for _, s := range assembled(&a, parse(data)...) {
			if s == "" || len(s) > scanner.MaxText {
				err = errors.Join(err, fmt.Errorf("text %q", s))
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
}
