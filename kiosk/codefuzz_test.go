package kiosk_test

import (
	"errors"
	"fmt"
	"testing"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
	"hexiao/scanner/scannertest/lawtest"
)

func codeSeeds() []string {
	return []string{
		"", "12345678", "]C012345678\r\n", "１２３４－５６７８", "https://shop.example/pick?code=ab-12", "]E0]E0123",
		"] E0123", "-]E01234", "e\u200d\u0301", "ɐɐ", "ŉ", "ß", "ᾳ", "\u1e9b\u0323", "\ufdfa", "https://other.example?c=%5DE01",
		"https://[::1]/?c=1", "http://shop.example/pick?code=%00", "ǰ\u0345\u0301", "\u1e98-\u0323", kiosk.NewTyped(318_402_751).Text, kiosk.NewOpaque([16]byte{7}, "P1").Text,
	}
}

// Law: a typed refusal, or a text within the limits that normalising leaves as it is.
func judgeNormalise(raw string) error {
	s, err := kiosk.Normalise(raw)
	if err != nil {
		if !errors.Is(err, kiosk.ErrMalformedCode) || s != "" {
			return fmt.Errorf("%q, %w", s, err)
		}
		return nil
	}
	if s == "" || len(s) > kiosk.MaxCodeBytes || !utf8.ValidString(s) {
		return fmt.Errorf("%q from %q", s, raw)
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return fmt.Errorf("%q from %q", s, raw)
		}
	}
	if again, err := kiosk.Normalise(s); again != s || err != nil {
		return fmt.Errorf("%q from %q becomes %q, %w", s, raw, again, err)
	}
	return nil
}

func FuzzNormalise(f *testing.F) {
	for _, s := range codeSeeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if err := judgeNormalise(raw); err != nil {
			t.Error(err)
		}
	})
}

// Law: a typed refusal, or codes of normalised text; an issued code parses to itself.
func judgeParseCode(raw string, formats []kiosk.CodeFormat) error {
	codes, err := kiosk.ParseCode(raw, formats)
	if err != nil {
		if !errors.Is(err, kiosk.ErrMalformedCode) || codes != nil {
			return fmt.Errorf("%v, %w", plain(codes), err)
		}
		return nil
	}
	if len(codes) == 0 {
		return fmt.Errorf("%q gives neither codes nor an error", raw)
	}
	for _, c := range codes {
		if s, err := kiosk.Normalise(c.Text); s != c.Text || err != nil {
			return fmt.Errorf("code %q from %q is not normalised: %q, %w", c.Text, raw, s, err)
		}
		c.Belongs("P1")
		if c.Kind == kiosk.CodePlatform {
			continue // a value from a web address need not be a code when scanned bare
		}
		again, err := kiosk.ParseCode(c.Text, formats)
		if err != nil || again[0] != c {
			return fmt.Errorf("code %q from %q parses as %v, %w", c.Text, raw, plain(again), err)
		}
	}
	return nil
}

func FuzzParseCode(f *testing.F) {
	for _, s := range codeSeeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if err := judgeParseCode(raw, shop()); err != nil {
			t.Error(err)
		}
	})
}

func TestMutatedCodes(t *testing.T) {
	var seeds [][]byte
	for _, s := range codeSeeds() {
		seeds = append(seeds, []byte(s))
	}
	formats := shop()
	lawtest.Run(t, lawtest.Law{Seeds: seeds, Most: kiosk.MaxCodeBytes + 8, Sample: 200_000, New: func() func([]byte) error {
		return func(input []byte) error {
			if len(input)%2 == 0 {
				return judgeNormalise(string(input))
			}
			return judgeParseCode(string(input), formats)
		}
	}})
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
