package decode

import (
	"image"
)

// texture finds the parts of a frame that are as busy as a code is: with contrast, and a
// colour that changes often along the rows and along the columns too. Edges, stripes and
// linear codes change one way only, writing changes less, noise has less contrast. It
// works on blocks of 8×8 pixels.
type texture struct {
	bw, bh       int
	across, down []uint8  // changes of colour in each block
	busy         []uint16 // the lesser of both, over the block and its eight neighbours
	rich         []uint8  // 1 where a block is busy and has contrast
	dense        []uint8  // 1 where nearly all the neighbours are rich, too
	usual        []uint8  // level of each block in the frames before
	habit        []uint8  // frames for which it has been dense at that level
	stack        []int32
	spots        []spot
	noise        int // levels of contrast in a calm block
}

// spot is a part that is connected.
type spot struct {
	box    image.Rectangle // in blocks
	blocks int
	novel  int // of these that were not there, or not dense, for long
}

const (
	maxSpots   = 4
	leastBusy  = 24 // changes in nine blocks; modules of a dozen pixels have as many
	leastRange = 14 // levels of contrast under which nothing is read
	noisier    = 16 // tenths by which contrast is more than in a calm block of the frame
	calm       = 4  // the calmest fourth of the blocks is taken for noise
	noisy      = 60 // levels of contrast in calm blocks that are noise
	enoughRich = 7  // of nine blocks
	changed    = 12 // levels by which a block differs that shows something else
	novelty    = 30 // frames after which what is dense is thought to belong to the room
)

// find returns the largest parts of a bitmap, largest first, which the binarizer has just
// made by blocks.
func (t *texture) find(b *bitmap, z *binarizer) []spot {
	t.resize((b.w+block-1)/block, (b.h+block-1)/block)
	for by := range t.bh {
		t.count(b, by)
	}
	t.sum()
	t.mark(z)
	t.join()
	t.remember(z)
	t.spots = t.spots[:0]
	for i, d := range t.dense {
		if d != 0 {
			t.add(t.flood(i))
		}
	}
	return t.spots
}

func (t *texture) resize(bw, bh int) {
	n := bw * bh
	if cap(t.busy) < n {
		t.across, t.down, t.rich, t.dense = make([]uint8, n), make([]uint8, n), make([]uint8, n), make([]uint8, n)
		t.usual, t.habit = make([]uint8, n), make([]uint8, n)
		t.busy = make([]uint16, n)
	}
	if t.bw != bw || t.bh != bh {
		t.forget()
	}
	t.bw, t.bh = bw, bh
	t.across, t.down, t.busy, t.rich, t.dense = t.across[:n], t.down[:n], t.busy[:n], t.rich[:n], t.dense[:n]
	t.usual, t.habit = t.usual[:n], t.habit[:n]
}

// count counts a row of blocks. Of each row of pixels the last is compared with itself.
func (t *texture) count(b *bitmap, by int) {
	across, down := t.across[by*t.bw:][:t.bw], t.down[by*t.bw:][:t.bw]
	y0, y1 := by*block, min(by*block+block, b.h)
	for i := range b.stride {
		var h, v uint64
		for y := y0; y < y1; y++ {
			w := b.words[y*b.stride+i]
			next := w >> 63
			if i+1 < b.stride {
				next = b.words[y*b.stride+i+1]
			}
			h += ones(w ^ (w>>1 | next<<63))
			if y+1 < b.h {
				v += ones(w ^ b.words[(y+1)*b.stride+i])
			}
		}
		for k := i * block; k < min(i*block+block, t.bw); k++ {
			across[k], down[k] = uint8(h), uint8(v)
			h, v = h>>8, v>>8
		}
	}
}

// ones counts the bits of each byte of a word.
func ones(v uint64) uint64 {
	v -= v >> 1 & (low1 * 0x55)
	v = v&(low1*0x33) + v>>2&(low1*0x33)
	return (v + v>>4) & (low1 * 0x0f)
}

// sum sets busy. Blocks at the border have too few neighbours.
func (t *texture) sum() {
	clear(t.busy)
	bw := t.bw
	for y := 1; y < t.bh-1; y++ {
		at := (y - 1) * bw
		column := func(s []uint8, x int) uint16 {
			return uint16(s[at+x]) + uint16(s[at+bw+x]) + uint16(s[at+2*bw+x])
		}
		h0, h1, v0, v1 := column(t.across, 0), column(t.across, 1), column(t.down, 0), column(t.down, 1)
		for x := 1; x < bw-1; x++ {
			h2, v2 := column(t.across, x+1), column(t.down, x+1)
			t.busy[y*bw+x] = min(h0+h1+h2, v0+v1+v2)
			h0, h1, v0, v1 = h1, h2, v1, v2
		}
	}
}

// mark sets rich. Where the contrast is so faint that the bitmap shows nothing, the
// contrast alone decides.
func (t *texture) mark(z *binarizer) {
	var ranges [256]int
	for i, low := range z.lows {
		ranges[z.highs[i]-low]++
	}
	below := 0
	for t.noise = 0; below+ranges[t.noise] < len(z.lows)/calm; t.noise++ {
		below += ranges[t.noise]
	}
	limit := max(leastRange, t.noise*noisier/10)
	for i, low := range z.lows {
		t.rich[i] = 0
		if d := int(z.highs[i] - low); d > limit && (d <= flatRange || t.busy[i] >= leastBusy) {
			t.rich[i] = 1
		}
	}
}

// join sets dense.
func (t *texture) join() {
	clear(t.dense)
	bw := t.bw
	for y := 1; y < t.bh-1; y++ {
		a, b, c := t.rich[(y-1)*bw:][:bw], t.rich[y*bw:][:bw], t.rich[(y+1)*bw:][:bw]
		left, middle := a[0]+b[0]+c[0], a[1]+b[1]+c[1]
		for x := 1; x < bw-1; x++ {
			right := a[x+1] + b[x+1] + c[x+1]
			if left+middle+right >= enoughRich {
				t.dense[y*bw+x] = 1
			}
			left, middle = middle, right
		}
	}
}

// forget makes everything new.
func (t *texture) forget() {
	clear(t.habit[:cap(t.habit)])
	t.noise = 0
}

// remember keeps account of what has been where for how long.
func (t *texture) remember(z *binarizer) {
	for i, level := range z.points {
		usual := t.usual[i]
		if max(level, usual)-min(level, usual) > changed {
			t.habit[i] = 0
		}
		t.usual[i] = uint8((int(level) + int(usual) + 1) / 2)
		if t.dense[i] != 0 && t.habit[i] < novelty {
			t.habit[i]++
		}
	}
}

// flood takes the part connected with a block out of dense, and returns it with the
// neighbours that made it so.
func (t *texture) flood(start int) spot {
	x, y := start%t.bw, start/t.bw
	s := spot{box: image.Rectangle{Min: image.Pt(x, y), Max: image.Pt(x, y)}}
	t.dense[start] = 0
	t.stack = append(t.stack[:0], int32(start))
	for len(t.stack) > 0 {
		at := int(t.stack[len(t.stack)-1])
		t.stack = t.stack[:len(t.stack)-1]
		s.blocks++
		if t.habit[at] < novelty {
			s.novel++
		}
		x, y := at%t.bw, at/t.bw
		s.box.Min.X, s.box.Max.X = min(s.box.Min.X, x), max(s.box.Max.X, x)
		s.box.Min.Y, s.box.Max.Y = min(s.box.Min.Y, y), max(s.box.Max.Y, y)
		// Blocks at the border are never dense, so every neighbour exists.
		for _, next := range [4]int{at - 1, at + 1, at - t.bw, at + t.bw} {
			if t.dense[next] != 0 {
				t.dense[next] = 0
				t.stack = append(t.stack, int32(next))
			}
		}
	}
	s.box.Min = s.box.Min.Sub(image.Pt(1, 1))
	s.box.Max = s.box.Max.Add(image.Pt(2, 2))
	return s
}

// add keeps the largest spots, largest first.
func (t *texture) add(s spot) {
	i := len(t.spots)
	for i > 0 && t.spots[i-1].blocks < s.blocks {
		i--
	}
	if i == maxSpots {
		return
	}
	if len(t.spots) < maxSpots {
		t.spots = append(t.spots, spot{})
	}
	copy(t.spots[i+1:], t.spots[i:])
	t.spots[i] = s
}
