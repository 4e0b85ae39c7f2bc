package decode

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"pgregory.net/rapid"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

const label = "TC-20260107-00042"

var linears = []scanner.Symbology{scanner.Code128, scanner.EAN13}

// What a camera does to bars: each of these takes something else than edges in a bitmap.
func TestReadLinearTroubles(t *testing.T) {
	glare := func(g *image.Gray) { // over the middle of the bars
		for y := range g.Rect.Dy() {
			for x := range g.Rect.Dx() {
				d := (float64(x-320)*0.05 + float64(y-250)) / 12
				i := y*g.Stride + x
				g.Pix[i] = uint8(min(255, float64(g.Pix[i])+260*math.Exp(-d*d)))
			}
		}
	}
	for name, c := range map[string]struct {
		o      scannertest.Options
		change func(*image.Gray)
	}{
		"bars run together":       {o: scannertest.Options{Module: 2, Blur: 1.5}},
		"modules of 1.2 pixels":   {o: scannertest.Options{Module: 1.2, Angle: 4, Blur: 0.5}},
		"noise":                   {o: scannertest.Options{Module: 2, Noise: 45}},
		"pale":                    {o: scannertest.Options{Module: 2, Black: 100, White: 125, Ground: 110, Noise: 3}},
		"turned 33°":              {o: scannertest.Options{Module: 2, Angle: 33}},
		"turned 212°":             {o: scannertest.Options{Module: 2, Angle: 212}},
		"seen from below":         {o: scannertest.Options{Module: 2, Lean: 0.2, Angle: 3}},
		"seen from the side":      {o: scannertest.Options{Module: 2, Lean: 0.1, Angle: 80}},
		"up to the frame's edges": {o: scannertest.Options{Module: 2, Width: 440, Height: 60, Bar: 30}},
		"glare":                   {o: scannertest.Options{Module: 2}, change: glare},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Symbology = scanner.Code128
			frame := scannertest.Frame(label, c.o)
			if c.change != nil {
				c.change(frame)
			}
			if diff := cmp.Diff([]string{"code128 " + label}, texts(New(Options{Symbologies: linears}).Read(frame))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The points are the two ends of the code, its start first, whichever way it lies.
func TestLinearPoints(t *testing.T) {
	for _, angle := range []float64{0, 90, 180, 270} {
		frame := scannertest.Frame(label, scannertest.Options{Symbology: scanner.Code128, Module: 2, X: 330, Y: 235, Angle: angle})
		got := New(Options{Symbologies: linears}).Read(frame)
		if len(got) != 1 {
			t.Fatalf("%v°: %d results", angle, len(got))
		}
		p := got[0].Points
		if p[0] != p[3] || p[1] != p[2] {
			t.Errorf("%v°: four different points %v", angle, p)
		}
		dx, dy := p[1].X-p[0].X, p[1].Y-p[0].Y
		sin, cos := math.Sincos(angle * math.Pi / 180)
		x, y := (p[0].X+p[1].X)/2-330, (p[0].Y+p[1].Y)/2-235
		if off := x*cos + y*sin; math.Abs(off) > 2 {
			t.Errorf("%v°: the middle is %.1f pixels along the code from where it should be", angle, off)
		}
		along := dx*cos + dy*sin
		if width := float64(2 * modulesOf(label)); math.Abs(along-width) > 2 || math.Abs(dy*cos-dx*sin) > 12 {
			t.Errorf("%v°: from %v to %v, want %v pixels along the code", angle, p[0], p[1], width)
		}
	}
}

func modulesOf(text string) int {
	m, err := oned.NewCode128Writer().Encode(text, gozxing.BarcodeFormat_CODE_128, 1, 1, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_MARGIN: 0})
	if err != nil {
		panic(err)
	}
	return m.GetWidth()
}

// Bars that are a code's but cannot be read are told; an empty wall and a QR code are none.
func TestMissedBars(t *testing.T) {
	cut := scannertest.Frame(label, scannertest.Options{Symbology: scanner.Code128, Module: 2})
	for y := range 480 { // a hand over one end
		for x := 400; x < 640; x++ {
			cut.Pix[y*cut.Stride+x] = 150
		}
	}
	for name, c := range map[string]struct {
		frame *image.Gray
		want  bool
	}{
		"cut":   {cut, true},
		"read":  {scannertest.Frame(label, scannertest.Options{Symbology: scanner.Code128, Module: 2}), false},
		"empty": {scannertest.Frame("", scannertest.Options{Noise: 10}), false},
		"QR":    {scannertest.Frame(strings.Repeat(opaque, 3), scannertest.Options{}), false},
	} {
		r := New(Options{})
		r.Read(c.frame)
		if r.linear.missed != c.want {
			t.Errorf("%s: missed is %v", name, r.linear.missed)
		}
	}
}

// A code is read once whole; of half a code nothing is read, in any place it is cut.
func TestHalfACodeIsNone(t *testing.T) {
	whole := scannertest.Frame("9415221866173868219011", scannertest.Options{Symbology: scanner.Code128, Module: 2})
	r := New(Options{Symbologies: linears})
	for x := 190; x < 450; x += 7 {
		for _, level := range []uint8{30, 150, 220} {
			for _, left := range []bool{true, false} {
				g := image.NewGray(whole.Rect)
				for i, p := range whole.Pix {
					if (i%640 < x) == left {
						p = level
					}
					g.Pix[i] = p
				}
				if got := r.Read(g); len(got) != 0 {
					t.Errorf("cut at %d read %v", x, texts(got))
				}
			}
		}
	}
}

// Random bars, with all the widths that characters have, hold no code.
func TestRandomBarsHoldNoCode(t *testing.T) {
	read := New(Options{Symbologies: linears})
	full := New(Options{Symbologies: linears, Strategy: Full})
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		g := image.NewGray(image.Rect(0, 0, 320, 120))
		module, x, level := 1.5+2*rnd.Float64(), 20.0, uint8(30)
		row := make([]uint8, 320)
		for i := range row {
			row[i] = 220
		}
		for x < 300 {
			end := x + module*float64(1+rnd.IntN(4))
			for i := int(x); i < int(min(end, 300)); i++ {
				row[i] = level
			}
			x, level = end, 250-level
		}
		for y := range 120 {
			copy(g.Pix[y*g.Stride:], row)
		}
		scannertest.AddNoise(g, 10*rnd.Float64(), seed)
		r := read
		if seed%10 == 0 {
			r = full
		}
		if got := r.Read(g); len(got) != 0 {
			t.Errorf("seed %d: read %v", seed, texts(got))
		}
	}
}

// Whatever the library writes comes back the same: all code sets, changes between them,
// digits in pairs, control characters.
func TestLinearRoundTrip(t *testing.T) {
	r := New(Options{Symbologies: linears})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[ -~]{1,14}`),
			rapid.StringMatching(`[0-9]{2,24}`),
			rapid.StringMatching(`([A-Z]{1,4}[0-9]{4,7}){1,2}`),
			rapid.StringMatching(`[A-Z\x01-\x1f]{2,10}`),
		).Draw(t, "text")
		o := scannertest.Options{
			Symbology: scanner.Code128, Width: 800, Height: 300, Module: rapid.Float64Range(1.8, 2.4).Draw(t, "module"),
			Angle: rapid.Float64Range(-8, 8).Draw(t, "angle"), Blur: 0.6, Bar: 50,
		}
		if diff := cmp.Diff([]string{"code128 " + text}, texts(r.Read(scannertest.Frame(text, o)))); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestEAN13RoundTrip(t *testing.T) {
	r := New(Options{Symbologies: linears})
	rapid.Check(t, func(t *rapid.T) {
		digits := []byte(rapid.StringMatching(`[0-9]{12}`).Draw(t, "digits"))
		sum := 0
		for i, d := range digits {
			sum += int(d-'0') * (1 + 2*(i&1))
		}
		text := string(append(digits, byte('0'+(10-sum%10)%10)))
		o := scannertest.Options{
			Symbology: scanner.EAN13, Width: 400, Height: 300, Module: rapid.Float64Range(1.8, 3).Draw(t, "module"),
			Angle: rapid.Float64Range(0, 360).Draw(t, "angle"), Blur: 0.6, Bar: 50,
		}
		if diff := cmp.Diff([]string{"ean13 " + text}, texts(r.Read(scannertest.Frame(text, o)))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// The characters that the writer does not know: FNC4 for Latin-1, FNC1 to FNC3, shifts,
// and what must be refused.
func TestText128(t *testing.T) {
	with := func(chars ...byte) []byte {
		sum := int(chars[0])
		for i, c := range chars[1:] {
			sum += (i + 1) * int(c)
		}
		return append(chars, byte(sum%103))
	}
	for name, c := range map[string]struct {
		chars []byte
		want  string
		ok    bool
	}{
		"set A":                   {with(103, 33, 65), "A\x01", true},
		"set B":                   {with(104, 33, 65), "Aa", true},
		"set C":                   {with(105, 12, 34), "1234", true},
		"from C to B to A":        {with(105, 7, 100, 65, 101, 64), "07a\x00", true},
		"shift":                   {with(104, 65, 98, 65, 65), "a\x01a", true},
		"shift from A":            {with(103, 98, 65, 65), "a\x01", true},
		"FNC1 first":              {with(105, 102, 12), "12", true},
		"FNC2, FNC3":              {with(104, 97, 96, 33), "A", true},
		"FNC4 for one":            {with(104, 100, 83, 33), "óA", true},
		"FNC4 twice, for all":     {with(104, 100, 100, 83, 83), "óó", true},
		"FNC4 twice, not the one": {with(104, 100, 100, 83, 100, 33), "óA", true},
		"FNC4 in A":               {with(103, 101, 33), "Á", true},
		"wrong check character":   {[]byte{104, 33, 65, 0}, "", false},
		"a start in the middle":   {with(104, 33, 103), "A", false},
		"no data":                 {with(104), "", false},
		"only FNC1":               {with(105, 102), "", false},
		"no start":                {with(33, 33), "", false},
		"nothing":                 {nil, "", false},
	} {
		got, ok := text128(c.chars, nil)
		if ok != c.ok || ok && string(got) != c.want {
			t.Errorf("%s: %q %v, want %q %v", name, got, ok, c.want, c.ok)
		}
	}
}

// Once a text is known reading it again takes no memory, nor does looking at a wall.
func TestLinearTakesNoMemory(t *testing.T) {
	for name, frame := range map[string]*image.Gray{
		"code128": scannertest.Frame(label, scannertest.Options{Symbology: scanner.Code128, Module: 2}),
		"blurred": scannertest.Frame(label, scannertest.Options{Symbology: scanner.Code128, Module: 2, Blur: 1.5}),
		"ean13":   scannertest.Frame("6901234567892", scannertest.Options{Symbology: scanner.EAN13, Module: 3}),
		"noise":   scannertest.Frame("", scannertest.Options{Noise: 30}),
	} {
		r := New(Options{Symbologies: linears})
		r.frame, r.scale = frame.Rect.Size(), 1
		read := func() {
			r.results = r.results[:0]
			r.readLinear(frame, liveLines, liveCost)
		}
		for range 8 { // lines lie elsewhere each time: let the buffers grow
			read()
		}
		if n := testing.AllocsPerRun(20, read); n != 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
}

// The work on bars is bounded, whatever bars they are: stripes, or all widths that
// characters have from one side of the frame to the other.
func TestHostileBarsCostLittle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, period := range []int{0, 2, 3, 5, 9, 16} {
		row := make([]uint8, 1280)
		for x, end, level := 0, 0, uint8(0); x < 1280; x++ {
			if x == end {
				end += max(period, (1-min(period, 1))*3*(1+rnd.IntN(4)))
				level = 255 - level
			}
			row[x] = level
		}
		g := image.NewGray(image.Rect(0, 0, 1280, 720))
		for y := range 720 {
			copy(g.Pix[y*1280:], row)
		}
		r := New(Options{Symbologies: linears})
		if got := r.Read(g); len(got) != 0 {
			t.Errorf("stripes of %d pixels: read %v", period, texts(got))
		}
		if r.work.Lines > 200 || r.linear.left < -liveCost/2 {
			t.Errorf("stripes of %d pixels: %d lines, %d of %d left", period, r.work.Lines, r.linear.left, liveCost)
		}
	}
}

// One line is not believed, nor two of three in one place; an EAN-13 takes three. Codes side
// by side on the same lines are not held against each other.
func TestAgreed(t *testing.T) {
	at := func(from, to float64, s scanner.Symbology, n int) vote {
		return vote{symbology: s, n: n, ends: [2]Point{{from, 5}, {to, 9}}}
	}
	code := func(n int) vote { return at(100, 300, scanner.Code128, n) }
	for name, c := range map[string]struct {
		votes   []vote
		agreed  []bool
		settled bool
	}{
		"none":              {nil, nil, false},
		"one":               {[]vote{code(1)}, []bool{false}, false},
		"two":               {[]vote{code(2)}, []bool{true}, true},
		"two against one":   {[]vote{code(1), code(2)}, []bool{false, false}, false},
		"three to one":      {[]vote{code(1), code(3)}, []bool{false, true}, false},
		"two of an EAN-13":  {[]vote{at(100, 300, scanner.EAN13, 2)}, []bool{false}, false},
		"three":             {[]vote{at(100, 300, scanner.EAN13, 3)}, []bool{true}, true},
		"side by side":      {[]vote{code(2), at(310, 500, scanner.EAN13, 3)}, []bool{true, true}, true},
		"the other way":     {[]vote{code(2), at(500, 310, scanner.EAN13, 3)}, []bool{true, true}, true},
		"part of it":        {[]vote{code(2), at(310, 280, scanner.EAN13, 3)}, []bool{false, false}, false},
		"one of two so far": {[]vote{code(2), at(310, 500, scanner.EAN13, 1)}, []bool{true, false}, false},
	} {
		l := &linear{votes: c.votes}
		var agreed []bool
		for i := range c.votes {
			agreed = append(agreed, l.agreed(i))
		}
		if !slices.Equal(agreed, c.agreed) || l.settled() != c.settled {
			t.Errorf("%s: agreed %v, settled %v", name, agreed, l.settled())
		}
	}
}

// White is asked for at both ends of a short code, and of a long one well at one of them.
func TestQuiet(t *testing.T) {
	for name, c := range map[string]struct {
		before, after float32
		edges         int
		want          bool
	}{
		"both":                {6, 6, 20, true},
		"short, thumb":        {6, 3, 20, false},
		"long, thumb":         {6, 3, 70, true},
		"long, touched":       {1, 9, 70, false},
		"long, little at all": {3, 3, 70, false},
	} {
		e := []float32{0, c.before}
		for range c.edges {
			e = append(e, e[len(e)-1]+2)
		}
		e = append(e, e[len(e)-1]+c.after)
		if got := quiet(e, 1, len(e)-2, 1); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if !quiet(e[1:len(e)-1], 0, len(e)-3, 1) {
			t.Errorf("%s: the frame's border does not count for white", name)
		}
	}
}

// FuzzProfile reads any levels as if they lay across bars: nothing panics or goes on
// without end, and what is read has the right check characters.
func FuzzProfile(f *testing.F) {
	row := func(text string, s scanner.Symbology) []byte {
		g := scannertest.Frame(text, scannertest.Options{Symbology: s, Module: 2})
		return g.Pix[240*g.Stride : 241*g.Stride]
	}
	f.Add(row(label, scanner.Code128), byte(36))
	f.Add(row("6901234567892", scanner.EAN13), byte(36))
	f.Add([]byte{0, 255, 0, 255}, byte(1))
	f.Add([]byte{}, byte(0))
	l := newLinear(linears)
	f.Fuzz(func(t *testing.T, levels []byte, gap byte) {
		if len(levels) > 4096 {
			return
		}
		p := make([]int32, len(levels))
		for i, v := range levels {
			p[i] = int32(v) << levelBits
		}
		l.votes, l.left = l.votes[:0], liveCost
		ln := line{0, 0, 1, 0}
		for _, part := range []int32{2, 4} {
			l.readEdges(p, part, ln, 0)
		}
		e := l.edges(p, 2, nil)
		for i := 1; i < len(e); i++ {
			if e[i] < e[i-1] {
				t.Fatalf("edges run back: %v", e)
			}
		}
		if from, to := dense(e, float64(len(p)/2), 3*float64(gap)); to > from && gap > 0 && len(p) > 2 {
			l.readBlurred(p, from, to, float64(gap), ln, 0)
		}
		if l.left < -liveCost {
			t.Fatalf("cost %d", liveCost-l.left)
		}
		for _, v := range l.votes {
			if v.symbology == scanner.EAN13 {
				if _, err := oned.NewEAN13Writer().Encode(v.text, gozxing.BarcodeFormat_EAN_13, 1, 1, nil); err != nil {
					t.Fatalf("no EAN-13: %v", err)
				}
			} else if v.text == "" {
				t.Fatal("an empty text")
			}
		}
	})
}
