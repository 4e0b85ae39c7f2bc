// Package luma makes gray frames out of what cameras and files give: pictures in
// PNG, JPEG and PGM, packed YUYV rows. A reader of codes needs brightness only, so
// colour is dropped as early and as cheaply as the format allows.
//
// JPEG is decoded here (Decoder), in two steps: the compressed data into coefficients,
// colours skipped, and these into pixels at full size or as means of 2, 4 or 8 of them a
// side, which cost a half, a sixth, nothing. The first step
// takes two thirds of the second in full, both together a third of image/jpeg's time.
//
// Limits: a file of at most MaxFile bytes and a picture of at most MaxPixels
// pixels; animated and 16-bit PGM files are refused, and JPEG with arithmetic coding,
// without loss, or of more than 8 bits. What is too large, cut short or damaged is
// an error with ErrPicture in it, never a panic. JPEG data have no checksum: what is
// damaged and still decodes is a wrong picture.
package luma

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
)

const (
	// MaxFile is the largest picture file in bytes that Load reads.
	MaxFile = 64 << 20
	// MaxPixels is the largest picture that is decoded: what a phone takes, and
	// 50 MB of memory.
	MaxPixels = 50_000_000
)

// ErrPicture is in every error about a picture that cannot be used: another format,
// damaged, too large.
var ErrPicture = errors.New("this is not a PNG, JPEG or PGM picture that can be read")

// Load reads one picture in PNG, JPEG or binary PGM format.
func Load(r io.Reader) (*image.Gray, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%w: it is larger than %d MB", ErrPicture, MaxFile>>20)
	}
	return Decode(data)
}

// Decode is Load for a picture that is in memory already.
func Decode(data []byte) (*image.Gray, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		return decodePNG(data)
	case bytes.HasPrefix(data, []byte{0xff, 0xd8}):
		return JPEG(data)
	case bytes.HasPrefix(data, []byte("P5")):
		return pgm(data)
	}
	return nil, ErrPicture
}

// JPEG decodes a JPEG picture. For more than one, a Decoder keeps its memory.
func JPEG(data []byte) (*image.Gray, error) {
	var d Decoder
	if err := d.Read(data); err != nil {
		return nil, err
	}
	if d.whole != nil {
		return d.whole, nil
	}
	g := &image.Gray{}
	d.Draw(g, 1)
	return g, nil
}

func decodePNG(data []byte) (*image.Gray, error) {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	if err := checkSize(c.Width, c.Height); err != nil {
		return nil, err
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	return Gray(img), nil
}

func checkSize(w, h int) error {
	if w <= 0 || h <= 0 || w > MaxPixels/h {
		return fmt.Errorf("%w: it has %d × %d pixels", ErrPicture, w, h)
	}
	return nil
}

// Gray is the brightness of any picture. Gray and YCbCr pictures share their memory
// with the result; others are converted, transparent parts as if on white paper.
func Gray(img image.Image) *image.Gray {
	switch m := img.(type) {
	case *image.Gray:
		return m
	case *image.YCbCr:
		return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: image.Rectangle{Max: m.Rect.Size()}}
	}
	bounds := img.Bounds()
	paper := image.NewRGBA(image.Rectangle{Max: bounds.Size()})
	draw.Draw(paper, paper.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, img, bounds.Min, draw.Over)
	g := image.NewGray(paper.Rect)
	for i := range g.Pix {
		p := paper.Pix[4*i:]
		g.Pix[i] = uint8((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) + 500) / 1000)
	}
	return g
}

// pgm reads a binary PGM picture of at most 255 levels.
func pgm(data []byte) (*image.Gray, error) {
	r := bufio.NewReader(bytes.NewReader(data[2:]))
	var header [3]int // width, height, brightest level
	for i := range header {
		n, err := pgmNumber(r)
		if err != nil {
			return nil, fmt.Errorf("%w: damaged PGM header", ErrPicture)
		}
		header[i] = n
	}
	w, h, top := header[0], header[1], header[2]
	if err := checkSize(w, h); err != nil {
		return nil, err
	}
	if top < 1 || top > 255 {
		return nil, fmt.Errorf("%w: a PGM of %d levels", ErrPicture, top)
	}
	if len(data) < w*h {
		return nil, fmt.Errorf("%w: the PGM is cut short", ErrPicture)
	}
	g := image.NewGray(image.Rect(0, 0, w, h))
	if _, err := io.ReadFull(r, g.Pix); err != nil {
		return nil, fmt.Errorf("%w: the PGM is cut short", ErrPicture)
	}
	if top != 255 {
		for i, p := range g.Pix {
			g.Pix[i] = uint8(min(255, int(p)*255/top))
		}
	}
	return g, nil
}

// pgmNumber reads a decimal number after white space and comments, and the one byte
// that ends it.
func pgmNumber(r io.ByteReader) (int, error) {
	n, digits, comment := 0, 0, false
	for {
		c, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch {
		case comment:
			comment = c != '\n'
		case c >= '0' && c <= '9' && digits < 9:
			n = 10*n + int(c-'0')
			digits++
		case digits > 0 && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			return n, nil
		case c == '#' && digits == 0:
			comment = true
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
		default:
			return 0, ErrPicture
		}
	}
}
