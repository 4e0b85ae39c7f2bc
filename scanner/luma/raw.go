package luma

import (
	"encoding/binary"
	"image"
)

const (
	evenBytes = 0x00ff00ff00ff00ff // of a little-endian word: the first, third…
	evenPairs = 0x0000ffff0000ffff
)

// YUYV copies the brightness out of packed YUYV rows of stride bytes each. It returns
// false if there are fewer bytes than the frame needs. dst's memory is reused.
func YUYV(dst *image.Gray, src []byte, w, h, stride int) bool {
	if w <= 0 || h <= 0 || stride < 2*w || len(src) < (h-1)*stride+2*w {
		return false
	}
	dst.Pix, dst.Stride, dst.Rect = resized(dst.Pix, w*h), w, image.Rect(0, 0, w, h)
	for y := range h {
		in, out := src[y*stride:][:2*w], dst.Pix[y*w:][:w]
		for x := range out { // taking eight bytes at a time is no faster: measured
			out[x] = in[2*x]
		}
	}
	return true
}

// Rows copies rows of brightness of stride bytes each: gray frames, and the first part of
// planar ones. It returns false if there are fewer bytes than the frame needs. dst's memory
// is reused.
func Rows(dst *image.Gray, src []byte, w, h, stride int) bool {
	if w <= 0 || h <= 0 || stride < w || len(src) < (h-1)*stride+w {
		return false
	}
	dst.Pix, dst.Stride, dst.Rect = resized(dst.Pix, w*h), w, image.Rect(0, 0, w, h)
	for y := range h {
		copy(dst.Pix[y*w:][:w], src[y*stride:])
	}
	return true
}

// Half is a new picture of half the size: each pixel the mean of four. A last odd row or
// column is left out.
func Half(src *image.Gray) *image.Gray {
	w, h := src.Rect.Dx()/2, src.Rect.Dy()/2
	dst := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		a, b := src.Pix[2*y*src.Stride:][:2*w], src.Pix[(2*y+1)*src.Stride:][:2*w]
		out := dst.Pix[y*w:][:w]
		for ; len(out) >= 4; a, b, out = a[8:], b[8:], out[4:] {
			u, v := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
			sum := u&evenBytes + u>>8&evenBytes + v&evenBytes + v>>8&evenBytes
			const twos = 0x0002000200020002
			binary.LittleEndian.PutUint32(out, uint32(together((sum+twos)>>2&evenBytes)))
		}
		for x := range out {
			out[x] = uint8((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return dst
}

// together moves the four even bytes of v, whose odd ones are zero, into the low half.
func together(v uint64) uint64 {
	v = (v | v>>8) & evenPairs
	return (v | v>>16) & 0xffffffff
}
