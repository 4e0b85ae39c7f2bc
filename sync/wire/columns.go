package wire

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"

	"hexiao/kiosk"
)

// The columns of a page, in the order in which they stand in it. A text takes
// two, see columns.text.
const (
	colID = iota * 2
	colPoint
	colStatus
	colPickup
	colShelf
	colConsignment
	colHome
	colVersion // the change since the order before
	colDue
	colHomeVersion // likewise
	colLine        // number of lines; of each its goods, 0: new ones
	colQuantity
	colShape // numbers and lengths of what stands in raw
	colFlags
	colTimes  // three, each with seconds and nanoseconds
	colLineID = colTimes + 6
	colGoods  = colLineID + 2
	colNames  = colGoods + 2 // the names' indexes: customers come again
	colRest   = colNames + 2
	columns   = colRest + 2
)

const (
	flagRotating = 1 << iota
	flagRest     // there is more, as kiosk.EncodeOrder has it
)

// table is orders by columns: what stands in one column of orders that follow
// each other is alike, and so packs well. raw holds what cannot be packed: keyed
// hashes and what is sealed.
type table struct {
	cols [columns][]byte
	raw  []byte

	text    [columns]string
	version uint64
	moved   uint64 // HomeVersion
	seconds [3]int64
	goods   map[kiosk.Line]uint64
}

func (t *table) reset() {
	for i := range t.cols {
		t.cols[i] = t.cols[i][:0]
	}
	t.raw, t.text, t.version, t.moved, t.seconds = t.raw[:0], [columns]string{}, 0, 0, [3]int64{}
	clear(t.goods)
}

func (t *table) size() int {
	n := len(t.raw)
	for _, c := range t.cols {
		n += len(c)
	}
	return n
}

func (t *table) number(col int, n uint64) { t.cols[col] = binary.AppendUvarint(t.cols[col], n) }
func (t *table) signed(col int, n int64)  { t.cols[col] = binary.AppendVarint(t.cols[col], n) }

// put appends a text that is not like the one before.
func (t *table) put(col int, s string) {
	t.number(col, uint64(len(s)))
	t.cols[col+1] = append(t.cols[col+1], s...)
}

// share appends a text as what it shares with the one before and what it does not.
func (t *table) share(col int, s string) {
	last, n := t.text[col], 0
	for n < min(len(s), len(last)) && s[n] == last[n] {
		n++
	}
	t.number(col, uint64(n))
	t.put(col, s[n:])
	t.text[col] = s
}

// add appends an order.
func (t *table) add(o kiosk.Order) error {
	t.share(colID, string(o.ID))
	t.share(colPoint, string(o.Point))
	t.share(colStatus, string(o.Status))
	t.share(colPickup, o.PickupNumber)
	t.share(colShelf, o.Shelf)
	t.share(colConsignment, o.Consignment)
	t.share(colHome, string(o.Home))
	t.signed(colVersion, int64(o.Version-t.version)) // wraps around, and back
	t.signed(colHomeVersion, int64(o.HomeVersion-t.moved))
	t.version, t.moved = o.Version, o.HomeVersion
	t.signed(colDue, int64(o.Due))
	for i, at := range []time.Time{o.ValidFrom, o.CollectBy, o.ExpectedAt} {
		t.signed(colTimes+2*i, at.Unix()-t.seconds[i])
		t.number(colTimes+2*i+1, uint64(at.Nanosecond()))
		t.seconds[i] = at.Unix()
	}
	t.number(colLine, uint64(len(o.Lines)))
	for i, l := range o.Lines {
		t.line(i, l)
	}
	t.number(colShape, uint64(len(o.Lookups)))
	for _, l := range o.Lookups {
		t.raw = append(t.raw, l[:]...)
	}
	t.bytes(o.SealedDesk)
	t.bytes(o.SealedFull)
	t.put(colNames, string(o.NameIndex))
	t.number(colNames, uint64(len(o.NameKeys)))
	for _, k := range o.NameKeys {
		t.put(colNames, string(k))
	}
	flags := uint64(0)
	if o.Rotating {
		flags |= flagRotating
	}
	rest := restOf(o)
	if !reflect.ValueOf(rest).IsZero() {
		flags |= flagRest
		b, err := kiosk.EncodeOrder(rest)
		if err != nil {
			return err
		}
		t.put(colRest, string(b))
	}
	t.number(colFlags, flags)
	return nil
}

// restOf is what the columns do not hold; a field that is new here, and few
// orders have, is in it by itself.
func restOf(o kiosk.Order) kiosk.Order {
	o.ID, o.Point, o.Status, o.PickupNumber, o.Shelf, o.Consignment, o.Home = "", "", "", "", "", "", ""
	o.Version, o.HomeVersion, o.Due, o.ValidFrom, o.CollectBy, o.ExpectedAt = 0, 0, 0, time.Time{}, time.Time{}, time.Time{}
	o.Lines, o.Lookups, o.SealedDesk, o.SealedFull, o.NameIndex, o.NameKeys = nil, nil, nil, nil, nil, nil
	o.Rotating = false
	if len(o.Settled) == 0 {
		o.Settled = nil
	}
	if len(o.Disputes) == 0 {
		o.Disputes = nil
	}
	return o
}

func (t *table) bytes(b []byte) {
	t.number(colShape, uint64(len(b)))
	t.raw = append(t.raw, b...)
}

// line appends a line: goods that the page has already are a number.
func (t *table) line(i int, l kiosk.Line) {
	t.number(colQuantity, uint64(l.Quantity))
	id := string(l.ID)
	if id == strconv.Itoa(i+1) {
		id = ""
	}
	t.put(colLineID, id)
	l.ID, l.Quantity = "", 0
	n, known := t.goods[l]
	t.number(colLine, n)
	if known {
		return
	}
	if t.goods == nil {
		t.goods = map[kiosk.Line]uint64{}
	}
	t.goods[l] = uint64(len(t.goods)) + 1
	for _, s := range []string{l.Product, l.Spec, l.Unit, l.Supplier, l.Barcode} {
		t.put(colGoods, s)
	}
	t.signed(colGoods, int64(l.UnitPrice))
}

// tableReader reads what table wrote. A fault ends it: err is set, and what it
// gives from then on means nothing.
type tableReader struct {
	cols [columns]string
	raw  []byte
	err  error

	text    [columns]string
	version uint64
	moved   uint64
	seconds [3]int64
	goods   []kiosk.Line
	left    int // bytes of text that may still be made
	// Parts of these are given to orders, which would otherwise need many small pieces
	// of memory.
	names   []byte // the rest of the names' column
	orders  int    // that are still to come
	lines   []kiosk.Line
	lookups []kiosk.Lookup
}

// cutOff takes n entries from the front of spare memory, and where it does not
// suffice gets some for the next orders as well, of which there are so many.
func cutOff[T any](spare *[]T, n, orders int) []T {
	if n > len(*spare) {
		*spare = make([]T, n*min(orders, 64))
	}
	part := (*spare)[:n:n]
	*spare = (*spare)[n:]
	return part
}

func (t *tableReader) fail(what string) {
	if t.err == nil {
		t.err = malformed("a page of orders: %s", what)
	}
}

func (t *tableReader) number(col int) uint64 {
	var n uint64
	for i := range min(len(t.cols[col]), binary.MaxVarintLen64) {
		b := t.cols[col][i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			t.cols[col] = t.cols[col][i+1:]
			return n
		}
	}
	t.fail("a number is cut off")
	return 0
}

func (t *tableReader) signed(col int) int64 {
	n := t.number(col)
	return int64(n>>1) ^ -int64(n&1)
}

// count reads a number of at most so many.
func (t *tableReader) count(col int, most int) int {
	n := t.number(col)
	if n > uint64(most) {
		t.fail("a number is too large")
		return 0
	}
	return int(n)
}

func (t *tableReader) get(col int) string {
	n := t.count(col, len(t.cols[col+1]))
	s := t.cols[col+1][:n]
	t.cols[col+1] = t.cols[col+1][n:]
	return s
}

func (t *tableReader) share(col int) string {
	last := t.text[col]
	n := t.count(col, len(last))
	rest := t.get(col)
	if n == len(last) && rest == "" {
		return last
	}
	if t.left -= n + len(rest); t.left < 0 {
		t.fail("it is too long")
		return ""
	}
	t.text[col] = last[:n] + rest
	return t.text[col]
}

func (t *tableReader) bytes() []byte {
	n := t.count(colShape, len(t.raw))
	if n == 0 {
		return nil
	}
	b := t.raw[:n:n]
	t.raw = t.raw[n:]
	return b
}

// next reads an order. Parts of it lie in the page's own bytes.
func (t *tableReader) next() (o kiosk.Order, err error) {
	id, point, status := t.share(colID), t.share(colPoint), t.share(colStatus)
	pickup, shelf, consignment, home := t.share(colPickup), t.share(colShelf), t.share(colConsignment), t.share(colHome)
	flags := t.number(colFlags)
	if flags&flagRest != 0 && t.err == nil {
		if o, err = kiosk.DecodeOrder([]byte(t.get(colRest))); err != nil {
			return o, malformed("a page of orders: %v", err)
		}
	}
	o.ID, o.Point, o.Status = kiosk.OrderID(id), kiosk.PointID(point), kiosk.Status(status)
	o.PickupNumber, o.Shelf, o.Consignment, o.Home = pickup, shelf, consignment, kiosk.TerminalID(home)
	o.Rotating = flags&flagRotating != 0
	t.version += uint64(t.signed(colVersion))
	t.moved += uint64(t.signed(colHomeVersion))
	o.Version, o.HomeVersion, o.Due = t.version, t.moved, kiosk.Fen(t.signed(colDue))
	for i, at := range []*time.Time{&o.ValidFrom, &o.CollectBy, &o.ExpectedAt} {
		t.seconds[i] += t.signed(colTimes + 2*i)
		*at = time.Unix(t.seconds[i], int64(t.count(colTimes+2*i+1, 1e9-1))).UTC()
	}
	o.Lines = cutOff(&t.lines, t.count(colLine, kiosk.MaxLines), t.orders)
	for i := range o.Lines {
		o.Lines[i] = t.line(i)
	}
	if n := t.count(colShape, len(t.raw)/len(kiosk.Lookup{})); n > 0 {
		o.Lookups = cutOff(&t.lookups, n, t.orders)
		for i := range o.Lookups {
			t.raw = t.raw[copy(o.Lookups[i][:], t.raw):]
		}
	}
	o.SealedDesk, o.SealedFull, o.NameIndex = t.bytes(), t.bytes(), t.name()
	if n := t.count(colNames, len(t.cols[colNames+1])); n > 0 {
		o.NameKeys = make([][]byte, n)
		for i := range o.NameKeys {
			o.NameKeys[i] = t.name()
		}
	}
	return o, t.err
}

func (t *tableReader) name() []byte {
	n := len(t.get(colNames))
	if n == 0 {
		return nil
	}
	b := t.names[:n:n]
	t.names = t.names[n:]
	return b
}

func (t *tableReader) line(i int) kiosk.Line {
	quantity, id := t.count(colQuantity, math.MaxInt32), t.get(colLineID)
	if id == "" {
		id = strconv.Itoa(i + 1)
	}
	n := t.count(colLine, len(t.goods))
	if n == 0 {
		l := kiosk.Line{Product: t.get(colGoods), Spec: t.get(colGoods), Unit: t.get(colGoods), Supplier: t.get(colGoods), Barcode: t.get(colGoods)}
		l.UnitPrice = kiosk.Fen(t.signed(colGoods))
		t.goods = append(t.goods, l)
		n = len(t.goods)
	}
	l := t.goods[n-1]
	l.ID, l.Quantity = kiosk.LineID(id), quantity
	return l
}

// ended reports that nothing is left over.
func (t *tableReader) ended() bool {
	return t.err == nil && len(t.raw) == 0 && !slices.ContainsFunc(t.cols[:], func(c string) bool { return c != "" })
}
