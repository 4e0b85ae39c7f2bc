package scanner

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSplitAIM(t *testing.T) {
	for text, want := range map[string]struct {
		rest string
		s    Symbology
	}{
		"]Q1ABC": {"ABC", QR}, "]Q3ABC": {"ABC", QR}, "]C0ABC": {"ABC", Code128}, "]C1ABC": {"ABC", Code128},
		"]d2ABC": {"ABC", DataMatrix}, "]E04006381333931": {"4006381333931", EAN13}, "]E496385074": {"96385074", Text},
		"]A0ABC": {"ABC", Text}, "]XzABC": {"ABC", Text}, // Code 39 and others have no name here
		"]Q1]C0ABC": {"]C0ABC", QR}, // one is taken off
		"]C0":       {"]C0", Text}, "": {"", Text}, "]": {"]", Text}, "]]]ABC": {"]]]ABC", Text}, "]1QABC": {"]1QABC", Text},
		"]Q-ABC": {"]Q-ABC", Text}, "ABC]Q1": {"ABC]Q1", Text}, "]D2ABC": {"ABC", Text},
	} {
		if rest, s := SplitAIM(text); rest != want.rest || s != want.s {
			t.Errorf("%q: %q, %s", text, rest, s)
		}
	}
}

func TestFromDevice(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("x", 3600))
	got := FromDevice("]Q1ABC-123", "serial-2", at)
	if diff := cmp.Diff(Scan{Text: "ABC-123", Symbology: QR, Source: "serial-2", At: at.UTC()}, got); diff != "" {
		t.Error(diff)
	}
	for want, texts := range map[Refusal][]string{
		"": {
			"12345678", "ABCDEFGHIJKLMNOPQRSTUVWXYZ23", "https://shop.example/pick?code=AB.", "提货码１２３", "NLS12345", "A.", "Well.",
			"123456.", "#123", "@", "#", ".", "!", ";", "", "]C0", "@;", "@abc", "12345678,12345678.", "NLSABCDEFG", "$", "AB CDEFG.",
		},
		NoText: {
			"12\x1d34", "]C1\x1d0104006381333931", "12\x0034", "12\t34", "\x0212345678", "12345678\x7f", "1234\u00855678",
			"\xcc\xe1\xbb\xf5", "12\xff\x0034", "1234\ufffd", "[)>\x1e06\x1d",
		},
		SetsUp: {
			"@SETUPE1", "@SETUPE1;@INTERF3;", "@setupe1", "#SCNTRG1;", "@TSUSET0D0A", "NLS0006010", "NLS0006010;", "%%SpecCode93", "^#SC^3030010",
			"DEFALT.", "PAPHHF!", "PAPHHF;SUFBK2990D.", "$$P", "$+$-", "{AIM01}", "^_^SHCDST.", "@MENU_OPTO@ZZ@", "S_CMD_020D", "AT+HOSTN=1", "]C0@SETUPE1",
		},
	} {
		for _, text := range texts {
			s := FromDevice(text, "wedge", at)
			if s.Refused != want || want != "" && (s.Text != "" || s.Symbology != Text) || want == "" && s.Text != text {
				t.Errorf("%q gives %+v, want %q", text, s, want)
			}
		}
	}
}

// Whatever is held in front of a scanner that hands on what it should not, nobody is answered
// more often than once a window for it.
func TestRefusedIsAnsweredOnce(t *testing.T) {
	clock := time.Unix(1000, 0)
	var got []Refusal
	d := NewDebouncer(func(s Scan) {
		if s.Repeat {
			t.Error("a refusal is no showing that somebody collected by")
		}
		got = append(got, s.Refused)
	}, 0, func() time.Time { return clock })
	for i, step := range []time.Duration{0, 100, 1500, 1500, 2900, 3000} {
		clock = clock.Add(step * time.Millisecond)
		d.Emit(FromDevice(string(rune('1'+i))+"\x1d", "serial", clock))
	}
	if len(got) != 2 || got[0] != NoText {
		t.Errorf("answered %v", got)
	}
}
