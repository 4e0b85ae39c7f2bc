package kiosk

import (
	"encoding/binary"
	"time"
)

// AppendOrder appends to b what [EncodeOrder] gives. b is as it was where the order
// cannot be encoded.
func AppendOrder(b []byte, o Order) ([]byte, error) {
	if out, ok := appendPlain(b, &o); ok {
		return out, nil
	}
	raw, err := encode(o)
	if err != nil {
		return b, err
	}
	return append(b, raw...), nil
}

// appendPlain writes what [plainOrder] reads, without the general encoder's
// reflection, which takes four times as long. It leaves orders with handovers,
// disputes or odd times to that one: false.
func appendPlain(b []byte, o *Order) ([]byte, bool) {
	if len(o.Settled)+len(o.Disputes) > 0 || !plainTime(o.ValidFrom) || !plainTime(o.CollectBy) || !plainTime(o.ExpectedAt) {
		return b, false
	}
	w := plainWriter{raw: b, head: len(b)}
	w.raw = append(w.raw, majorMap<<5) // how many there are is filled in at the end
	w.number(1)
	w.text(string(o.ID))
	w.number(2)
	w.number(o.Version)
	w.number(3)
	w.text(string(o.Point))
	w.number(4)
	w.text(string(o.Status))
	w.fields = 4
	w.someText(5, o.PickupNumber)
	w.someText(6, o.Shelf)
	w.field(7)
	if o.Lines == nil {
		const null = 0xf6
		w.raw = append(w.raw, null)
	} else {
		w.item(majorArray, uint64(len(o.Lines)))
		for i := range o.Lines {
			w.line(&o.Lines[i])
		}
	}
	w.some(8, int64(o.Due))
	w.time(9, o.ValidFrom)
	w.time(10, o.CollectBy)
	w.time(11, o.ExpectedAt)
	w.someText(12, o.Consignment)
	if len(o.Lookups) > 0 {
		w.field(13)
		w.item(majorArray, uint64(len(o.Lookups)))
		for i := range o.Lookups {
			w.bytes(o.Lookups[i][:])
		}
	}
	w.someBytes(14, o.SealedDesk)
	w.someBytes(15, o.SealedFull)
	w.someBytes(16, o.NameIndex)
	if len(o.NameKeys) > 0 {
		w.field(19)
		w.item(majorArray, uint64(len(o.NameKeys)))
		for _, k := range o.NameKeys {
			if k == nil {
				return b, false
			}
			w.bytes(k)
		}
	}
	w.someText(20, string(o.Home))
	if o.Rotating {
		w.field(21)
		w.raw = append(w.raw, cborTrue)
	}
	if o.HomeVersion != 0 {
		w.field(23)
		w.number(o.HomeVersion)
	}
	w.someText(24, string(o.HomeBefore))
	w.raw[w.head] |= byte(w.fields) // fewer than 24, so that they fit the head
	return w.raw, true
}

// plainTime reports whether the time is one that RFC 3339 can tell.
func plainTime(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 0 && year <= 9999
}

// plainWriter appends items of deterministic CBOR (RFC 8949, 4.2).
type plainWriter struct {
	raw    []byte
	head   int // where the map's head stands
	fields int // of the map
}

// item appends the head of an item: its length or value.
func (w *plainWriter) item(major byte, n uint64) {
	const oneByte, twoBytes, fourBytes, eightBytes = 24, 25, 26, 27
	major <<= 5
	switch {
	case n < oneByte:
		w.raw = append(w.raw, major|byte(n))
	case n < 1<<8:
		w.raw = append(w.raw, major|oneByte, byte(n))
	case n < 1<<16:
		w.raw = binary.BigEndian.AppendUint16(append(w.raw, major|twoBytes), uint16(n))
	case n < 1<<32:
		w.raw = binary.BigEndian.AppendUint32(append(w.raw, major|fourBytes), uint32(n))
	default:
		w.raw = binary.BigEndian.AppendUint64(append(w.raw, major|eightBytes), n)
	}
}

func (w *plainWriter) number(n uint64) { w.item(majorUint, n) }

func (w *plainWriter) signed(n int64) {
	if n < 0 {
		w.item(majorNegative, uint64(^n))
		return
	}
	w.number(uint64(n))
}

func (w *plainWriter) text(s string) {
	w.item(majorText, uint64(len(s)))
	w.raw = append(w.raw, s...)
}

func (w *plainWriter) bytes(b []byte) {
	w.item(majorBytes, uint64(len(b)))
	w.raw = append(w.raw, b...)
}

// field begins a field of the map.
func (w *plainWriter) field(key uint64) {
	w.number(key)
	w.fields++
}

// The fields that are left out when they are empty.

func (w *plainWriter) some(key uint64, n int64) {
	if n != 0 {
		w.field(key)
		w.signed(n)
	}
}

func (w *plainWriter) someText(key uint64, s string) {
	if s != "" {
		w.field(key)
		w.text(s)
	}
}

func (w *plainWriter) someBytes(key uint64, b []byte) {
	if len(b) > 0 {
		w.field(key)
		w.bytes(b)
	}
}

func (w *plainWriter) time(key uint64, t time.Time) {
	if t.IsZero() {
		return
	}
	w.field(key)
	var text [len(time.RFC3339Nano)]byte
	s := t.UTC().AppendFormat(text[:0], time.RFC3339Nano)
	w.item(majorText, uint64(len(s)))
	w.raw = append(w.raw, s...)
}

func (w *plainWriter) line(l *Line) {
	head, fields := w.head, w.fields
	w.head, w.fields = len(w.raw), 3
	w.raw = append(w.raw, majorMap<<5)
	w.number(1)
	w.text(string(l.ID))
	w.number(2)
	w.text(l.Product)
	w.someText(3, l.Spec)
	w.someText(4, l.Unit)
	w.number(5)
	w.signed(int64(l.Quantity))
	w.someText(6, l.Supplier)
	w.some(7, int64(l.UnitPrice))
	w.someText(8, l.Barcode)
	w.raw[w.head] |= byte(w.fields)
	w.head, w.fields = head, fields
}
