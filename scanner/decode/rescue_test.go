package decode

import (
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

// warped moves every pixel of a frame by what off says, with linear interpolation.
func warped(g *image.Gray, off func(x, y float64) (dx, dy float64)) *image.Gray {
	out := image.NewGray(g.Rect)
	s := soft{gray: g}
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			px, py := float64(x)+0.5, float64(y)+0.5
			dx, dy := off(px, py)
			out.Pix[y*out.Stride+x] = uint8(s.level(px+dx, py+dy))
		}
	}
	return out
}

// covered paints a disc of one level over a frame.
func covered(g *image.Gray, cx, cy, radius float64, level uint8) *image.Gray {
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			if math.Hypot(float64(x)-cx, float64(y)-cy) < radius {
				g.Pix[y*g.Stride+x] = level
			}
		}
	}
	return g
}

// Each of these frames is read by one of the rescues only; without it the test fails.
func TestRescues(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		frame *image.Gray
	}{
		"upper left mark covered":  {opaque, covered(scannertest.Frame(opaque, scannertest.Options{Angle: 10}), 283, 188, 19, 150)},
		"upper right mark covered": {opaque, covered(scannertest.Frame(opaque, scannertest.Options{}), 365, 195, 19, 150)},
		"lower left mark covered":  {opaque, covered(scannertest.Frame(opaque, scannertest.Options{}), 275, 285, 19, 150)},
		"bent": {opaque, warped(scannertest.Frame(opaque, scannertest.Options{Module: 6}), func(x, y float64) (dx, dy float64) {
			return 0, 11 * (1 - (x-320)*(x-320)/(54*54))
		})},
		"out of focus": {opaque, scannertest.Frame(opaque, scannertest.Options{Module: 6, Blur: 3.8, Noise: 1})},
		"very pale":    {opaque, scannertest.Frame(opaque, scannertest.Options{Black: 126, White: 134, Ground: 130, Noise: 2, Angle: 20})},
		"leaning far":  {scannertest.DrawTrouble(scannertest.Perspective, 30).Text, scannertest.DrawTrouble(scannertest.Perspective, 30).Frame},
	} {
		t.Run(name, func(t *testing.T) {
			r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}, Strategy: Full})
			if diff := cmp.Diff([]string{"qr " + c.text}, texts(r.Read(c.frame))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A live frame that is out of focus is read by its likeliest candidate.
func TestLiveRescue(t *testing.T) {
	r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	o := scannertest.Options{Module: 6, Blur: 3.2, Noise: 1, X: 250, Y: 200}
	got := r.Read(scannertest.Frame(opaque, o))
	if diff := cmp.Diff([]string{"qr " + opaque}, texts(got)); diff != "" {
		t.Fatal(diff)
	}
	if p := got[0].Points[2]; abs(p.X-304) > 3 || abs(p.Y-254) > 3 {
		t.Errorf("fourth corner at %.1f,%.1f, want 304,254", p.X, p.Y)
	}
	if r.Work().Fitted != 1 {
		t.Errorf("%d candidates measured, want 1", r.Work().Fitted)
	}
}

// What is measured in vain frame after frame must not allocate.
func TestMeasuringInVainAllocatesNothing(t *testing.T) {
	frame := scannertest.Frame(opaque, scannertest.Options{Blur: 8})
	r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	r.gray, r.scale = frame, 1
	mark := func(x, y float64) pattern { return pattern{x: x, y: y, size: 5, area: 225, n: 3} }
	tl, tr, bl := mark(275, 195), mark(365, 195), mark(275, 285)
	r.soft.gray = frame
	measure := func() {
		_, st := r.timed(tl, tr, bl)
		if st.layout == nil {
			st = start{layout: r.codewords.layout(25), corners: [4]Point{{275, 195}, {365, 195}, {365, 285}, {275, 285}}, polarity: 1}
		}
		if text, _, ok := r.readStart(&st, quick); ok {
			t.Errorf("read %q", text)
		}
	}
	measure()
	if n := testing.AllocsPerRun(3, measure); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Codes that lean so far that no bitmap of a live frame shows three marks of one code: they
// are read in the first frame by the marks of all of them.
func TestLiveReadsByMarksOfSeveralLooks(t *testing.T) {
	read := 0
	for _, i := range []int{28, 30} {
		d := scannertest.DrawTrouble(scannertest.Perspective, i)
		r := New(Options{})
		for _, res := range r.Read(d.Frame) {
			if res.Text != d.Text {
				t.Errorf("frame %d: another text", i)
			}
			read++
		}
		if w := r.Work(); w.Fitted > 1 {
			t.Errorf("frame %d: %d fits", i, w.Fitted)
		}
	}
	if read == 0 {
		t.Error("neither is read")
	}
}
