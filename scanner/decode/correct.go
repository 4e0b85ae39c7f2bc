package decode

import "math"

// field is the arithmetic of Reed-Solomon codes over GF(256), with the polynomial of QR
// codes, x⁸+x⁴+x³+x²+1 (ISO/IEC 18004, 7.5.2), and the scratch memory of a decoder.
type field struct {
	exp [512]byte
	log [256]byte

	syndromes, locator, previous, next, evaluator, word [256]byte
	places                                              [256]int
}

func newField() *field {
	f := &field{}
	x := 1
	for i := range 255 {
		f.exp[i], f.exp[i+255] = byte(x), byte(x)
		f.log[x] = byte(i)
		if x <<= 1; x > 255 {
			x ^= 0x11d
		}
	}
	return f
}

func (f *field) mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return f.exp[int(f.log[a])+int(f.log[b])]
}

// div divides by b, which must not be 0.
func (f *field) div(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return f.exp[int(f.log[a])+255-int(f.log[b])]
}

// syndrome evaluates word at the powers of the generator and says whether all are zero.
func (f *field) syndrome(word []byte, checks int) (clean bool) {
	clean = true
	for j := range checks {
		s := byte(0)
		for _, c := range word {
			if s != 0 {
				s = f.exp[int(f.log[s])+j]
			}
			s ^= c
		}
		f.syndromes[j] = s
		clean = clean && s == 0
	}
	return clean
}

// correct mends a word in place, the last checks symbols of which are check symbols.
// erased are places in it whose symbols are doubtful; each costs half of what an error
// at an unknown place does. It returns the number of errors found elsewhere, and false
// with the word unchanged if there are too many.
//
// It is the algorithm of Berlekamp and Massey, begun with the locator of the erasures,
// and Forney's formula (R. E. Blahut, Algebraic Codes for Data Transmission, 7.5).
func (f *field) correct(word []byte, checks int, erased []int) (errors int, ok bool) {
	if len(erased) > checks || len(word) > 255 {
		return 0, false
	}
	if f.syndrome(word, checks) {
		return 0, true
	}
	clear(f.locator[:])
	f.locator[0] = 1
	for n, place := range erased {
		root := len(word) - 1 - place
		for i := n + 1; i > 0; i-- {
			if f.locator[i-1] != 0 {
				f.locator[i] ^= f.exp[int(f.log[f.locator[i-1]])+root]
			}
		}
	}
	f.previous = f.locator
	degree := len(erased)
	for r := len(erased); r < checks; r++ {
		discrepancy := byte(0)
		for i := 0; i <= degree; i++ {
			discrepancy ^= f.mul(f.locator[i], f.syndromes[r-i])
		}
		copy(f.previous[1:], f.previous[:255])
		f.previous[0] = 0
		if discrepancy == 0 {
			continue
		}
		for i := range checks + 1 {
			f.next[i] = f.locator[i] ^ f.mul(discrepancy, f.previous[i])
		}
		if 2*degree <= r+len(erased) {
			degree = r + 1 + len(erased) - degree
			for i := range checks + 1 {
				f.previous[i] = f.div(f.locator[i], discrepancy)
			}
		}
		copy(f.locator[:checks+1], f.next[:checks+1])
	}
	if 2*(degree-len(erased))+len(erased) > checks || f.locator[degree] == 0 {
		return 0, false
	}
	if !f.search(len(word), degree) {
		return 0, false
	}
	mended := f.word[:copy(f.word[:], word)]
	f.repair(mended, checks, degree)
	if !f.syndrome(mended, checks) {
		return 0, false
	}
	copy(word, mended)
	return degree - len(erased), true
}

// search fills places with the roots of the locator, as places in a word of n symbols,
// and says whether there are as many as its degree.
func (f *field) search(n, degree int) bool {
	found := 0
	for place := range n {
		inverse := (255 - (n - 1 - place)) % 255
		sum, power := byte(0), 0
		for i := 0; i <= degree; i++ {
			if c := f.locator[i]; c != 0 {
				sum ^= f.exp[int(f.log[c])+power]
			}
			if power += inverse; power >= 255 {
				power -= 255
			}
		}
		if sum == 0 {
			if found == degree {
				return false
			}
			f.places[found] = place
			found++
		}
	}
	return found == degree
}

// repair adds the magnitudes of the errors at places.
func (f *field) repair(word []byte, checks, degree int) {
	for i := range checks {
		c := byte(0)
		for j := 0; j <= min(i, degree); j++ {
			c ^= f.mul(f.locator[j], f.syndromes[i-j])
		}
		f.evaluator[i] = c
	}
	for _, place := range f.places[:degree] {
		root := len(word) - 1 - place
		inverse := (255 - root) % 255
		above, below := byte(0), byte(0)
		for i := range checks {
			if c := f.evaluator[i]; c != 0 {
				above ^= f.exp[int(f.log[c])+inverse*i%255]
			}
		}
		for i := 1; i <= degree; i += 2 {
			if c := f.locator[i]; c != 0 {
				below ^= f.exp[int(f.log[c])+inverse*(i-1)%255]
			}
		}
		if below != 0 && above != 0 {
			word[place] ^= f.mul(f.exp[root], f.div(above, below))
		}
	}
}

// evidence is how unlikely it is, in bits, that a random word of n symbols is mended
// with so many errors and erasures: the share of words that lie that near to one
// of the code's. A word mended to the limit of its checks says little.
func evidence(n, checks, errors, erased int) float64 {
	bits := 8 * float64(checks-erased-errors)
	for i := range errors {
		bits -= math.Log2(float64(n-erased-i) / float64(i+1))
	}
	return bits
}
