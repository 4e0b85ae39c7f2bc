package wire

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"hexiao/kiosk"
)

// Limits on the stream of orders.
const (
	MaxLineBytes = 1 << 20
	MaxPageLines = 1000 // orders and gone lines up to a page line
	MaxPageBytes = 32 << 20
)

// lineWriter writes NDJSON, a line a call.
type lineWriter struct {
	w     io.Writer
	buf   bytes.Buffer
	enc   *json.Encoder
	sign  *PageSigner
	sum   hash.Hash // of the page so far
	lines int
	bytes int
}

// NewOrdersWriter writes NDJSON to w; give it a buffered or compressing writer.
func NewOrdersWriter(w io.Writer, sign *PageSigner) OrdersWriter {
	l := &lineWriter{w: w, sign: sign, sum: sha256.New()}
	l.enc = json.NewEncoder(&l.buf)
	l.enc.SetEscapeHTML(false)
	return l
}

// Order implements OrdersWriter.
func (w *lineWriter) Order(o kiosk.Order) error {
	order := NewOrder(o)
	return w.entry(OrdersLine{Order: &order})
}

// Gone implements OrdersWriter.
func (w *lineWriter) Gone(id kiosk.OrderID) error { return w.entry(OrdersLine{Gone: string(id)}) }

// Settings implements OrdersWriter.
func (w *lineWriter) Settings(p kiosk.Point, tag string) error {
	return w.put(OrdersLine{Point: &PointLine{Settings: NewPoint(p), Tag: tag}})
}

// Page implements OrdersWriter.
func (w *lineWriter) Page(cursor string) error {
	return w.end(OrdersLine{Page: &PageEnd{Cursor: cursor, Signature: make([]byte, ed25519.SignatureSize)}})
}

// Watermark implements OrdersWriter. The lines since the last page are its last
// page, up to the watermark's cursor.
func (w *lineWriter) Watermark(mark kiosk.Watermark, cursor string) error {
	m := NewWatermark(mark, cursor)
	m.Signature = make([]byte, ed25519.SignatureSize)
	return w.end(OrdersLine{Watermark: &m})
}

// Alive implements OrdersWriter. It is of no page.
func (w *lineWriter) Alive() error {
	if err := w.encode(OrdersLine{Alive: true}); err != nil {
		return err
	}
	return w.send(w.buf.Bytes())
}

// Pending implements OrdersWriter.
func (w *lineWriter) Pending() int { return w.bytes }

func (w *lineWriter) entry(line OrdersLine) error {
	if w.lines++; w.lines > MaxPageLines {
		return fmt.Errorf("%w: a page of more than %d lines", ErrTooLarge, MaxPageLines)
	}
	return w.put(line)
}

func (w *lineWriter) put(line OrdersLine) error {
	if err := w.encode(line); err != nil {
		return err
	}
	w.sum.Write(w.buf.Bytes())
	w.bytes += w.buf.Len()
	return w.send(w.buf.Bytes())
}

// end writes the line that ends a page, which comes with 64 zero bytes in its
// signature's place.
func (w *lineWriter) end(line OrdersLine) error {
	if err := w.encode(line); err != nil {
		return err
	}
	blank := `"signature":"` + base64.StdEncoding.EncodeToString(make([]byte, ed25519.SignatureSize)) + `"`
	before, after, ok := bytes.Cut(w.buf.Bytes(), []byte(blank))
	if !ok {
		return errors.New("sign a page of orders: its last line has no place for a signature")
	}
	w.sum.Write(before)
	w.sum.Write([]byte(`"signature":""`))
	w.sum.Write(after)
	sig, err := w.sign.page([sha256.Size]byte(w.sum.Sum(nil)))
	if err != nil {
		return err
	}
	w.sum.Reset()
	w.lines, w.bytes = 0, 0
	signed := `"signature":"` + base64.StdEncoding.EncodeToString(sig) + `"`
	return w.send(bytes.Join([][]byte{before, after}, []byte(signed)))
}

func (w *lineWriter) encode(line OrdersLine) error {
	w.buf.Reset()
	if err := w.enc.Encode(line); err != nil {
		return fmt.Errorf("write a line of the order stream: %w", err)
	}
	return nil
}

func (w *lineWriter) send(b []byte) error {
	if _, err := w.w.Write(b); err != nil {
		return fmt.Errorf("write the order stream: %w", err)
	}
	return nil
}

// ReadOrders reads a stream of orders as NDJSON and tells feed of each page as
// soon as it is complete and its signature was checked; the last page before a
// watermark, which may hold no orders, carries the watermark's cursor. What was
// read of an unfinished page is dropped. Without follow it reads no further than
// the first watermark; with it, it returns nil when the stream ends behind a
// watermark. It returns ErrCut (with the reader's error) for a stream that ends
// early, ErrUnsigned for a page that is not HQ's, ErrMalformed or ErrTooLarge for
// what does not follow the contract, and the errors of feed as they are.
func ReadOrders(r io.Reader, verify *PageVerifier, follow bool, feed kiosk.Feed) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLineBytes)
	lines.Split(wholeLines)
	p := newPageReader(verify)
	marked := false // nothing but alive lines since a watermark
	for n := 1; lines.Scan(); n++ {
		whole, err := p.take(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d of the order stream: %w", n, err)
		}
		if whole == nil {
			if marked = marked && p.size == 0; p.size == 0 && feed.Alive != nil {
				feed.Alive()
			}
			continue
		}
		if err := whole.tell(feed); err != nil {
			return err
		}
		if marked = whole.mark != nil; marked && !follow {
			return nil
		}
	}
	switch err := lines.Err(); {
	case err == nil && marked && follow:
		return nil
	case err == nil:
		return ErrCut
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: a line of the order stream of more than %d bytes", ErrTooLarge, MaxLineBytes)
	default:
		return fmt.Errorf("%w: %w", ErrCut, err)
	}
}

// signedPage is a page with what came in it, after its signature was checked.
type signedPage struct {
	kiosk.Page
	mark     *kiosk.Watermark
	settings *kiosk.Point
	tag      string
}

func (p *signedPage) tell(feed kiosk.Feed) error {
	if p.settings != nil && feed.Settings != nil {
		if err := feed.Settings(*p.settings, p.tag); err != nil {
			return err
		}
	}
	if err := feed.Page(p.Page); err != nil {
		return err
	}
	if p.mark == nil || feed.Mark == nil {
		return nil
	}
	return feed.Mark(*p.mark)
}

// pageReader gathers the lines of a page.
type pageReader struct {
	verify *PageVerifier
	sum    hash.Hash
	size   int
	page   *signedPage
}

func newPageReader(verify *PageVerifier) *pageReader {
	return &pageReader{verify: verify, sum: sha256.New(), page: &signedPage{}}
}

// take reads a line; it gives the page that the line ends.
func (r *pageReader) take(raw []byte) (*signedPage, error) {
	line, err := parseLine(raw)
	if err != nil {
		return nil, err
	}
	if line.Alive {
		if r.size > 0 {
			return nil, malformed("an alive line within a page")
		}
		return nil, nil
	}
	if r.size += len(raw) + 1; r.size > MaxPageBytes {
		return nil, fmt.Errorf("%w: a page of more than %d bytes", ErrTooLarge, MaxPageBytes)
	}
	p := r.page
	var signature []byte
	switch {
	case line.Order != nil:
		var o kiosk.Order
		if o, err = line.Order.Domain(); err == nil {
			p.Orders = append(p.Orders, o)
		}
	case line.Gone != "":
		p.Gone = append(p.Gone, kiosk.OrderID(line.Gone))
	case line.Point != nil:
		var settings kiosk.Point
		settings, err = line.Point.Settings.Domain()
		p.settings, p.tag = &settings, line.Point.Tag
	case line.Page != nil:
		p.Cursor, signature = line.Page.Cursor, line.Page.Signature
	default:
		var mark kiosk.Watermark
		mark, p.Cursor, err = line.Watermark.Domain()
		p.mark, signature = &mark, line.Watermark.Signature
	}
	switch {
	case err != nil:
		return nil, err
	case len(p.Orders)+len(p.Gone) > MaxPageLines:
		return nil, malformed("a page of more than %d lines", MaxPageLines)
	case p.Cursor == "":
		r.sum.Write(raw)
		r.sum.Write([]byte{'\n'})
		return nil, nil
	}
	// Another HQ may write its JSON in another way: only the characters of the
	// signature are taken out.
	before, after, ok := bytes.Cut(raw, []byte(base64.StdEncoding.EncodeToString(signature)))
	if len(signature) == 0 || !ok {
		return nil, fmt.Errorf("page %d: %w", r.verify.pages, ErrUnsigned)
	}
	r.sum.Write(before)
	r.sum.Write(after)
	r.sum.Write([]byte{'\n'})
	if err := r.verify.page([sha256.Size]byte(r.sum.Sum(nil)), signature); err != nil {
		return nil, err
	}
	r.sum.Reset()
	r.size, r.page = 0, &signedPage{}
	return p, nil
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
	for _, there := range []bool{line.Order != nil, line.Gone != "", line.Page != nil, line.Watermark != nil, line.Point != nil, line.Alive} {
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
