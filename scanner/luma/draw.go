package luma

import (
	"encoding/binary"
	"image"
	"math"
)

// Draw draws the picture that was read last at a whole, a half, a quarter or an eighth of
// its size: shrink is 1, 2, 4 or 8. Each pixel is the mean of shrink × shrink ones,
// before these would have been cut off at black and white; sizes are rounded up. dst's
// memory is reused; its rows may be longer than the picture is wide. Nothing is drawn, and
// dst is empty, where nothing was read.
func (d *Decoder) Draw(dst *image.Gray, shrink int) {
	w, h := (d.width+shrink-1)/shrink, (d.height+shrink-1)/shrink
	across, down := (d.width+7)/8, (d.height+7)/8
	side := 8 / shrink
	dst.Stride, dst.Rect = across*side, image.Rect(0, 0, w, h)
	dst.Pix = resized(dst.Pix, across*side*down*side)
	if d.whole != nil {
		shrunk(dst, d.whole, shrink)
		return
	}
	if shrink == 2 || shrink == 4 {
		d.folds[shrink/4].prepare(&d.quant[d.quantiser], side)
	}
	for y := range down {
		starts := d.starts[y*d.across:]
		row := dst.Pix[y*side*dst.Stride:]
		switch shrink {
		case 1:
			d.drawRow(row, dst.Stride, starts[:across])
		case 2:
			d.drawHalf(row, dst.Stride, starts[:across])
		case 4:
			d.drawQuarter(row, dst.Stride, starts[:across])
		default:
			q := int64(d.quant[d.quantiser][0])
			for x, at := range starts[:across] {
				row[x] = clamp((int64(int16(d.coefficients[at]))*q + 8*128 + 4) >> 3)
			}
		}
	}
}

func (d *Decoder) drawRow(row []byte, stride int, starts []int32) {
	var block [32]int64
	quant := &d.quant[d.quantiser]
	for x, at := range starts {
		dst := row[8*x:]
		all := d.coefficients[at:]
		dc := int64(int16(all[0])) * int64(quant[0])
		if len(all) == 1 || all[1]>>16 == 0 {
			level := uint64(clamp((dc+8*128+4)>>3)) * 0x0101010101010101
			for y := range 8 {
				binary.LittleEndian.PutUint64(dst[y*stride:], level)
			}
			continue
		}
		block[0] = dc
		places := 0
		for _, c := range all[1:] {
			k := c >> 16 & 63
			if k == 0 {
				break
			}
			place := int(unzigzag[k])
			places |= place
			block[place>>1] += int64(int16(c)) * int64(quant[k]) << (place & 1 * 32)
		}
		drawBlock(dst, stride, &block, places)
	}
}

// foldBits are the bits of fraction of a fold's weights, foldKept those that stay while the
// block is transformed.
const (
	foldBits = 12
	foldKept = 5
)

// fold turns a block of 8 × 8 coefficients into one of side × side, whose pixels are means
// of those of the first. The mean of some neighbouring samples of a cosine is, at the
// distance of the means, a lower cosine or that of a mirrored frequency, with a smaller
// amplitude; so each coefficient counts, times a weight, for one of the small block.
type fold struct {
	side   int
	quant  [64]uint16
	place  [64]uint8 // by zigzag order
	weight [64]int64 // with the quantiser in it
}

// prepare sets the fold up for a quantiser, unless it is for that one already.
func (f *fold) prepare(quant *[64]uint16, side int) {
	if f.side == side && f.quant == *quant {
		return
	}
	f.side, f.quant = side, *quant
	for k := range 64 {
		place := int(unzigzag[k])
		x, wx := foldAxis(place&7, side)
		y, wy := foldAxis(place>>3, side)
		f.place[k] = uint8(y*side + x)
		f.weight[k] = int64(math.Round(wx * wy * float64(quant[k]) * (1 << foldBits)))
	}
}

// foldAxis is what a frequency of eight samples counts for, and how much, if there are only
// side means of them. The constant factors of the transform are in it.
func foldAxis(u, side int) (frequency int, weight float64) {
	if u == 0 {
		return 0, math.Sqrt2 / 4
	}
	n := float64(8 / side)
	angle := float64(u) * math.Pi / 16
	weight = math.Sin(n*angle) / (n * math.Sin(angle)) / 2
	if u >= 2*side {
		u -= 2 * side
		weight = -weight
	}
	if u > side {
		u = 2*side - u
		weight = -weight
	}
	switch {
	case u == side:
		return 0, 0 // its means are all zero
	case 2*u == side: // cos π/4 in every place
		weight *= math.Sqrt2 / 2
	}
	return u, weight
}

func (d *Decoder) drawHalf(row []byte, stride int, starts []int32) {
	const (
		cos1  = 7568 // cos π/8 in 13 bits
		cos3  = 3135 // cos 3π/8
		shift = constBits + foldKept
		level = both * (128<<shift + 1<<(shift-1))
		round = both << (constBits - 1)
	)
	line := func(x0, x1, x2, x3 int64) (y0, y1, y2, y3 int64) {
		e0, e1 := (x0+x2)<<constBits, (x0-x2)<<constBits
		o0, o1 := x1*cos1+x3*cos3, x1*cos3-x3*cos1
		return e0 + o0, e1 + o1, e1 - o1, e0 - o0
	}
	f := &d.folds[0]
	for x, at := range starts {
		dst := row[4*x:]
		all := d.coefficients[at:]
		if len(all) == 1 || all[1]>>16 == 0 {
			level := uint32(clamp((int64(int16(all[0]))*int64(f.quant[0])+8*128+4)>>3)) * 0x01010101
			for y := range 4 {
				binary.LittleEndian.PutUint32(dst[y*stride:], level)
			}
			continue
		}
		var block, lines [8]int64
		for i, c := range all {
			k := c >> 16 & 63
			if k == 0 && i > 0 {
				break
			}
			v := (int64(int16(c))*f.weight[k] + 1<<(foldBits-foldKept-1)) >> (foldBits - foldKept)
			block[f.place[k]>>1&7] += v << (f.place[k] & 1 * 32)
		}
		for c := range 2 {
			var y [4]int64
			y[0], y[1], y[2], y[3] = line(block[c], block[2+c], block[4+c], block[6+c])
			for r := range 2 {
				a, b := halves(y[2*r]+round, constBits)
				e, g := halves(y[2*r+1]+round, constBits)
				lines[4*r+2*c], lines[4*r+2*c+1] = a+e<<32, b+g<<32
			}
		}
		for r := range 2 {
			y0, y1, y2, y3 := line(lines[4*r], lines[4*r+1], lines[4*r+2], lines[4*r+3])
			a0, b0 := halves(y0+level, shift)
			a1, b1 := halves(y1+level, shift)
			a2, b2 := halves(y2+level, shift)
			a3, b3 := halves(y3+level, shift)
			binary.LittleEndian.PutUint32(dst[2*r*stride:], uint32(clamp(a0))|uint32(clamp(a1))<<8|uint32(clamp(a2))<<16|uint32(clamp(a3))<<24)
			binary.LittleEndian.PutUint32(dst[(2*r+1)*stride:], uint32(clamp(b0))|uint32(clamp(b1))<<8|uint32(clamp(b2))<<16|uint32(clamp(b3))<<24)
		}
	}
}

func (d *Decoder) drawQuarter(row []byte, stride int, starts []int32) {
	f := &d.folds[1]
	for x, at := range starts {
		var g [4]int64
		for i, c := range d.coefficients[at:] {
			k := c >> 16 & 63
			if k == 0 && i > 0 {
				break
			}
			g[f.place[k]&3] += int64(int16(c)) * f.weight[k]
		}
		g[0] += 128<<foldBits + 1<<(foldBits-1)
		left, right := g[0]+g[1], g[0]-g[1]
		leftTurn, rightTurn := g[2]+g[3], g[2]-g[3]
		row[2*x], row[2*x+1] = clamp((left+leftTurn)>>foldBits), clamp((right+rightTurn)>>foldBits)
		row[stride+2*x], row[stride+2*x+1] = clamp((left-leftTurn)>>foldBits), clamp((right-rightTurn)>>foldBits)
	}
}

// shrunk fills dst with means of squares of a picture.
func shrunk(dst, whole *image.Gray, shrink int) {
	size := whole.Rect.Size()
	for y := range dst.Rect.Dy() {
		rows := min(shrink, size.Y-y*shrink)
		for x := range dst.Rect.Dx() {
			columns := min(shrink, size.X-x*shrink)
			sum := 0
			for r := range rows {
				for _, p := range whole.Pix[(y*shrink+r)*whole.Stride+x*shrink:][:columns] {
					sum += int(p)
				}
			}
			dst.Pix[y*dst.Stride+x] = uint8((sum + rows*columns/2) / (rows * columns))
		}
	}
}
