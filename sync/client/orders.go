package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// How long a stream that is followed may bring no line, and no watermark. HQ
// sends a line every 30 seconds and a watermark every minute: it alone is signed,
// and somebody who keeps pages away could still send the others.
const (
	followSilence = 45 * time.Second
	followUnsaid  = 3 * time.Minute
)

// both is what the client asks for: the compact form, where HQ has it.
const both = wire.Compact + ", " + wire.NDJSON + ";q=0.5"

// Orders reads the stream of orders after a cursor; "" asks for the full set.
// It calls page for each page that HQ has signed for this very stream, and gives
// back its error as it is. After an error go on with the cursor of the last page.
func (h *HQ) Orders(ctx context.Context, cursor string, page func(kiosk.Page) error) (mark kiosk.Watermark, err error) {
	query := url.Values{}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	err = h.orders(ctx, query, func(*lively) kiosk.Feed {
		return kiosk.Feed{Page: page, Mark: func(m kiosk.Watermark) error { mark = m; return nil }}
	})
	return mark, err
}

// Follow reads what changed after a cursor and then what changes, until HQ ends
// the stream (nil, behind a watermark), it breaks off or falls silent, ctx ends,
// or a function of feed fails, whose error it gives back as it is. The time that
// feed takes does not count as silence. tag is that of the point's settings that
// are known; others come through feed. An HQ that does not know how to be followed
// ends the stream at the first watermark.
func (h *HQ) Follow(ctx context.Context, cursor, tag string, feed kiosk.Feed) error {
	query := url.Values{"cursor": {cursor}, "follow": {"true"}}
	if tag != "" {
		query.Set("settings", tag)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unsaid := time.AfterFunc(followUnsaid, func() { cancel(&unreachable{errSilent}) })
	defer unsaid.Stop()
	return h.orders(ctx, query, func(body *lively) kiosk.Feed {
		unsaid.Reset(followUnsaid)
		body.follow = true
		body.timer.Reset(followSilence)
		return kiosk.Feed{
			Page:     func(p kiosk.Page) error { defer body.pulse()(); return feed.Page(p) },
			Settings: func(p kiosk.Point, tag string) error { defer body.pulse()(); return feed.Settings(p, tag) },
			Alive:    func() { defer body.pulse()(); feed.Alive() },
			Mark: func(m kiosk.Watermark) error {
				unsaid.Stop()
				defer unsaid.Reset(followUnsaid)
				defer body.pulse()()
				return feed.Mark(m)
			},
		}
	})
}

// orders makes the call; begin gives what hears of each try's stream.
func (h *HQ) orders(ctx context.Context, query url.Values, begin func(*lively) kiosk.Feed) error {
	u := joined(h.base, "v1", "points", string(h.opts.Point), "orders")
	u.RawQuery = query.Encode()
	follow := query.Has("follow")
	a := ask{method: http.MethodGet, url: u, stream: true, header: http.Header{"Accept": {both}}}
	return h.caller().do(ctx, a, func(resp *http.Response) error {
		read := wire.ReadOrders
		switch form := mediaType(resp); {
		case resp.StatusCode == http.StatusOK && form == wire.NDJSON:
		case resp.StatusCode == http.StatusOK && form == wire.Compact:
			read = wire.ReadCompact
		default:
			return notHQ("no stream of orders but %.60q", resp.Header.Get("Content-Type"))
		}
		started, failed := false, error(nil)
		feed := begin(resp.Body.(*lively))
		told := kiosk.Feed{
			Page: func(p kiosk.Page) error { started, failed = true, feed.Page(p); return failed },
			Mark: func(m kiosk.Watermark) error { failed = feed.Mark(m); return failed },
		}
		if feed.Settings != nil {
			told.Settings = func(p kiosk.Point, tag string) error {
				if started = true; p.ID != h.opts.Point {
					return errOtherPoint
				}
				failed = feed.Settings(p, tag)
				return failed
			}
		}
		told.Alive = feed.Alive
		verify := &wire.PageVerifier{Request: resp.Request.Header.Get("Signature"), Verify: h.pageVerifier(ctx)}
		err := read(resp.Body, verify, follow, told)
		switch {
		case err == nil:
			return nil
		case failed != nil:
			return backoff.Permanent(failed)
		case errors.Is(err, wire.ErrCut) && !errors.Is(err, ErrUnreachable):
			err = &unreachable{err}
		default:
			err = foreign(err)
		}
		if started { // the pages so far are kept, and the caller goes on behind them
			return backoff.Permanent(err)
		}
		return err
	})
}

var errOtherPoint = notHQ("the settings of another point")

// pageVerifier checks the signatures of a stream's pages. HQ may have changed its
// key since the terminal was last here: that is looked into once a stream.
func (h *HQ) pageVerifier(ctx context.Context) func(message, signature []byte) bool {
	asked := false
	return func(message, signature []byte) bool {
		if h.opts.HQ.Verify(message, signature, h.clock()) {
			return true
		}
		if asked {
			return false
		}
		asked = true
		return h.followKeys(ctx) == nil && h.opts.HQ.Verify(message, signature, h.clock())
	}
}

// pulse says that a line of a followed stream has come; the function that it
// gives is called when it has been taken.
func (l *lively) pulse() func() {
	l.timer.Stop()
	return func() { l.timer.Reset(followSilence) }
}

// followed reads of a stream that is followed. Its silence ends with whole lines,
// or with the next thousand bytes of a long one, not with each byte.
func (l *lively) followed(p []byte) (int, error) {
	n, err := l.body.Read(p)
	if l.bytes += n; l.bytes >= trickleBytes {
		l.bytes = 0
		l.timer.Reset(followSilence)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = noAnswer(l.ctx, err)
	}
	return n, err
}
