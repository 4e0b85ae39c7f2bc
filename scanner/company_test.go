package scanner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// passedViews plays views ("a+b": two codes, a nearest) through a Debouncer and
// returns what came out: held texts after a bar, repeats with a star.
func passedViews(views []sight) []string {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := start
	var out []string
	d := NewDebouncer(func(s Scan) {
		text := strings.Join(append([]string{s.Text}, s.Also...), "+")
		if s.Repeat {
			text += "*"
		}
		if len(s.Held) > 0 {
			text += "|" + strings.Join(s.Held, "+")
		}
		out = append(out, fmt.Sprintf("%s@%v", text, clock.Sub(start)))
	}, 0, func() time.Time { return clock })
	for _, v := range views {
		clock = start.Add(v.at)
		texts := strings.Split(v.text, "+")
		d.Emit(Scan{Text: texts[0], Also: texts[1:]})
	}
	return out
}

func TestDebouncerCompany(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	join := func(views ...[]sight) (all []sight) {
		for _, v := range views {
			all = append(all, v...)
		}
		return all
	}
	for name, c := range map[string]struct {
		in   []sight
		want []string
	}{
		"told once a window": {every("a+b", 0, 7*s, 100*ms), []string{"a+b@0s", "a+b|a+b@3s", "a+b|a+b@6s"}},
		"in any order": {
			[]sight{{0, "a+b"}, {100 * ms, "b+a"}, {200 * ms, "a+b"}},
			[]string{"a+b@0s"}},
		"then one alone": {
			join(every("a+b", 0, 2*s, 100*ms), every("b", 2500*ms, 20*s, 100*ms)),
			[]string{"a+b@0s", "b|b@2.5s"}},
		"one alone, then company": {
			join(every("a", 0, 10*s, 100*ms), every("a+b", 10100*ms, 11*s, 100*ms), every("a", 11*s, 20*s, 100*ms)),
			[]string{"a@0s", "a+b|a@10.1s"}},
		"one alone, long company, one alone": {
			join(every("a", 0, s, 100*ms), every("b+a", 1100*ms, 5*s, 100*ms), every("a", 5100*ms, 20*s, 100*ms)),
			[]string{"a@0s", "b+a|a@1.1s", "b+a|b+a@4.1s", "a|a@5.1s"}},
		"the other is exchanged": {
			[]sight{{0, "a+b"}, {100 * ms, "a+c"}, {200 * ms, "a+b"}, {300 * ms, "a+c"}},
			[]string{"a+b@0s", "a+c|a@100ms"}},
		"away for a window": {[]sight{{0, "a+b"}, {3 * s, "a+b"}}, []string{"a+b@0s", "a+b@3s"}},
		"a clock set back":  {[]sight{{10 * s, "a+b"}, {5 * s, "a+b"}}, []string{"a+b@10s", "a+b@5s"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, passedViews(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever is in view when: a text that was out of sight for a window is passed on at
// once and is not Held; one in sight is never given as new; and no company is told of
// twice in a window.
func TestDebouncerCompanyLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := time.Unix(1_000_000, 0)
		seen, told := map[string]time.Time{}, map[string]time.Time{}
		var got *Scan
		d := NewDebouncer(func(s Scan) { got = &s }, 0, func() time.Time { return clock })
		for range rapid.IntRange(1, 60).Draw(t, "views") {
			clock = clock.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
			texts := rapid.SampledFrom([]string{"a", "b", "a+b", "b+a", "a+c", "a+b+c"}).Draw(t, "view")
			view := strings.Split(texts, "+")
			got = nil
			d.Emit(Scan{Text: view[0], Also: view[1:]})
			fresh := 0
			for _, text := range view {
				last, known := seen[text]
				held := known && clock.Sub(last) < DefaultWindow
				if !held {
					fresh++
				}
				if got != nil && !got.Repeat && len(view) > 1 && held != strings.Contains(strings.Join(got.Held, ""), text) {
					t.Fatalf("%s of %s: held is %v", text, texts, got.Held)
				}
				seen[text] = clock
			}
			if fresh > 0 && (got == nil || got.Repeat) {
				t.Fatalf("%s: something new was not passed on", texts)
			}
			if got == nil || len(view) == 1 {
				continue
			}
			key := string(companyOf(view))
			if last, known := told[key]; known && fresh == 0 && clock.Sub(last) < DefaultWindow {
				t.Fatalf("%s was told of twice in a window", texts)
			}
			told[key] = clock
		}
	})
}

func companyOf(texts []string) []byte {
	k := companyKey(Scan{Text: texts[0], Also: texts[1:]})
	return k[:]
}

func TestDebouncerCompanyCostsNoMemory(t *testing.T) {
	clock := time.Unix(0, 0)
	n := 0
	d := NewDebouncer(func(Scan) { n++ }, 0, func() time.Time { return clock })
	s := Scan{Text: strings.Repeat("a", 28), Also: []string{strings.Repeat("b", 28)}}
	d.Emit(s)
	if got := testing.AllocsPerRun(100, func() { clock = clock.Add(time.Millisecond); d.Emit(s) }); got > 0 || n != 1 {
		t.Errorf("%v allocations a frame, passed %d times", got, n)
	}
	for i := range 10_000 {
		clock = clock.Add(time.Microsecond)
		d.Emit(Scan{Text: fmt.Sprint(i), Also: []string{"x", fmt.Sprint(-i)}})
	}
	if n != 10_001 || len(d.seen) > maxRemembered {
		t.Errorf("passed %d, remembered %d, limit %d", n, len(d.seen), maxRemembered)
	}
}
