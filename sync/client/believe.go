package client

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"net/http"
	"net/url"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/wire"
)

// clock is HQ's clock, as far as this terminal knows it.
func (h *HQ) clock() time.Time { return h.opts.Now().Add(time.Duration(h.skew.Load())) }

// fresh puts a nonce into the query of a request that is not signed, so that the
// answer to another one cannot take the place of its answer.
func fresh(u *url.URL, nonce string) *url.URL {
	u.RawQuery = url.Values{"nonce": {nonce}}.Encode()
	return u
}

// believe makes sure that HQ gave an answer. HQ may have changed its key since
// the terminal was last here: then the chain of its keys leads to the new one.
func (h *HQ) believe(ctx context.Context, req *http.Request, resp *http.Response, body []byte) error {
	id := wire.AnswerKeyID(resp.Header)
	if _, known := h.opts.HQ.Find(id, h.clock()); !known && id != "" && ctx.Err() == nil {
		if err := h.followKeys(ctx); err != nil {
			return err
		}
	}
	return h.signedBy(h.opts.HQ, req, resp, body)
}

// signedBy makes sure that a live key of a ring signed an answer.
func (h *HQ) signedBy(ring *hqring.Ring, req *http.Request, resp *http.Response, body []byte) error {
	answered, err := wire.VerifyAnswer(resp.Header, resp.StatusCode, body, req, func(id string) ed25519.PublicKey {
		key, _ := ring.Find(id, h.clock())
		return key
	})
	if err != nil {
		return unsigned("status %d: %v", resp.StatusCode, err)
	}
	h.opts.HQ.Heard(answered.Created)
	return nil
}

// followKeys asks for HQ's keys and trusts those that follow from the trusted ones.
func (h *HQ) followKeys(ctx context.Context) error {
	c := h.caller()
	c.sign, c.tries = nil, 1
	var chain []kiosk.HQKey
	c.signed = func(_ context.Context, req *http.Request, resp *http.Response, body []byte) error {
		var says wire.KeyChain
		err := wire.DecodeBody(bytes.NewReader(body), resp.Header.Get("Content-Encoding"), &says)
		if err == nil {
			chain, err = says.Domain()
		}
		if err != nil {
			return unsigned("status %d where its keys belong: %v", resp.StatusCode, err)
		}
		ring, err := h.opts.HQ.Follow(chain)
		if err != nil {
			return unsigned("%v", err)
		}
		return h.signedBy(ring, req, resp, body)
	}
	return c.do(ctx, ask{method: http.MethodGet, url: fresh(joined(h.base, "v1", "keys"), h.nonce())}, func(resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return notHQ("status %d where its keys belong", resp.StatusCode)
		}
		return foreign(h.opts.HQ.Adopt(chain))
	})
}

// believeEnrolment makes sure that whoever answers has the key that the answer
// brings. A refusal brings none.
func believeEnrolment(_ context.Context, req *http.Request, resp *http.Response, body []byte) error {
	if resp.StatusCode != http.StatusOK {
		if mediaType(resp) != "application/json" {
			return unsigned("status %d without a reason", resp.StatusCode)
		}
		return nil
	}
	var e wire.Enrolment
	err := wire.DecodeBody(bytes.NewReader(body), resp.Header.Get("Content-Encoding"), &e)
	if err == nil {
		err = e.Check()
	}
	if err == nil {
		_, err = wire.VerifyAnswer(resp.Header, resp.StatusCode, body, req, func(string) ed25519.PublicKey { return e.HQKey })
	}
	if err != nil {
		return unsigned("%v", err)
	}
	return nil
}
