package scanner

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sight is a text at a moment after the start.
type sight struct {
	at   time.Duration
	text string
}

// passed plays sights through a Debouncer and returns what came out, repeats
// with a star.
func passed(sights []sight) []string {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := start
	var out []string
	d := NewDebouncer(func(s Scan) {
		mark := ""
		if s.Repeat {
			mark = "*"
		}
		out = append(out, fmt.Sprintf("%s%s@%v", s.Text, mark, clock.Sub(start)))
	}, 0, func() time.Time { return clock })
	for _, s := range sights {
		clock = start.Add(s.at)
		d.Emit(Scan{Text: s.text, Symbology: QR, Source: "camera"})
	}
	return out
}

func every(text string, from, to, step time.Duration) []sight {
	var out []sight
	for at := from; at <= to; at += step {
		out = append(out, sight{at, text})
	}
	return out
}

func TestDebouncer(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	for name, c := range map[string]struct {
		in   []sight
		want []string
	}{
		"held for a minute":       {every("a", 0, 60*s, 100*ms), []string{"a@0s"}},
		"held, read now and then": {every("a", 0, 60*s, 900*ms), []string{"a@0s"}},
		"two codes in view": {
			[]sight{{0, "a"}, {10 * ms, "b"}, {100 * ms, "a"}, {110 * ms, "b"}},
			[]string{"a@0s", "b@10ms"}},
		"away for a moment": {[]sight{{0, "a"}, {1500 * ms, "a"}, {1600 * ms, "a"}}, []string{"a@0s", "a*@1.5s"}},
		"shown again and again": {
			every("a", 0, 6*s, 1500*ms),
			[]string{"a@0s", "a*@1.5s", "a*@4.5s"}},
		"away for the window": {[]sight{{0, "a"}, {2 * s, "a"}, {5 * s, "a"}}, []string{"a@0s", "a*@2s", "a@5s"}},
		"a clock set back":    {[]sight{{10 * s, "a"}, {5 * s, "a"}}, []string{"a@10s", "a@5s"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, passed(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever is shown when: between two new scans of a text lies a window without
// it, between two repeats of it lies a window, and a text seen is a text passed.
func TestDebouncerLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := time.Unix(1_000_000, 0)
		lastSeen, lastRepeat := map[string]time.Time{}, map[string]time.Time{}
		var got *Scan
		d := NewDebouncer(func(s Scan) { got = &s }, 0, func() time.Time { return clock })
		for range rapid.IntRange(1, 60).Draw(t, "sights") {
			clock = clock.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond)
			text := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "text")
			got = nil
			d.Emit(Scan{Text: text})
			seen, known := lastSeen[text]
			fresh := !known || clock.Sub(seen) >= DefaultWindow
			switch {
			case fresh && (got == nil || got.Repeat):
				t.Fatalf("a new showing gave %v", got)
			case !fresh && got != nil && !got.Repeat:
				t.Fatal("a code still in its window came out as new")
			case got != nil && got.Repeat && clock.Sub(lastRepeat[text]) < DefaultWindow:
				t.Fatal("two repeats in one window")
			}
			if got != nil && got.Repeat {
				lastRepeat[text] = clock
			}
			lastSeen[text] = clock
		}
	})
}

func TestDebouncerKeepsDirectScans(t *testing.T) {
	n := 0
	d := NewDebouncer(func(s Scan) { n++ }, 0, time.Now)
	for range 3 {
		d.Emit(Scan{Text: "a", Direct: true})
	}
	if n != 3 || len(d.seen) != 0 {
		t.Errorf("passed %d of 3, remembered %d", n, len(d.seen))
	}
}

func TestDebouncerMemoryIsBounded(t *testing.T) {
	clock := time.Unix(0, 0)
	n := 0
	d := NewDebouncer(func(s Scan) { n++ }, 0, func() time.Time { return clock })
	for i := range 10_000 {
		clock = clock.Add(time.Microsecond)
		d.Emit(Scan{Text: fmt.Sprint(i)})
	}
	if n != 10_000 || len(d.seen) > maxRemembered {
		t.Errorf("passed %d of 10000, remembered %d, limit %d", n, len(d.seen), maxRemembered)
	}
	clock = clock.Add(time.Hour)
	d.Emit(Scan{Text: "later"})
	if len(d.seen) != 1 {
		t.Errorf("remembered %d texts after an hour, want 1", len(d.seen))
	}
}

// A slow answer is no absence: the source was blind meanwhile.
func TestDebouncerSlowEmit(t *testing.T) {
	clock := time.Unix(0, 0)
	n := 0
	d := NewDebouncer(func(s Scan) { n++; clock = clock.Add(10 * time.Second) }, 0, func() time.Time { return clock })
	d.Emit(Scan{Text: "a"})
	clock = clock.Add(100 * time.Millisecond)
	d.Emit(Scan{Text: "a"})
	if n != 1 {
		t.Errorf("passed %d times, want once", n)
	}
}
