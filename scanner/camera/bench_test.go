package camera

import (
	"image"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"hexiao/scanner/scannertest"
)

// pixels is a frame as gozxing takes it, without a copy.
type pixels struct {
	gozxing.LuminanceSourceBase
	pix []byte
}

func newPixels(g *image.Gray) *pixels {
	return &pixels{gozxing.LuminanceSourceBase{Width: g.Rect.Dx(), Height: g.Rect.Dy()}, g.Pix}
}

func (p *pixels) GetMatrix() []byte                      { return p.pix }
func (p *pixels) GetRow(y int, _ []byte) ([]byte, error) { return p.pix[y*p.Width:][:p.Width], nil }
func (p *pixels) Invert() gozxing.LuminanceSource        { return gozxing.LuminanceSourceInvert(p) }
func (p *pixels) String() string                         { return "frame" }

// fastest is the least of n times, and so hardly the machine's other work.
func fastest(n int, f func()) time.Duration {
	least := time.Hour
	for range n {
		began := time.Now()
		f()
		least = min(least, time.Since(began))
	}
	return least
}

// BenchmarkGate is what a frame costs while the gate is closed, beside gozxing searching
// it, both without a copy.
func BenchmarkGate(b *testing.B) {
	img := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720, Noise: 3})
	var g gate
	at := time.Time{}
	reader := qrcode.NewQRCodeReader()
	theirs := fastest(20, func() {
		bits, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(newPixels(img)))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := reader.DecodeWithoutHints(bits); err == nil {
			b.Fatal("a code in an empty frame")
		}
	})
	b.ReportAllocs()
	ours := time.Hour
	for b.Loop() {
		ours = min(ours, fastest(10, func() { g.look(img, at) }))
	}
	b.ReportMetric(float64(ours)/float64(theirs), "gozxing_ratio")
	b.ReportMetric(ours.Seconds()*1000, "ms_frame")
}
