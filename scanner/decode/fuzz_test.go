package decode

import (
	"fmt"
	"image"
	"reflect"
	"testing"
	"unicode/utf8"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
	"hexiao/scanner/scannertest/lawtest"
)

// The sides of fuzzed frames in pixels.
const (
	leastSide = 8
	mostSide  = 64
)

// mostWork bounds everything together that is counted in a fuzzed frame. The counts of a frame grow
// with its pixels; a search that runs away has millions.
const mostWork = 2_000_000

// reading is what must hold of every frame, for readers that are used again and again.
type reading struct {
	readers map[Strategy]*Reader
	pixels  []byte
}

func newReading() *reading {
	r := &reading{readers: map[Strategy]*Reader{}, pixels: make([]byte, mostSide*mostSide)}
	for _, s := range []Strategy{Live, Full} {
		r.readers[s] = New(Options{Symbologies: []scanner.Symbology{scanner.QR, scanner.Code128, scanner.DataMatrix, scanner.EAN13}, Strategy: s})
	}
	return r
}

// judge takes an input as a frame: strategy, width, height, pixels in rows; what lacks is
// repeated, so that a short input is a pattern or a profile of a linear code.
func (r *reading) judge(input []byte) error {
	if len(input) < 4 {
		return nil
	}
	strategy := Live
	if input[0]%64 == 0 {
		strategy = Full
	}
	side := func(b byte) int { return leastSide + int(b)%(mostSide-leastSide+1) }
	w, h, pattern := side(input[1]), side(input[2]), input[3:]
	for i := range r.pixels[:w*h] {
		r.pixels[i] = pattern[i%len(pattern)]
	}
	img := &image.Gray{Pix: r.pixels[:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	reader := r.readers[strategy]
	faults := reader.Faults()
	for _, res := range reader.Read(img) {
		if res.Text == "" || !utf8.ValidString(res.Text) || len(res.Text) > scanner.MaxText {
			return fmt.Errorf("%s of %d bytes in %d pixels", res.Symbology, len(res.Text), w*h)
		}
	}
	if reader.Faults() != faults {
		return fmt.Errorf("the decoding library panicked")
	}
	if n := counted(reader.Work()); n > mostWork {
		return fmt.Errorf("%s: %d counted in %d×%d pixels: %+v", strategy, n, w, h, reader.Work())
	}
	return nil
}

// counted is the sum of everything that Work counts.
func counted(w Work) (n int64) {
	v := reflect.ValueOf(w)
	for i := range v.NumField() {
		n += v.Field(i).Int()
	}
	return n
}

// frameSeeds are the smallest codes that can be read, cut out of drawn frames, and patterns.
func frameSeeds() [][]byte {
	seeds := [][]byte{{1, 56, 56, 0, 255}, {1, 40, 0, 0, 0, 255, 255, 0, 255}, {0, 16, 16, 128}, {1, 56, 30, 0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0}}
	for _, c := range []struct {
		text string
		s    scanner.Symbology
		o    scannertest.Options
	}{
		{"12345678", scanner.QR, scannertest.Options{Module: 2}}, {"12345678", scanner.QR, scannertest.Options{Module: 2, Inverted: true}},
		{"12345678", scanner.QR, scannertest.Options{Module: 1.7, Angle: 20, Noise: 20}}, {"123456", scanner.DataMatrix, scannertest.Options{Module: 3}},
		{"123456", scanner.DataMatrix, scannertest.Options{Module: 2.4, Angle: 8}}, {"1234", scanner.Code128, scannertest.Options{Module: 1, Bar: 20}},
	} {
		o := c.o
		o.Width, o.Height, o.Symbology = mostSide, mostSide, c.s
		frame := scannertest.Frame(c.text, o)
		for _, strategy := range []byte{0, 1} {
			seeds = append(seeds, append([]byte{strategy, mostSide - leastSide, mostSide - leastSide}, frame.Pix...))
		}
	}
	return seeds
}

// Most seeds are codes indeed: mutations of nothing would be nothing.
func TestFrameSeeds(t *testing.T) {
	r, read := newReading(), 0
	for _, s := range frameSeeds() {
		if err := r.judge(s); err != nil {
			t.Error(err)
		}
		for _, reader := range r.readers {
			read += len(reader.results)
			reader.results = nil
		}
	}
	if read < 6 {
		t.Errorf("%d of the seeds can be read", read)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range frameSeeds() {
		f.Add(s)
	}
	r := newReading()
	f.Fuzz(func(t *testing.T, input []byte) {
		if err := r.judge(input); err != nil {
			t.Error(err)
		}
	})
}

func TestMutatedFrames(t *testing.T) {
	lawtest.Run(t, lawtest.Law{Seeds: frameSeeds(), Most: 3 + mostSide*mostSide, Sample: 1500, New: func() func([]byte) error { return newReading().judge }})
}
