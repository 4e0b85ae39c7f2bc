package decode

import "math/bits"

// bitmap is a frame in black (1) and white (0), 64 pixels a word, the leftmost in
// the lowest bit. It is reused from frame to frame.
type bitmap struct {
	w, h   int
	stride int // words a row
	words  []uint64
}

// reset makes the bitmap white and of the given size.
func (b *bitmap) reset(w, h int) {
	b.resize(w, h)
	clear(b.words)
}

// resize gives the bitmap a size. What it shows is left to who fills every word of it.
func (b *bitmap) resize(w, h int) {
	b.w, b.h, b.stride = w, h, (w+63)/64
	n := b.stride * h
	if cap(b.words) < n {
		b.words = make([]uint64, n)
	}
	b.words = b.words[:n]
}

// black says whether a pixel is black; outside the frame everything is white.
func (b *bitmap) black(x, y int) bool {
	if uint(x) >= uint(b.w) || uint(y) >= uint(b.h) {
		return false
	}
	return b.words[y*b.stride+x>>6]>>(uint(x)&63)&1 != 0
}

// invert swaps black and white and keeps what lies right of the frame white.
func (b *bitmap) invert() {
	tail := ^uint64(0)
	if r := uint(b.w) & 63; r != 0 {
		tail = 1<<r - 1
	}
	for y := range b.h {
		row := b.words[y*b.stride : (y+1)*b.stride]
		for i, w := range row {
			row[i] = ^w
		}
		row[len(row)-1] &= tail
	}
}

// edges appends to dst where row y changes colour, starting from white: dst[0] is
// the first black pixel, dst[1] the first white one after it, and so on; a black
// run that touches the right border ends at w.
func (b *bitmap) edges(y int, dst []int32) []int32 {
	var last uint64 // the pixel before the word, in the lowest bit
	for i, w := range b.words[y*b.stride : (y+1)*b.stride] {
		// A one wherever a pixel differs from the one on its left.
		for turns := w ^ (w<<1 | last); turns != 0; turns &= turns - 1 {
			dst = append(dst, int32(i*64+bits.TrailingZeros64(turns)))
		}
		last = w >> 63
	}
	if len(dst)%2 != 0 { // black up to the border
		dst = append(dst, int32(b.w))
	}
	return dst
}
