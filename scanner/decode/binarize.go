package decode

import (
	"encoding/binary"
	"image"
	"math/bits"
)

const (
	block     = 8  // side of a block in pixels that shares one threshold
	flatRange = 24 // a block whose pixels differ by no more holds no edge
	flatSharp = 64 // the same in a sharpened frame, whose noise is stronger too
	flatFaint = 10 // the same for the rescue of pale codes
	flatFrame = 10 // a frame whose dark and light pixels differ by no more on average is empty
)

// binarizer turns gray frames into bitmaps; its buffers are reused.
type binarizer struct {
	points []uint8  // black point of each block
	lows   []uint8  // darkest and
	highs  []uint8  // lightest pixel of each block
	sums   []int    // of the five black points above one another
	levels []uint64 // thresholds of a row of blocks
	busy   int      // blocks with contrast in the last frame that was thresholded by blocks
}

// local thresholds each block of 8×8 pixels by the mean of the black points of the
// 5×5 blocks around it, so that shadows and glare across the frame do not matter.
// It is the method of ZXing's hybrid binarizer. Frames under 40 pixels go to global.
func (z *binarizer) local(g *image.Gray, out *bitmap) { z.blocks(g, flatRange, out) }

// sharp is local for a sharpened frame.
func (z *binarizer) sharp(g *image.Gray, out *bitmap) { z.blocks(g, flatSharp, out) }

// faint is local for a frame in which little contrast is all there is.
func (z *binarizer) faint(g *image.Gray, out *bitmap) { z.blocks(g, flatFaint, out) }

func (z *binarizer) blocks(g *image.Gray, flat int, out *bitmap) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w < 5*block || h < 5*block {
		z.global(g, out)
		return
	}
	out.resize(w, h)
	bw, bh := (w+block-1)/block, (h+block-1)/block
	z.blackPoints(g, bw, bh, flat)
	for by := range bh {
		z.thresholds(by, bw, bh)
		y0 := min(by*block, h-block)
		lows, highs := z.lows[by*bw:][:bw], z.highs[by*bw:][:bw]
		for i := range out.stride {
			first := i * (64 / block)
			z.fill(g, out, i, y0, min(first+64/block, w/block)-first, lows[first:], highs[first:])
		}
		if x0 := w - block; w%block != 0 { // the last block overlaps the one before
			threshold, words := z.levels[bw-1], out.words[y0*out.stride+x0>>6:]
			for y := range block {
				eight := atMost(g.Pix[(y0+y)*g.Stride+x0:], threshold)
				words[y*out.stride] |= eight << (uint(x0) & 63)
				if shift := uint(x0) & 63; shift > 64-block {
					words[y*out.stride+1] |= eight >> (64 - shift)
				}
			}
		}
	}
}

// thresholds sets the levels of a row of blocks.
func (z *binarizer) thresholds(by, bw, bh int) {
	top := min(max(by, 2), bh-3) - 2
	p := z.points[top*bw:]
	sums := z.sums[:bw]
	a, b, c, d, e := p[:bw], p[bw:][:bw], p[2*bw:][:bw], p[3*bw:][:bw], p[4*bw:][:bw]
	for x := range sums {
		sums[x] = int(a[x]) + int(b[x]) + int(c[x]) + int(d[x]) + int(e[x])
	}
	for x := range bw {
		left := min(max(x, 2), bw-3)
		s := sums[left-2 : left+3 : left+3]
		z.levels[x] = uint64(s[0]+s[1]+s[2]+s[3]+s[4]) / 25
	}
}

// fill thresholds n blocks side by side, which make up word i of eight rows. Blocks wholly
// above or below their threshold, as on an empty wall, cost no look at their pixels.
func (z *binarizer) fill(g *image.Gray, out *bitmap, i, y0, n int, lows, highs []uint8) {
	var plain, mixed uint64
	levels := z.levels[i*(64/block):]
	for k := range max(n, 0) {
		switch t := levels[k]; {
		case uint64(highs[k]) <= t:
			plain |= 0xff << (k * block)
		case uint64(lows[k]) <= t:
			mixed |= 1 << k
		}
	}
	words := out.words[y0*out.stride+i:]
	for y := range block {
		word := plain
		if mixed != 0 {
			pix := g.Pix[(y0+y)*g.Stride+i*64:]
			for m := mixed; m != 0; m &= m - 1 {
				k := bits.TrailingZeros64(m)
				word |= atMost(pix[k*block:], levels[k]) << (k * block)
			}
		}
		words[y*out.stride] = word
	}
}

// atMost compares eight pixels with a threshold at once and returns a bit for each
// that is not above it. Four pixels sit in the 16-bit lanes of each half; adding
// 256 to the threshold leaves bit 8 of a lane set where the pixel is not above.
func atMost(pix []byte, threshold uint64) uint64 {
	v := binary.LittleEndian.Uint64(pix)
	t := (threshold + 256) * lanes
	even := (t - v&(0xff*lanes)) >> 8 & lanes
	odd := (t - v>>8&(0xff*lanes)) >> 8 & lanes
	pairs := even | odd<<1
	pairs |= pairs >> 14
	return (pairs | pairs>>28) & 0xff
}

// blackPoints estimates for every block the level between black and white: the mean
// where the block has contrast; elsewhere what its neighbours say if the block is
// dark, or else half its minimum, which makes it white.
func (z *binarizer) blackPoints(g *image.Gray, bw, bh, flat int) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if n := bw * bh; cap(z.points) < n {
		z.points, z.lows, z.highs = make([]uint8, n), make([]uint8, n), make([]uint8, n)
	}
	if cap(z.sums) < bw {
		z.sums, z.levels = make([]int, bw), make([]uint64, bw)
	}
	z.sums, z.levels = z.sums[:bw], z.levels[:bw]
	n := bw * bh
	z.points, z.lows, z.highs = z.points[:n], z.lows[:n], z.highs[:n]
	z.busy = 0
	for by := range bh {
		y0 := min(by*block, h-block)
		for bx := range bw {
			i := by*bw + bx
			sum, low, high := blockStats(g.Pix[y0*g.Stride+min(bx*block, w-block):], g.Stride)
			point := sum / (block * block)
			if high-low <= flat {
				point = low / 2
				if by > 0 && bx > 0 {
					around := (int(z.points[i-bw]) + 2*int(z.points[i-1]) + int(z.points[i-bw-1])) / 4
					if low < around {
						point = around
					}
				}
			}
			if high-low > leastRange {
				z.busy++
			}
			z.points[i], z.lows[i], z.highs[i] = uint8(point), uint8(low), uint8(high)
		}
	}
}

// blockStats returns the sum of a block and, each in steps of two levels and never
// inside the true range, its minimum and maximum. Eight pixels go at once: halved they
// leave the top bit of their byte free for comparing.
func blockStats(pix []byte, stride int) (sum, low, high int) {
	var total, hi uint64
	lo := uint64(low7)
	for y := range block {
		v := binary.LittleEndian.Uint64(pix[y*stride:])
		total += v&(0xff*lanes) + v>>8&(0xff*lanes)
		v = v >> 1 & low7
		m := ((lo | top8) - v) & top8 // where v is not above lo
		m -= m >> 7
		lo ^= (lo ^ v) & m
		m = ((v | top8) - hi) & top8 // where v is not below hi
		m -= m >> 7
		hi ^= (hi ^ v) & m
	}
	low, high = 127, 0
	for range 8 {
		low, high = min(low, int(lo&0x7f)), max(high, int(hi&0x7f))
		lo, hi = lo>>8, hi>>8
	}
	total = total&0xffff_0000_ffff + total>>16&0xffff_0000_ffff
	return int(total&0xffff_ffff + total>>32), 2 * low, 2*high + 1
}

const (
	lanes = 0x0001_0001_0001_0001 // a one in each 16-bit lane of a word
	low1  = 0x0101_0101_0101_0101 // a one in each byte
	top8  = 0x80 * low1           // the highest bit of each byte
	low7  = 0x7f * low1           // the others
)

// notLess has 0xff in each lane where the byte of a is not less than that of b.
func notLess(a, b uint64) uint64 {
	return ((a | 0x100*lanes) - b) >> 8 & lanes * 0xff
}

// global thresholds the whole frame at one level (Otsu's: the one that parts dark from
// light pixels best). It keeps large dark areas dark, where local would call them white.
func (z *binarizer) global(g *image.Gray, out *bitmap) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out.reset(w, h)
	threshold, apart := otsu(g)
	if apart <= flatFrame {
		return
	}
	for y := range h {
		row := g.Pix[y*g.Stride : y*g.Stride+w]
		x := 0
		for ; x+8 <= w; x += 8 {
			out.words[y*out.stride+x>>6] |= atMost(row[x:], uint64(threshold)) << (uint(x) & 63)
		}
		for ; x < w; x++ {
			if row[x] <= threshold {
				out.words[y*out.stride+x>>6] |= 1 << (uint(x) & 63)
			}
		}
	}
}

// otsu returns the level that maximises the variance between the pixels up to it
// and those above it, from every second pixel, and how far apart their means are.
func otsu(g *image.Gray) (threshold uint8, apart float64) {
	var histogram [256]int
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := 0; y < h; y += 2 {
		for x := 0; x < w; x += 2 {
			histogram[g.Pix[y*g.Stride+x]]++
		}
	}
	var total, weighted float64
	for level, n := range histogram {
		total += float64(n)
		weighted += float64(level * n)
	}
	var dark, darkWeighted, best float64
	for level, n := range histogram {
		dark += float64(n)
		darkWeighted += float64(level * n)
		light := total - dark
		if dark == 0 || light == 0 {
			continue
		}
		d := (weighted-darkWeighted)/light - darkWeighted/dark
		if between := dark * light * d * d; between > best {
			best, threshold, apart = between, uint8(level), d
		}
	}
	return threshold, apart
}
