package boltstore

import (
	"unicode/utf8"

	"hexiao/kiosk"
)

// Heads of CBOR items (RFC 8949, 3.1): the major type in the upper three bits.
const (
	cborUint  = 0x00
	cborBytes = 0x40
	cborText  = 0x60
	cborArray = 0x80
	cborMap   = 0xa0
	cborTrue  = 0xf5
)

// plainRow reads a row as encodeOrder writes nearly all of them: those without
// codes that HQ signed. Order and State are parts of raw. A full set is a million
// of them, and the general decoder takes ten times as long. What it does not
// expect it leaves to that one: false.
func plainRow(raw []byte) (r row, ok bool) {
	p := rowReader{raw: raw}
	fields, last := p.head(cborMap), uint64(0)
	for ; fields > 0 && !p.failed; fields-- {
		key := p.head(cborUint)
		p.failed = p.failed || key <= last // twice, or in another order
		switch last = key; key {
		case 1:
			r.Order = p.take(p.head(cborBytes))
		case 2:
			r.State = p.take(p.head(cborBytes))
		case 3:
			r.Codes = p.codes()
		case 4:
			r.Gone = p.yes()
		default:
			return row{}, false
		}
	}
	return r, !p.failed && len(p.raw) == 0 && len(r.Order) > 0
}

// rowReader takes a row apart from the front. Once something was not as it should
// be it has failed, and gives zero values.
type rowReader struct {
	raw    []byte
	failed bool
}

// head reads the head of an item of a type: its length or value, of at most two
// bytes more.
func (p *rowReader) head(kind byte) uint64 {
	first := p.take(1)
	if p.failed || first[0]&0xe0 != kind {
		p.failed = true
		return 0
	}
	n := uint64(first[0] & 0x1f)
	if n < 24 {
		return n
	}
	p.failed = n > 25
	more := p.take(n - 23)
	n = 0
	for _, b := range more {
		n = n<<8 | uint64(b)
	}
	return n
}

func (p *rowReader) take(n uint64) []byte {
	if p.failed || n > uint64(len(p.raw)) {
		p.failed = true
		return nil
	}
	b := p.raw[:n:n]
	p.raw = p.raw[n:]
	return b
}

func (p *rowReader) yes() bool {
	b := p.take(1)
	p.failed = p.failed || b[0] != cborTrue // also false, which is not written
	return !p.failed
}

func (p *rowReader) codes() []code {
	n := p.head(cborArray)
	if p.failed || n > uint64(len(p.raw)) {
		p.failed = true
		return nil
	}
	codes := make([]code, n)
	for i := range codes {
		p.failed = p.head(cborArray) != 2 || p.failed
		kind, text := p.head(cborUint), p.take(p.head(cborText))
		if p.failed = p.failed || kind > 0xff || !utf8.Valid(text); p.failed {
			return nil
		}
		codes[i].Kind, codes[i].Text = kiosk.CodeKind(kind), string(text)
	}
	return codes
}
