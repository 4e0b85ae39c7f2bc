package luma

// Natural order of the coefficients' places, by zigzag order (figure A.6).
const unzigzag = "\x00\x01\x08\x10\x09\x02\x03\x0a\x11\x18\x20\x19\x12\x0b\x04\x05\x0c\x13\x1a\x21\x28\x30\x29\x22\x1b\x14\x0d\x06\x07\x0e\x15\x1c" +
	"\x23\x2a\x31\x38\x39\x32\x2b\x24\x1d\x16\x0f\x17\x1e\x25\x2c\x33\x3a\x3b\x34\x2d\x26\x1f\x27\x2e\x35\x3c\x3d\x36\x2f\x37\x3e\x3f"

// Two numbers of 32 bits travel in one of 64, the first in the low half: sums and products
// with a constant come out right in both, as long as neither overflows, since the
// borrow of a negative first one is made good when it is taken out. A
// transform by sums and products alone so takes two lines of a block at once.
//
// The transform is that of Loeffler, Ligtenberg and Moschytz (1989) with constants of 13
// bits, each product one factor deep.
const (
	constBits = 13
	between   = 2 // bits of fraction kept after the first of two passes

	c0298 = 2446  // 0.298631336 in 13 bits, and so on
	c0390 = 3196  // 0.390180644
	c0541 = 4433  // 0.541196100
	c0765 = 6270  // 0.765366865
	c0899 = 7373  // 0.899976223
	c1175 = 9633  // 1.175875602
	c1501 = 12299 // 1.501321110
	c1847 = 15137 // 1.847759065
	c1961 = 16069 // 1.961570560
	c2053 = 16819 // 2.053119869
	c2562 = 20995 // 2.562915447
	c3072 = 25172 // 3.072711026

	both = 1 + 1<<32 // the same number in both halves
)

// inverse transforms a line of eight coefficients, times 2^constBits·√8.
func inverse(x0, x1, x2, x3, x4, x5, x6, x7 int64) (y0, y1, y2, y3, y4, y5, y6, y7 int64) {
	// Even part.
	z := (x2 + x6) * c0541
	t2, t3 := z-x6*c1847, z+x2*c0765
	t0, t1 := (x0+x4)<<constBits, (x0-x4)<<constBits
	e0, e3, e1, e2 := t0+t3, t0-t3, t1+t2, t1-t2
	// Odd part.
	z1, z2, z3, z4 := x7+x1, x5+x3, x7+x3, x5+x1
	z5 := (z3 + z4) * c1175
	z1, z2 = z1*-c0899, z2*-c2562
	z3, z4 = z5-z3*c1961, z5-z4*c0390
	o0 := x7*c0298 + z1 + z3
	o1 := x5*c2053 + z2 + z4
	o2 := x3*c3072 + z2 + z3
	o3 := x1*c1501 + z1 + z4
	return e0 + o3, e1 + o2, e2 + o1, e3 + o0, e3 - o0, e2 - o1, e1 - o2, e0 - o3
}

// inverseLow is inverse where the last four coefficients are zero.
func inverseLow(x0, x1, x2, x3 int64) (y0, y1, y2, y3, y4, y5, y6, y7 int64) {
	t2, t3 := x2*c0541, x2*(c0541+c0765)
	t0 := x0 << constBits
	e0, e3, e1, e2 := t0+t3, t0-t3, t0+t2, t0-t2
	z5 := (x3 + x1) * c1175
	z3, z4 := z5-x3*c1961, z5-x1*c0390
	o0 := z3 - x1*c0899
	o1 := z4 - x3*c2562
	o2 := x3*(c3072-c2562) + z3
	o3 := x1*(c1501-c0899) + z4
	return e0 + o3, e1 + o2, e2 + o1, e3 + o0, e3 - o0, e2 - o1, e1 - o2, e0 - o3
}

// halves takes two numbers apart and shifts them right.
func halves(x int64, shift uint) (first, second int64) {
	first = int64(int32(x))
	return first >> shift, (x - first) >> 32 >> shift
}

// drawBlock draws a whole block into rows of stride bytes and clears it. Two columns of
// each row are together in one number of block. places holds the bits of the places that
// are not zero: where all are in the first four rows, or columns, there is less to do.
func drawBlock(dst []byte, stride int, block *[32]int64, places int) {
	const (
		lastRows, lastColumns = 0o40, 0o4

		round = both << (constBits - between - 1)
		shift = constBits + between + 3
		level = both * (128<<shift + 1<<(shift-1))
	)
	var lines [32]int64 // two rows of each column together
	columns := 4
	if places&lastColumns == 0 {
		columns = 2
	}
	for c := range columns {
		var y [8]int64
		if places&lastRows == 0 {
			y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = inverseLow(block[c], block[4+c], block[8+c], block[12+c])
		} else {
			y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = inverse(block[c], block[4+c], block[8+c], block[12+c],
				block[16+c], block[20+c], block[24+c], block[28+c])
		}
		for r := range 4 {
			a, b := halves(y[2*r]+round, constBits-between)
			e, f := halves(y[2*r+1]+round, constBits-between)
			lines[8*r+2*c] = a + e<<32
			lines[8*r+2*c+1] = b + f<<32
		}
	}
	*block = [32]int64{}
	for r := range 4 {
		l := (*[8]int64)(lines[8*r:])
		var y [8]int64
		if places&lastColumns == 0 {
			y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = inverseLow(l[0], l[1], l[2], l[3])
		} else {
			y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = inverse(l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7])
		}
		first, second := (*[8]byte)(dst[2*r*stride:]), (*[8]byte)(dst[(2*r+1)*stride:])
		for i, v := range &y {
			a, b := halves(v+level, shift)
			first[i], second[i] = clamp(a), clamp(b)
		}
	}
}

// clamp is v between 0 and 255.
func clamp(v int64) uint8 {
	if uint64(v) > 255 {
		return uint8(^(v >> 63))
	}
	return uint8(v)
}
