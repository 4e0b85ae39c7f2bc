package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/sync/wire"
)

// Pauses between tries of one call. Longer outages are the caller's matter.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 5 * time.Second
	longestLeave = 30 * time.Second
)

// ask is one request that can be made again.
type ask struct {
	method string
	url    *url.URL
	body   []byte // gzipped JSON; nil: none
	header http.Header
	// stream: the answer of status 200 is read while it comes; its parts are signed
	// each by itself.
	stream bool
}

// signer puts a signature on a request; nil: the request is not signed.
type signer func(*http.Request) error

// caller makes calls with retries.
type caller struct {
	http    *http.Client
	timeout time.Duration
	tries   uint
	sign    signer
	skewed  func(hqTime time.Time) // hears of HQ's clock after ErrClockSkew
	// signed makes sure that HQ gave an answer. body is what came.
	signed func(ctx context.Context, req *http.Request, resp *http.Response, body []byte) error
}

// do makes a call until answer takes what HQ says, or fails for good. answer
// gets responses of status 200 and 304 only, and reads the body.
func (c caller) do(ctx context.Context, a ask, answer func(*http.Response) error) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.Multiplier, pauses.MaxInterval = firstPause, 2, longestPause
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := c.once(ctx, a, answer)
		var refusal *wire.Refusal
		if errors.As(err, &refusal) && errors.Is(err, wire.ErrClockSkew) && c.skewed != nil && !refusal.At.IsZero() {
			c.skewed(refusal.At)
			err = c.once(ctx, a, answer)
		}
		if err == nil || retryable(err) {
			return struct{}{}, err
		}
		return struct{}{}, backoff.Permanent(err)
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(c.tries))
	var permanent *backoff.PermanentError // what Retry leaves wrapped after the last try
	if errors.As(err, &permanent) {
		err = permanent.Unwrap()
	}
	if ctx.Err() != nil && err != nil {
		return context.Cause(ctx)
	}
	return err
}

// once makes one try.
func (c caller) once(ctx context.Context, a ask, answer func(*http.Response) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	quiet := time.AfterFunc(c.timeout, func() { cancel(errSilent) })
	defer quiet.Stop()

	var body io.Reader
	if a.body != nil {
		body = bytes.NewReader(a.body)
	}
	req, err := http.NewRequestWithContext(ctx, a.method, a.url.String(), body)
	if err != nil {
		return fmt.Errorf("make a request to HQ: %w", err)
	}
	for name, values := range a.header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", "hexiao")
	req.Header.Set("Accept-Encoding", "gzip") // by itself the transport would unzip what is signed
	if a.body != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Content-Encoding", "gzip")
	}
	if c.sign != nil {
		if err := c.sign(req); err != nil {
			return err
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return noAnswer(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if a.stream && resp.StatusCode == http.StatusOK {
		resp.Request = req // pages of orders are signed for it
		resp.Body = &lively{ctx: ctx, body: unzipped(resp), timer: quiet, every: c.timeout}
		return answer(resp)
	}
	if err := c.whole(ctx, req, resp); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotModified {
		return refused(resp)
	}
	return answer(resp)
}

// whole reads an answer to its end and makes sure that it is HQ's.
func (c caller) whole(ctx context.Context, req *http.Request, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxBodyBytes+1))
	switch {
	case err != nil:
		return noAnswer(ctx, err)
	case len(body) > wire.MaxBodyBytes:
		return unsigned("an answer of more than %d bytes", wire.MaxBodyBytes)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return c.signed(ctx, req, resp, body)
}

// Causes of a call that was given up.
var (
	errSilent  = errors.New("no answer in time")
	errTrickle = errors.New("the answer comes too slowly")
)

// A stream must bring trickleBytes with every trickleReads reads. Otherwise an
// answer of a byte now and then would never be silent and never end.
const (
	trickleReads = 64
	trickleBytes = 1 << 10
)

// lively is a stream that names the cause of its end. Only waiting for its next
// bytes counts, not what is done with them in between.
type lively struct {
	ctx    context.Context
	body   io.ReadCloser
	timer  *time.Timer
	every  time.Duration
	follow bool // by pulse, not by reads
	reads  int  // and bytes since the stream last brought enough
	bytes  int
}

// Read implements io.Reader.
func (l *lively) Read(p []byte) (int, error) {
	if l.follow {
		return l.followed(p)
	}
	l.timer.Reset(l.every)
	n, err := l.body.Read(p)
	l.timer.Stop()
	l.reads, l.bytes = l.reads+1, l.bytes+n
	switch {
	case l.bytes >= trickleBytes:
		l.reads, l.bytes = 0, 0
	case l.reads >= trickleReads && err == nil:
		err = errTrickle
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = noAnswer(l.ctx, err)
	}
	return n, err
}

// Close implements io.Closer.
func (l *lively) Close() error { return l.body.Close() }

// noAnswer names what kept an answer away.
func noAnswer(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		if !errors.Is(cause, errSilent) {
			return cause
		}
		err = cause
	}
	var inner *url.Error // repeats method and address
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &unreachable{err}
}

// unzipped is a stream without the compression that HQ put around it.
func unzipped(resp *http.Response) io.ReadCloser {
	if resp.Header.Get("Content-Encoding") != "gzip" {
		return resp.Body
	}
	return &zipped{body: resp.Body}
}

// zipped begins to unzip when it is read: the beginning may take its time.
type zipped struct {
	body io.ReadCloser
	zip  *gzip.Reader
}

// Read implements io.Reader.
func (z *zipped) Read(p []byte) (int, error) {
	if z.zip == nil {
		var err error
		if z.zip, err = gzip.NewReader(z.body); err != nil {
			return 0, err
		}
	}
	return z.zip.Read(p)
}

// Close implements io.Closer.
func (z *zipped) Close() error { return z.body.Close() }

// refused reads what HQ says against a request.
func refused(resp *http.Response) error {
	err := problem(resp)
	if seconds, bad := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 31); bad == nil && temporary(resp.StatusCode) {
		return later{err, time.Duration(seconds) * time.Second}
	}
	return err
}

func problem(resp *http.Response) error {
	status := fmt.Sprintf("status %d", resp.StatusCode)
	if mediaType(resp) != "application/json" {
		return notHQ("%s without a reason", status)
	}
	var body wire.Problem
	err := wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), &body)
	var refusal *wire.Refusal
	if err == nil {
		if refusal, err = wire.RefusalOf(body); err == nil {
			return refusal
		}
	}
	return notHQ("%s: %v", status, err)
}

func mediaType(resp *http.Response) string {
	t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

func temporary(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryable reports whether the same call may go well in a moment.
func retryable(err error) bool {
	var wait *backoff.RetryAfterError
	if errors.As(err, &wait) && wait.Duration > longestLeave {
		return false
	}
	for _, passing := range []error{ErrUnreachable, wire.ErrUnavailable, wire.ErrSlowDown, wire.ErrInternal} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
