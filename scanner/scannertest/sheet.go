package scannertest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"

	"hexiao/scanner"
)

// texels is how many pixels of its picture a module of a sheet has.
const texels = 8

// sheet is a flat thing with a code on it, a phone or a piece of paper, in linear light.
// Its own coordinates are modules from the code's middle, x to the right, y down.
type sheet struct {
	levels                   []plane // the picture, and again at half the size each
	left, top, right, bottom float64 // its borders in modules
	w, h                     float64 // the code in modules, without its quiet zone
	screen                   bool    // shines by itself; paper does not
}

// card says what a sheet is made of.
type card struct {
	text      string
	symbology scanner.Symbology
	level     decoder.ErrorCorrectionLevel // of a QR code
	screen    bool
	black     float64 // of the code's modules in linear light, where white is 1
	quiet     float64 // modules
	cracks    int     // across a phone's glass
	gain      float64 // how far printed modules grow over their borders, in modules
}

func newSheet(c card, r *rand.Rand) *sheet {
	m := encodeAt(c.text, c.symbology, c.level)
	s := &sheet{w: float64(m.GetWidth()), h: float64(m.GetHeight()), screen: c.screen}
	if m.GetHeight() == 1 {
		s.h = 24 + 12*r.Float64()
	}
	margin := c.quiet + 1 + 4*r.Float64()
	half := s.w/2 + margin
	s.left, s.right = -half, half
	tall := 2 * half * (1.0 + 0.6*r.Float64())
	if c.screen {
		tall = 2 * half * 1.9
	}
	tall = max(tall, s.h+2*margin+8)
	above := (tall - s.h) * (0.3 + 0.3*r.Float64())
	s.top = -s.h/2 - above
	s.bottom = s.top + tall
	p := newPlane(int((s.right-s.left)*texels), int((s.bottom-s.top)*texels), 1)
	at := func(v, from float64) int { return int(math.Round((v - from) * texels)) }
	s.print(p, r, c)
	// The code on its own white, the quiet zone, whatever the app draws around it.
	p.fill(at(-s.w/2-c.quiet, s.left), at(-s.h/2-c.quiet, s.top), at(s.w/2+c.quiet, s.left), at(s.h/2+c.quiet, s.top), 1)
	grow := int(math.Round(c.gain * texels))
	for y := range int(s.h) {
		for x := range m.GetWidth() {
			if m.Get(x, min(y, m.GetHeight()-1)) {
				x0, y0 := at(float64(x)-s.w/2, s.left), at(float64(y)-s.h/2, s.top)
				p.fill(x0-grow, y0-grow, x0+texels+grow, y0+texels+grow, float32(c.black))
			}
		}
	}
	for range c.cracks {
		crack(p, r)
	}
	for s.levels = append(s.levels, p); p.w > 64 && p.h > 64; s.levels = append(s.levels, p) {
		p = p.half()
	}
	return s
}

// print fills a sheet with what else is on it: lines of words, a bar or a button, and of
// a phone its frame.
func (s *sheet) print(p plane, r *rand.Rand, c card) {
	const line = 3 * texels
	ink := float32(c.black + 0.1 + 0.3*r.Float64())
	for y := 2 * line; y < p.h-2*line; y += line + line/2 {
		if r.IntN(3) == 0 {
			continue
		}
		end := p.w - line - r.IntN(p.w/2)
		for x := line; x < end; {
			word := (2 + r.IntN(7)) * texels
			for i := x; i < min(x+word, end); i += texels { // letters: an upright and something beside it
				p.fill(i, y, i+2, y+line/2, ink)
				top := y + r.IntN(line/2)
				p.fill(i+2, top, i+6, top+2, ink)
			}
			x += word + texels
		}
	}
	if !c.screen {
		return
	}
	head := float32(0.1 + 0.6*r.Float64())
	p.fill(0, 0, p.w, p.h/10+r.IntN(p.h/10), head) // the app's title
	if r.IntN(2) == 0 {
		p.fill(p.w/8, p.h*9/10, p.w*7/8, p.h*9/10+2*line, float32(0.3+0.3*r.Float64())) // a button
	}
	const bezel = texels * 3 / 2
	for _, b := range [4]box{{0, 0, p.w, 2 * bezel}, {0, p.h - bezel, p.w, p.h}, {0, 0, bezel, p.h}, {p.w - bezel, 0, p.w, p.h}} {
		p.fill(b.x0, b.y0, b.x1, b.y1, 0.01)
	}
}

// crack draws a broken line across the glass: light is bent away on one side of it and
// shines on the other.
func crack(p plane, r *rand.Rand) {
	x, y := r.Float64()*float64(p.w), 0.0
	turn := math.Pi * (0.2 + 0.6*r.Float64())
	for range 24 {
		step := float64(p.h) / 18 * (0.5 + r.Float64())
		turn += 0.5 * (r.Float64() - 0.5)
		nx, ny := x+step*math.Cos(turn), y+step*math.Sin(turn)
		p.stroke(x, y, nx, ny, 2, 1.1)
		p.stroke(x+2, y+1, nx+2, ny+1, 1, 0.15)
		x, y = nx, ny
	}
}

// encodeAt is encode with the error correction of a QR code.
func encodeAt(text string, s scanner.Symbology, level decoder.ErrorCorrectionLevel) *gozxing.BitMatrix {
	if s != scanner.QR {
		return encode(text, s)
	}
	m, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 0, 0, map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_MARGIN: 0, gozxing.EncodeHintType_ERROR_CORRECTION: level,
	})
	if err != nil {
		panic(fmt.Sprintf("scannertest: cannot draw a QR code: %v", err))
	}
	return m
}
