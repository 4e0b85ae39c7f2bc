package conformance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"hexiao/sync/wire"
)

func signatures() []check {
	refused := func(change func(*suite, *request)) func(context.Context, *suite) error {
		return func(ctx context.Context, s *suite) error {
			r := s.condition()
			change(s, &r)
			_, err := s.refuses(ctx, r, wire.CodeBadSignature)
			return err
		}
	}
	return []check{
		{"signature", "a request signed as the contract says is taken", goodSignature},
		{"signature/none", "a request without a signature is refused as bad-signature", refused(func(_ *suite, r *request) {
			r.twist = func(req *http.Request) { req.Header.Del("Signature"); req.Header.Del("Signature-Input") }
		})},
		{"signature/bad", "a signature that is not the device's is refused as bad-signature", refused(func(_ *suite, r *request) {
			r.twist = func(req *http.Request) { req.Header.Set("Signature", flipped(req.Header.Get("Signature"))) }
		})},
		{"signature/another key id", "a signature in the name of an unknown device is refused as bad-signature", refused(func(s *suite, r *request) {
			r.twist = func(req *http.Request) {
				req.Header.Set("Signature-Input", strings.Replace(req.Header.Get("Signature-Input"), `keyid="`+s.enrolled.Terminal, `keyid="nobody-`, 1))
			}
		})},
		{"signature/another body", "a body that is not the one of the digest is refused as bad-signature", refused(func(_ *suite, r *request) {
			other, _ := wire.EncodeBody(wire.Condition{Clock: wire.ClockSuspect}) // a map of plain values
			r.twist = func(req *http.Request) {
				req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(other)), int64(len(other))
			}
		})},
		{"signature/another path", "a signature for another path is refused as bad-signature", refused(func(s *suite, r *request) {
			*r = request{method: http.MethodGet, path: s.terminalPath("head"), twist: func(req *http.Request) {
				req.URL.Path = s.base.Path + "/" + strings.Join(s.pointPath(), "/")
			}}
		})},
		{"signature/another query", "a signature for another query is refused as bad-signature", refused(func(s *suite, r *request) {
			*r = request{method: http.MethodGet, path: s.pointPath("orders"), twist: func(req *http.Request) { req.URL.RawQuery = "cursor=x" }}
		})},
		{"signature/another method", "a signature for another method is refused as bad-signature", refused(func(s *suite, r *request) {
			*r = request{method: http.MethodDelete, path: s.terminalPath("head"), twist: func(req *http.Request) { req.Method = http.MethodGet }}
		})},
		{"signature/old", "a signature of more than 5 minutes ago is refused as clock-skew, with HQ's time", refusedSkew(-wire.MaxAge - 30*time.Second)},
		{"signature/ahead", "a signature more than 1 minute ahead is refused as clock-skew, with HQ's time", refusedSkew(wire.MaxAhead + 30*time.Second)},
		{"signature/replayed", "a signed request that was sent before is refused as replayed", replayed},
		{"signature/another terminal", "the business of another terminal is refused as forbidden", func(ctx context.Context, s *suite) error {
			_, err := s.refuses(ctx, request{method: http.MethodGet, path: []string{"v1", "terminals", s.enrolled.Terminal + "0", "head"}}, wire.CodeForbidden)
			return err
		}},
		{"signature/another point", "the business of another point is refused as forbidden", func(ctx context.Context, s *suite) error {
			_, err := s.refuses(ctx, request{method: http.MethodGet, path: []string{"v1", "points", s.enrolled.Point + "0", "orders"}}, wire.CodeForbidden)
			return err
		}},
	}
}

// condition is a small request that a terminal makes with a body.
func (s *suite) condition() request {
	body, _ := wire.EncodeBody(wire.Condition{Clock: wire.ClockSynced, Version: "conformance"}) // a map of plain values
	return request{method: http.MethodPut, path: s.terminalPath("condition"), body: body}
}

// flipped changes one character in the middle of a signature.
func flipped(header string) string {
	b := []byte(header)
	if at := len(b) / 2; b[at] == 'x' {
		b[at] = 'y'
	} else {
		b[at] = 'x'
	}
	return string(b)
}

func goodSignature(ctx context.Context, s *suite) error {
	a, err := s.ask(ctx, s.condition())
	if err != nil {
		return err
	}
	return a.into(new(wire.ServerTime))
}

func refusedSkew(at time.Duration) func(context.Context, *suite) error {
	return func(ctx context.Context, s *suite) error {
		r := s.condition()
		r.at = at
		p, err := s.refuses(ctx, r, wire.CodeClockSkew)
		if err == nil && p.At.Sub(s.now()).Abs() > time.Minute {
			err = errors.New("refused without HQ's time")
		}
		return err
	}
}

func replayed(ctx context.Context, s *suite) error {
	r := s.condition()
	r.nonce = s.nonce()
	if a, err := s.ask(ctx, r); err != nil || a.status != http.StatusOK {
		return errors.Join(err, errors.New("the first one is not taken: "+a.says()))
	}
	_, err := s.refuses(ctx, r, wire.CodeReplayed)
	return err
}
