package wire

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"hexiao/kiosk"
)

// The compact form of a stream of orders. openapi.yaml describes it for those who
// write their own.
const (
	framePage  = 1
	frameAlive = 2
	// maxHeadBytes bounds the JSON at the head of a page: cursor, watermark, ids that
	// are gone, and the point's settings.
	maxHeadBytes = 8 << 20
	// packLevel is as much effort as pays: sealed data do not shrink, and of the rest
	// the greatest effort would save a byte in two hundred.
	packLevel = 3
)

// pageHead is what a page has besides orders.
type pageHead struct {
	Cursor    string     `json:"cursor"`
	Orders    int        `json:"orders,omitempty"`
	Gone      []string   `json:"gone,omitempty"`
	Watermark *Watermark `json:"watermark,omitempty"`
	Point     *PointLine `json:"point,omitempty"`
}

// compactWriter writes frames; orders gather until their page ends.
type compactWriter struct {
	w      io.Writer
	sign   *PageSigner
	packer *Packer
	head   pageHead
	table  table
	gone   int // bytes of ids
	body   bytes.Buffer
}

// NewCompactWriter writes the compact form to w, a page at a time.
func NewCompactWriter(w io.Writer, sign *PageSigner) OrdersWriter {
	return new(Packer).NewCompactWriter(w, sign)
}

// NewCompactWriter is the function of that name for many streams that are open for
// long: a stream that waits for changes holds next to nothing.
func (p *Packer) NewCompactWriter(w io.Writer, sign *PageSigner) OrdersWriter {
	return &compactWriter{w: w, sign: sign, packer: p}
}

// Order implements OrdersWriter.
func (w *compactWriter) Order(o kiosk.Order) error {
	if err := w.room(); err != nil {
		return err
	}
	w.head.Orders++
	return w.table.add(o)
}

// Gone implements OrdersWriter.
func (w *compactWriter) Gone(id kiosk.OrderID) error {
	if err := w.room(); err != nil {
		return err
	}
	w.head.Gone = append(w.head.Gone, string(id))
	w.gone += len(id)
	return nil
}

func (w *compactWriter) room() error {
	if w.head.Orders+len(w.head.Gone) == MaxPageLines {
		return fmt.Errorf("%w: a page of more than %d orders", ErrTooLarge, MaxPageLines)
	}
	return nil
}

// Settings implements OrdersWriter.
func (w *compactWriter) Settings(p kiosk.Point, tag string) error {
	w.head.Point = &PointLine{Settings: NewPoint(p), Tag: tag}
	return nil
}

// Page implements OrdersWriter.
func (w *compactWriter) Page(cursor string) error {
	w.head.Cursor = cursor
	return w.end()
}

// Watermark implements OrdersWriter.
func (w *compactWriter) Watermark(mark kiosk.Watermark, cursor string) error {
	m := NewWatermark(mark, cursor)
	w.head.Watermark = &m
	err := w.Page(cursor)
	w.table, w.body = table{}, bytes.Buffer{} // it may be long until something changes
	return err
}

// Alive implements OrdersWriter.
func (w *compactWriter) Alive() error { return w.send([]byte{frameAlive, 0}) }

// Pending implements OrdersWriter.
func (w *compactWriter) Pending() int { return w.table.size() + w.gone }

// end writes the page as a frame: kind, length, body, signature. The body is the
// length of its head and the head, the length of the packed columns and these,
// and what was not worth packing.
func (w *compactWriter) end() error {
	head, err := json.Marshal(w.head)
	if err != nil {
		return fmt.Errorf("write a page of orders: %w", err)
	}
	var packed bytes.Buffer
	if w.head.Orders > 0 {
		if err := w.packColumns(&packed); err != nil {
			return fmt.Errorf("write a page of orders: %w", err)
		}
	}
	w.body.Reset()
	b := w.body.AvailableBuffer()
	b = append(binary.AppendUvarint(b, uint64(len(head))), head...)
	b = append(binary.AppendUvarint(b, uint64(packed.Len())), packed.Bytes()...)
	b = append(b, w.table.raw...)
	w.body.Write(b)
	if len(b) > MaxPageBytes {
		return fmt.Errorf("%w: a page of more than %d bytes", ErrTooLarge, MaxPageBytes)
	}
	sig, err := w.sign.page(sha256.Sum256(b))
	if err != nil {
		return err
	}
	w.head, w.gone = pageHead{}, 0
	w.table.reset()
	frame := binary.AppendUvarint([]byte{framePage}, uint64(len(b)))
	for _, part := range [][]byte{frame, b, sig} {
		if err := w.send(part); err != nil {
			return err
		}
	}
	return nil
}

// packColumns writes a block of its own for each column that is long enough to be
// worth one: each has its own kind of bytes.
func (w *compactWriter) packColumns(to *bytes.Buffer) error {
	const worth = 256 // bytes
	pack := w.packer.page(to)
	defer w.packer.pages.Put(pack)
	for _, c := range w.table.cols {
		_, err1 := pack.Write(binary.AppendUvarint(nil, uint64(len(c))))
		_, err2 := pack.Write(c)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if len(c) < worth {
			continue
		}
		if err := pack.Flush(); err != nil {
			return err
		}
	}
	return pack.Close()
}

func (w *compactWriter) send(b []byte) error {
	if _, err := w.w.Write(b); err != nil {
		return fmt.Errorf("write the order stream: %w", err)
	}
	return nil
}

// ReadCompact is ReadOrders for the compact form. A page's signature is checked
// before anything of it is unpacked.
func ReadCompact(r io.Reader, verify *PageVerifier, follow bool, feed kiosk.Feed) error {
	in := bufio.NewReaderSize(r, 4<<10) // large pages go past it
	frames := &frameReader{in: in, verify: verify}
	marked := false
	for {
		p, err := frames.next()
		switch {
		case errors.Is(err, io.EOF) && marked && follow:
			return nil
		case errors.Is(err, io.EOF):
			return ErrCut
		case err != nil:
			return err
		case p == nil:
			if feed.Alive != nil {
				feed.Alive()
			}
			continue
		}
		if err := p.tell(feed); err != nil {
			return err
		}
		if marked = p.mark != nil; marked && !follow {
			return nil
		}
	}
}

type frameReader struct {
	in     *bufio.Reader
	verify *PageVerifier
	unpack io.ReadCloser
	text   bytes.Buffer // what was unpacked
}

// next gives the next page; nil for a frame that only shows life. It returns
// io.EOF only between two frames.
func (f *frameReader) next() (*signedPage, error) {
	kind, err := f.in.ReadByte()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("%w: %w", ErrCut, err)
	}
	size, err := binary.ReadUvarint(f.in)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrCut
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrCut, err)
	case kind == frameAlive && size == 0:
		return nil, nil
	case kind != framePage:
		return nil, malformed("a frame of kind %d in the stream of orders", kind)
	case size > MaxPageBytes:
		return nil, fmt.Errorf("%w: a page of more than %d bytes", ErrTooLarge, MaxPageBytes)
	}
	// It grows with what comes, not with what was promised.
	var frame bytes.Buffer
	whole := int64(size) + ed25519.SignatureSize
	frame.Grow(int(min(whole, 1<<20)))
	if n, err := io.Copy(&frame, io.LimitReader(f.in, whole)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCut, err)
	} else if n < whole {
		return nil, ErrCut
	}
	body, signature := frame.Bytes()[:size], frame.Bytes()[size:]
	if err := f.verify.page(sha256.Sum256(body), signature); err != nil {
		return nil, err
	}
	return f.page(body)
}

// page takes a page apart.
func (f *frameReader) page(body []byte) (*signedPage, error) {
	rawHead, rest, err := part(body, maxHeadBytes)
	if err != nil {
		return nil, err
	}
	packed, raw, err := part(rest, MaxPageBytes)
	if err != nil {
		return nil, err
	}
	if tooDeep(rawHead) {
		return nil, malformed("values within values within values, more than %d times", MaxDepth)
	}
	var head pageHead
	if err := json.Unmarshal(rawHead, &head); err != nil {
		return nil, malformed("the head of a page: %v", err)
	}
	if head.Cursor == "" || head.Orders < 0 || head.Orders > MaxPageLines || len(head.Gone) > MaxPageLines-head.Orders {
		return nil, malformed("a page needs a cursor and at most %d orders", MaxPageLines)
	}
	p := &signedPage{Page: kiosk.Page{Cursor: head.Cursor}}
	for _, id := range head.Gone {
		p.Gone = append(p.Gone, kiosk.OrderID(id))
	}
	if head.Point != nil {
		settings, err := head.Point.Settings.Domain()
		if err != nil {
			return nil, err
		}
		p.settings, p.tag = &settings, head.Point.Tag
	}
	if head.Watermark != nil {
		mark, _, err := head.Watermark.Domain()
		if err != nil {
			return nil, err
		}
		p.mark = &mark
	}
	p.Orders, err = f.orders(head.Orders, packed, raw)
	return p, err
}

func (f *frameReader) orders(n int, packed, raw []byte) ([]kiosk.Order, error) {
	if n == 0 {
		if len(packed)+len(raw) > 0 {
			return nil, malformed("a page of no orders has some")
		}
		return nil, nil
	}
	text, err := f.inflate(packed)
	if err != nil {
		return nil, err
	}
	t := &tableReader{raw: raw, left: MaxPageBytes}
	for i := range t.cols {
		size, at := uvarint(text)
		if at <= 0 || size > uint64(len(text)-at) {
			return nil, malformed("a page of orders: a column is cut off")
		}
		t.cols[i], text = text[at:at+int(size)], text[at+int(size):]
	}
	t.names = []byte(t.cols[colNames+1])
	orders := make([]kiosk.Order, 0, n)
	for t.orders = n; t.orders > 0; t.orders-- {
		o, err := t.next()
		if err != nil {
			return nil, err
		}
		if err := o.Validate(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		orders = append(orders, o)
	}
	if text != "" || !t.ended() {
		return nil, malformed("a page of orders has more than orders")
	}
	return orders, nil
}

func (f *frameReader) inflate(packed []byte) (string, error) {
	if f.unpack == nil {
		f.unpack = flate.NewReader(nil)
	}
	if err := f.unpack.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return "", malformed("a page of orders: %v", err)
	}
	f.text.Reset()
	n, err := f.text.ReadFrom(io.LimitReader(f.unpack, MaxPageBytes+1))
	switch {
	case err != nil:
		return "", malformed("a page of orders: %v", err)
	case n > MaxPageBytes:
		return "", fmt.Errorf("%w: a page of more than %d bytes", ErrTooLarge, MaxPageBytes)
	}
	text := f.text.String()
	if f.text.Cap() > 1<<20 { // a large page is seldom: it is not kept for the next
		f.text = bytes.Buffer{}
	}
	return text, nil
}

// part cuts off what is preceded by its length.
func part(b []byte, most uint64) (head, rest []byte, err error) {
	n, at := binary.Uvarint(b)
	if at <= 0 || n > most || n > uint64(len(b)-at) {
		return nil, nil, malformed("a part of a page is cut off")
	}
	return b[at : at+int(n)], b[at+int(n):], nil
}

// uvarint is binary.Uvarint of a string.
func uvarint(s string) (uint64, int) {
	return binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
}
