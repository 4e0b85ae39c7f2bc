package decode

import (
	"math/bits"
	"slices"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

const (
	// leastEvidence is how unlikely, in bits, it must be that a block of random symbols is
	// mended as one was. For the smallest versions it forbids the last correction or two, as
	// the standard does with its p (ISO/IEC 18004, table 9).
	leastEvidence = 26
	// leastErased is the same where symbols were taken for erased.
	leastErased = 32
	// leastTiming is how many of a hundred modules of the timing lines must be right: more
	// than chance makes of one line where the other cannot be seen.
	leastTiming = 65
)

// codewords turns the modules of a QR code into text. Modules are soft: positive is black,
// and how far from zero says how certain that is. Its buffers are reused; only a
// text that is found is allocated.
type codewords struct {
	field *field

	layouts [41]*qrLayout // by version, made when first needed
	raw     []byte        // codewords as they lie in the code
	doubt   []float32     // how certain the least certain bit of each is
	data    []byte
	word    [256]byte
	trial   [256]byte
	at      [256]int // places in raw of the symbols of word
	erased  [256]int
}

func newCodewords() *codewords { return &codewords{field: newField()} }

// layout returns the layout of codes with dim modules a side, or nil.
func (c *codewords) layout(dim int) *qrLayout {
	version := (dim - 17) / 4
	if version < 1 || version > 40 {
		return nil
	}
	if c.layouts[version] == nil {
		c.layouts[version] = newQRLayout(dim)
	}
	return c.layouts[version]
}

// decode reads the code, as it is or seen in a mirror. With erasures the least certain
// codewords may count as erased.
func (c *codewords) decode(modules []float32, l *qrLayout, erasures bool) (string, bool) {
	if !c.plausible(modules, l) {
		return "", false
	}
	for _, mirrored := range [2]bool{false, true} {
		for _, format := range c.formats(modules, l.dim, mirrored) {
			if format < 0 {
				continue
			}
			c.collect(modules, l, format&7, mirrored)
			if text, ok := c.blocks(l, format>>3, erasures); ok {
				return text, true
			}
		}
	}
	return "", false
}

// plausible says whether the timing lines are there. What is no code at all, or wrongly
// measured, must not come to be mended.
func (c *codewords) plausible(modules []float32, l *qrLayout) bool {
	lines := l.known[l.parts[partTiming-1]:l.parts[partTiming+1]]
	right := 0
	for _, k := range lines {
		if modules[int(k.y)*l.dim+int(k.x)] > 0 == k.black {
			right++
		}
	}
	return 100*right >= leastTiming*len(lines)
}

// formatCode is the format information that five data bits make: a BCH code, masked
// (ISO/IEC 18004, 7.9.1).
func formatCode(data int) int {
	rest := data << 10
	for i := 14; i >= 10; i-- {
		if rest>>i&1 != 0 {
			rest ^= 0x537 << (i - 10)
		}
	}
	return (data<<10 | rest) ^ 0x5412
}

// formats returns up to three readings of the format information, five bits each or
// -1: the one nearest to both copies, and to each of them.
func (c *codewords) formats(modules []float32, dim int, mirrored bool) [3]int {
	const worst = 3 // wrong bits that the code can mend
	a, b := 0, 0
	bit := func(v *int, x, y int) {
		if mirrored {
			x, y = y, x
		}
		*v <<= 1
		if modules[y*dim+x] > 0 {
			*v |= 1
		}
	}
	for i := range 15 {
		switch {
		case i < 6:
			bit(&a, i, 8)
		case i < 8:
			bit(&a, i+1, 8)
		case i == 8:
			bit(&a, 8, 7)
		default:
			bit(&a, 8, 14-i)
		}
		if i < 7 {
			bit(&b, 8, dim-1-i)
		} else {
			bit(&b, dim-15+i, 8)
		}
	}
	found := [3]int{-1, -1, -1}
	least := [3]int{2*worst + 4, worst + 1, worst + 1}
	for data := range 32 {
		code := formatCode(data)
		wrongA, wrongB := bits.OnesCount(uint(code^a)), bits.OnesCount(uint(code^b))
		for i, wrong := range [3]int{wrongA + wrongB, wrongA, wrongB} {
			if wrong < least[i] {
				least[i], found[i] = wrong, data
			}
		}
	}
	if found[2] == found[1] || found[2] == found[0] {
		found[2] = -1
	}
	if found[1] == found[0] {
		found[1] = -1
	}
	return found
}

// collect takes off the mask and puts the bits together to codewords.
func (c *codewords) collect(modules []float32, l *qrLayout, mask int, mirrored bool) {
	total := l.version.GetTotalCodewords()
	c.raw = slices.Grow(c.raw[:0], total)[:total]
	c.doubt = slices.Grow(c.doubt[:0], total)[:total]
	for i := range total {
		symbol, least := byte(0), float32(1e9)
		for _, at := range l.order[8*i : 8*i+8] {
			x, y := int(at)%l.dim, int(at)/l.dim
			m := modules[at]
			if mirrored {
				m = modules[x*l.dim+y]
			}
			symbol <<= 1
			if (m > 0) != masked(mask, x, y) {
				symbol |= 1
			}
			least = min(least, max(m, -m))
		}
		c.raw[i], c.doubt[i] = symbol, least
	}
}

// blocks corrects the blocks of the codewords and decodes what they say.
func (c *codewords) blocks(l *qrLayout, levelBits int, erasures bool) (string, bool) {
	level, err := decoder.ErrorCorrectionLevel_ForBits(uint(levelBits))
	if err != nil {
		return "", false
	}
	ec := l.version.GetECBlocksForLevel(level)
	checks := ec.GetECCodewordsPerBlock()
	blocks, short := ec.GetNumBlocks(), 0
	shortBlocks := blocks
	for i, b := range ec.GetECBlocks() {
		if i == 0 {
			short, shortBlocks = b.GetDataCodewords(), b.GetCount()
		}
	}
	total := len(c.raw)
	dataTotal := total - blocks*checks
	c.data = c.data[:0]
	for b := range blocks {
		// The blocks' symbols lie one of each block after the other; the longer blocks, which
		// come last, have one data symbol more.
		n := 0
		for i := range short {
			c.at[n] = i*blocks + b
			n++
		}
		if b >= shortBlocks {
			c.at[n] = short*blocks + b - shortBlocks
			n++
		}
		dataSymbols := n
		for i := range checks {
			c.at[n] = dataTotal + i*blocks + b
			n++
		}
		for i, at := range c.at[:n] {
			c.word[i] = c.raw[at]
		}
		if !c.mend(c.word[:n], checks, erasures) {
			return "", false
		}
		c.data = append(c.data, c.word[:dataSymbols]...)
	}
	result, err := decoder.DecodedBitStreamParser_Decode(slices.Clone(c.data), l.version, level, nil)
	if err != nil {
		return "", false
	}
	return result.GetText(), result.GetText() != ""
}

// mend corrects one block, first as it is and then, where that is allowed, with more and
// more of the least certain symbols erased.
func (c *codewords) mend(word []byte, checks int, erasures bool) bool {
	n := len(word)
	trial := c.trial[:copy(c.trial[:], word)]
	if errors, ok := c.field.correct(trial, checks, nil); ok && evidence(n, checks, errors, 0) >= leastEvidence {
		copy(word, trial)
		return true
	}
	if !erasures {
		return false
	}
	order := c.erased[:n]
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch x, y := c.doubt[c.at[a]], c.doubt[c.at[b]]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	step := max(2, checks/8)
	for erased := step; evidence(n, checks, 0, erased) >= leastErased; erased += step {
		trial := c.trial[:copy(c.trial[:], word)]
		errors, ok := c.field.correct(trial, checks, order[:erased])
		if ok && evidence(n, checks, errors, erased) >= leastErased {
			copy(word, trial)
			return true
		}
	}
	return false
}
