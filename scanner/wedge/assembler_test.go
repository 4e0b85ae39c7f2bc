package wedge

import (
	"bytes"
	"encoding/binary"
	"strings"
	"syscall"
	"testing"
	"time"
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

// alt is a character typed by its number.
func alt(digits string) []evdev.InputEvent {
	out := []evdev.InputEvent{key(evdev.KEY_LEFTALT, 1), sync()}
	for _, d := range digits {
		out = append(out, pressed(map[rune]evdev.EvCode{
			'0': evdev.KEY_KP0, '1': evdev.KEY_KP1, '2': evdev.KEY_KP2, '3': evdev.KEY_KP3, '4': evdev.KEY_KP4,
			'5': evdev.KEY_KP5, '6': evdev.KEY_KP6, '7': evdev.KEY_KP7, '8': evdev.KEY_KP8, '9': evdev.KEY_KP9,
		}[d])...)
	}
	return append(out, key(evdev.KEY_LEFTALT, 0), sync())
}

// paced stamps events: the time between one key press and the next.
func paced(events []evdev.InputEvent, start, gap time.Duration) []evdev.InputEvent {
	at := start - gap
	for i := range events {
		if events[i].Type == evdev.EV_KEY && events[i].Value == 1 && modifier(events[i].Code) < 0 {
			at += gap
		}
		events[i].Time = syscall.NsecToTimeval(at.Nanoseconds())
	}
	return events
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
		"a held key":     {join([]evdev.InputEvent{key(evdev.KEY_A, 1), key(evdev.KEY_A, 2), key(evdev.KEY_A, 2), key(evdev.KEY_A, 0)}, enter, typed(t, "good"), enter), []string{"good"}},
		"a held Enter":   {join(typed(t, "a"), []evdev.InputEvent{key(evdev.KEY_ENTER, 1), key(evdev.KEY_ENTER, 2), key(evdev.KEY_ENTER, 0)}, typed(t, "b"), enter), []string{"a", "b"}},
		"right shift":    {join([]evdev.InputEvent{key(evdev.KEY_RIGHTSHIFT, 1), key(evdev.KEY_A, 1), key(evdev.KEY_RIGHTSHIFT, 0), key(evdev.KEY_B, 1)}, enter), []string{"Ab"}},
		"held shift":     {join([]evdev.InputEvent{key(evdev.KEY_LEFTSHIFT, 1), key(evdev.KEY_LEFTSHIFT, 2), key(evdev.KEY_A, 1), key(evdev.KEY_B, 1)}, enter), []string{"AB"}},
		"caps lock":      {join(pressed(evdev.KEY_CAPSLOCK), typed(t, "aB1!"), pressed(evdev.KEY_CAPSLOCK), typed(t, "a"), enter), []string{"Ab1!a"}},
		"control":        {join([]evdev.InputEvent{key(evdev.KEY_LEFTCTRL, 1)}, pressed(evdev.KEY_V), []evdev.InputEvent{key(evdev.KEY_LEFTCTRL, 0)}, typed(t, "x"), enter, typed(t, "good"), enter), []string{"good"}},
		"control Enter":  {join(typed(t, "x"), []evdev.InputEvent{key(evdev.KEY_RIGHTCTRL, 1)}, enter, []evdev.InputEvent{key(evdev.KEY_RIGHTCTRL, 0)}, enter), []string{}},
		"lock keys":      {join(typed(t, "a"), pressed(evdev.KEY_NUMLOCK), pressed(evdev.KEY_SCROLLLOCK), typed(t, "b"), enter), []string{"ab"}},
		"Alt numbers":    {join(alt("065"), alt("0066"), alt("49"), typed(t, "c"), alt("13"), alt("0100"), enter), []string{"AB1c", "d"}},
		"Alt beyond":     {join(typed(t, "a"), alt("0233"), typed(t, "b"), enter, alt("8364"), enter, alt("7"), enter, alt("127"), enter, alt("999999"), enter, typed(t, "good"), enter), []string{"good"}},
		"Alt and letter": {join(typed(t, "a"), []evdev.InputEvent{key(evdev.KEY_LEFTALT, 1)}, pressed(evdev.KEY_KP6), pressed(evdev.KEY_B), []evdev.InputEvent{key(evdev.KEY_LEFTALT, 0)}, enter), []string{}},
		"Alt Gr":         {join([]evdev.InputEvent{key(evdev.KEY_RIGHTALT, 1)}, pressed(evdev.KEY_KP6), pressed(evdev.KEY_KP5), []evdev.InputEvent{key(evdev.KEY_RIGHTALT, 0)}, typed(t, "a"), enter), []string{}},
		"Alt alone":      {join(typed(t, "a"), pressed(evdev.KEY_LEFTALT), typed(t, "b"), enter), []string{"ab"}},
		"keypad":         {join(pressed(evdev.KEY_KP1), pressed(evdev.KEY_KP2), pressed(evdev.KEY_KP9), pressed(evdev.KEY_KP0), pressed(evdev.KEY_KPASTERISK), pressed(evdev.KEY_KPSLASH), pressed(evdev.KEY_KPENTER)), []string{"1290*/"}},
		"other keys":     {join(typed(t, "a"), pressed(evdev.KEY_F5), pressed(evdev.KEY_LEFT), pressed(0x2ff), typed(t, "b"), enter, typed(t, "good"), enter), []string{"good"}},
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
			want := map[string]int{
				"a held key": 1, "control": 1, "control Enter": 1, "Alt beyond": 5, "Alt and letter": 1, "Alt Gr": 1, "other keys": 1, "keys were lost": 1, "too long": 1,
			}[name]
			if a.Dropped() != want {
				t.Errorf("dropped %d, want %d", a.Dropped(), want)
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

// A hand types slowly; a radio link stops in the middle of a scan now and then.
func TestAssemblerTellsHands(t *testing.T) {
	const ms = time.Millisecond
	enter := pressed(evdev.KEY_ENTER)
	scan := func(gap time.Duration) []evdev.InputEvent {
		return paced(append(typed(t, "12345678"), enter...), time.Hour, gap)
	}
	stopped := scan(10 * ms)
	for i := range stopped {
		if i >= len(stopped)/2 {
			stopped[i].Time = syscall.NsecToTimeval(syscall.TimevalToNsec(stopped[i].Time) + int64(250*ms))
		}
	}
	back := scan(10 * ms)
	back[len(back)-5].Time, back[len(back)-4].Time = syscall.Timeval{Sec: 60}, syscall.Timeval{Sec: 60}
	for name, c := range map[string]struct {
		in      []evdev.InputEvent
		want    []string
		dropped int
	}{
		"a scanner":           {scan(2 * ms), []string{"12345678"}, 0},
		"a slow scanner":      {scan(40 * ms), []string{"12345678"}, 0},
		"a radio scanner":     {stopped, []string{"12345678"}, 0},
		"a hand":              {scan(120 * ms), []string{}, 1},
		"two hands":           {scan(80 * ms), []string{}, 1},
		"one finger":          {scan(400 * ms), []string{}, 0}, // each key is forgotten as an accident
		"a clock set back":    {back, []string{}, 1},
		"one key, then Enter": {paced(append(typed(t, "1"), enter...), time.Hour, 100*ms), []string{}, 1},
		"two scans, no ends": {append(paced(typed(t, "12345678"), time.Hour, 10*ms), paced(append(typed(t, "ABCD"), enter...), time.Hour+time.Second, 10*ms)...),
			[]string{"12345678", "ABCD"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var a Assembler
			if diff := cmp.Diff(c.want, assembled(&a, c.in...)); diff != "" || a.Dropped() != c.dropped {
				t.Errorf("dropped %d: %s", a.Dropped(), diff)
			}
		})
	}
	var a Assembler
	got := assembled(&a, paced(typed(t, "12345678"), time.Hour, 120*ms)...)
	if a.Pause(func(s string) { got = append(got, s) }); len(got) != 0 || a.Dropped() != 1 {
		t.Errorf("a hand without Enter gives %q, dropped %d", got, a.Dropped())
	}
}

// A scanner that has shown its Enter is known by it: without it a text is cut off.
func TestAssemblerKnowsTheEnds(t *testing.T) {
	var a Assembler
	var got []string
	give := func(s string) { got = append(got, s) }
	for range 64 {
		got = append(got, assembled(&a, append(typed(t, "12345678"), pressed(evdev.KEY_TAB)...)...)...)
		a.Pause(give)
	}
	assembled(&a, typed(t, "12345")...)
	a.Pause(give)
	if len(got) != 64 || a.Dropped() != 1 {
		t.Errorf("%d texts, dropped %d", len(got), a.Dropped())
	}
	// A number that Alt was not released from is half a character.
	b := Assembler{}
	assembled(&b, append(typed(t, "12345"), alt("065")[:8]...)...)
	if b.Pause(give); len(got) != 64 || b.Dropped() != 1 {
		t.Errorf("%d texts, dropped %d", len(got), b.Dropped())
	}
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
