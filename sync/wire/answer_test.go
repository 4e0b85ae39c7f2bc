package wire_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/wire"
)

func answerKey(t testing.TB, signed bool) (*http.Request, http.Header, []byte) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/points/P001?nonce=n1", nil)
	if signed {
		if err := wire.Sign(req, hqKey(), "T1", time.Unix(1_800_000_000, 0), "n1"); err != nil {
			t.Fatal(err)
		}
	}
	header, body := http.Header{"Etag": {`"v1"`}}, []byte(`{"id":"P001"}`)
	wire.SignAnswer(header, http.StatusOK, body, req, hqKey(), time.Unix(1_800_000_000, 0))
	return req, header, body
}

func trustsHQ(id string) ed25519.PublicKey {
	if public := hqKey().Public().(ed25519.PublicKey); id == hqring.ID(public) {
		return public
	}
	return nil
}

func TestAnswers(t *testing.T) {
	for _, signed := range []bool{true, false} {
		req, header, body := answerKey(t, signed)
		got, err := wire.VerifyAnswer(header, http.StatusOK, body, req, trustsHQ)
		if err != nil || !got.Key.Equal(hqKey().Public()) || got.Created.Unix() != 1_800_000_000 {
			t.Errorf("%+v, %v", got, err)
		}
		want := `hq=("@status" "content-digest" "etag" "@query";req);created=1800000000;keyid="`
		if signed {
			want = `hq=("@status" "content-digest" "etag" "signature";req;key="sig1");created=1800000000;keyid="`
		}
		if in := header.Get("Signature-Input"); in != want+wire.AnswerKeyID(header)+`"` || len(wire.AnswerKeyID(header)) != 16 {
			t.Errorf("the header is %s", in)
		}
	}
}

// Everything that an answer is believed for is under the signature.
func TestAnswersThatWereChanged(t *testing.T) {
	for name, change := range map[string]func(h http.Header, status *int, body *[]byte, req *http.Request){
		"status":         func(_ http.Header, status *int, _ *[]byte, _ *http.Request) { *status = 403 },
		"body":           func(_ http.Header, _ *int, body *[]byte, _ *http.Request) { (*body)[2] ^= 1 },
		"longer":         func(_ http.Header, _ *int, body *[]byte, _ *http.Request) { *body = append(*body, ' ') },
		"digest":         func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Set("Content-Digest", "sha-256=:AAAA:") },
		"another tag":    func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Set("ETag", `"v2"`) },
		"no tag":         func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Del("ETag") },
		"two tags":       func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Add("ETag", `"v1"`) },
		"a wish to wait": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Set("Retry-After", "600") },
		"no signature":   func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Del("Signature") },
		"no input":       func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Del("Signature-Input") },
		"no digest":      func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Del("Content-Digest") },
		"two signatures": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Add("Signature", h.Get("Signature")) },
		"another signature": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) {
			h.Set("Signature", "hq=:"+strings.Repeat("A", 86)+"==:")
		},
		"signature cut": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) { h.Set("Signature", h.Get("Signature")[:40]) },
		"later": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) {
			h.Set("Signature-Input", strings.Replace(h.Get("Signature-Input"), "1800000000", "1900000000", 1))
		},
		"never": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) {
			h.Set("Signature-Input", strings.Replace(h.Get("Signature-Input"), "1800000000", "now", 1))
		},
		"more parameters": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) {
			h.Set("Signature-Input", h.Get("Signature-Input")+`;alg="none"`)
		},
		"covers less": func(h http.Header, _ *int, _ *[]byte, _ *http.Request) {
			h.Set("Signature-Input", strings.Replace(h.Get("Signature-Input"), ` "content-digest"`, "", 1))
		},
		"another key": func(h http.Header, _ *int, body *[]byte, req *http.Request) {
			wire.SignAnswer(h, 200, *body, req, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)), time.Unix(1_800_000_000, 0))
		},
		"key under HQ's name": func(h http.Header, _ *int, body *[]byte, req *http.Request) {
			id := wire.AnswerKeyID(h)
			wire.SignAnswer(h, 200, *body, req, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)), time.Unix(1_800_000_000, 0))
			h.Set("Signature-Input", strings.Replace(h.Get("Signature-Input"), wire.AnswerKeyID(h), id, 1))
		},
		"of another request": func(_ http.Header, _ *int, _ *[]byte, req *http.Request) {
			other := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/points/P001?nonce=n2", nil)
			if req.Header.Get("Signature") != "" {
				if err := wire.Sign(other, hqKey(), "T1", time.Unix(1_800_000_000, 0), "n2"); err != nil {
					t.Fatal(err)
				}
			}
			*req = *other
		},
		"of a request of another kind": func(_ http.Header, _ *int, _ *[]byte, req *http.Request) {
			if req.Header.Get("Signature") != "" {
				req.Header.Del("Signature")
			} else if err := wire.Sign(req, hqKey(), "T1", time.Unix(1_800_000_000, 0), "n2"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, signed := range []bool{true, false} {
			req, header, body := answerKey(t, signed)
			status := http.StatusOK
			change(header, &status, &body, req)
			if _, err := wire.VerifyAnswer(header, status, body, req, trustsHQ); !errors.Is(err, wire.ErrUnsigned) {
				t.Errorf("%s, request signed %v: %v", name, signed, err)
			}
		}
	}
}

func TestSigningAnswers(t *testing.T) {
	fails := errors.New("no key")
	ask := func(key error, h http.HandlerFunc) (*http.Request, *http.Response, []byte) {
		server := httptest.NewServer(wire.SigningAnswers(h, func(*http.Request) (ed25519.PrivateKey, error) { return hqKey(), key }, time.Now))
		defer server.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/time?nonce=n", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			t.Fatal(err)
		}
		return req, resp, body
	}
	for name, c := range map[string]struct {
		status int
		answer http.HandlerFunc
	}{
		"nothing":   {200, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/json") }},
		"unchanged": {304, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", "v"); w.WriteHeader(304) }},
		"refused": {404, func(w http.ResponseWriter, r *http.Request) {
			http.NotFound(w, r)
			w.WriteHeader(200) // too late
		}},
		"zipped": {200, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			zip := gzip.NewWriter(w)
			_, _ = zip.Write([]byte("{}"))
			if err := errors.Join(zip.Close(), http.NewResponseController(w).Flush()); err != nil {
				t.Error(err)
			}
		}},
	} {
		req, resp, body := ask(nil, c.answer)
		if _, err := wire.VerifyAnswer(resp.Header, resp.StatusCode, body, req, trustsHQ); err != nil || resp.StatusCode != c.status {
			t.Errorf("%s: status %d, %v", name, resp.StatusCode, err)
		}
		if req, resp, body = ask(fails, c.answer); resp.StatusCode != c.status {
			t.Errorf("%s without a key: status %d", name, resp.StatusCode)
		}
		if _, err := wire.VerifyAnswer(resp.Header, resp.StatusCode, body, req, trustsHQ); !errors.Is(err, wire.ErrUnsigned) {
			t.Errorf("%s without a key: %v", name, err)
		}
	}
}

// A stream comes while it is written, and is signed page by page.
func TestStreamsAreNotHeldBack(t *testing.T) {
	went := make(chan struct{})
	server := httptest.NewServer(wire.SigningAnswers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, err := io.WriteString(w, "first\n")
		control := http.NewResponseController(w)
		if err := errors.Join(err, control.Flush(), control.SetWriteDeadline(time.Time{})); err != nil {
			t.Error(err)
		}
		<-went
		_, _ = io.WriteString(w, "second\n")
	}), func(*http.Request) (ed25519.PrivateKey, error) { panic("it is not signed") }, time.Now))
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 6)
	_, err = io.ReadFull(resp.Body, first)
	close(went)
	rest, err2 := io.ReadAll(resp.Body)
	if err := errors.Join(err, err2, resp.Body.Close()); err != nil || string(first)+string(rest) != "first\nsecond\n" || resp.Header.Get("Signature") != "" {
		t.Errorf("%q %q, %v", first, rest, err)
	}
}

func TestDeepLines(t *testing.T) {
	deep := `{"gone":"a","new":` + strings.Repeat("[", wire.MaxDepth) + strings.Repeat("]", wire.MaxDepth) + "}\n"
	err := wire.ReadOrders(strings.NewReader(deep), verifier(), false, kiosk.Feed{})
	if !errors.Is(err, wire.ErrMalformed) || !strings.Contains(err.Error(), "within values") {
		t.Error(err)
	}
}
