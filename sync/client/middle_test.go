package client_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/client"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// middle stands between a terminal and HQ and changes what goes by.
type middle struct {
	to     http.RoundTripper
	before func(*http.Request)                // changes the request; nil: does not
	after  func(*http.Request, *taken) *taken // gives another answer; nil: the genuine one
}

// taken is an answer that was read to its end.
type taken struct {
	status int
	header http.Header
	body   []byte
}

func (a *taken) clone() *taken { return &taken{a.status, a.header.Clone(), bytes.Clone(a.body)} }

func (m *middle) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		sent.Body = body
	}
	if m.before != nil {
		m.before(sent)
	}
	resp, err := m.to.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	a := &taken{resp.StatusCode, resp.Header, body}
	if m.after != nil {
		a = m.after(req, a)
	}
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req}, nil
}

// victim is an enrolled terminal whose way to HQ leads through a middle.
type victim struct {
	*client.HQ
	middle *middle
	id     kiosk.TerminalID
	key    ed25519.PrivateKey
	ring   *hqring.Ring
}

func newVictim(t *testing.T, server *hqtest.Server, point kiosk.PointID, n byte) *victim {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
	e, err := client.Enrol(t.Context(), client.EnrolOptions{Address: server.URL, Code: server.Code(point), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{middle: &middle{to: server.Transport()}, id: e.Terminal, key: key, ring: hqring.New(e.HQKey)}
	v.HQ, err = client.New(client.Options{Address: server.URL, Terminal: e.Terminal, Point: e.Point, Key: key, HQ: v.ring, Now: time.Now, Tries: 1, Transport: v.middle})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// calls are what a terminal asks of HQ with one answer each.
func (v *victim) calls(t *testing.T) map[string]func() error {
	return map[string]func() error{
		"push": func() error {
			_, err := v.Push(t.Context(), kiosk.Batch{Terminal: v.id, Records: []kiosk.Record{record(t, 1, kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader})}})
			return err
		},
		"head":  func() error { _, err := v.Head(t.Context()); return err },
		"point": func() error { _, _, err := v.Point(t.Context(), ""); return err },
		"tell":  func() error { return v.Tell(t.Context(), condition()) },
		"time":  func() error { _, err := v.Time(t.Context()); return err },
		"lease": func() error { _, err := v.Leases(t.Context(), []kiosk.OrderID{"order-1"}, 0); return err },
	}
}

// unheard reports whether a terminal took what came for no answer at all.
func unheard(err error) bool {
	var refusal *wire.Refusal
	return errors.Is(err, client.ErrUnreachable) && errors.Is(err, client.ErrNotHQ) && !errors.As(err, &refusal)
}

// Whoever changes an answer, keeps one for later, or gives one that was meant for
// somebody else, is not heard.
func TestManInTheMiddle(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	v, other, elsewhere := newVictim(t, server, "P001", 1), newVictim(t, server, "P001", 2), newVictim(t, server, "P002", 3)
	gone := newVictim(t, server, "P001", 4)
	if err := server.HQ.Revoke(t.Context(), gone.id); err != nil {
		t.Fatal(err)
	}
	foreign := newVictim(t, hqtest.Start(t, time.Now), "P001", 5)
	keep := func(from *victim, call string) *taken {
		var got *taken
		from.middle.after = func(_ *http.Request, a *taken) *taken { got = a.clone(); return a }
		_ = from.calls(t)[call]() // the terminal that was withdrawn is refused
		from.middle.after = nil
		return got
	}
	for call, ask := range v.calls(t) {
		if err := ask(); err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		older := keep(v, call)
		attacks := map[string]func(*http.Request, *taken) *taken{
			"an older answer":        func(*http.Request, *taken) *taken { return older.clone() },
			"another terminal's":     func(*http.Request, *taken) *taken { return keep(other, call) },
			"another point's":        func(*http.Request, *taken) *taken { return keep(elsewhere, call) },
			"a withdrawn terminal's": func(*http.Request, *taken) *taken { return keep(gone, "head") },
			"another HQ's":           func(*http.Request, *taken) *taken { return keep(foreign, call) },
			"signed by the terminal itself": func(r *http.Request, a *taken) *taken {
				wire.SignAnswer(a.header, a.status, a.body, r, v.key, time.Now())
				return a
			},
			"as if to a request of no one's": func(r *http.Request, a *taken) *taken {
				a.header.Set("Signature-Input", strings.Replace(a.header.Get("Signature-Input"), `"signature";req;key="sig1"`, `"@query";req`, 1))
				a.body = append(a.body, ' ')
				return a
			},
			"a login page": func(*http.Request, *taken) *taken {
				return &taken{200, http.Header{"Content-Type": {"text/html"}}, []byte("<html>")}
			},
			"unsigned, withdrawn":    unsignedRefusal(wire.ErrRevoked),
			"unsigned, another time": unsignedRefusal(&wire.Refusal{Reason: wire.ErrClockSkew, At: time.Now().AddDate(1, 0, 0)}),
			"unsigned, forked":       unsignedRefusal(wire.ErrForked),
		}
		for _, to := range []int{200, 304, 302, 403, 409, 500, 503} {
			attacks[fmt.Sprint("status ", to)] = func(_ *http.Request, a *taken) *taken {
				if a.status = to; to == 200 {
					a.body = []byte("{}")
				}
				return a
			}
		}
		for at := range 8 {
			attacks[fmt.Sprint("byte of the body ", at)] = func(_ *http.Request, a *taken) *taken {
				a.body[len(a.body)*at/8] ^= 1
				return a
			}
		}
		for _, name := range []string{"Content-Digest", "Signature", "Signature-Input"} {
			attacks["without "+name] = func(_ *http.Request, a *taken) *taken { a.header.Del(name); return a }
			attacks["two of "+name] = func(_ *http.Request, a *taken) *taken { a.header.Add(name, a.header.Get(name)); return a }
			attacks["of an older answer, "+name] = func(_ *http.Request, a *taken) *taken {
				if a.header.Get(name) == older.header.Get(name) { // the digest of the same words, or the same second
					a.header.Del(name)
				} else {
					a.header.Set(name, older.header.Get(name))
				}
				return a
			}
			for at := range 8 {
				attacks[fmt.Sprint("byte of ", name, " ", at)] = func(_ *http.Request, a *taken) *taken {
					b := []byte(a.header.Get(name))
					b[len(b)*at/8] ^= 1
					a.header.Set(name, string(b))
					return a
				}
			}
		}
		for _, name := range []string{"ETag", "Retry-After"} {
			attacks["another "+name] = func(_ *http.Request, a *taken) *taken { a.header.Set(name, "600"); return a }
		}
		for attack, after := range attacks {
			v.middle.after = after
			if err := ask(); !unheard(err) {
				t.Errorf("%s, %s: %v", call, attack, err)
			}
		}
		v.middle.after = nil
		if err := ask(); err != nil {
			t.Errorf("%s, when all is well again: %v", call, err)
		}
	}
	if len(v.ring.Keys()) != 1 {
		t.Error("the terminal has come to trust another key")
	}
}

func unsignedRefusal(err error) func(*http.Request, *taken) *taken {
	status, body := wire.ProblemOf(err)
	return func(*http.Request, *taken) *taken {
		raw, _ := wire.EncodeBody(body)
		return &taken{status, http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, raw}
	}
}

// Two questions at the same time: each other's answers count for nothing.
func TestSwappedAnswers(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	v := newVictim(t, server, "P001", 1)
	for call, ask := range v.calls(t) {
		for second, askSecond := range v.calls(t) {
			var first *taken
			var errSecond error
			depth := 0
			v.middle.after = func(_ *http.Request, a *taken) *taken {
				if depth++; depth > 1 { // the second question, asked while the first is open
					a, first = first, a
					return a
				}
				first = a
				errSecond = askSecond()
				return first
			}
			if err := ask(); !unheard(err) || !unheard(errSecond) {
				t.Errorf("%s and %s: %v, %v", call, second, err, errSecond)
			}
			v.middle.after = nil
		}
	}
}

// Who changes a question gets, at most, HQ's word that it was not the terminal's:
// above all not that the terminal was withdrawn.
func TestChangedQuestions(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	v, gone := newVictim(t, server, "P001", 1), newVictim(t, server, "P001", 2)
	if err := server.HQ.Revoke(t.Context(), gone.id); err != nil {
		t.Fatal(err)
	}
	nonces := 0
	for call, ask := range v.calls(t) {
		for change, before := range map[string]func(*http.Request){
			"a withdrawn terminal's name": func(r *http.Request) {
				r.Header.Set("Signature-Input", strings.Replace(r.Header.Get("Signature-Input"), string(v.id), string(gone.id), 1))
			},
			"a withdrawn terminal's place": func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, string(v.id), string(gone.id), 1) },
			"another method":               func(r *http.Request) { r.Method = http.MethodPatch },
			"another path":                 func(r *http.Request) { r.URL.Path = "/v1/points/P002" },
			"another query":                func(r *http.Request) { r.URL.RawQuery = "nonce=mine&seq=1" },
			"another body":                 func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2 },
			"a withdrawn terminal's own question": func(r *http.Request) {
				nonces++
				if err := wire.Sign(r, gone.key, gone.id, time.Now(), fmt.Sprint("mine ", nonces)); err != nil {
					t.Error(err)
				}
			},
			"no signature": func(r *http.Request) { r.Header.Del("Signature") },
		} {
			if call == "point" && change == "a withdrawn terminal's place" {
				continue // it does not name the terminal
			}
			if call == "time" && change != "another query" && change != "another path" {
				continue // nothing of it is signed
			}
			v.middle.before = before
			err := ask()
			var refusal *wire.Refusal
			if err == nil || errors.Is(err, wire.ErrRevoked) || errors.Is(err, wire.ErrClockSkew) || errors.Is(err, wire.ErrForked) {
				t.Errorf("%s, %s: %v", call, change, err)
			}
			if errors.As(err, &refusal) && !errors.Is(err, wire.ErrBadSignature) && !errors.Is(err, wire.ErrMalformed) && !errors.Is(err, wire.ErrForbidden) && !errors.Is(err, wire.ErrNotFound) {
				t.Errorf("%s, %s: refused, %v", call, change, err)
			}
			v.middle.before = nil
		}
	}
}
