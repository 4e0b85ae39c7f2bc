package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

func (h *HQ) caller() caller {
	return caller{
		http: h.http, timeout: h.opts.Timeout, tries: h.opts.Tries,
		sign: func(req *http.Request) error {
			return wire.Sign(req, h.opts.Key, h.opts.Terminal, h.clock(), h.nonce())
		},
		skewed: func(hqTime time.Time) { h.skew.Store(int64(hqTime.Sub(h.opts.Now()))) },
		signed: h.believe,
	}
}

// Push hands over a batch of this terminal's events. It returns a
// *wire.Refusal with HQ's head when HQ misses events before the batch.
func (h *HQ) Push(ctx context.Context, b kiosk.Batch) (kiosk.Ack, error) {
	body, err := h.packer.Encode(wire.NewBatch(b))
	if err != nil {
		return kiosk.Ack{}, err
	}
	ack, _, err := h.ack(ctx, ask{method: http.MethodPost, url: joined(h.base, "v1", "terminals", string(h.opts.Terminal), "events"), body: body})
	return ack, err
}

// Head asks for HQ's signed head of this terminal's chain.
func (h *HQ) Head(ctx context.Context) (kiosk.Ack, error) {
	ack, _, err := h.ack(ctx, ask{method: http.MethodGet, url: h.headURL()})
	return ack, err
}

// Compare tells HQ where this terminal's journal ends, and asks for HQ's signed
// head of the chain; differs says that HQ has another event there or before. To
// look for the first one, name earlier places of the journal.
func (h *HQ) Compare(ctx context.Context, own kiosk.Head) (ack kiosk.Ack, differs bool, err error) {
	u := h.headURL()
	u.RawQuery = url.Values{"seq": {strconv.FormatUint(own.Seq, 10)}, "hash": {own.Hash.String()}}.Encode()
	return h.ack(ctx, ask{method: http.MethodGet, url: u})
}

// Tell says how this terminal is.
func (h *HQ) Tell(ctx context.Context, c kiosk.Condition) error {
	body, err := h.packer.Encode(wire.NewCondition(c))
	if err != nil {
		return err
	}
	a := ask{method: http.MethodPut, url: joined(h.base, "v1", "terminals", string(h.opts.Terminal), "condition"), body: body}
	return h.caller().do(ctx, a, func(resp *http.Response) error {
		var noted wire.ServerTime
		if err := decode(resp, &noted); err != nil {
			return err
		}
		if noted.At.IsZero() {
			return notHQ("no time where the time belongs")
		}
		return nil
	})
}

func (h *HQ) headURL() *url.URL {
	return joined(h.base, "v1", "terminals", string(h.opts.Terminal), "head")
}

func (h *HQ) ack(ctx context.Context, a ask) (ack kiosk.Ack, differs bool, err error) {
	err = h.caller().do(ctx, a, func(resp *http.Response) error {
		var body wire.Ack
		if err := decode(resp, &body); err != nil {
			return err
		}
		var err error
		ack, err = body.Domain()
		differs = body.Differs
		return foreign(err)
	})
	return ack, differs, err
}

// Point asks for the point's settings unless they still have the given tag;
// then it gives the same tag and no settings.
func (h *HQ) Point(ctx context.Context, tag string) (kiosk.Point, string, error) {
	a := ask{method: http.MethodGet, url: joined(h.base, "v1", "points", string(h.opts.Point))}
	if tag != "" {
		a.header = http.Header{"If-None-Match": {tag}}
	}
	var point kiosk.Point
	newTag := tag
	err := h.caller().do(ctx, a, func(resp *http.Response) error {
		if resp.StatusCode == http.StatusNotModified {
			if tag == "" {
				return notHQ("unchanged settings, which nobody has")
			}
			return nil
		}
		var body wire.Point
		if err := decode(resp, &body); err != nil {
			return err
		}
		p, err := body.Domain()
		if err != nil {
			return foreign(err)
		}
		if p.ID != h.opts.Point {
			return notHQ("the settings of another point")
		}
		point, newTag = p, resp.Header.Get("ETag")
		if newTag == tag { // without tags, or sent although unchanged
			newTag = ""
		}
		return nil
	})
	if err != nil {
		return kiosk.Point{}, tag, err
	}
	return point, newTag, nil
}

// Time asks for HQ's clock.
func (h *HQ) Time(ctx context.Context) (time.Time, error) {
	var at time.Time
	c := h.caller()
	c.sign = nil
	err := c.do(ctx, ask{method: http.MethodGet, url: fresh(joined(h.base, "v1", "time"), h.nonce())}, func(resp *http.Response) error {
		var body wire.ServerTime
		if err := decode(resp, &body); err != nil {
			return err
		}
		if body.At.IsZero() {
			return notHQ("no time where the time belongs")
		}
		at = body.At.UTC()
		return nil
	})
	return at, err
}

// decode reads a JSON answer.
func decode(resp *http.Response, v any) error {
	if resp.StatusCode != http.StatusOK || mediaType(resp) != "application/json" {
		return notHQ("status %d with %.60q where JSON belongs", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	err := wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), v)
	var cut *unreachable
	if errors.As(err, &cut) {
		return cut // half a message says nothing about who sent it
	}
	return foreign(err)
}

// foreign marks an answer beyond the contract as not HQ's, unless it broke off
// on its way.
func foreign(err error) error {
	if err == nil || errors.Is(err, ErrUnreachable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotHQ, err)
}
