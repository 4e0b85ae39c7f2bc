package kiosk

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

// plainOrder reads an order as [EncodeOrder] writes nearly all of them: those
// without handovers and disputes. It takes a fifth of the time that the general
// decoder takes, which counts where a million are read. Whatever it does not
// expect, it leaves to that one, which also says what is wrong: false.
func plainOrder(raw []byte) (o Order, ok bool) {
	// The order keeps parts of both.
	r := plainReader{raw: bytes.Clone(raw), str: string(raw)}
	last := uint64(0)
	for n := r.count(majorMap); n > 0; n-- {
		key := r.key(&last)
		switch key {
		case 1:
			o.ID = OrderID(strings.Clone(r.text())) // orders are known by it after they are gone
		case 2:
			o.Version = r.number()
		case 3:
			o.Point = PointID(r.text())
		case 4:
			o.Status = Status(r.text())
		case 5:
			o.PickupNumber = r.text()
		case 6:
			o.Shelf = r.text()
		case 7:
			o.Lines = make([]Line, r.count(majorArray))
			for i := range o.Lines {
				o.Lines[i] = r.line()
			}
		case 8:
			o.Due = Fen(r.small())
		case 9:
			o.ValidFrom = r.time()
		case 10:
			o.CollectBy = r.time()
		case 11:
			o.ExpectedAt = r.time()
		case 12:
			o.Consignment = r.text()
		case 13:
			o.Lookups = make([]Lookup, r.count(majorArray))
			for i := range o.Lookups {
				r.failed = copy(o.Lookups[i][:], r.exactly(len(Lookup{}))) == 0 || r.failed
			}
		case 14:
			o.SealedDesk = r.bytes()
		case 15:
			o.SealedFull = r.bytes()
		case 16:
			o.NameIndex = r.bytes()
		case 19:
			o.NameKeys = make([][]byte, r.count(majorArray))
			for i := range o.NameKeys {
				o.NameKeys[i] = r.bytes()
			}
		case 20:
			o.Home = TerminalID(r.text())
		case 21:
			o.Rotating = r.yes()
		case 23:
			o.HomeVersion = r.number()
		case 24:
			o.HomeBefore = TerminalID(r.text())
		default:
			return Order{}, false
		}
		if r.failed {
			return Order{}, false
		}
	}
	return o, !r.failed && len(r.raw) == 0
}

func (r *plainReader) line() (l Line) {
	last := uint64(0)
	for n := r.count(majorMap); n > 0 && !r.failed; n-- {
		switch r.key(&last) {
		case 1:
			l.ID = LineID(r.text())
		case 2:
			l.Product = r.text()
		case 3:
			l.Spec = r.text()
		case 4:
			l.Unit = r.text()
		case 5:
			l.Quantity = int(r.small())
		case 6:
			l.Supplier = r.text()
		case 7:
			l.UnitPrice = Fen(r.small())
		case 8:
			l.Barcode = r.text()
		default:
			r.failed = true
		}
	}
	return l
}

// Major types of CBOR (RFC 8949, 3.1).
const (
	majorUint     = 0
	majorNegative = 1
	majorBytes    = 2
	majorText     = 3
	majorArray    = 4
	majorMap      = 5
)

const cborTrue = 0xf5

// maxPlain bounds what a plain order has of anything.
const maxPlain = 1024

// plainReader takes CBOR apart from the front. Once something was not as it should
// be it has failed, and gives zero values.
type plainReader struct {
	raw    []byte // the rest
	str    string // the same from the beginning, so that texts are parts of one
	failed bool
}

// head reads the head of an item of a major type: its length or value.
func (r *plainReader) head(major byte) uint64 {
	if r.failed || len(r.raw) == 0 || r.raw[0]>>5 != major {
		r.failed = true
		return 0
	}
	info := r.raw[0] & 0x1f
	if info < 24 {
		r.raw = r.raw[1:]
		return uint64(info)
	}
	size := 1 << (info - 24) // 1, 2, 4 or 8 bytes
	if info > 27 || len(r.raw) <= size {
		r.failed = true
		return 0
	}
	var v uint64
	for _, b := range r.raw[1 : 1+size] {
		v = v<<8 | uint64(b)
	}
	r.raw = r.raw[1+size:]
	return v
}

// key reads the key of a map: each greater than the last.
func (r *plainReader) key(last *uint64) uint64 {
	key := r.head(majorUint)
	r.failed = r.failed || key <= *last
	*last = key
	return key
}

func (r *plainReader) number() uint64 { return r.head(majorUint) }

// small reads a number that fits every integer; negative ones are not plain.
func (r *plainReader) small() int64 {
	v := r.head(majorUint)
	if v > 1<<31-1 {
		r.failed = true
		return 0
	}
	return int64(v)
}

// count reads how many entries an array or a map has: at least one.
func (r *plainReader) count(major byte) int {
	n := r.head(major)
	if n == 0 || n > maxPlain || n > uint64(len(r.raw)) {
		r.failed = true
		return 0
	}
	return int(n)
}

// take gives the next n bytes.
func (r *plainReader) take(n uint64) []byte {
	if r.failed || n > uint64(len(r.raw)) {
		r.failed = true
		return nil
	}
	b := r.raw[:n:n]
	r.raw = r.raw[n:]
	return b
}

func (r *plainReader) text() string {
	n := len(r.take(r.head(majorText)))
	end := len(r.str) - len(r.raw)
	s := r.str[end-n : end]
	r.failed = r.failed || !utf8.ValidString(s)
	return s
}

// bytes gives at least one byte.
func (r *plainReader) bytes() []byte {
	b := r.take(r.head(majorBytes))
	if len(b) == 0 {
		r.failed = true
		return nil
	}
	return b
}

func (r *plainReader) exactly(n int) []byte {
	b := r.bytes()
	if len(b) != n {
		r.failed = true
		return nil
	}
	return b
}

func (r *plainReader) time() time.Time {
	s := r.text()
	t, err := time.Parse(time.RFC3339, s)
	r.failed = r.failed || err != nil || s[len(s)-1] != 'Z'
	return t
}

func (r *plainReader) yes() bool {
	if r.failed || len(r.raw) == 0 || r.raw[0] != cborTrue {
		r.failed = true
		return false
	}
	r.raw = r.raw[1:]
	return true
}
