package decode

// patternsEAN is the widths of the spaces and bars of EAN-13's digits in its left half,
// set A, space first; set B has them backwards, and the right half as in set A, bar first
// (ISO/IEC 15420, table 1).
const patternsEAN = "3211222121221411113212311114131212133112"

// parityEAN tells the first digit by which of the six left digits are of set B: the bit of
// the first of them is the highest.
const parityEAN = "\x00\x0b\x0d\x0e\x13\x19\x1c\x15\x16\x1a"

const (
	edgesEAN   = 60 // of an EAN-13
	modulesEAN = 95
	digitEAN   = 7 // modules of a digit
)

// ean13 reads an EAN-13 that starts at edge s and puts its thirteen digits into l.chars.
func (l *linear) ean13(e []float32, s int) (end int, fit float32, ok bool) {
	if s+edgesEAN > len(e) {
		return 0, 0, false
	}
	e = e[s : s+edgesEAN]
	module := (e[edgesEAN-1] - e[0]) / modulesEAN
	guard := func(from, n int) (wide float32, ok bool) {
		for i := range n {
			w := (e[from+i+1]-e[from+i])/module - 1
			if w > 0.7 || w < -0.7 {
				return 0, false
			}
			if (from+i)&1 == 0 {
				wide += w
			} else {
				wide -= w
			}
		}
		return wide / float32(n), true
	}
	// All bars and spaces of the guards are one module: they tell how much wider bars look.
	left, ok1 := guard(0, 3)
	middle, ok2 := guard(27, 5)
	right, ok3 := guard(edgesEAN-4, 3)
	if !ok1 || !ok2 || !ok3 || l.left <= 0 {
		return 0, 0, false
	}
	wide := (3*left + 5*middle + 3*right) / 11
	l.left -= 4 * matchCost
	l.chars = append(l.chars[:0], 0)
	parity := byte(0)
	for i := range 12 {
		k, sets, sign := 3+4*i, 2, float32(1)
		if i >= 6 {
			k, sets, sign = 32+4*(i-6), 1, -1
		}
		m := (e[k+4] - e[k]) / digitEAN
		if d := m/module - 1; d > 0.25 || d < -0.25 {
			return 0, 0, false
		}
		digit, set, miss, ok := matchEAN(e[k:k+5], m, sign*wide, sets)
		if !ok {
			return 0, 0, false
		}
		fit += miss
		if i < 6 {
			parity = parity<<1 | set
		}
		l.chars = append(l.chars, digit)
	}
	return s + edgesEAN - 1, fit / 12, firstDigit(l.chars, parity)
}

// matchEAN finds the digit whose widths are nearest to those between five edges; wide is
// how much the first and third look narrower than they are.
func matchEAN(e []float32, module, wide float32, sets int) (digit, set byte, miss float32, ok bool) {
	const most, apart = 0.9, 0.5
	w := [4]float32{}
	for i := range w {
		w[i] = (e[i+1] - e[i]) / module
		if i&1 == 0 {
			w[i] += wide
		} else {
			w[i] -= wide
		}
	}
	miss, next := float32(2*most), float32(2*most)
	for s := range sets {
		for d := range 10 {
			sum := float32(0)
			for i, v := range w {
				at := i
				if s == 1 {
					at = 3 - i
				}
				d := v - float32(patternsEAN[4*d+at]-'0')
				sum += d * d
			}
			if sum < miss {
				miss, next, digit, set = sum, miss, byte(d), byte(s)
			} else if sum < next {
				next = sum
			}
		}
	}
	return digit, set, miss, miss <= most && next-miss >= apart
}

// firstDigit sets the first of thirteen digits by the parity of the next six and says
// whether there is one and the check digit is right.
func firstDigit(digits []byte, parity byte) bool {
	for d := range len(parityEAN) {
		if parityEAN[d] == parity {
			digits[0] = byte(d)
			sum := 0
			for i, d := range digits {
				sum += int(d) * (1 + 2*(i&1))
			}
			return sum%10 == 0
		}
	}
	return false
}

// textEAN turns thirteen digits into text.
func textEAN(digits, dst []byte) []byte {
	dst = dst[:0]
	for _, d := range digits {
		dst = append(dst, '0'+d)
	}
	return dst
}
