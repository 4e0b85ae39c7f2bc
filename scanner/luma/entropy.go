package luma

import (
	"bytes"
	"encoding/binary"
)

// padding is how much a block may read beyond the end of its data before that is noticed:
// 64 symbols of 31 bits at most.
const padding = 512

// bits reads Huffman codes out of data from which the stuffed zeros have been taken. acc
// holds the next n bits at its top. data must go on for padding bytes after the end of
// what is read.
type bits struct {
	data []byte
	pos  int // of the next byte that is not in acc as a whole
	acc  uint64
	n    uint
}

// used is how many bits of data have been read.
func (b *bits) used() int { return 8*b.pos - int(b.n) }

// coefficient is a DCT coefficient that is not zero, not yet multiplied with its
// quantiser: its place in zigzag order and, in the low 16 bits, its value. A block begins
// with the one of place 0 even if that is zero.
type coefficient uint32

// block reads a block into out: its coefficients, the first as a difference to the last
// block's. It returns how many there are, or 0 if there is a code that means nothing.
func (b *bits) block(dc, ac *table, out *[64]coefficient) int {
	data, pos, acc, n := b.data, b.pos, b.acc, b.n
	acc |= binary.BigEndian.Uint64(data[pos:]) >> (n & 63)
	pos += int((63 - n) >> 3)
	n |= 56
	e := dc.find(acc)
	if e == 0 {
		return 0
	}
	out[0] = coefficient(uint16(e.value(acc)))
	acc <<= e & 63
	n -= uint(e & 0xff)
	count := 1
	for k := 1; k < 64; {
		if n < 32 {
			acc |= binary.BigEndian.Uint64(data[pos:]) >> (n & 63)
			pos += int((63 - n) >> 3)
			n |= 56
		}
		e := ac.fast[acc>>(64-fastBits)]
		if e == 0 {
			if e = ac.slow(acc); e == 0 {
				return 0
			}
		}
		v := e.value(acc)
		acc <<= e & 63
		n -= uint(e & 0xff)
		k += int(e >> 8 & 0xff)
		if v == 0 {
			continue // the end of the block, or sixteen zeros
		}
		if k > 64 {
			return 0
		}
		out[count&63] = coefficient(k-1)<<16 | coefficient(uint16(v))
		count++
	}
	b.pos, b.acc, b.n = pos, acc, n
	return count
}

// skip reads a block and forgets it. It returns false if there is a code that means
// nothing.
func (b *bits) skip(dc, ac *table) bool {
	data, pos, acc, n := b.data, b.pos, b.acc, b.n
	acc |= binary.BigEndian.Uint64(data[pos:]) >> (n & 63)
	pos += int((63 - n) >> 3)
	n |= 56
	e := dc.find(acc)
	if e == 0 {
		return false
	}
	acc <<= e & 63
	n -= uint(e & 0xff)
	for k := 1; k < 64; {
		if n < 32 {
			acc |= binary.BigEndian.Uint64(data[pos:]) >> (n & 63)
			pos += int((63 - n) >> 3)
			n |= 56
		}
		e := ac.fast[acc>>(64-fastBits)]
		if e == 0 {
			if e = ac.slow(acc); e == 0 {
				return false
			}
		}
		acc <<= e & 63
		n -= uint(e & 0xff)
		k += int(e >> 8 & 0xff)
	}
	b.pos, b.acc, b.n = pos, acc, n
	return true
}

// unstuff takes the compressed data apart into the parts between restart markers, without
// stuffed zeros, and appends padding. It returns what follows: another marker, or nothing.
func (d *Decoder) unstuff(data []byte) (rest []byte, err error) {
	d.data, d.ends = d.data[:0], d.ends[:0]
	for {
		i := bytes.IndexByte(data, 0xff)
		if i < 0 {
			d.data, data = append(d.data, data...), nil
			break
		}
		d.data = append(d.data, data[:i]...)
		after := i + 1
		for after < len(data) && data[after] == 0xff { // any number of them is one
			after++
		}
		if after == len(data) {
			data = nil
			break
		}
		if m := data[after]; m == 0 {
			d.data = append(d.data, 0xff)
		} else if m&^7 == mRST0 {
			if int(m&7) != len(d.ends)&7 || len(d.ends) > mostParts {
				return nil, errRestart
			}
			d.ends = append(d.ends, len(d.data))
		} else {
			data = data[i:]
			break
		}
		data = data[after+1:]
	}
	d.ends = append(d.ends, len(d.data))
	d.data = append(d.data, make([]byte, padding)...)
	return data, nil
}

// scanned is what a scan holds of one component.
type scanned struct {
	dc, ac       *table
	across, down int // blocks in each unit
	brightness   bool
}

// scan reads the blocks of a scan: units is how many there are in a row and in a column.
// It keeps the coefficients of the brightness and skips the rest.
func (d *Decoder) scan(parts []scanned, across, down int) error {
	for _, p := range parts {
		if p.brightness {
			d.across = across * p.across
			d.starts = resized(d.starts, d.across*down*p.down)
		}
	}
	d.coefficients = d.coefficients[:0]
	b := bits{data: d.data}
	segment, left, last := 0, d.restart, int32(0)
	for y := range down {
		for x := range across {
			if d.restart > 0 && left == 0 {
				if b.used() > 8*d.ends[segment] || segment+1 == len(d.ends) {
					return errCut
				}
				b, last, left = bits{data: d.data, pos: d.ends[segment]}, 0, d.restart
				segment++
			}
			left--
			for i := range parts {
				p := &parts[i]
				for j := range p.across * p.down {
					if b.pos > d.ends[segment]+8 {
						return errCut
					}
					if !p.brightness {
						if !b.skip(p.dc, p.ac) {
							return errCode
						}
						continue
					}
					at := len(d.coefficients)
					if cap(d.coefficients)-at < 64 {
						d.coefficients = append(d.coefficients, make([]coefficient, max(64, at/2))...)
					}
					block := (*[64]coefficient)(d.coefficients[at : at+64])
					n := b.block(p.dc, p.ac, block)
					if n == 0 {
						return errCode
					}
					if last += int32(int16(block[0])); last != int32(int16(last)) {
						return errCode
					}
					block[0] = coefficient(uint16(last))
					d.coefficients = d.coefficients[:at+n]
					d.starts[(y*p.down+j/p.across)*d.across+x*p.across+j%p.across] = int32(at)
				}
			}
		}
	}
	if b.used() > 8*d.ends[segment] {
		return errCut
	}
	return nil
}

// resized is s with n elements, of which nothing is known.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
