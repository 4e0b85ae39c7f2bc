package wedge

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/holoplot/go-evdev"
	"pgregory.net/rapid"

	"hexiao/scanner"
)

// key is an event of a key.
func key(code evdev.EvCode, value int32) evdev.InputEvent {
	return evdev.InputEvent{Type: evdev.EV_KEY, Code: code, Value: value}
}

// sync follows every change of a real device.
func sync() evdev.InputEvent { return evdev.InputEvent{Type: evdev.EV_SYN, Code: evdev.SYN_REPORT} }

// pressed is a key pressed and released, as the kernel reports it.
func pressed(code evdev.EvCode) []evdev.InputEvent {
	return []evdev.InputEvent{
		{Type: evdev.EV_MSC, Code: evdev.MSC_SCAN, Value: 7}, key(code, 1), sync(), key(code, 0), sync(),
	}
}

// typed is what a scanner sends for a text of printable ASCII.
func typed(t interface{ Fatalf(string, ...any) }, text string) []evdev.InputEvent {
	var out []evdev.InputEvent
	for i := range len(text) {
		found := false
		for code := evdev.EvCode(1); code < 64 && !found; code++ {
			plain, shifted := character(code)
			switch text[i] {
			case plain:
				out = append(out, pressed(code)...)
				found = true
			case shifted:
				out = append(out, key(evdev.KEY_LEFTSHIFT, 1), sync())
				out = append(out, pressed(code)...)
				out = append(out, key(evdev.KEY_LEFTSHIFT, 0), sync())
				found = true
			}
		}
		if !found {
			t.Fatalf("no key for %q", text[i])
		}
	}
	return out
}

// assembled feeds events and returns the texts.
func assembled(a *Assembler, events ...evdev.InputEvent) []string {
	out := []string{}
	for _, e := range events {
		a.Event(e, func(s string) { out = append(out, s) })
	}
	return out
}

// Every printable ASCII character has a key, and comes out as it went in.
func TestAssemblerWritesASCII(t *testing.T) {
	var all strings.Builder
	for c := byte(' '); c <= '~'; c++ {
		all.WriteByte(c)
	}
	var a Assembler
	got := assembled(&a, append(typed(t, all.String()), pressed(evdev.KEY_ENTER)...)...)
	if diff := cmp.Diff([]string{all.String()}, got); diff != "" {
		t.Error(diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		var a Assembler
		var events []evdev.InputEvent
		var want []string
		for range rapid.IntRange(1, 4).Draw(t, "texts") {
			text := rapid.StringMatching(`[ -~]{1,60}`).Draw(t, "text")
			end := rapid.SampledFrom([]evdev.EvCode{evdev.KEY_ENTER, evdev.KEY_KPENTER, evdev.KEY_TAB}).Draw(t, "end")
			events = append(append(events, typed(t, text)...), pressed(end)...)
			want = append(want, text)
		}
		if diff := cmp.Diff(want, assembled(&a, events...)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAssembler(t *testing.T) {
	enter := pressed(evdev.KEY_ENTER)
	join := func(parts ...[]evdev.InputEvent) (out []evdev.InputEvent) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	for name, c := range map[string]struct {
		in   []evdev.InputEvent
		want []string
	}{
		"a held key":     {join([]evdev.InputEvent{key(evdev.KEY_A, 1), key(evdev.KEY_A, 2), key(evdev.KEY_A, 2), key(evdev.KEY_A, 0)}, enter), []string{"a"}},
		"right shift":    {join([]evdev.InputEvent{key(evdev.KEY_RIGHTSHIFT, 1), key(evdev.KEY_A, 1), key(evdev.KEY_RIGHTSHIFT, 0), key(evdev.KEY_B, 1)}, enter), []string{"Ab"}},
		"held shift":     {join([]evdev.InputEvent{key(evdev.KEY_LEFTSHIFT, 1), key(evdev.KEY_LEFTSHIFT, 2), key(evdev.KEY_A, 1), key(evdev.KEY_B, 1)}, enter), []string{"AB"}},
		"caps lock":      {join(pressed(evdev.KEY_CAPSLOCK), typed(t, "aB1!"), pressed(evdev.KEY_CAPSLOCK), typed(t, "a"), enter), []string{"Ab1!a"}},
		"control":        {join([]evdev.InputEvent{key(evdev.KEY_LEFTCTRL, 1)}, pressed(evdev.KEY_V), []evdev.InputEvent{key(evdev.KEY_LEFTCTRL, 0)}, typed(t, "x"), enter), []string{"x"}},
		"keypad":         {join(pressed(evdev.KEY_KP1), pressed(evdev.KEY_KP2), pressed(evdev.KEY_KP9), pressed(evdev.KEY_KP0), pressed(evdev.KEY_KPASTERISK), pressed(evdev.KEY_KPSLASH), pressed(evdev.KEY_KPENTER)), []string{"1290*/"}},
		"other keys":     {join(typed(t, "a"), pressed(evdev.KEY_F5), pressed(evdev.KEY_LEFT), pressed(0x2ff), typed(t, "b"), enter), []string{"ab"}},
		"only an end":    {join(enter, enter), []string{}},
		"keys were lost": {join(typed(t, "lost"), []evdev.InputEvent{{Type: evdev.EV_SYN, Code: evdev.SYN_DROPPED}}, typed(t, "half"), enter, typed(t, "good"), enter), []string{"good"}},
		"too long":       {join(typed(t, strings.Repeat("1", scanner.MaxText+1)), enter, typed(t, "good"), enter), []string{"good"}},
		"longest":        {join(typed(t, strings.Repeat("1", scanner.MaxText)), enter), []string{strings.Repeat("1", scanner.MaxText)}},
	} {
		t.Run(name, func(t *testing.T) {
			var a Assembler
			if diff := cmp.Diff(c.want, assembled(&a, c.in...)); diff != "" {
				t.Error(diff)
			}
			if dropped := name == "keys were lost" || name == "too long"; dropped != (a.Dropped() == 1) {
				t.Errorf("dropped %d", a.Dropped())
			}
		})
	}
}

func TestAssemblerPause(t *testing.T) {
	for text, want := range map[string][]string{"1234": {"1234"}, "123": {}, "": {}} {
		var a Assembler
		got := assembled(&a, typed(t, text)...)
		a.Pause(func(s string) { got = append(got, s) })
		got = append(got, assembled(&a, pressed(evdev.KEY_ENTER)...)...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// No sequence of events makes it fail or give out something that is no text.
func FuzzAssembler(f *testing.F) {
	f.Add(raw(typed(f, "Ab1")))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a Assembler
		for _, s := range assembled(&a, parse(data)...) {
			if s == "" || len(s) > scanner.MaxText || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("text %q", s)
			}
		}
	})
}

// raw is events as the kernel writes them: struct input_event.
func raw(events []evdev.InputEvent) []byte {
	var b bytes.Buffer
	for _, e := range events {
		if err := binary.Write(&b, binary.NativeEndian, e); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// parse reads whole struct input_events.
func parse(data []byte) []evdev.InputEvent {
	events := make([]evdev.InputEvent, len(data)/int(unsafe.Sizeof(evdev.InputEvent{})))
	if err := binary.Read(bytes.NewReader(data), binary.NativeEndian, &events); err != nil && len(events) > 0 {
		panic(err)
	}
	return events
}
