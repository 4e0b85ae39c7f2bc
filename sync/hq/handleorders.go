package hq

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

const (
	// pageBytes is where a page of the stream ends early; the wire allows four
	// times as much.
	pageBytes = 8 << 20
	// patience is how long a reader may take to take a page.
	patience = 2 * time.Minute
)

// GetOrders streams the point's set, or what changed in it.
func (c contract) GetOrders(w http.ResponseWriter, r *http.Request, point wire.PointID, params wire.GetOrdersParams) {
	t, err := c.verify(r)
	if err == nil && string(t.Point) != point {
		err = wire.ErrForbidden
	}
	var from *cursor
	if err == nil && params.Cursor != "" {
		var parsed cursor
		parsed, err = parseCursor(params.Cursor)
		from = &parsed
	}
	var key ed25519.PrivateKey
	if err == nil {
		key, err = c.hq.signer(r)
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	s := &orderStream{hq: c.hq, terminal: t, tag: params.Settings}
	if params.Follow {
		f, leave, ok := c.hq.hub.join(t.Point, t.ID) // before the first look, so that nothing is missed
		if ok {
			defer leave()
			s.follower = f
		}
	}
	// The first part is read before anything is sent, so that an expired cursor
	// can still be refused.
	p, err := c.hq.part(r.Context(), t, from)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	s.open(w, r, func(message []byte) []byte { return ed25519.Sign(key, message) })
	c.hq.noteHeard(r.Context(), t, from)
	if err := s.run(r.Context(), p); err != nil {
		// No watermark: the terminal sees that the stream was cut, and goes on from
		// the last page.
		c.hq.log.WarnContext(r.Context(), "stream of orders cut", "point", point, "error", err)
	}
}

// settings gives a point's settings and their tag, which changes with them.
func (h *HQ) settings(ctx context.Context, id kiosk.PointID) (p kiosk.Point, tag string, err error) {
	if p, err = h.Point(ctx, id); err != nil {
		return p, "", err
	}
	raw, err := json.Marshal(wire.NewPoint(p))
	if err != nil {
		return p, "", err
	}
	sum := sha256.Sum256(raw)
	return p, `"` + hex.EncodeToString(sum[:16]) + `"`, nil
}

// orderStream writes parts as pages: in the compact form, or as NDJSON, gzipped
// where the terminal takes that.
type orderStream struct {
	hq       *HQ
	terminal Terminal
	follower *follower // nil: the stream ends behind its watermark
	tag      string    // of the settings that the terminal has

	lines   wire.OrdersWriter
	control *http.ResponseController
	flushed func() error
	close   func() error // after the last flush
}

func (s *orderStream) open(w http.ResponseWriter, r *http.Request, sign func([]byte) []byte) {
	s.control = http.NewResponseController(w)
	s.close = func() error { return nil }
	signer := &wire.PageSigner{Request: r.Header.Get("Signature"), Sign: sign}
	if takes(r, wire.Compact) {
		w.Header().Set("Content-Type", wire.Compact)
		// A page comes in few pieces, and ten thousand streams may be open.
		buffer := bufio.NewWriterSize(w, 512)
		s.lines, s.flushed = s.hq.packer.NewCompactWriter(buffer, signer), buffer.Flush
		return
	}
	w.Header().Set("Content-Type", wire.NDJSON)
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
	s.lines = wire.NewOrdersWriter(buffer, signer)
	s.flushed = func() error {
		if err := buffer.Flush(); err != nil {
			return err
		}
		return deflate()
	}
}

// takes reports whether the terminal asks for a form of the stream.
func takes(r *http.Request, form string) bool {
	for _, a := range strings.Split(r.Header.Get("Accept"), ",") {
		name, params, err := mime.ParseMediaType(a)
		if err == nil && name == form && (params["q"] == "" || strings.Trim(params["q"], "0.") != "") {
			return true
		}
	}
	return false
}

// run sends what is there from the first part on, and what comes if the stream is
// followed.
func (s *orderStream) run(ctx context.Context, p part) error {
	err := s.catchUp(ctx, p)
	if err == nil && s.follower != nil {
		err = s.follow(ctx)
	}
	if err != nil {
		return err
	}
	return s.close()
}

// catchUp sends pages up to a watermark.
func (s *orderStream) catchUp(ctx context.Context, p part) (err error) {
	since := p.from.version
	if s.follower != nil {
		if err := s.freshSettings(ctx); err != nil {
			return err
		}
	}
	for !p.ended {
		next := s.ahead(ctx, p.next)
		err := s.entries(p)
		if err == nil {
			err = s.cut(p.next)
		}
		after := <-next // also when it is not needed: nothing is left running
		if err = errors.Join(err, after.err); err != nil {
			return err
		}
		p = after.part
	}
	if err := s.entries(p); err != nil {
		return err
	}
	p.mark.Purge = p.point.meant(since)
	if s.follower != nil {
		s.follower.last = p
	}
	return s.sent(s.lines.Watermark(p.mark, p.next.String()))
}

// ahead reads the next part while this one is being written.
func (s *orderStream) ahead(ctx context.Context, from cursor) <-chan readPart {
	next := make(chan readPart, 1)
	go func() {
		p, err := s.hq.part(ctx, s.terminal, &from)
		next <- readPart{p, err}
	}()
	return next
}

type readPart struct {
	part
	err error
}

// freshSettings writes the settings if the terminal has others.
func (s *orderStream) freshSettings(ctx context.Context) error {
	p, tag, err := s.hq.settings(ctx, s.terminal.Point)
	if err != nil || tag == s.tag {
		return err
	}
	s.tag = tag
	return s.lines.Settings(p, tag)
}

func (s *orderStream) entries(p part) error {
	for _, rec := range p.list {
		var err error
		switch {
		case !rec.Gone:
			err = s.lines.Order(rec.Order)
		case !p.from.full:
			err = s.lines.Gone(rec.Order.ID)
		}
		if err == nil && s.lines.Pending() > pageBytes {
			err = s.cut(p.from.past(rec))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cut ends a page and sends it off.
func (s *orderStream) cut(c cursor) error { return s.sent(s.lines.Page(c.String())) }

// sent sends off what was written, if that went well. A reader that does not take
// it in time loses its connection.
func (s *orderStream) sent(err error) error {
	if err != nil {
		return err
	}
	stalled := time.AfterFunc(patience, func() { _ = s.control.SetWriteDeadline(time.Unix(1, 0)) })
	defer stalled.Stop()
	if err := s.flushed(); err != nil {
		return err
	}
	return s.control.Flush()
}
