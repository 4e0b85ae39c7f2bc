package hq

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"

	"hexiao/sync/wire"
)

// pageBytes is where a page of the stream ends early; the wire allows four
// times as much.
const pageBytes = 8 << 20

// GetOrders streams the point's set, or what changed in it.
func (c contract) GetOrders(w http.ResponseWriter, r *http.Request, point wire.PointID, params wire.GetOrdersParams) {
	t, err := c.verify(r)
	if err == nil && string(t.Point) != point {
		err = wire.ErrForbidden
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	var from *cursor
	if params.Cursor != "" {
		parsed, err := parseCursor(params.Cursor)
		if err != nil {
			c.refuse(w, r, err)
			return
		}
		from = &parsed
	}
	// The first part is read before anything is sent, so that an expired cursor
	// can still be refused.
	p, err := c.hq.part(r.Context(), t, from)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	out := newOrdersStream(w, r)
	for err == nil && !p.ended {
		if err = out.page(p); err == nil {
			p, err = c.hq.part(r.Context(), t, &p.next)
		}
	}
	if err == nil {
		err = out.end(p)
	}
	if err != nil {
		// No watermark: the terminal sees that the stream was cut, and goes on from
		// the last page.
		c.hq.log.WarnContext(r.Context(), "stream of orders cut", "point", point, "error", err)
	}
}

// ordersStream writes parts as pages, gzipped where the terminal takes that.
type ordersStream struct {
	lines *wire.OrdersWriter
	size  int64 // bytes since the last page line, before compression
	flush func() error
	close func() error // after the last flush
}

func newOrdersStream(w http.ResponseWriter, r *http.Request) *ordersStream {
	w.Header().Set("Content-Type", "application/x-ndjson")
	s := &ordersStream{close: func() error { return nil }}
	control := http.NewResponseController(w)
	var to io.Writer = w
	deflate := func() error { return nil }
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		// Sealed data hardly shrink, so more effort would only cost time. The level
		// is a constant that the package knows, so there can be no error.
		zip, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		to, deflate, s.close = zip, zip.Flush, zip.Close
	}
	buffer := bufio.NewWriterSize(to, 64<<10)
	s.flush = func() error {
		for _, step := range []func() error{buffer.Flush, deflate, control.Flush} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}
	s.lines = wire.NewOrdersWriter(counter{buffer, &s.size})
	return s
}

func (s *ordersStream) entries(p part) error {
	for _, rec := range p.list {
		var err error
		switch {
		case !rec.Gone:
			err = s.lines.Order(rec.Order)
		case !p.from.full:
			err = s.lines.Gone(rec.Order.ID)
		}
		if err == nil && s.size > pageBytes {
			err = s.cut(p.from.past(rec))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cut ends a page and sends it off.
func (s *ordersStream) cut(c cursor) error {
	s.size = 0
	if err := s.lines.Page(c.String()); err != nil {
		return err
	}
	return s.flush()
}

func (s *ordersStream) page(p part) error {
	if err := s.entries(p); err != nil {
		return err
	}
	return s.cut(p.next)
}

func (s *ordersStream) end(p part) error {
	if err := s.entries(p); err != nil {
		return err
	}
	if err := s.lines.Watermark(p.mark, p.next.String()); err != nil {
		return err
	}
	if err := s.flush(); err != nil {
		return err
	}
	return s.close()
}

// counter counts what is written.
type counter struct {
	to io.Writer
	n  *int64
}

func (c counter) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return c.to.Write(p)
}
