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
	b.w, b.h, b.stride = w, h, (w+63)/64
	n := b.stride * h
	if cap(b.words) < n {
		b.words = make([]uint64, n)
		return
	}
	b.words = b.words[:n]
	clear(b.words)
}

// black says whether a pixel is black; outside the frame everything is white.
func (b *bitmap) black(x, y int) bool {
	if uint(x) >= uint(b.w) || uint(y) >= uint(b.h) {
		return false
	}
	return b.words[y*b.stride+x>>6]>>(uint(x)&63)&1 != 0
}

// or8 sets the black pixels of eight neighbours starting at x, lowest bit first.
func (b *bitmap) or8(x, y int, eight uint64) {
	i, shift := y*b.stride+x>>6, uint(x)&63
	b.words[i] |= eight << shift
	if shift > 56 && i+1 < len(b.words) {
		b.words[i+1] |= eight >> (64 - shift)
	}
}

// invert swaps black and white and keeps what lies right of the frame white.
func (b *bitmap) invert() {
	tail := ^uint64(0)
	if r := uint(b.w) & 63; r != 0 {
		tail = 1<<r - 1
	}
	for i := range b.words {
		b.words[i] = ^b.words[i]
		if (i+1)%b.stride == 0 {
			b.words[i] &= tail
		}
	}
}

// edges appends to dst where row y changes colour, starting from white: dst[0] is
// the first black pixel, dst[1] the first white one after it, and so on; a black
// run that touches the right border ends at w.
func (b *bitmap) edges(y int, dst []int) []int {
	row := b.words[y*b.stride : (y+1)*b.stride]
	var flip uint64 // all ones while inside black
	for i, word := range row {
		for w := word ^ flip; w != 0; w = word ^ flip {
			at := bits.TrailingZeros64(w)
			dst = append(dst, i*64+at)
			flip = ^flip
			// What was passed counts as seen: make it equal to the new colour.
			low := uint64(1)<<uint(at) - 1
			word = word&^low | flip&low
		}
	}
	if flip != 0 {
		dst = append(dst, b.w)
	}
	return dst
}
