package decode

import (
	"fmt"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"
)

// symbol returns the modules of a code of a version, 1 black and -1 white.
func symbol(t testing.TB, text string, version int, level decoder.ErrorCorrectionLevel) ([]float32, int) {
	t.Helper()
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_QR_VERSION: version}
	code, err := encoder.Encoder_encode(text, level, hints)
	if err != nil {
		t.Fatal(err)
	}
	m := code.GetMatrix()
	dim := m.GetWidth()
	out := make([]float32, dim*dim)
	for y := range dim {
		for x := range dim {
			out[y*dim+x] = -1
			if m.Get(x, y) == 1 {
				out[y*dim+x] = 1
			}
		}
	}
	return out, dim
}

func transposed(modules []float32, dim int) []float32 {
	out := make([]float32, len(modules))
	for i, m := range modules {
		out[i%dim*dim+i/dim] = m
	}
	return out
}

// Every version at every level, plain and in a mirror, is read as the library drew it.
func TestEveryVersion(t *testing.T) {
	c := newCodewords()
	for version := 1; version <= 40; version++ {
		for level := decoder.ErrorCorrectionLevel_L; level <= decoder.ErrorCorrectionLevel_H; level++ {
			text := fmt.Sprintf("V%d", version) // longer ones where they fit
			if version > 6 {
				text = strings.Repeat(text, version)
			}
			modules, dim := symbol(t, text, version, level)
			for _, m := range [][]float32{modules, transposed(modules, dim)} {
				if got, ok := c.decode(m, c.layout(dim), false); !ok || got != text {
					t.Errorf("version %d level %v: %v %q", version, level, ok, got)
				}
			}
		}
	}
}

// spoil inverts one bit of each of n codewords and makes it doubtful.
func spoil(modules []float32, l *qrLayout, n, apart int) {
	for i := range n {
		at := l.order[8*i*apart+3]
		modules[at] *= -0.1
	}
}

func TestDoubtfulCodewords(t *testing.T) {
	c := newCodewords()
	for _, x := range []struct {
		name           string
		version        int
		level          decoder.ErrorCorrectionLevel
		wrong          int
		plain, erasing bool
	}{
		{"2-M, as many as it mends", 2, decoder.ErrorCorrectionLevel_M, 8, true, true},
		{"2-M, more", 2, decoder.ErrorCorrectionLevel_M, 11, false, true},
		{"2-M, too many", 2, decoder.ErrorCorrectionLevel_M, 16, false, false},
		{"1-L, two", 1, decoder.ErrorCorrectionLevel_L, 2, true, true},
		{"1-L, three", 1, decoder.ErrorCorrectionLevel_L, 3, false, false},
	} {
		const text = "PICK-1234"
		modules, dim := symbol(t, text, x.version, x.level)
		l := c.layout(dim)
		spoil(modules, l, x.wrong, 2)
		for erasing, want := range map[bool]bool{false: x.plain, true: x.erasing} {
			got, ok := c.decode(modules, l, erasing)
			if ok != want || ok && got != text {
				t.Errorf("%s, erasing %v: %v %q", x.name, erasing, ok, got)
			}
		}
	}
}

// One copy of the format information is enough, and three wrong bits in it.
func TestDamagedFormat(t *testing.T) {
	c := newCodewords()
	modules, dim := symbol(t, "FORMAT", 2, decoder.ErrorCorrectionLevel_Q)
	for i := range 9 {
		if i != 6 {
			modules[8*dim+i], modules[i*dim+8] = -1, -1
		}
	}
	for _, at := range []int{dim - 1, dim - 3, dim - 6} {
		modules[8*dim+at] = -modules[8*dim+at]
	}
	if got, ok := c.decode(modules, c.layout(dim), false); !ok || got != "FORMAT" {
		t.Errorf("%v %q", ok, got)
	}
}

// Without the fixed patterns where they must be, nothing is mended: that is no code.
func TestNoTimingNoText(t *testing.T) {
	c := newCodewords()
	modules, dim := symbol(t, "TIMING", 2, decoder.ErrorCorrectionLevel_H)
	for i := 8; i < dim-8; i++ {
		modules[6*dim+i], modules[i*dim+6] = 1, 1
	}
	if got, ok := c.decode(modules, c.layout(dim), true); ok {
		t.Errorf("read %q", got)
	}
}

// What is decoded in vain frame after frame must not allocate.
func TestDecodingInVainAllocatesNothing(t *testing.T) {
	c := newCodewords()
	modules, dim := symbol(t, "PICK-1234", 2, decoder.ErrorCorrectionLevel_M)
	l := c.layout(dim)
	spoil(modules, l, 20, 2)
	if n := testing.AllocsPerRun(20, func() { c.decode(modules, l, true) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
