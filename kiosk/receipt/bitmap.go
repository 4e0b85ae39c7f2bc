package receipt

import (
	"image"
	"image/color"
)

// Bitmap is a picture of black and white dots, in the form in which printers take
// it: rows from above, each of Stride bytes, the highest bit of a byte leftmost,
// 1 for black. Bits beyond the width are 0.
type Bitmap struct {
	Width, Height int // in dots
	Bits          []byte
}

// NewBitmap makes a white one. Width and height must not be negative.
func NewBitmap(width, height int) *Bitmap {
	b := &Bitmap{Width: width, Height: height}
	b.Bits = make([]byte, b.Stride()*height)
	return b
}

// Stride is the length of a row in bytes.
func (b *Bitmap) Stride() int { return (b.Width + 7) / 8 }

// Row is row y as it lies in Bits, not a copy.
func (b *Bitmap) Row(y int) []byte { return b.Bits[y*b.Stride() : (y+1)*b.Stride()] }

// Black tells the colour of a dot; outside all is white.
func (b *Bitmap) Black(x, y int) bool {
	return image.Pt(x, y).In(image.Rect(0, 0, b.Width, b.Height)) && b.Bits[y*b.Stride()+x/8]&(0x80>>(x%8)) != 0
}

// Blacken makes a dot black; outside it does nothing.
func (b *Bitmap) Blacken(x, y int) {
	if image.Pt(x, y).In(image.Rect(0, 0, b.Width, b.Height)) {
		b.Bits[y*b.Stride()+x/8] |= 0x80 >> (x % 8)
	}
}

// Image gives the dots as a picture, for screens and files.
func (b *Bitmap) Image() *image.Paletted {
	p := image.NewPaletted(image.Rect(0, 0, b.Width, b.Height), color.Palette{color.White, color.Black})
	for y := range b.Height {
		for x := range b.Width {
			if b.Black(x, y) {
				p.Pix[y*p.Stride+x] = 1
			}
		}
	}
	return p
}
