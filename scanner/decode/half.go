package decode

import (
	"encoding/binary"
	"image"
)

// half averages every 2×2 pixels, which takes away noise and the grid of a screen.
// It is done in every large frame, so eight pixels of two rows go at once: first
// the rows are averaged, rounding up, then the pixels side by side, rounding down.
func half(src, dst *image.Gray) *image.Gray {
	w, h := src.Rect.Dx()/2, src.Rect.Dy()/2
	resize(dst, w, h)
	for y := range h {
		a := src.Pix[2*y*src.Stride:][:2*w]
		b := src.Pix[(2*y+1)*src.Stride:][:2*w]
		out := dst.Pix[y*w:][:w]
		for len(a) >= 8 && len(b) >= 8 && len(out) >= 4 {
			u, v := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
			u = (u | v) - (u^v)&^low1>>1
			u = (u&(0xff*lanes) + u>>8&(0xff*lanes)) >> 1 & (0xff * lanes)
			u = (u | u>>8) & 0x0000_ffff_0000_ffff
			binary.LittleEndian.PutUint32(out, uint32(u|u>>16))
			a, b, out = a[8:], b[8:], out[4:]
		}
		for x := range out {
			u, v := (int(a[2*x])+int(b[2*x])+1)/2, (int(a[2*x+1])+int(b[2*x+1])+1)/2
			out[x] = byte((u + v) / 2)
		}
	}
	return dst
}
