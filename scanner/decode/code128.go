package decode

// patterns128 is the widths in modules of the bars and spaces of Code 128's characters
// 0 to 105, six each, bar first (ISO/IEC 15417, table 1).
const patterns128 = "" +
	"212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222" +
	"123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321" +
	"232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121" +
	"313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224" +
	"111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111" +
	"111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113" +
	"114311411113411311113141114131311141411131211412211214211232"

// patternStop is that of the stop pattern, which has one bar more.
const patternStop = "2331112"

// Characters of Code 128 that are not data in every code set.
const (
	fnc3     = 96
	fnc2     = 97
	shift128 = 98
	setC     = 99
	setB     = 100 // in set B: FNC4
	setA     = 101 // in set A: FNC4
	fnc1     = 102
	startA   = 103
	startC   = 105
)

const (
	mostChars = 100 // of a Code 128, with start, check and stop
	modules   = 11  // of a character
	stop128   = 13  // modules of the stop pattern, seven bars and spaces
)

// code128 reads a Code 128 whose first bar starts at edge s. It fills l.chars with the
// values of start, data and check characters and returns the edge after the stop pattern.
func (l *linear) code128(e []float32, s int) (end int, fit float32, ok bool) {
	l.chars = l.chars[:0]
	var wide float32 // how much wider bars look than they are, in modules
	module := (e[s+6] - e[s]) / modules
	for k := s; ; k += 6 {
		if k+6 >= len(e) || l.left <= 0 || len(l.chars) == mostChars {
			return 0, 0, false
		}
		if len(l.chars) > 2 && k+7 < len(e) && stopAt(e[k:k+8], module, wide) {
			return k + 7, fit / float32(len(l.chars)), true
		}
		m := (e[k+6] - e[k]) / modules
		if d := m/module - 1; d > 0.2 || d < -0.2 {
			return 0, 0, false
		}
		module += (m - module) / 2
		l.left -= matchCost
		first, last := 0, startA
		if k == s {
			first, last = startA, startC+1
			// Start patterns A and B have four modules of black, C has six.
			black := (e[s+1] - e[s] + e[s+3] - e[s+2] + e[s+5] - e[s+4]) / m
			if black < 5 {
				wide = (black - 4) / 3
			} else {
				wide = (black - 6) / 3
			}
		}
		char, miss, black, ok := match128(e[k:k+7], m, wide, first, last)
		if !ok {
			return 0, 0, false
		}
		wide += (black/3 - wide) / 4
		fit += miss
		l.chars = append(l.chars, byte(char))
	}
}

// match128 finds the character from first up to last whose widths are nearest to those
// between seven edges, and by how many square modules it misses them. It is none if it
// misses them by much or another is about as near. black is how many modules more black
// there is than the character has.
func match128(e []float32, module, wide float32, first, last int) (char int, miss, black float32, ok bool) {
	const most, apart = 1.1, 0.5
	var w [6]float32
	for i := range w {
		w[i] = (e[i+1] - e[i]) / module
		if i&1 == 0 {
			w[i] -= wide
		} else {
			w[i] += wide
		}
	}
	miss, next := float32(2*most), float32(2*most)
	for c := first; c < last; c++ {
		p := patterns128[6*c : 6*c+6]
		d0, d1, d2 := w[0]-float32(p[0]-'0'), w[1]-float32(p[1]-'0'), w[2]-float32(p[2]-'0')
		sum := d0*d0 + d1*d1 + d2*d2
		if sum >= next {
			continue
		}
		d3, d4, d5 := w[3]-float32(p[3]-'0'), w[4]-float32(p[4]-'0'), w[5]-float32(p[5]-'0')
		sum += d3*d3 + d4*d4 + d5*d5
		if sum < miss {
			miss, next, char = sum, miss, c
		} else if sum < next {
			next = sum
		}
	}
	if miss > most || next-miss < apart {
		return 0, 0, 0, false
	}
	p := patterns128[6*char : 6*char+6]
	black = w[0] + w[2] + w[4] + 3*wide - float32(p[0]+p[2]+p[4]-3*'0')
	return char, miss, black, true
}

// stopAt says whether eight edges are those of the stop pattern 2331112.
func stopAt(e []float32, module, wide float32) bool {
	const most = 1.1
	m := (e[7] - e[0]) / stop128
	if d := m/module - 1; d > 0.2 || d < -0.2 {
		return false
	}
	sum := float32(0)
	for i := range patternStop {
		d := (e[i+1]-e[i])/m - float32(patternStop[i]-'0')
		if i&1 == 0 {
			d -= wide
		} else {
			d += wide
		}
		sum += d * d
	}
	return sum < most
}

// text128 turns the characters of a Code 128 into UTF-8 text: its bytes are Latin-1.
// It is none if the check character is wrong or there is no data. FNC1, which says
// that the text is in GS1's format, and FNC2 and FNC3, which are for the scanner, leave no
// trace in it; FNC4 adds 128 to the next character, or twice in a row to all until
// the next two.
func text128(chars []byte, dst []byte) ([]byte, bool) {
	dst = dst[:0]
	if len(chars) < 3 || chars[0] < startA {
		return dst, false
	}
	last := len(chars) - 1
	sum := int(chars[0])
	for i, c := range chars[1:last] {
		sum += (i + 1) * int(c)
	}
	if sum%103 != int(chars[last]) {
		return dst, false
	}
	set := chars[0] - startA + 'A'
	back := byte(0) // the set to return to after one character
	upper, once := false, false
	for _, c := range chars[1:last] {
		now := set
		if back != 0 {
			set, back = back, 0
		}
		switch {
		case now == 'C' && c < 100:
			dst = append(dst, '0'+c/10, '0'+c%10)
		case now != 'C' && c < fnc3:
			b := c + ' '
			if now == 'A' && c >= 64 {
				b = c - 64
			}
			if upper != once {
				b += 128
			}
			once = false
			if b < 128 {
				dst = append(dst, b)
			} else { // Latin-1 above ASCII takes two bytes
				dst = append(dst, 0xc0|b>>6, 0x80|b&0x3f)
			}
		case now != 'C' && c == shift128:
			back, set = now, 'A'+'B'-now
		case now == 'A' && c == setA, now == 'B' && c == setB:
			if once {
				upper = !upper
			}
			once = !once
		case c == setA:
			set = 'A'
		case c == setB:
			set = 'B'
		case c == setC:
			set = 'C'
		case c >= startA:
			return dst, false
		}
	}
	return dst, len(dst) > 0
}
