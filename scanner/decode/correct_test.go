package decode

import (
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing/common/reedsolomon"
	"pgregory.net/rapid"
)

// encoded returns a word of n symbols with checks check symbols, by the library's encoder.
func encoded(t *rapid.T, n, checks int) []byte {
	word := make([]int, n)
	for i := range n - checks {
		word[i] = rapid.IntRange(0, 255).Draw(t, "symbol")
	}
	e := reedsolomon.NewReedSolomonEncoder(reedsolomon.GenericGF_QR_CODE_FIELD_256)
	if err := e.Encode(word, checks); err != nil {
		t.Fatal(err)
	}
	out := make([]byte, n)
	for i, v := range word {
		out[i] = byte(v)
	}
	return out
}

// Errors and erasures are mended up to what the checks allow, and a word beyond them is
// either left as it was or made a word of the code.
func TestCorrect(t *testing.T) {
	f := newField()
	rapid.Check(t, func(t *rapid.T) {
		checks := rapid.IntRange(2, 30).Draw(t, "checks")
		n := checks + rapid.IntRange(1, 120).Draw(t, "data")
		word := encoded(t, n, checks)
		places := rapid.Permutation(indices(n)).Draw(t, "places")
		erasures := rapid.IntRange(0, checks).Draw(t, "erasures")
		errors := rapid.IntRange(0, min(n-erasures, checks)).Draw(t, "errors")
		damaged := slices.Clone(word)
		for i, at := range places[:erasures+errors] {
			if i >= erasures || i%2 == 0 { // some erased symbols are right
				damaged[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "error"))
			}
		}
		got := slices.Clone(damaged)
		found, ok := f.correct(got, checks, places[:erasures])
		if 2*errors+erasures <= checks {
			if !ok || found != errors || !slices.Equal(got, word) {
				t.Fatalf("%d errors and %d erasures of %d checks: ok %v, %d errors found", errors, erasures, checks, ok, found)
			}
			return
		}
		if !ok && !slices.Equal(got, damaged) {
			t.Fatal("a word that was not mended was changed")
		}
		if ok && !f.syndrome(got, checks) {
			t.Fatal("what was mended is no word of the code")
		}
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// The evidence asked for forbids what the standard forbids for the smallest versions
// (ISO/IEC 18004, table 9), and nothing else there.
func TestEvidence(t *testing.T) {
	for _, c := range []struct {
		name              string
		n, checks, errors int
		enough            bool
	}{
		{"1-L", 26, 7, 2, true}, {"1-L", 26, 7, 3, false},
		{"1-M", 26, 10, 4, true}, {"1-M", 26, 10, 5, false},
		{"2-L", 44, 10, 4, true}, {"2-L", 44, 10, 5, false},
		{"1-Q", 26, 13, 6, true}, {"1-H", 26, 17, 8, true}, {"2-M", 44, 16, 8, true}, {"3-L", 70, 15, 7, true},
	} {
		if got := evidence(c.n, c.checks, c.errors, 0) >= leastEvidence; got != c.enough {
			t.Errorf("%s with %d errors: enough is %v", c.name, c.errors, got)
		}
	}
	if a, b := evidence(44, 16, 2, 8), evidence(44, 16, 6, 0); a >= b {
		t.Errorf("two errors and eight erasures say %.1f bits, six errors %.1f", a, b)
	}
}
