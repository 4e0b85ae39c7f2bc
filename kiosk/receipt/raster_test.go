package receipt

import (
	"errors"
	"image"
	"image/draw"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func TestWrap(t *testing.T) {
	cells := func(s string) int { return len([]rune(s)) }
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 5, ""},
		{"short", 5, "short"},
		{"two words", 5, "two|words"},
		{"一二三四五六七", 3, "一二三|四五六|七"},
		{"一二三，四", 3, "一二|三，四"}, // no line begins with a comma
		{"abcdefgh ij", 4, "abcd|efgh|ij"},
		{"1.5\u00a0kg x", 6, "1.5\u00a0kg|x"},
		{"宽字", 0, "宽|字"}, // narrower than a character, and it ends
	} {
		if got := strings.Join(wrap(c.text, c.width, cells), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb\tc":               "a b c",
		"\x1b@\x00evil\x10\x04": "@ evil",
		"right\u202eleft":       "right left",
		"1.5\u00a0kg":           "1.5\u00a0kg",
		"bad\xff":               "bad",
		strings.Repeat("字", 65): strings.Repeat("字", 63) + "…",
		strings.Repeat("字", 64): strings.Repeat("字", 64),
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestRaster(t *testing.T) {
	s := setter(t)
	b, err := s.Raster(Slip{Paper58, []Block{Rule{}, Columns{Left: "一", Right: "9.99"}, Space{-5}, Space{40}}})
	if err != nil {
		t.Fatal(err)
	}
	black := func(x0, y0, x1, y1 int) (n int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				if b.Black(x, y) {
					n++
				}
			}
		}
		return n
	}
	if got := black(0, 0, b.Width, 18); got != 2*384 {
		t.Errorf("the rule has %d dots", got)
	}
	if black(0, 18, 30, b.Height) == 0 || black(30, 18, 300, b.Height) != 0 || black(300, 18, 384, b.Height) == 0 || black(380, 18, 384, b.Height) == 0 {
		t.Error("the columns do not stand at the edges")
	}
	if black(0, b.Height-40, 384, b.Height) != 0 || black(-9, -9, 0, b.Height+9) != 0 {
		t.Error("the space is not white")
	}
	for _, c := range []struct {
		slip Slip
		want error
	}{
		{Slip{Paper: 100}, ErrPaper},
		{Slip{Paper58, []Block{Space{MaxHeight}, Space{1}}}, ErrTooLong},
		{Slip{Paper58, []Block{QR{strings.Repeat("x", 301)}}}, ErrTooLong},
		{Slip{Paper58, nil}, nil},
		{Slip{Paper58, []Block{Space{MaxHeight}}}, nil},
	} {
		if _, err := s.Raster(c.slip); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.slip.Paper, err)
		}
	}
	if _, err := s.Raster(Slip{Paper58, []Block{QR{""}}}); err == nil {
		t.Error("a QR code of nothing")
	}
}

// A phone reads the printed QR code.
func TestQR(t *testing.T) {
	for _, paper := range papers() {
		for _, text := range []string{"https://hq.example/o/1", strings.Repeat("订单", 50)} {
			b, err := setter(t).Raster(Slip{paper, []Block{Text{Text: "above"}, QR{text}, Text{Text: "below"}}})
			if err != nil {
				t.Fatal(err)
			}
			gray := image.NewGray(b.Image().Bounds())
			draw.Draw(gray, gray.Bounds(), b.Image(), image.Point{}, draw.Src)
			bitmap, err := gozxing.NewBinaryBitmapFromImage(gray)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil); err != nil || got.GetText() != text {
				t.Errorf("on %d: %v, %v", paper, got, err)
			}
		}
	}
}

func TestBitmap(t *testing.T) {
	b := NewBitmap(11, 2)
	b.Blacken(0, 0)
	b.Blacken(10, 1)
	for _, p := range []image.Point{{11, 0}, {-1, 0}, {0, 2}, {15, 0}} {
		b.Blacken(p.X, p.Y)
	}
	if diff := cmp.Diff([]byte{0x80, 0, 0, 0x20}, b.Bits); diff != "" {
		t.Error(diff)
	}
	if !b.Black(10, 1) || b.Black(11, 1) || b.Black(0, 1) {
		t.Error("the wrong dots are black")
	}
	if p := b.Image(); p.ColorIndexAt(0, 0) != 1 || p.ColorIndexAt(1, 0) != 0 || p.ColorIndexAt(10, 1) != 1 {
		t.Error("the picture differs")
	}
}

func TestWords(t *testing.T) {
	if _, err := Words("fr"); err == nil {
		t.Error("there are French words")
	}
	say := words(t, "en")
	for n, want := range map[int]string{0: "0 items", 1: "1 item", 2: "2 items"} {
		if got := say("receipt.units", map[string]any{"N": n}); got != want {
			t.Errorf("%q", got)
		}
	}
	for _, id := range []string{"receipt.nothing", "receipt.tail"} { // unknown, and without its value
		if got := say(id, nil); got != id {
			t.Errorf("%s says %q", id, got)
		}
	}
}

func TestPaperOf(t *testing.T) {
	for mm, want := range map[int]Paper{58: Paper58, 80: Paper80, 76: 0} {
		if got, ok := PaperOf(mm); got != want || ok != (want != 0) {
			t.Errorf("%d mm: %d, %v", mm, got, ok)
		}
	}
}

// A terminal may be printing while the next slip is drawn.
func BenchmarkRaster(b *testing.B) {
	s, slip := setter(b), SampleSlip(Paper80, at(), words(b, "zh"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Raster(slip); err != nil {
			b.Fatal(err)
		}
	}
}
