package camera

import (
	"encoding/binary"
	"image"
	"time"

	"hexiao/scanner"
)

const (
	openFor    = 2 * time.Second        // after the last change, and after the last code
	peekEvery  = 450 * time.Millisecond // a closed gate lets a frame through that often
	missedHold = 10 * time.Second       // after the last change: for so long does something that is not read keep the gate open

	gridSide = 80 // cells a side at most
	// Cell means are kept in sixteenths of a level, the background finer still: it moves a
	// sixteenth of the way to each frame, one second at 15 frames a second.
	unit, settle = 16, 16

	leastChange = 6 * unit // of a cell's mean that counts, where there is no noise
	fewestCells = 3        // that must have changed; an eye-sized code far away covers more
	// noiseTimes is how far above the median difference of all cells a change lies: 7.4 of
	// those are five standard deviations, one false cell in an hour.
	noiseTimes = 7.4
	mostNoise  = 4 * unit // above it people fill the picture, not noise

	// A row of cells that is brighter or darker all along, by up to this much, is no
	// change: that is how exposure control and the mains frequency in lamps show. Gains
	// are in 256ths.
	leastGain, mostGain = 180, 364
	darkest             = 12 * unit  // cells below it say nothing about the gain
	clipped             = 240 * unit // nor do those above it
)

// light says how bright a frame is, in levels of 0 to 255: on average, and at the cell of a
// grid that 19 of 20 are darker than.
type light struct{ Mean, Bright int }

// gate tells which frames are worth a search, so that an empty doorway costs almost
// nothing. It compares the mean brightness of up to 80 × 80 cells with a background that
// follows slowly: a phone that fades in over some seconds is seen as well as a hand, the
// light of the day is not. Of each cell four rows are looked at.
//
// It opens with the very frame that shows a change, at the start, when the size of the
// frames or the light over all changes, and for one frame every 450 ms, so that a code
// that was there before is read too. It stays open for two seconds after the last change
// and for as long as codes are read.
//
// Limits: what moves all the time, a fan or a street behind glass, keeps it open.
type gate struct {
	size   image.Point
	cells  []int32 // of this frame
	ground []int32 // the background, times settle
	noise  int32   // median difference between the two
	light  light

	until   time.Time // open
	changed time.Time
	passed  time.Time // the last frame that was let through
}

// look says whether a frame is to be searched, and measures its light.
func (g *gate) look(img *image.Gray, at time.Time) bool {
	columns := g.measure(img)
	if g.size != img.Rect.Size() {
		g.size = img.Rect.Size()
		g.noise = 0
		g.adopt()
		g.open(at)
	} else if g.compare(columns) {
		g.open(at)
	}
	if !at.Before(g.until) && at.Sub(g.passed) < peekEvery {
		return false
	}
	g.passed = at
	return true
}

func (g *gate) open(at time.Time) { g.changed, g.until = at, at.Add(openFor) }

// saw tells what the frame that was let through last shows.
func (g *gate) saw(v scanner.View, at time.Time) {
	if len(v.Codes) > 0 || v.Missed && at.Sub(g.changed) < missedHold {
		g.until = at.Add(openFor)
	}
}

// adopt makes the frame the background.
func (g *gate) adopt() {
	g.ground = append(g.ground[:0], g.cells...)
	for i := range g.ground {
		g.ground[i] *= settle
	}
}

// compare looks for cells that are not as the background says, and lets that follow. It
// returns whether there are enough of them.
func (g *gate) compare(columns int) bool {
	least := max(leastChange, int32(noiseTimes*float32(g.noise)))
	var differences [mostNoise + 1]int32
	changed := 0
	for from := 0; from < len(g.cells); from += columns {
		row, ground := g.cells[from:from+columns], g.ground[from:from+columns]
		gain := rowGain(row, ground)
		for i, c := range row {
			// What is near black or white follows a gain in part only.
			was := ground[i] / settle
			want := was * gain >> 8
			d := max(min(was, want)-c, c-max(was, want), 0)
			if d > least {
				changed++
			}
			differences[min(max(c-want, want-c), mostNoise)]++
			ground[i] += (c*settle - ground[i]) / settle
		}
	}
	if 2*changed > len(g.cells) {
		g.adopt() // the light was switched: that is one change
	}
	// The median of the differences. It rises slowly: a customer is not noise.
	median, seen := int32(0), int32(0)
	for ; median < mostNoise; median++ {
		if seen += differences[median]; int(seen)*2 >= len(g.cells) {
			break
		}
	}
	switch {
	case median > g.noise:
		g.noise += max(1, (median-g.noise)/32)
	case median < g.noise:
		g.noise -= max(1, (g.noise-median)/4)
	}
	return changed >= min(fewestCells, len(g.cells))
}

// rowGain is by how much, in 256ths, a row of cells is brighter than its background: the
// median over the cells, so that what is held into the picture does not count.
func rowGain(row, ground []int32) int32 {
	var counts [mostGain + 1]uint8 // rows have at most 80 cells
	n := 0
	for i, c := range row {
		was := ground[i] / settle
		if was < darkest || was > clipped || c > clipped {
			continue
		}
		counts[min(max(c<<8/was, leastGain), mostGain)]++
		n++
	}
	if n < 4 {
		return 256
	}
	seen := 0
	for gain := leastGain; ; gain++ {
		if seen += int(counts[gain]); 2*seen >= n {
			return int32(gain)
		}
	}
}

// measure fills in the means of the cells and the light, and returns how many columns of
// cells there are.
func (g *gate) measure(img *image.Gray) int {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	side := (max(w, h) + gridSide - 1) / gridSide
	columns, rows := max(1, w/side), max(1, h/side)
	wide, high := min(side, w), min(side, h)
	if wide >= 8 {
		wide = min(wide&^7, 256) // see sumEights
	}
	if cap(g.cells) < columns*rows {
		g.cells = make([]int32, gridSide*gridSide)
	}
	g.cells = g.cells[:columns*rows]
	samples := int32(len(rowsOfCell{}) * wide)
	for row := range rows {
		var lines rowsOfCell
		for i := range lines {
			y := row*side + (2*i+1)*high/(2*len(lines))
			lines[i] = img.Pix[y*img.Stride:][:w]
		}
		if sums := g.cells[row*columns:][:columns]; wide >= 8 {
			sumEights(sums, &lines, side, wide)
		} else {
			sumOnes(sums, &lines, side, wide)
		}
	}
	var levels [256]int
	total := 0
	for i, sum := range g.cells {
		mean := sum * unit / samples
		g.cells[i] = mean
		total += int(mean)
		levels[mean/unit]++
	}
	g.light = light{Mean: total / unit / len(g.cells), Bright: 255}
	for above := levels[255]; above*20 < len(g.cells) && g.light.Bright > 0; above += levels[g.light.Bright] {
		g.light.Bright--
	}
	return columns
}

// rowsOfCell are the rows of pixels that are looked at in a row of cells.
type rowsOfCell [4][]byte

// sumEights sums up the pixels of each cell, eight of a row at a time. A cell may be 256
// pixels wide: then the sums of 16 bits are just not too small.
func sumEights(sums []int32, lines *rowsOfCell, side, wide int) {
	const even, pairs = 0x00ff00ff00ff00ff, 0x0000ffff0000ffff
	l0 := lines[0]
	l1, l2, l3 := lines[1][:len(l0)], lines[2][:len(l0)], lines[3][:len(l0)]
	for i := range sums {
		total := uint64(0)
		for x := i * side; x < i*side+wide; x += 8 {
			a, b := binary.LittleEndian.Uint64(l0[x:]), binary.LittleEndian.Uint64(l1[x:])
			c, d := binary.LittleEndian.Uint64(l2[x:]), binary.LittleEndian.Uint64(l3[x:])
			total += a&even + b&even + c&even + d&even +
				a>>8&even + b>>8&even + c>>8&even + d>>8&even
		}
		total = total&pairs + total>>16&pairs
		sums[i] = int32(total>>32 + total&0xffffffff)
	}
}

// sumOnes does the same for cells that are narrower than eight pixels.
func sumOnes(sums []int32, lines *rowsOfCell, side, wide int) {
	for i := range sums {
		total := int32(0)
		for _, line := range lines {
			for _, p := range line[i*side:][:wide] {
				total += int32(p)
			}
		}
		sums[i] = total
	}
}
