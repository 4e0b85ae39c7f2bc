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

// dragged blurs a frame along its rows, as a hand that moves.
func dragged(g *image.Gray, length int) *image.Gray {
	out := image.NewGray(g.Rect)
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			sum := 0
			for k := range length {
				sum += int(g.Pix[y*g.Stride+min(max(x+k-length/2, 0), g.Rect.Dx()-1)])
			}
			out.Pix[y*out.Stride+x] = uint8(sum / length)
		}
	}
	return out
}

// Each of these frames is read by one of the rescues only; without it the test fails.
func TestRescues(t *testing.T) {
	long := "https://pick.example/" + opaque + opaque + opaque + opaque + opaque
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
		"crumpled": {long, warped(scannertest.Frame(long, scannertest.Options{Module: 5}), func(x, y float64) (dx, dy float64) {
			return 3.5 * math.Sin(y/38), 3.5 * math.Sin(x/41)
		})},
		"moving":       {opaque, dragged(scannertest.Frame(opaque, scannertest.Options{Module: 6, Noise: 2}), 10)},
		"out of focus": {opaque, scannertest.Frame(opaque, scannertest.Options{Module: 6, Blur: 4.0, Noise: 1})},
		"very pale":    {opaque, scannertest.Frame(opaque, scannertest.Options{Black: 126, White: 134, Ground: 130, Noise: 2, Angle: 20})},
		"leaning far":  {scannertest.DrawTrouble(scannertest.Perspective, 30).Text, scannertest.DrawTrouble(scannertest.Perspective, 30).Frame},
	} {
		t.Run(name, func(t *testing.T) {
			r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}, Strategy: Full})
			if diff := cmp.Diff([]string{"qr " + c.text}, texts(r.Read(c.frame))); diff != "" {
				t.Error(diff)
			}
			t.Logf("%+v", r.Work())
		})
	}
}
