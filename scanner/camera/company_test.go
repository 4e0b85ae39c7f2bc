package camera

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
)

func codesOf(texts string) (codes []scanner.Scan) {
	for text := range strings.FieldsSeq(texts) {
		codes = append(codes, scanner.Scan{Text: text, Symbology: scanner.QR})
	}
	return codes
}

func TestCompany(t *testing.T) {
	const ms = time.Millisecond
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	type frame struct {
		at    time.Duration
		shows string
		want  string // the scan's texts
	}
	for name, frames := range map[string][]frame{
		"one":                    {{0, "a", "a"}, {66 * ms, "", ""}, {132 * ms, "a", "a"}},
		"two":                    {{0, "a b", "a b"}, {66 * ms, "b a", "b a"}},
		"one is missed":          {{0, "a b", "a b"}, {66 * ms, "a", "a b"}, {132 * ms, "b", "b a"}, {198 * ms, "a", "a b"}},
		"one is taken away":      {{0, "a b", "a b"}, {500 * ms, "a", "a b"}, {501 * ms, "a", "a"}},
		"both, then another":     {{0, "a b", "a b"}, {500 * ms, "", ""}, {600 * ms, "c", "c"}},
		"read by turns":          {{0, "a", "a"}, {100 * ms, "b", "b a"}, {200 * ms, "c", "c b a"}, {550 * ms, "c", "c b"}},
		"the same text twice":    {{0, "a a b a", "a b"}},
		"more than a scan holds": {{0, "a b c d e f", "a b c d e f"}, {10 * ms, "1 2 3 4 5 6", "1 2 3 4 5 6 a b"}},
		"a clock set back":       {{time.Hour, "a b", "a b"}, {0, "a", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			var c company
			for i, f := range frames {
				scan, ok := c.scan(codesOf(f.shows), start.Add(f.at))
				var got []string
				if ok {
					got = append([]string{scan.Text}, scan.Also...)
				}
				if diff := cmp.Diff(f.want, strings.Join(got, " ")); diff != "" {
					t.Errorf("frame %d: %s", i, diff)
				}
			}
		})
	}
}

// Whoever got a scan keeps its list of others, and a view that stays the same costs no memory.
func TestCompanyKeepsToItself(t *testing.T) {
	var c company
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first, _ := c.scan(codesOf("a b c"), at)
	kept := slices.Clone(first.Also)
	c.scan(codesOf("d e f"), at)
	if diff := cmp.Diff(kept, first.Also); diff != "" {
		t.Error(diff)
	}
	codes := codesOf("a b")
	c.scan(codes, at.Add(time.Hour))
	if n := testing.AllocsPerRun(100, func() { c.scan(codes, at.Add(time.Hour)) }); n > 0 {
		t.Errorf("%v allocations a frame", n)
	}
	c.scan(nil, at.Add(2*time.Hour))
	if len(c.seen) > 0 {
		t.Errorf("%d texts are remembered after an hour", len(c.seen))
	}
}
