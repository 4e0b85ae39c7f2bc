package kiosk_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// shop is a platform that prints digits and web addresses.
func shop() []kiosk.CodeFormat {
	return []kiosk.CodeFormat{
		{MinDigits: 8, MaxDigits: 20},
		{URLPrefix: "https://Shop.example/pick/", URLParam: "code"},
		{URLPrefix: "other.example", URLParam: "c"},
	}
}

func TestParseCode(t *testing.T) {
	opaque := kiosk.NewOpaque([16]byte{7}, "P1")
	typed := kiosk.NewTyped(123_456_789)
	platform := func(s string) kiosk.Code { return kiosk.Code{Kind: kiosk.CodePlatform, Text: s} }
	digits := []kiosk.Code{platform("12345678")}
	wide := func(s string) string { // full-width forms
		return strings.Map(func(r rune) rune { return r - '!' + '！' }, s)
	}
	for _, c := range []struct {
		name, raw string
		want      []kiosk.Code
	}{
		{"opaque", opaque.Text, []kiosk.Code{opaque}},
		{"opaque, lower case", strings.ToLower(opaque.Text), []kiosk.Code{opaque}},
		{"opaque, AIM of a QR code", "]Q1" + opaque.Text, []kiosk.Code{opaque}},
		{"opaque, full width", wide(opaque.Text), []kiosk.Code{opaque}},
		{"opaque, in groups", opaque.Text[:4] + "-" + opaque.Text[4:8] + " " + opaque.Text[8:], []kiosk.Code{opaque}},
		{"typed, also a platform's", typed.Text, []kiosk.Code{typed, platform(typed.Text)}},
		{"typed, grouped", kiosk.GroupTyped(typed.Text), []kiosk.Code{typed, platform(typed.Text)}},
		{"ten digits without the check", "1234567890", []kiosk.Code{platform("1234567890")}},
		{"digits", "12345678", digits},
		{"full width", "１２３４５６７８", digits},
		{"AIM of Code 128", "]C012345678", digits},
		{"full-width AIM", wide("]C0") + "12345678", digits},
		{"CR LF", "12345678\r\n", digits},
		{"tab ends", "\t12345678\t", digits},
		{"AIM and ends", "]C0 12345678\r", digits},
		{"spaces", " 1234 5678 ", digits},
		{"no-break and ideographic spaces", "1234\u00a056\u300078", digits},
		{"hyphens", "1234-56\u201378", digits},
		{"zero width and BOM", "\ufeff1234\u200b5678", digits},
		{"twenty digits", strings.Repeat("12345", 4), []kiosk.Code{platform(strings.Repeat("12345", 4))}},
		{"URL", "https://shop.example/pick?code=ab-12", []kiosk.Code{platform("AB12")}},
		{"URL, other scheme, case, depth", "HTTP://SHOP.EXAMPLE/Pick/today?x=1&code=ab12#f", []kiosk.Code{platform("AB12")}},
		{"URL, full-width value", "https://shop.example/pick?code=%EF%BC%91%EF%BC%92", []kiosk.Code{platform("12")}},
		{"URL, full-width as scanned", "https://shop.example/pick?code=１２", []kiosk.Code{platform("12")}},
		{"URL of an opaque code", "https://other.example/x?c=" + strings.ToLower(opaque.Text),
			[]kiosk.Code{opaque, platform(opaque.Text)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := kiosk.ParseCode(c.raw, shop())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "codes", plain(c.want), plain(got))
		})
	}
}

// plain shows codes to the comparison, which must see what a log must not.
func plain(codes []kiosk.Code) []string {
	var out []string
	for _, c := range codes {
		out = append(out, fmt.Sprint(uint8(c.Kind), " ", c.Text))
	}
	return out
}

func TestParseCodeRefuses(t *testing.T) {
	for name, raw := range map[string]string{
		"empty": "", "spaces": "  \r\n", "hyphens": "--", "AIM alone": "]C0", "AIM and nothing": "]C0 ",
		"two AIM prefixes": "]C0]C012345678", "letters": "SECRETWORD", "seven digits": "1234567",
		"twenty-one digits": strings.Repeat("1", 21), "a NUL": "1234\x005678", "a GS": "1234\x1d5678",
		"an inner CR": "1234\r5678", "an inner tab": "1234\t5678", "DEL": "1234567\x7f8", "C1": "1234\u00855678",
		"no UTF-8": "1234\xff5678", "the replacement character": "1234\ufffd5678",
		"513 bytes":                strings.Repeat("1", kiosk.MaxCodeBytes+1),
		"long by NFKC":             strings.Repeat("\ufdfa", 100),
		"long by upper case":       strings.Repeat("ɐ", 256),
		"bad URL":                  "https://shop.example/%zz?code=SECRET",
		"evil suffix":              "https://shop.example.evil.example/pick?code=SECRET",
		"evil user in the path":    "https://shop.example/pick@evil.example/?code=SECRET&x=",
		"evil user before":         "https://shop.example@evil.example/pick?code=SECRET",
		"evil path":                "https://evil.example/shop.example/pick?code=SECRET",
		"longer name":              "https://shop.example/pickle?code=SECRET",
		"another port":             "https://shop.example:8443/pick?code=SECRET",
		"backslash":                "https://evil.example\\shop.example/pick?code=SECRET",
		"no parameter":             "https://shop.example/pick?c=SECRET",
		"empty parameter":          "https://shop.example/pick?code=",
		"parameter of hyphens":     "https://shop.example/pick?code=--",
		"a percent-encoded NUL":    "https://shop.example/pick?code=SEC%00RET",
		"a percent-encoded no-one": "https://shop.example/pick?code=SEC%FFRET",
		"another scheme":           "ftp://shop.example/pick?code=SECRET",
	} {
		t.Run(name, func(t *testing.T) {
			codes, err := kiosk.ParseCode(raw, shop())
			if !errors.Is(err, kiosk.ErrMalformedCode) || codes != nil {
				t.Fatalf("%d codes, %v", len(codes), err)
			}
			for _, secret := range []string{"SECRET", "1234", "5678", "evil", "11111"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows the text: %v", err)
				}
			}
		})
	}
	at := strings.Repeat("1", kiosk.MaxCodeBytes)
	if s, err := kiosk.Normalise(at); err != nil || s != at {
		t.Errorf("512 bytes: %v", err)
	}
	if _, err := kiosk.Normalise(strings.Repeat("ɐ", 256)); !errors.Is(err, kiosk.ErrMalformedCode) {
		t.Errorf("512 bytes that upper case makes longer: %v", err)
	}
	if _, err := kiosk.ParseCode("12345678", nil); !errors.Is(err, kiosk.ErrMalformedCode) {
		t.Errorf("digits at a point without formats: %v", err)
	}
}

func TestPlatformCodeIsWhatAScanGives(t *testing.T) {
	kept, err := kiosk.PlatformCode(" 1234-5678 ")
	if err != nil {
		t.Fatal(err)
	}
	scanned, err := kiosk.ParseCode("]C012345678\r\n", shop())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "codes", plain([]kiosk.Code{kept}), plain(scanned))
	if _, err := kiosk.PlatformCode("1\x002"); !errors.Is(err, kiosk.ErrMalformedCode) {
		t.Errorf("a control character: %v", err)
	}
}

func TestCodesHideThemselves(t *testing.T) {
	for _, code := range []kiosk.Code{kiosk.NewTyped(314_159_265), kiosk.NewOpaque([16]byte{9}, "P1")} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("scan", "code", code)
		slog.New(slog.NewTextHandler(&log, nil)).Info("scan", "code", code)
		type wrapped struct{ Code kiosk.Code }
		shown := log.String()
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X"} {
			for _, v := range []any{code, &code, []kiosk.Code{code}, wrapped{code}, map[string]kiosk.Code{"a": code}} {
				shown += fmt.Sprintf(format+"\n", v)
			}
		}
		shown += fmt.Errorf("scan %v", code).Error()
		if strings.Contains(shown, code.Text) || strings.Contains(shown, fmt.Sprintf("%x", code.Text)) {
			t.Errorf("the code is shown:\n%s", shown)
		}
		if !strings.Contains(shown, kiosk.HashText(code.Text)) {
			t.Error("the hash is not shown")
		}
	}
}

// Ten digits can all be tried. A hash in a log must leave thousands of them.
func TestHashTextDoesNotNameATypedCode(t *testing.T) {
	if h := kiosk.HashText("1234567897"); len(h) != 5 || h[0] != '#' || h == kiosk.HashText("1234567898") {
		t.Errorf("hash %q", h)
	}
}

func TestTypedCheckDigitCatchesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := kiosk.NewTyped(rapid.Uint32().Draw(t, "n")).Text
		if len(code) != 10 || !kiosk.TypedCheck(code) {
			t.Fatalf("made %q, which does not check", code)
		}
		for i := range code {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(code)
				if wrong[i] = d; d != code[i] && kiosk.TypedCheck(string(wrong)) {
					t.Fatalf("digit %d of %s may be %c", i, code, d)
				}
			}
			if i > 0 && code[i] != code[i-1] {
				swapped := []byte(code)
				swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
				if kiosk.TypedCheck(string(swapped)) {
					t.Fatalf("digits %d and %d of %s may be swapped", i-1, i, code)
				}
			}
		}
	})
	for _, bad := range []string{"", "123456789", "12345678901", "123456789a", "１２３"} {
		if kiosk.TypedCheck(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	if got := kiosk.NewTyped(1_000_000_005); got != kiosk.NewTyped(5) || got.Text[:9] != "000000005" {
		t.Errorf("a number beyond nine digits gives %s", got.Text)
	}
	if got := kiosk.GroupTyped("1234567890"); got != "123 456 7890" {
		t.Errorf("grouped %q", got)
	}
	if got := kiosk.GroupTyped("1234"); got != "123 4" {
		t.Errorf("half typed %q", got)
	}
}

func TestOpaqueTag(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))
		code := kiosk.NewOpaque(random, "P1")
		if len(code.Text) != 28 || !code.Belongs("P1") {
			t.Fatalf("made %q, which is not its point's", code.Text)
		}
		parsed, err := kiosk.ParseCode(code.Text, nil)
		if err != nil || len(parsed) != 1 || parsed[0] != code {
			t.Fatalf("parsed as %v, %v", plain(parsed), err)
		}
		// The last character holds four bits of the tag and one of the random part is elsewhere: any other one is wrong.
		i := rapid.IntRange(26, 27).Draw(t, "place")
		other := []byte(code.Text)
		other[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[rapid.IntRange(0, 31).Draw(t, "char")]
		if string(other) != code.Text && (kiosk.Code{Kind: kiosk.CodeOpaque, Text: string(other)}).Belongs("P1") {
			t.Fatalf("%s passes beside %s", other, code.Text)
		}
	})
	strangers := 0
	for i := range 4096 {
		if kiosk.NewOpaque([16]byte{byte(i), byte(i >> 8), 1}, "P1").Belongs("P2") {
			strangers++
		}
	}
	if strangers > 8 { // 1 is expected, more than 8 once in a million
		t.Errorf("%d of 4096 codes of P1 pass as P2's", strangers)
	}
	own := kiosk.NewOpaque([16]byte{1}, "P1")
	for _, c := range []kiosk.Code{
		{}, {Kind: kiosk.CodeOpaque}, {Kind: kiosk.CodeOpaque, Text: "A"}, {Kind: kiosk.CodeOpaque, Text: own.Text + "AAAA"},
		{Kind: kiosk.CodeOpaque, Text: "!" + own.Text[1:]}, {Kind: kiosk.CodePlatform, Text: own.Text},
		{Kind: kiosk.CodeOpaque, Text: strings.ToLower(own.Text)},
	} {
		if c.Belongs("P1") {
			t.Errorf("%s of kind %d belongs", c.Text, c.Kind)
		}
	}
}
