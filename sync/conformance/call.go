package conformance

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// errNotEnrolled is what checks say that need a terminal.
var errNotEnrolled = errors.New("not tried: the terminal is not enrolled")

// request is one call before it is made.
type request struct {
	method string
	path   []string
	query  url.Values
	header http.Header
	body   []byte
	plain  bool // the body is not gzipped

	anonymous bool                // not signed
	at        time.Duration       // the signature's time, from now
	twist     func(*http.Request) // after signing
	nonce     string              // of the signature; empty: a new one
}

// answer is what came, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte // unzipped
	signed error  // what is wrong with HQ's signature
	req    *http.Request
}

func (s *suite) nonce() string {
	b := make([]byte, 16)
	_, _ = io.ReadFull(s.o.Random, b) // a nonce that repeats is refused, and seen
	return hex.EncodeToString(b)
}

func (s *suite) now() time.Time { return s.o.Now().Add(s.skew) }

// terminalPath and pointPath are the paths below the terminal's own ids.
func (s *suite) terminalPath(rest ...string) []string {
	return append([]string{"v1", "terminals", s.enrolled.Terminal}, rest...)
}

func (s *suite) pointPath(rest ...string) []string {
	return append([]string{"v1", "points", s.enrolled.Point}, rest...)
}

func (s *suite) make(ctx context.Context, r request) (*http.Request, error) {
	parts := make([]string, len(r.path))
	for i, p := range r.path {
		parts[i] = url.PathEscape(p)
	}
	u := s.base.JoinPath(parts...)
	u.RawQuery = r.query.Encode()
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "hexiao-conformance")
	req.Header.Set("Accept-Encoding", "gzip")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
		if !r.plain {
			req.Header.Set("Content-Encoding", "gzip")
		}
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	if !r.anonymous {
		if r.nonce == "" {
			r.nonce = s.nonce()
		}
		if err := wire.Sign(req, s.key, kiosk.TerminalID(s.enrolled.Terminal), s.now().Add(r.at), r.nonce); err != nil {
			return nil, err
		}
	}
	if r.twist != nil {
		r.twist(req)
	}
	return req, nil
}

// ask makes a call and reads the answer. It notes an answer that HQ did not sign.
func (s *suite) ask(ctx context.Context, r request) (answer, error) {
	if !r.anonymous && s.enrolled.Terminal == "" {
		return answer{}, errNotEnrolled
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	req, err := s.make(ctx, r)
	if err != nil {
		return answer{}, err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		var inner *url.Error // repeats method and address
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return answer{}, fmt.Errorf("%s %s: no answer: %w", r.method, req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 8*wire.MaxBodyBytes))
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: the answer breaks off: %w", r.method, req.URL.Path, err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: raw, req: req}
	if a.body, err = unzip(raw, resp.Header.Get("Content-Encoding")); err != nil {
		return a, fmt.Errorf("%s %s: %w", r.method, req.URL.Path, err)
	}
	if len(s.enrolled.HQKey) == ed25519.PublicKeySize && a.kind() != ndjson {
		_, a.signed = wire.VerifyAnswer(resp.Header, resp.StatusCode, raw, req, func(string) ed25519.PublicKey { return s.enrolled.HQKey })
		if what := fmt.Sprintf("%s %s: status %d: %v", r.method, req.URL.Path, a.status, a.signed); a.signed != nil && !slices.Contains(s.unsigned, what) {
			s.unsigned = append(s.unsigned, what)
		}
	}
	return a, nil
}

const ndjson = "application/x-ndjson"

// kind is the media type.
func (a answer) kind() string {
	t, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

// into reads an answer of status 200 in JSON.
func (a answer) into(v any) error {
	if a.status != http.StatusOK || a.kind() != "application/json" {
		return fmt.Errorf("%s where 200 with JSON belongs", a.says())
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		return fmt.Errorf("status 200 with JSON that does not fit: %w", err)
	}
	return nil
}

// says is an answer in few words.
func (a answer) says() string {
	var p wire.Problem
	if a.kind() == "application/json" && json.Unmarshal(a.body, &p) == nil && p.Code != "" {
		return fmt.Sprintf("status %d, %q", a.status, p.Code)
	}
	return fmt.Sprintf("status %d with %q", a.status, a.kind())
}

// refuses makes a call that must be refused with one of these codes, and the
// status that goes with it.
func (s *suite) refuses(ctx context.Context, r request, codes ...wire.ErrorCode) (wire.Problem, error) {
	var p wire.Problem
	a, err := s.ask(ctx, r)
	if err != nil {
		return p, err
	}
	if a.status < http.StatusBadRequest || a.kind() != "application/json" || json.Unmarshal(a.body, &p) != nil {
		return p, fmt.Errorf("%s where the refusal %q belongs", a.says(), codes)
	}
	refusal, err := wire.RefusalOf(p)
	if err != nil {
		return p, fmt.Errorf("%s: %w", a.says(), err)
	}
	if status, _ := wire.ProblemOf(refusal); !slices.Contains(codes, p.Code) || status != a.status {
		return p, fmt.Errorf("%s where the refusal %q belongs", a.says(), codes)
	}
	if strings.TrimSpace(p.Message) == "" {
		return p, fmt.Errorf("%s without a sentence for people", a.says())
	}
	return p, nil
}

func unzip(raw []byte, encoding string) ([]byte, error) {
	if encoding != "gzip" {
		return raw, nil
	}
	return inflate(raw)
}
