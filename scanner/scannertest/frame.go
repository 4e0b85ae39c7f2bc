// Package scannertest makes what scanners see and say, for tests: frames with codes
// drawn into them, serial ports on pseudo-terminals that can be unplugged.
//
// Frame draws one clean code as its options say, for tests of one thing at a time.
// DrawTrouble draws what a kiosk's camera sees of a phone or of paper, in twelve kinds of
// trouble of 32 frames each, from easy to hard: light goes through a lens, is blurred,
// meets a sensor with its noise, gamma, sharpening and JPEG. Present does the same for
// whole presentations, frame by frame, and says from which frame on the code could be seen,
// so that the time to read can be measured.
//
// Everything is drawn the same on every run: what is random comes from a seed. Functions
// here panic or fail the test on a wrong call; nothing in a program may import them. On
// another kind of processor, which rounds otherwise, levels may differ by a little.
//
// Limits of what is drawn: luma alone, no colour; sheets are flat, neither bent nor
// crumpled; nothing stands in front of the code but light and cracks; one code a frame.
package scannertest

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"hexiao/scanner"
)

// Options say how a code lies in a frame. The zero value is a sharp QR code of five
// pixels a module, upright in the middle of a 640×480 frame.
type Options struct {
	Width, Height int               // of the frame in pixels; 640×480
	Symbology     scanner.Symbology // QR unless set; Code128, DataMatrix, EAN13
	Module        float64           // pixels a module; 5
	Bar           float64           // height of a linear code in modules; 40
	X, Y          float64           // centre of the code in pixels; the middle of the frame
	Angle         float64           // turned clockwise, in degrees
	Lean          float64           // perspective: 0.3 makes the far edge about a quarter shorter
	Black, White  uint8             // levels of the code; 30 and 220
	Ground        uint8             // level around it; 150
	Inverted      bool              // white modules on black, as on a screen in dark mode
	Mirrored      bool              // seen in a mirror
	Blur          float64           // standard deviation in pixels
	Noise         float64           // standard deviation in levels
	Seed          uint64            // of the noise
}

func (o Options) filled() Options {
	set := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	if o.Width == 0 {
		o.Width, o.Height = 640, 480
	}
	if o.Symbology == "" {
		o.Symbology = scanner.QR
	}
	if o.Black == 0 && o.White == 0 {
		o.Black, o.White = 30, 220
	}
	if o.Ground == 0 {
		o.Ground = 150
	}
	set(&o.Module, 5)
	set(&o.Bar, 40)
	set(&o.X, float64(o.Width)/2)
	set(&o.Y, float64(o.Height)/2)
	return o
}

// Frame draws a frame with one code; with an empty text, one without.
func Frame(text string, o Options) *image.Gray {
	o = o.filled()
	g := image.NewGray(image.Rect(0, 0, o.Width, o.Height))
	for i := range g.Pix {
		g.Pix[i] = o.Ground
	}
	if text != "" {
		Draw(g, text, o)
	}
	if o.Blur > 0 {
		blur(g, o.Blur)
	}
	if o.Noise > 0 {
		AddNoise(g, o.Noise, o.Seed)
	}
	return g
}

// Draw puts another code into a frame, with its quiet zone; size, blur and noise of the
// options are those of the whole frame and left alone.
func Draw(g *image.Gray, text string, o Options) {
	o = o.filled()
	m := encode(text, o.Symbology)
	w, h := float64(m.GetWidth()), float64(m.GetHeight())
	quiet := 4.0
	if o.Symbology == scanner.Code128 || o.Symbology == scanner.EAN13 {
		h = o.Bar
		quiet = 10
	}
	sin, cos := math.Sincos(o.Angle * math.Pi / 180)
	level := func(black bool) int {
		if black != o.Inverted {
			return int(o.Black)
		}
		return int(o.White)
	}
	const fine = 3 // sub-pixels a side
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			sum, n := 0, 0
			for s := range fine * fine {
				px := float64(x) + (float64(s%fine)+0.5)/fine - o.X
				py := float64(y) + (float64(s/fine)+0.5)/fine - o.Y
				u, v := (px*cos+py*sin)/o.Module, (-px*sin+py*cos)/o.Module
				if o.Lean != 0 {
					depth := 1 - o.Lean*v/h
					u, v = u/depth, v/depth
				}
				if o.Mirrored {
					u = -u
				}
				u, v = u+w/2, v+h/2
				if u < -quiet || v < -quiet || u >= w+quiet || v >= h+quiet {
					continue
				}
				mv := int(math.Floor(v))
				if m.GetHeight() == 1 && v >= 0 && v < h {
					mv = 0
				}
				sum += level(u >= 0 && v >= 0 && u < w && v < h && m.Get(int(u), mv))
				n++
			}
			if n > 0 {
				i := y*g.Stride + x
				g.Pix[i] = uint8((sum + int(g.Pix[i])*(fine*fine-n)) / (fine * fine))
			}
		}
	}
}

// encode returns the modules of a code without a quiet zone.
func encode(text string, s scanner.Symbology) *gozxing.BitMatrix {
	var m *gozxing.BitMatrix
	var err error
	hints := map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_MARGIN: 0}
	switch s {
	case scanner.QR:
		hints[gozxing.EncodeHintType_CHARACTER_SET] = "UTF-8"
		m, err = qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 0, 0, hints)
	case scanner.DataMatrix:
		m, err = datamatrix.NewDataMatrixWriter().Encode(text, gozxing.BarcodeFormat_DATA_MATRIX, 1, 1, hints)
	case scanner.Code128:
		m, err = oned.NewCode128Writer().Encode(text, gozxing.BarcodeFormat_CODE_128, 1, 1, hints)
	case scanner.EAN13:
		m, err = oned.NewEAN13Writer().Encode(text, gozxing.BarcodeFormat_EAN_13, 1, 1, hints)
	default:
		err = fmt.Errorf("no symbology %q", s)
	}
	if err != nil {
		panic(fmt.Sprintf("scannertest: cannot draw a %s: %v", s, err))
	}
	return m
}

// AddNoise adds normally distributed noise of the given standard deviation in levels.
func AddNoise(g *image.Gray, deviation float64, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i, p := range g.Pix {
		g.Pix[i] = uint8(min(max(float64(p)+deviation*r.NormFloat64(), 0), 255))
	}
}

// blur convolves with a Gaussian, rows first, then columns.
func blur(g *image.Gray, deviation float64) {
	reach := int(3*deviation) + 1
	kernel := make([]float64, 2*reach+1)
	total := 0.0
	for i := range kernel {
		d := float64(i - reach)
		kernel[i] = math.Exp(-d * d / (2 * deviation * deviation))
		total += kernel[i]
	}
	w, h := g.Rect.Dx(), g.Rect.Dy()
	pass := func(at func(i, j int) int, lines, length int) {
		line := make([]float64, length)
		for j := range lines {
			for i := range length {
				line[i] = float64(g.Pix[at(i, j)])
			}
			for i := range length {
				sum := 0.0
				for k, weight := range kernel {
					sum += weight * line[min(max(i+k-reach, 0), length-1)]
				}
				g.Pix[at(i, j)] = uint8(sum/total + 0.5)
			}
		}
	}
	pass(func(i, j int) int { return j*g.Stride + i }, h, w)
	pass(func(i, j int) int { return i*g.Stride + j }, w, h)
}

// Finders fills a frame with n finder patterns of QR codes that belong to none: the worst
// a reader of QR codes can be shown.
func Finders(n int, o Options) *image.Gray {
	g := Frame("", o)
	o = o.filled()
	side := int(9 * o.Module)
	columns := max(1, o.Width/side)
	for i := range n {
		x0, y0 := i%columns*side, i/columns*side
		for y := range side {
			for x := range side {
				u, v := int(float64(x)/o.Module)-4, int(float64(y)/o.Module)-4
				ring := max(u, -u, v, -v)
				if px, py := x0+x, y0+y; px < o.Width && py < o.Height {
					level := o.White
					if ring <= 1 || ring == 3 {
						level = o.Black
					}
					g.Pix[py*g.Stride+px] = level
				}
			}
		}
	}
	return g
}
