package luma

// The Huffman tables of Annex K.3 of ITU-T T.81, which cameras leave out of motion JPEG:
// how many codes there are of 1 to 16 bits, then their symbols.
const (
	standardDC0 = "\x00\x01\x05\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"
	standardAC0 = "\x00\x02\x01\x03\x03\x02\x04\x03\x05\x05\x04\x04\x00\x00\x01\x7d" +
		"\x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07\x22\x71" +
		"\x14\x32\x81\x91\xa1\x08\x23\x42\xb1\xc1\x15\x52\xd1\xf0\x24\x33\x62\x72" +
		"\x82\x09\x0a\x16\x17\x18\x19\x1a\x25\x26\x27\x28\x29\x2a\x34\x35\x36\x37" +
		"\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49\x4a\x53\x54\x55\x56\x57\x58\x59" +
		"\x5a\x63\x64\x65\x66\x67\x68\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x83" +
		"\x84\x85\x86\x87\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3" +
		"\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3" +
		"\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xe1\xe2" +
		"\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"
	standardDC1 = "\x00\x03\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00" +
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"
	standardAC1 = "\x00\x02\x01\x02\x04\x04\x03\x04\x07\x05\x04\x04\x00\x01\x02\x77" +
		"\x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71\x13\x22" +
		"\x32\x81\x08\x14\x42\x91\xa1\xb1\xc1\x09\x23\x33\x52\xf0\x15\x62\x72\xd1" +
		"\x0a\x16\x24\x34\xe1\x25\xf1\x17\x18\x19\x1a\x26\x27\x28\x29\x2a\x35\x36" +
		"\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49\x4a\x53\x54\x55\x56\x57\x58" +
		"\x59\x5a\x63\x64\x65\x66\x67\x68\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a" +
		"\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a" +
		"\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba" +
		"\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda" +
		"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"
)

// fastBits is the length in bits of what a table looks up at once. Most symbols are
// shorter than that together with the value that follows them.
const fastBits = 10

// symbol is a decoded Huffman symbol with what follows it:
//
//	bits 0-7    length of the code and of the value behind it, at most 31; 0: no code
//	bits 8-15   places to go on in the block: zeros and the value; 64 at its end
//	bits 16-19  length of the value where it is still to be read
//	bits 20-31  the value, signed, where it was looked up
type symbol uint32

func newSymbol(length int, s byte) symbol {
	size, skip := int(s&15), int(s>>4)+1
	if s == 0 {
		skip = 64
	}
	return symbol(size<<16 | skip<<8 | (length + size))
}

// value is what follows the code at the top of acc.
func (e symbol) value(acc uint64) int32 {
	if size := e >> 16 & 15; size != 0 {
		return extend(uint32(acc<<((e-size)&63)>>((64-size)&63)), uint32(size))
	}
	return int32(e) >> 20
}

// table decodes one Huffman code.
type table struct {
	defined bool // in the picture that is being read
	spec    [16 + 256]byte
	fast    [1 << fastBits]symbol
	// For codes longer than fastBits, by length: the first that is too large, at the top of
	// 16 bits, and what to add to one to find its symbol.
	beyond [17]uint32
	offset [17]int
}

// define sets a table to a specification of 16 counts and their symbols. It does nothing
// if that is what it is already, as with every picture of a camera but the first. It
// returns false if there can be no such code.
func define[S string | []byte](t *table, spec S) bool {
	if t.defined = string(t.spec[:len(spec)]) == string(spec); t.defined {
		return true
	}
	*t = table{}
	code, at := 0, 16
	for length := 1; length <= 16; length++ {
		t.offset[length] = at - code
		for range spec[length-1] {
			if code>>length != 0 {
				*t = table{}
				return false
			}
			if length <= fastBits {
				t.fill(code<<(fastBits-length), length, spec[at])
			}
			code++
			at++
		}
		t.beyond[length] = uint32(code << (16 - length))
		code <<= 1
	}
	copy(t.spec[:], spec)
	t.defined = true
	return true
}

// fill sets all entries that begin with one code.
func (t *table) fill(first, length int, s byte) {
	size, rest := int(s&15), fastBits-length
	for i := range 1 << rest {
		e := newSymbol(length, s)
		if size > 0 && size <= rest {
			v := extend(uint32(i>>(rest-size)), uint32(size))
			e = symbol(v)<<20 | e&0xffff
		}
		t.fast[first+i] = e
	}
}

// find finds the code at the top of acc, or returns 0.
func (t *table) find(acc uint64) symbol {
	if e := t.fast[acc>>(64-fastBits)]; e != 0 {
		return e
	}
	return t.slow(acc)
}

// slow finds a code of more than fastBits bits at the top of acc, or returns 0.
func (t *table) slow(acc uint64) symbol {
	next := uint32(acc >> 48)
	for length := fastBits + 1; length <= 16; length++ {
		if next < t.beyond[length] {
			return newSymbol(length, t.spec[int(next>>(16-length))+t.offset[length]])
		}
	}
	return 0
}

// extend is the signed value of size bits (section F.2.2.1), without a branch that could
// only be guessed.
func extend(v, size uint32) int32 {
	negative := int32(v>>((size-1)&31)) - 1 // all bits or none
	return int32(v) + negative&(1-1<<(size&31))
}
