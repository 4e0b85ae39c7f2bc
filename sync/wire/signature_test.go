package wire_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	httpsig "github.com/remitly-oss/httpsig-go"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

const nonce = "MDEyMzQ1Njc4OWFiY2RlZg=="

func keys(_ context.Context, id kiosk.TerminalID) (ed25519.PublicKey, error) {
	switch id {
	case "T1":
		return deviceKey().Public().(ed25519.PublicKey), nil
	case "T-revoked":
		return nil, fmt.Errorf("%s: %w", id, wire.ErrRevoked)
	case "T-short":
		return ed25519.PublicKey{1, 2}, nil
	}
	return nil, fmt.Errorf("%w: unknown", wire.ErrBadSignature)
}

func fresh(kiosk.TerminalID, string, time.Time) (bool, error) { return false, nil }

// received gives the request as a server sees it.
func received(t testing.TB, req *http.Request) *http.Request {
	t.Helper()
	got := httptest.NewRequestWithContext(t.Context(), req.Method, req.URL.String(), nil)
	got.Header, got.Host = req.Header.Clone(), req.URL.Host
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		got.Body = body
	}
	return got
}

func request(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func signed(t testing.TB, method, url, body string) *http.Request {
	t.Helper()
	req := request(t, method, url, body)
	if err := wire.Sign(req, deviceKey(), "T1", at(0), nonce); err != nil {
		t.Fatal(err)
	}
	return req
}

func TestSignatureOverARealConnection(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := wire.Verify(r, keys, at(30), fresh)
		body, readErr := io.ReadAll(r.Body)
		got = append(got, fmt.Sprint(id, " ", string(body), " ", err, " ", readErr))
	}))
	defer server.Close()
	for _, req := range []*http.Request{
		signed(t, "GET", server.URL+"/v1/points/P001/orders?cursor=a%2Bb%20c", ""),
		signed(t, "GET", server.URL+"/v1/points/%E6%9C%9B%E6%B1%9F", ""),
		signed(t, "POST", server.URL+"/v1/terminals/T1/events", "the body"),
	} {
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	same(t, []string{"T1  <nil> <nil>", "T1  <nil> <nil>", "T1 the body <nil> <nil>"}, got)
}

func TestTamperedRequests(t *testing.T) {
	set := func(name, from, to string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, strings.Replace(r.Header.Get(name), from, to, 1)) }
	}
	for name, spoil := range map[string]func(*http.Request){
		"method":         func(r *http.Request) { r.Method = "PUT" },
		"path":           func(r *http.Request) { r.URL.Path = "/v1/terminals/T2/events" },
		"query":          func(r *http.Request) { r.URL.RawQuery = "a=2" },
		"host":           func(r *http.Request) { r.Host = "evil.example" },
		"body":           func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("other")) },
		"body gone":      func(r *http.Request) { r.Body = http.NoBody },
		"body broken":    func(r *http.Request) { r.Body = io.NopCloser(io.MultiReader(strings.NewReader("b"), broken{})) },
		"digest":         set("Content-Digest", "sha-256=:", "sha-256=:AA"),
		"digest only":    set("Content-Digest", "sha-256", "md5"),
		"no digest":      func(r *http.Request) { r.Header.Del("Content-Digest") },
		"two digests":    func(r *http.Request) { r.Header.Add("Content-Digest", r.Header.Get("Content-Digest")) },
		"two signatures": func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) },
		"two inputs":     func(r *http.Request) { r.Header.Add("Signature-Input", r.Header.Get("Signature-Input")) },
		"nonce":          set("Signature-Input", `nonce="MDE`, `nonce="XXX`),
		"no nonce":       set("Signature-Input", `;nonce="`+nonce+`"`, ""),
		"created":        set("Signature-Input", "created=1", "created=2"),
		"created text":   set("Signature-Input", "created=", `created="x";x=`),
		"created huge":   set("Signature-Input", "created=", "created=99999999999999999999"),
		"keyid":          set("Signature-Input", `keyid="T1"`, `keyid="T2"`),
		"keyid number":   set("Signature-Input", `keyid="T1"`, `keyid=5`),
		"keyid escape":   set("Signature-Input", `keyid="T1"`, `keyid="T\\1"`),
		"short key":      set("Signature-Input", `keyid="T1"`, `keyid="T-short"`),
		"less covered":   set("Signature-Input", ` "content-digest"`, ``),
		"more said":      set("Signature-Input", `;created`, `;alg="hmac-sha256";created`),
		"second input":   func(r *http.Request) { r.Header.Set("Signature-Input", r.Header.Get("Signature-Input")+`, sig2=()`) },
		"label":          set("Signature", "sig1", "sig2"),
		"signature":      set("Signature", ":", ":AAAA"),
		"no signature":   func(r *http.Request) { r.Header.Del("Signature") },
		"garbage":        func(r *http.Request) { r.Header.Set("Signature", "\x01=(") },
		"control in url": func(r *http.Request) { r.URL.Path = "/v1/\n\"@query\": ?" },
	} {
		req := received(t, signed(t, "POST", "http://hq.example/v1/terminals/T1/events?a=1", "body"))
		if _, err := wire.Verify(req, keys, at(0), fresh); err != nil {
			t.Fatalf("the untouched request: %v", err)
		}
		req = received(t, signed(t, "POST", "http://hq.example/v1/terminals/T1/events?a=1", "body"))
		spoil(req)
		never := func(kiosk.TerminalID, string, time.Time) (bool, error) {
			t.Errorf("%s: the nonce of a bad signature is remembered", name)
			return false, nil
		}
		if id, err := wire.Verify(req, keys, at(0), never); !errors.Is(err, wire.ErrBadSignature) || id != "" {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSignatureInTime(t *testing.T) {
	for name, c := range map[string]struct {
		now  time.Time
		want error
	}{
		"just now":   {at(0), nil},
		"old enough": {at(0).Add(wire.MaxAge - time.Second), nil},
		"too old":    {at(0).Add(wire.MaxAge + time.Second), wire.ErrClockSkew},
		"bit ahead":  {at(0).Add(-wire.MaxAhead + time.Second), nil},
		"too new":    {at(0).Add(-wire.MaxAhead - time.Second), wire.ErrClockSkew},
	} {
		_, err := wire.Verify(received(t, signed(t, "GET", "http://hq.example/v1/time", "")), keys, c.now, fresh)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		var r *wire.Refusal
		if c.want != nil && (!errors.As(err, &r) || !r.At.Equal(c.now)) {
			t.Errorf("%s: HQ's time is not told: %v", name, err)
		}
	}
}

func TestSignatureOnce(t *testing.T) {
	seen := map[string]time.Time{}
	remember := func(id kiosk.TerminalID, nonce string, until time.Time) (bool, error) {
		_, there := seen[nonce]
		seen[string(id)+nonce], seen[nonce] = until, until
		return there, nil
	}
	req := signed(t, "GET", "http://hq.example/v1/points/P001", "")
	if _, err := wire.Verify(received(t, req), keys, at(0), remember); err != nil {
		t.Fatal(err)
	}
	if until := seen["T1"+nonce]; !until.After(at(0).Add(wire.MaxAge)) {
		t.Errorf("the nonce may be forgotten at %v, while the signature is still good", until)
	}
	if _, err := wire.Verify(received(t, req), keys, at(1), remember); !errors.Is(err, wire.ErrReplayed) {
		t.Errorf("the same request again: %v", err)
	}
	full := errors.New("the store is full")
	_, err := wire.Verify(received(t, req), keys, at(1), func(kiosk.TerminalID, string, time.Time) (bool, error) { return false, full })
	if !errors.Is(err, full) {
		t.Errorf("a failing memory: %v", err)
	}
}

func TestSignatureOfWithdrawnDevice(t *testing.T) {
	req := request(t, "GET", "http://hq.example/v1/points/P001", "")
	if err := wire.Sign(req, deviceKey(), "T-revoked", at(0), nonce); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Verify(received(t, req), keys, at(0), fresh); !errors.Is(err, wire.ErrRevoked) || errors.Is(err, wire.ErrBadSignature) {
		t.Errorf("%v, want ErrRevoked alone", err)
	}
}

func TestSignatureOfTooLargeBody(t *testing.T) {
	req := request(t, "POST", "http://hq.example/v1/x", "")
	big := bytes.NewReader(make([]byte, wire.MaxRequestBytes+1))
	req.Body = io.NopCloser(big)
	req.GetBody = func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(make([]byte, wire.MaxRequestBytes+1))), nil
	}
	if err := wire.Sign(req, deviceKey(), "T1", at(0), nonce); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Verify(received(t, req), keys, at(0), fresh); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("%v, want ErrTooLarge", err)
	}
}

func TestWhatCannotBeSigned(t *testing.T) {
	for _, c := range [][2]string{{"", nonce}, {"终端", nonce}, {`a"`, nonce}, {"T1", ""}, {"T1", strings.Repeat("n", 65)}} {
		if err := wire.Sign(request(t, "GET", "http://hq.example/", ""), deviceKey(), kiosk.TerminalID(c[0]), at(0), c[1]); !errors.Is(err, wire.ErrBadSignature) {
			t.Errorf("id %q, nonce %q: %v", c[0], c[1], err)
		}
	}
	once := request(t, "POST", "http://hq.example/", "x")
	once.GetBody = nil
	if err := wire.Sign(once, deviceKey(), "T1", at(0), nonce); err == nil {
		t.Error("a body that can be read once only was signed")
	}
	for name, body := range map[string]io.ReadCloser{"read": io.NopCloser(broken{}), "close": unclosable{strings.NewReader("x")}} {
		req := request(t, "POST", "http://hq.example/", "x")
		req.GetBody = func() (io.ReadCloser, error) { return body, nil }
		if err := wire.Sign(req, deviceKey(), "T1", at(0), nonce); err == nil {
			t.Errorf("a body that fails to %s was signed", name)
		}
	}
	req := request(t, "POST", "http://hq.example/", "x")
	req.GetBody = func() (io.ReadCloser, error) { return nil, io.ErrClosedPipe }
	if err := wire.Sign(req, deviceKey(), "T1", at(0), nonce); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a body that is gone: %v", err)
	}
}

type unclosable struct{ io.Reader }

func (unclosable) Close() error { return io.ErrClosedPipe }

// The library's own signer speaks the same RFC: what it writes by the profile
// is accepted, so both ends follow the standard and not only each other.
func TestSignatureOfTheLibrary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the library reads the clock
		req := request(t, "POST", "http://hq.example/v1/terminals/T1/events?a=1", "body")
		err := httpsig.Sign(req, httpsig.SigningProfile{
			Algorithm: httpsig.Algo_ED25519, Fields: httpsig.Fields("@method", "@authority", "@path", "@query", "content-digest"),
			Metadata: []httpsig.Metadata{httpsig.MetaCreated, httpsig.MetaKeyID, httpsig.MetaNonce},
		}, httpsig.SigningKey{Key: deviceKey(), MetaKeyID: "T1"})
		if err != nil {
			t.Fatal(err)
		}
		req.GetBody = func() (io.ReadCloser, error) { return req.Body, nil }
		if id, err := wire.Verify(received(t, req), keys, time.Now(), fresh); err != nil || id != "T1" {
			t.Errorf("%q, %v", id, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	good := signed(f, "GET", "http://hq.example/v1/time", "").Header
	f.Add(good.Get("Signature-Input"), good.Get("Signature"), good.Get("Content-Digest"), "/v1/time")
	f.Add(`sig1=("@method");created="x"`, "sig1=1", "sha-256=1", "/")
	f.Fuzz(func(t *testing.T, input, sig, digest, path string) {
		req := received(t, request(t, "GET", "http://hq.example/v1/time", ""))
		req.URL.Path = path
		req.Header = http.Header{"Signature-Input": {input}, "Signature": {sig}, "Content-Digest": {digest}}
		id, err := wire.Verify(req, keys, at(0), fresh)
		if err == nil && (id != "T1" || path != "/v1/time" || digest != good.Get("Content-Digest")) {
			t.Errorf("accepted as %q: %q over %q", id, input, path)
		}
	})
}
