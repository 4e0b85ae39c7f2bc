package kiosk_test

import (
	"errors"
	"testing"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
)

func codeSeeds(f *testing.F) {
	for _, s := range []string{
		"", "12345678", "]C012345678\r\n", "１２３４－５６７８", "https://shop.example/pick?code=ab-12", "]E0]E0123",
		"] E0123", "-]E01234", "e\u200d\u0301", "ɐɐ", "ŉ", "ß", "ᾳ", "\u1e9b\u0323", "\ufdfa", "https://other.example?c=%5DE01",
		"https://[::1]/?c=1", "http://shop.example/pick?code=%00", "ǰ\u0345\u0301",
	} {
		f.Add(s)
	}
}

// Law: a typed refusal, or a text within the limits that normalising leaves as it is.
func FuzzNormalise(f *testing.F) {
	codeSeeds(f)
	f.Fuzz(func(t *testing.T, raw string) {
		s, err := kiosk.Normalise(raw)
		if err != nil {
			if !errors.Is(err, kiosk.ErrMalformedCode) || s != "" {
				t.Fatalf("%q, %v", s, err)
			}
			return
		}
		if s == "" || len(s) > kiosk.MaxCodeBytes || !utf8.ValidString(s) {
			t.Fatalf("%q from %q", s, raw)
		}
		for _, r := range s {
			if unicode.IsControl(r) || unicode.IsSpace(r) {
				t.Fatalf("%q from %q", s, raw)
			}
		}
		if again, err := kiosk.Normalise(s); again != s || err != nil {
			t.Fatalf("%q from %q becomes %q, %v", s, raw, again, err)
		}
	})
}

// Law: a typed refusal, or codes of normalised text; an issued code parses to itself.
func FuzzParseCode(f *testing.F) {
	codeSeeds(f)
	f.Fuzz(func(t *testing.T, raw string) {
		codes, err := kiosk.ParseCode(raw, shop())
		if err != nil {
			if !errors.Is(err, kiosk.ErrMalformedCode) || codes != nil {
				t.Fatalf("%v, %v", plain(codes), err)
			}
			return
		}
		if len(codes) == 0 {
			t.Fatalf("%q gives neither codes nor an error", raw)
		}
		for _, c := range codes {
			if s, err := kiosk.Normalise(c.Text); s != c.Text || err != nil {
				t.Fatalf("code %q from %q is not normalised: %q, %v", c.Text, raw, s, err)
			}
			c.Belongs("P1")
			if c.Kind == kiosk.CodePlatform {
				continue // a value from a web address need not be a code when scanned bare
			}
			again, err := kiosk.ParseCode(c.Text, shop())
			if err != nil || again[0] != c {
				t.Fatalf("code %q from %q parses as %v, %v", c.Text, raw, plain(again), err)
			}
		}
	})
}

// Every single character that there is, alone and between digits.
func TestNormaliseEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		for _, raw := range []string{string(r), "1" + string(r) + "2"} {
			s, err := kiosk.Normalise(raw)
			if err != nil {
				continue
			}
			if again, err := kiosk.Normalise(s); again != s || err != nil {
				t.Fatalf("U+%04X: %q becomes %q, %v", r, s, again, err)
			}
		}
	}
}
