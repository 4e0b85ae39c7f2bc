package decode

import (
	"image"
	"slices"
)

// texture finds the parts of a frame that are as rich in contrast as a code is: blocks
// whose eight neighbours have contrast too. An edge, a line of writing or a
// stripe is not. It works on the blocks that the binarizer has just measured.
type texture struct {
	rich  []uint8 // per block: 1 where it has contrast
	dense []uint8 // per block: 1 where those around it have, too
	stack []int32
	spots []spot

	contrast bool // the last frame was more than an empty wall
}

// spot is a connected part with contrast.
type spot struct {
	box    image.Rectangle // in blocks
	blocks int
}

const (
	maxSpots    = 8
	enoughRich  = 7     // of nine blocks
	overNoise10 = 16    // tenths by which contrast is more than in a calm block of the frame
	calm        = 4     // the calmest fourth of the blocks is taken for noise
	loud        = 64    // levels of contrast in calm blocks from which a frame is full of something
	leastRange  = 2 * 7 // levels of contrast under which there is no code
)

// find returns the largest connected parts of the frame last thresholded by blocks.
func (t *texture) find(z *binarizer, bw, bh int) []spot {
	t.spots = t.spots[:0]
	n := bw * bh
	if cap(t.rich) < n {
		t.rich, t.dense = make([]uint8, n), make([]uint8, n)
	}
	t.rich, t.dense = t.rich[:n], t.dense[:n]
	if !t.mark(z) {
		return nil
	}
	t.join(bw, bh)
	for i, d := range t.dense {
		if d != 0 {
			t.add(t.flood(i, bw))
		}
	}
	return t.spots
}

// mark sets rich, and says whether any block is.
func (t *texture) mark(z *binarizer) bool {
	var ranges [256]int
	for i, low := range z.lows {
		ranges[z.highs[i]-low]++
	}
	quiet, below := 0, 0
	for ; below+ranges[quiet] < len(z.lows)/calm; quiet++ {
		below += ranges[quiet]
	}
	limit := max(leastRange, quiet*overNoise10/10)
	t.contrast = limit > loud
	found := false
	for i, low := range z.lows {
		t.rich[i] = 0
		if int(z.highs[i]-low) > limit {
			t.rich[i] = 1
			found = true
			t.contrast = true
		}
	}
	return found
}

// join sets dense. Blocks at the frame's border have too few neighbours.
func (t *texture) join(bw, bh int) {
	clear(t.dense)
	for y := 1; y < bh-1; y++ {
		a, b, c := t.rich[(y-1)*bw:][:bw], t.rich[y*bw:][:bw], t.rich[(y+1)*bw:][:bw]
		out := t.dense[y*bw:][:bw]
		left, middle := a[0]+b[0]+c[0], a[1]+b[1]+c[1]
		for x := 1; x < bw-1; x++ {
			right := a[x+1] + b[x+1] + c[x+1]
			if left+middle+right >= enoughRich {
				out[x] = 1
			}
			left, middle = middle, right
		}
	}
}

// flood takes the part connected with a block out of the map and returns it.
func (t *texture) flood(start, bw int) spot {
	p := spot{box: image.Rectangle{Min: image.Pt(start%bw, start/bw), Max: image.Pt(start%bw, start/bw)}}
	t.dense[start] = 0
	t.stack = append(t.stack[:0], int32(start))
	for len(t.stack) > 0 {
		at := int(t.stack[len(t.stack)-1])
		t.stack = t.stack[:len(t.stack)-1]
		x, y := at%bw, at/bw
		p.blocks++
		p.box.Min.X, p.box.Max.X = min(p.box.Min.X, x), max(p.box.Max.X, x)
		p.box.Min.Y, p.box.Max.Y = min(p.box.Min.Y, y), max(p.box.Max.Y, y)
		// Dense blocks never lie at the border, so every neighbour exists.
		for _, next := range [4]int{at - 1, at + 1, at - bw, at + bw} {
			if t.dense[next] != 0 {
				t.dense[next] = 0
				t.stack = append(t.stack, int32(next))
			}
		}
	}
	p.box.Min = p.box.Min.Sub(image.Pt(1, 1)) // its neighbours
	p.box.Max = p.box.Max.Add(image.Pt(2, 2))
	return p
}

// add keeps the largest parts, largest first.
func (t *texture) add(p spot) {
	i, _ := slices.BinarySearchFunc(t.spots, p, func(a, b spot) int { return b.blocks - a.blocks })
	if len(t.spots) < maxSpots {
		t.spots = append(t.spots, spot{})
	} else if i == maxSpots {
		return
	}
	copy(t.spots[i+1:], t.spots[i:])
	t.spots[i] = p
}
