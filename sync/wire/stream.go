package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"hexiao/kiosk"
)

// Limits on the stream of orders.
const (
	MaxLineBytes = 1 << 20
	MaxPageLines = 1000 // orders and gone lines up to a page line
	MaxPageBytes = 32 << 20
)

// OrdersWriter writes the stream of orders, a line a call. It does not flush.
type OrdersWriter struct {
	enc   *json.Encoder
	lines int
}

// NewOrdersWriter writes to w; give it a buffered or compressing writer.
func NewOrdersWriter(w io.Writer) *OrdersWriter {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &OrdersWriter{enc: enc}
}

// Order and Gone write an order and the id of one that left the set. They
// return ErrTooLarge where a page line is overdue.
func (w *OrdersWriter) Order(o kiosk.Order) error {
	order := NewOrder(o)
	return w.entry(OrdersLine{Order: &order})
}

// Gone writes that an order is no longer in the set.
func (w *OrdersWriter) Gone(id kiosk.OrderID) error { return w.entry(OrdersLine{Gone: string(id)}) }

// Page ends a page with the cursor that continues behind it.
func (w *OrdersWriter) Page(cursor string) error {
	w.lines = 0
	return w.put(OrdersLine{Page: &PageEnd{Cursor: cursor}})
}

// Watermark ends the stream. The lines since the last page are its last page,
// up to the watermark's cursor.
func (w *OrdersWriter) Watermark(mark kiosk.Watermark, cursor string) error {
	m := NewWatermark(mark, cursor)
	return w.put(OrdersLine{Watermark: &m})
}

func (w *OrdersWriter) entry(line OrdersLine) error {
	if w.lines++; w.lines > MaxPageLines {
		return fmt.Errorf("%w: a page of more than %d lines", ErrTooLarge, MaxPageLines)
	}
	return w.put(line)
}

func (w *OrdersWriter) put(line OrdersLine) error {
	if err := w.enc.Encode(line); err != nil {
		return fmt.Errorf("write a line of the order stream: %w", err)
	}
	return nil
}

// ReadOrders reads a stream of orders and calls page for each page as soon as
// it is complete; the last page, which may hold no orders, carries the
// watermark's cursor. What was read of an unfinished page is dropped. It returns
// ErrCut (with the reader's error) for a stream that ends early, ErrMalformed
// or ErrTooLarge for one that does not follow the contract, and the error of
// page as it is. It reads no further than the watermark.
func ReadOrders(r io.Reader, page func(kiosk.Page) error) (kiosk.Watermark, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLineBytes)
	lines.Split(wholeLines)
	var p kiosk.Page
	size := 0
	for n := 1; lines.Scan(); n++ {
		if size += len(lines.Bytes()); size > MaxPageBytes {
			return kiosk.Watermark{}, fmt.Errorf("%w: a page of more than %d bytes", ErrTooLarge, MaxPageBytes)
		}
		line, err := parseLine(lines.Bytes())
		if err != nil {
			return kiosk.Watermark{}, fmt.Errorf("line %d of the order stream: %w", n, err)
		}
		var mark kiosk.Watermark
		switch {
		case line.Order != nil:
			var o kiosk.Order
			if o, err = line.Order.Domain(); err == nil {
				p.Orders = append(p.Orders, o)
			}
		case line.Gone != "":
			p.Gone = append(p.Gone, kiosk.OrderID(line.Gone))
		case line.Page != nil:
			p.Cursor = line.Page.Cursor
		default:
			mark, p.Cursor, err = line.Watermark.Domain()
		}
		if err != nil {
			return kiosk.Watermark{}, fmt.Errorf("line %d of the order stream: %w", n, err)
		}
		if len(p.Orders)+len(p.Gone) > MaxPageLines {
			return kiosk.Watermark{}, malformed("a page of more than %d lines", MaxPageLines)
		}
		if p.Cursor == "" {
			continue
		}
		if err := page(p); err != nil {
			return kiosk.Watermark{}, err
		}
		if line.Watermark != nil {
			return mark, nil
		}
		p, size = kiosk.Page{}, 0
	}
	switch err := lines.Err(); {
	case err == nil:
		return kiosk.Watermark{}, ErrCut
	case errors.Is(err, bufio.ErrTooLong):
		return kiosk.Watermark{}, fmt.Errorf("%w: a line of the order stream of more than %d bytes", ErrTooLarge, MaxLineBytes)
	default:
		return kiosk.Watermark{}, fmt.Errorf("%w: %w", ErrCut, err)
	}
}

// parseLine reads one line and sees to it that it is one thing.
func parseLine(b []byte) (OrdersLine, error) {
	var line OrdersLine
	if tooDeep(b) {
		return OrdersLine{}, malformed("values within values within values, more than %d times", MaxDepth)
	}
	if err := json.Unmarshal(b, &line); err != nil {
		return OrdersLine{}, malformed("%v", err)
	}
	things := 0
	for _, there := range []bool{line.Order != nil, line.Gone != "", line.Page != nil, line.Watermark != nil} {
		if there {
			things++
		}
	}
	if things != 1 {
		return OrdersLine{}, malformed("%d things where one belongs", things)
	}
	if line.Page != nil && line.Page.Cursor == "" {
		return OrdersLine{}, malformed("a page without a cursor")
	}
	return line, nil
}

// wholeLines is bufio.ScanLines without a last line that has no end: that one
// was cut.
func wholeLines(data []byte, _ bool) (advance int, token []byte, err error) {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return 0, nil, nil
	}
	return i + 1, data[:i], nil
}
