package serial

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/scanner"
)

// texts frames writes one after the other; "PAUSE" is a pause, "RESET" a failure.
func texts(writes ...string) []string {
	var f Framer
	out := []string{}
	give := func(s string) { out = append(out, s) }
	for _, w := range writes {
		switch w {
		case "PAUSE":
			f.Pause(give)
		case "RESET":
			f.Reset()
		default:
			f.Write([]byte(w), give)
		}
	}
	return out
}

func TestFramer(t *testing.T) {
	long := strings.Repeat("x", scanner.MaxText)
	for name, c := range map[string]struct{ in, want []string }{
		"CR":                    {[]string{"a\r"}, []string{"a"}},
		"LF":                    {[]string{"a\n"}, []string{"a"}},
		"CR LF":                 {[]string{"a\r\nb\r\n"}, []string{"a", "b"}},
		"STX ETX":               {[]string{"\x02a\x03\x02b\x03"}, []string{"a", "b"}},
		"split over two":        {[]string{"ab", "cd\r"}, []string{"abcd"}},
		"CR and LF apart":       {[]string{"a\r", "\nb\r", "\n"}, []string{"a", "b"}},
		"pause":                 {[]string{"ab", "PAUSE", "PAUSE", "c\r"}, []string{"ab", "c"}},
		"AIM prefix":            {[]string{"]C1ab cd-e\r"}, []string{"]C1ab cd-e"}},
		"a failure":             {[]string{"ab", "RESET", "PAUSE", "c\r"}, []string{"c"}},
		"noise before STX":      {[]string{"ab\x02c\x03"}, []string{"c"}},
		"a plug in motion":      {[]string{"\x00\x00\xff\x00\x00", "PAUSE", "\x00\r", "ab\r"}, []string{"ab"}},
		"NUL around":            {[]string{"\x00\x00ab\x00\t\r\n\x00cd\r"}, []string{"ab", "cd"}},
		"a break before":        {[]string{"\xff\x00\x00ab\r"}, []string{"\xff\x00\x00ab"}},
		"a break after":         {[]string{"ab\xff\x00\x00\r"}, []string{"ab\xff"}},
		"NUL inside":            {[]string{"ab\x00cd\r"}, []string{"ab\x00cd"}},
		"tabs around":           {[]string{"\tab\t\r", "\t\r", "cd\t", "PAUSE"}, []string{"ab", "cd"}},
		"a tab inside":          {[]string{"ab\tcd\r"}, []string{"ab\tcd"}},
		"short, after noise":    {[]string{"\x07\xfe\x1b\rab\rc\rgood\rab\r"}, []string{"\x07\xfe\x1b", "good", "ab"}},
		"noise, a pause, short": {[]string{"\xfe\r", "PAUSE", "ab\r"}, []string{"\xfe", "ab"}},
		"longest":               {[]string{long + "\r"}, []string{long}},
		"too long":              {[]string{long, "y", "zz\rgood\r"}, []string{"good"}},
		"too long, by a pause":  {[]string{long + "y", "PAUSE", "good\r"}, []string{"good"}},
		"too long, then failed": {[]string{long + "y", "RESET", "good\r"}, []string{"good"}},
		"Chinese":               {[]string{"提\xe8", "\xb4\xa7码\r"}, []string{"提货码"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, texts(c.in...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A scanner that has shown its end mark is known by it: without it a text is cut off.
func TestFramerKnowsTheEnds(t *testing.T) {
	var f Framer
	var got []string
	give := func(s string) { got = append(got, s) }
	for range 64 {
		f.Write([]byte("12345678\r\n"), give)
		f.Pause(give)
	}
	f.Write([]byte("12345"), give)
	f.Pause(give)
	f.Write([]byte("\x00\xff"), give) // the plug goes in again
	f.Pause(give)
	f.Write([]byte("12345678\r"), give)
	if len(got) != 65 || got[64] != "12345678" || f.Dropped() != 1 {
		t.Errorf("%q, dropped %d", got, f.Dropped())
	}
}

func TestFramerCountsMisreadBytes(t *testing.T) {
	var f Framer
	for _, w := range []string{"a\xff", "\x00b\xff\x00\x00", "\xff\xff\x00", "\x00\x00\xffc"} {
		f.Write([]byte(w), func(string) {})
	}
	if f.Misread() != 3 {
		t.Errorf("counted %d", f.Misread())
	}
}

func TestFramerCountsDropped(t *testing.T) {
	var f Framer
	for range 3 {
		f.Write([]byte(strings.Repeat("x", 3*scanner.MaxText)+"\rgood\r"), func(string) {})
	}
	if f.Dropped() != 3 {
		t.Errorf("dropped %d, want 3", f.Dropped())
	}
	if cap(f.text) > 2*scanner.MaxText {
		t.Errorf("%d bytes are kept", cap(f.text))
	}
}

// Texts with ends go through whatever stands between them, long garbage included.
func TestFramerLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream strings.Builder
		var want []string
		for range rapid.IntRange(1, 6).Draw(t, "texts") {
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				stream.WriteString(strings.Repeat("#", rapid.IntRange(scanner.MaxText+1, 3*scanner.MaxText).Draw(t, "garbage")) + "\r")
			case 1:
				text := rapid.StringMatching(`[A-Z0-9]{1,40}`).Draw(t, "text")
				stream.WriteString(text + rapid.SampledFrom([]string{"\r", "\n", "\r\n", "\x03"}).Draw(t, "end"))
				want = append(want, text)
			case 2:
				text := rapid.StringMatching(`[A-Z0-9]{1,40}`).Draw(t, "text")
				stream.WriteString("noise\x02" + text + "\x03\r\n")
				want = append(want, text)
			}
		}
		if diff := cmp.Diff(append([]string{}, want...), texts(stream.String())); diff != "" {
			t.Fatal(diff)
		}
	})
}
