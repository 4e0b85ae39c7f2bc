package engine_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/client"
	"hexiao/sync/engine"
	"hexiao/sync/wire"
)

// overHTTP serves a platform by the contract.
type overHTTP struct{ hq *platform }

func (o overHTTP) Enrol(http.ResponseWriter, *http.Request, wire.EnrolParams) {
	panic("nobody enrols here")
}

func (o overHTTP) answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		var r refusal
		switch {
		case errors.As(err, &r) && r.head != nil:
			err = &wire.Refusal{Reason: wire.ErrWrongHead, Head: *r.head}
		case r.forked:
			err = wire.ErrForked
		case r.expired:
			err = wire.ErrCursorExpired
		case r.revoked:
			err = wire.ErrRevoked
		}
		status, body := wire.ProblemOf(err)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		v = body
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func signing(h http.Handler) http.Handler {
	return wire.SigningAnswers(h, func(*http.Request) (ed25519.PrivateKey, error) { return hqKey(), nil }, time.Now)
}

// No test of the engine asks for keys or leases.
func (overHTTP) GetKeys(w http.ResponseWriter, r *http.Request, _ wire.GetKeysParams) {
	http.NotFound(w, r)
}
func (overHTTP) AskLeases(w http.ResponseWriter, r *http.Request, _ wire.TerminalID) {
	http.NotFound(w, r)
}

func (o overHTTP) GetTime(w http.ResponseWriter, r *http.Request, _ wire.GetTimeParams) {
	at, err := o.hq.Time(r.Context())
	o.answer(w, wire.ServerTime{At: at}, err)
}

func (o overHTTP) GetHead(w http.ResponseWriter, r *http.Request, _ wire.TerminalID, q wire.GetHeadParams) {
	own, err := wire.Head{Seq: q.Seq, Hash: q.Hash}.Domain()
	ack, differs, failed := o.hq.Compare(r.Context(), own)
	answer := wire.NewAck(ack)
	answer.Differs = differs
	o.answer(w, answer, errors.Join(err, failed))
}

func (o overHTTP) PutCondition(w http.ResponseWriter, r *http.Request, _ wire.TerminalID) {
	var body wire.Condition
	err := wire.DecodeBody(r.Body, r.Header.Get("Content-Encoding"), &body)
	var c kiosk.Condition
	if err == nil {
		c, err = body.Domain()
	}
	if err == nil {
		err = o.hq.Tell(r.Context(), c)
	}
	o.answer(w, wire.ServerTime{At: time.Now()}, err)
}

func (o overHTTP) PushEvents(w http.ResponseWriter, r *http.Request, terminal wire.TerminalID) {
	var body wire.Batch
	if err := wire.DecodeBody(r.Body, r.Header.Get("Content-Encoding"), &body); err != nil {
		o.answer(w, nil, err)
		return
	}
	b, err := body.Domain(kiosk.TerminalID(terminal))
	if err != nil {
		o.answer(w, nil, err)
		return
	}
	ack, err := o.hq.Push(r.Context(), b)
	o.answer(w, wire.NewAck(ack), err)
}

func (o overHTTP) GetPoint(w http.ResponseWriter, r *http.Request, _ wire.PointID, q wire.GetPointParams) {
	p, tag, err := o.hq.Point(r.Context(), q.IfNoneMatch)
	w.Header().Set("ETag", tag)
	if err == nil && tag == q.IfNoneMatch {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	o.answer(w, wire.NewPoint(p), err)
}

func (o overHTTP) GetOrders(w http.ResponseWriter, r *http.Request, _ wire.PointID, q wire.GetOrdersParams) {
	var b bytes.Buffer
	lines := wire.NewOrdersWriter(&b, &wire.PageSigner{
		Request: r.Header.Get("Signature"), Sign: func(m []byte) []byte { return ed25519.Sign(hqKey(), m) },
	})
	last := ""
	mark, err := o.hq.Orders(r.Context(), q.Cursor, func(p kiosk.Page) error {
		for _, order := range p.Orders {
			order.Point, order.Status, order.Lines = "P001", kiosk.StatusArrived, []kiosk.Line{{ID: "1", Product: "鸡蛋", Quantity: 1}}
			if err := lines.Order(order); err != nil {
				return err
			}
		}
		for _, id := range p.Gone {
			if err := lines.Gone(id); err != nil {
				return err
			}
		}
		last = p.Cursor
		return lines.Page(p.Cursor)
	})
	if err == nil {
		err = lines.Watermark(mark, last)
	}
	if err != nil {
		o.answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	_, _ = b.WriteTo(w)
}

// network carries requests to a platform without wires, and breaks them as
// fault says.
type network struct {
	t     *testing.T
	hq    http.Handler
	mu    sync.Mutex
	fault func(req *http.Request, answer func() *http.Response) (*http.Response, error)
}

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := func() *http.Response {
		in := req.Clone(req.Context())
		in.Host, in.RequestURI = req.URL.Host, req.URL.RequestURI()
		if in.Body == nil {
			in.Body = http.NoBody
		}
		if in.URL.Path != "/v1/time" {
			keys := func(context.Context, kiosk.TerminalID) (ed25519.PublicKey, error) {
				return hqKey().Public().(ed25519.PublicKey), nil
			}
			nonces := func(kiosk.TerminalID, string, time.Time) (bool, error) { return false, nil }
			if id, err := wire.Verify(in, keys, time.Now(), nonces); err != nil || id != "T1" {
				n.t.Errorf("%s %s: %q, %v", req.Method, req.URL, id, err)
			}
		}
		out := httptest.NewRecorder()
		n.hq.ServeHTTP(out, in)
		return out.Result()
	}
	n.mu.Lock()
	fault := n.fault
	n.mu.Unlock()
	if fault == nil {
		return answer(), nil
	}
	return fault(req, answer)
}

func (n *network) become(fault func(*http.Request, func() *http.Response) (*http.Response, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = fault
}

// half gives half of an answer's body and then the error.
func half(resp *http.Response, err error) *http.Response {
	body, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), failing{err}))
	resp.ContentLength = -1
	return resp
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

func text(status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

// An HQ that fails in any way that a network and a server can fail costs
// time, and nothing else.
func TestThroughABadNetwork(t *testing.T) {
	type answer = func() *http.Response
	for name, fault := range map[string]func(*http.Request, answer) (*http.Response, error){
		"500": func(*http.Request, answer) (*http.Response, error) { return text(500, "text/plain", "oops"), nil },
		"500 after the deed": func(_ *http.Request, a answer) (*http.Response, error) {
			a()
			return text(500, "text/plain", "oops"), nil
		},
		"garbage": func(*http.Request, answer) (*http.Response, error) { return text(200, "text/html", "<html>"), nil },
		"garbage as JSON": func(*http.Request, answer) (*http.Response, error) {
			return text(200, "application/json", "\x00{"), nil
		},
		"garbage as a stream": func(*http.Request, answer) (*http.Response, error) {
			return text(200, "application/x-ndjson", "\x00\n"), nil
		},
		"half":              func(_ *http.Request, a answer) (*http.Response, error) { return half(a(), io.ErrUnexpectedEOF), nil },
		"half, closed well": func(_ *http.Request, a answer) (*http.Response, error) { return half(a(), io.EOF), nil },
		"lost answer":       func(_ *http.Request, a answer) (*http.Response, error) { a(); return nil, io.ErrUnexpectedEOF },
		"never": func(r *http.Request, _ answer) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"never after the deed": func(r *http.Request, a answer) (*http.Response, error) {
			a()
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				net := &network{t: t, hq: signing(wire.Handler(overHTTP{s.hq}))}
				remote, err := client.New(client.Options{Address: "http://hq.example", Terminal: "T1", Point: "P001", Key: hqKey(), HQ: hqring.New(hqKey().Public().(ed25519.PublicKey)), Now: time.Now, Transport: net})
				if err != nil {
					t.Fatal(err)
				}
				s.engine, err = engine.New(engine.Config{
					Outbox: s.outbox, Orders: s.orders, Remote: remote, Verify: verifyHQ, Now: time.Now,
					Report: func(st engine.Status) { s.status = append(s.status, st) },
				})
				if err != nil {
					t.Fatal(err)
				}
				s.outbox.add("one", "two")
				for i := range 5 {
					s.hq.put(fmt.Sprint("order-", i))
				}
				net.become(fault)
				r, err := s.engine.Once(t.Context())
				if err == nil || r.Acked != 0 || r.Complete || s.outbox.acked.Seq != 0 || len(s.orders.live) != 0 || s.orders.complete {
					t.Fatalf("%+v, %v, acknowledged %d, %d orders", r, err, s.outbox.acked.Seq, len(s.orders.live))
				}
				net.become(nil)
				if r := s.once(t); r.Acked != 2 || !r.Complete {
					t.Errorf("%+v", r)
				}
				s.inStep(t)

				// The same with everything in place already.
				s.outbox.add("three")
				s.hq.put("order-9")
				s.hq.remove("order-1")
				live := len(s.orders.live)
				net.become(fault)
				if _, err := s.engine.Once(t.Context()); err == nil || s.outbox.acked.Seq != 2 || len(s.orders.live) != live {
					t.Fatalf("%v, acknowledged %d, %d orders", err, s.outbox.acked.Seq, len(s.orders.live))
				}
				// And while it runs.
				stop := s.running(t)
				pass(10 * time.Minute)
				if s.outbox.acked.Seq != 2 || s.last().Online {
					t.Errorf("acknowledged %d, %+v", s.outbox.acked.Seq, s.last())
				}
				net.become(nil)
				pass(3 * time.Minute)
				s.inStep(t)
				if !s.last().Online {
					t.Errorf("%+v", s.last())
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What HQ means by its refusals gets through all layers.
func TestRefusalsOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		net := &network{t: t, hq: signing(wire.Handler(overHTTP{s.hq}))}
		remote, err := client.New(client.Options{Address: "http://hq.example", Terminal: "T1", Point: "P001", Key: hqKey(), HQ: hqring.New(hqKey().Public().(ed25519.PublicKey)), Now: time.Now, Transport: net})
		if err != nil {
			t.Fatal(err)
		}
		s.engine, err = engine.New(engine.Config{Outbox: s.outbox, Orders: s.orders, Remote: remote, Verify: verifyHQ, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		s.outbox.add("one", "two", "three")
		s.hq.put("a")
		s.once(t)
		s.hq.forget(1)
		s.hq.put("b")
		s.hq.oldest = s.hq.version
		s.outbox.add("four")
		s.once(t)
		s.inStep(t)

		s.outbox.add("five")
		s.hq.heads[len(s.hq.heads)-1].Hash[0]++
		if _, err := s.engine.Once(t.Context()); !errors.Is(err, engine.ErrForked) || !errors.Is(err, wire.ErrForked) {
			t.Errorf("%v", err)
		}
		s.hq.before = func(string) error { return refusal{revoked: true} }
		if err := s.engine.Run(t.Context()); !errors.Is(err, engine.ErrRevoked) {
			t.Errorf("%v", err)
		}
	})
}
