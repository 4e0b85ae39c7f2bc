package decode

import (
	"slices"
)

// remembered is how many decoded codes are remembered.
const remembered = 8

// samples are the modules of a code as they were sampled, row after row, 64 a word.
type samples struct {
	dim  int
	bits []uint64
}

// reset makes all of them white.
func (m *samples) reset(dim int) {
	n := (dim*dim + 63) / 64
	if cap(m.bits) < n {
		m.bits = make([]uint64, n)
	}
	m.dim, m.bits = dim, m.bits[:n]
	clear(m.bits)
}

func (m *samples) set(x, y int) {
	i := y*m.dim + x
	m.bits[i>>6] |= 1 << (uint(i) & 63)
}

func (m *samples) black(x, y int) bool {
	i := y*m.dim + x
	return m.bits[i>>6]>>(uint(i)&63)&1 != 0
}

// memory keeps what the last codes said, so that a code which is shown frame after frame,
// with exactly the same modules, is decoded once.
type memory struct {
	codes [remembered]struct {
		samples samples
		text    string
	}
	next int // the oldest
}

func (m *memory) recall(code *samples) (text string, ok bool) {
	for i := range m.codes {
		c := &m.codes[i]
		if c.samples.dim == code.dim && slices.Equal(c.samples.bits, code.bits) {
			return c.text, true
		}
	}
	return "", false
}

func (m *memory) keep(code *samples, text string) {
	c := &m.codes[m.next]
	m.next = (m.next + 1) % remembered
	c.samples.dim, c.samples.bits = code.dim, append(c.samples.bits[:0], code.bits...)
	c.text = text
}
