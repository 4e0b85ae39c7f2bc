package client_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/client"
	"hexiao/sync/wire"
)

func deviceKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, 32)) }
func hqKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("HQ key for tests only, 32 bytes."))
}

// lines writes NDJSON that HQ has signed for a request.
func lines(w io.Writer, r *http.Request) wire.OrdersWriter {
	return wire.NewOrdersWriter(w, &wire.PageSigner{
		Request: r.Header.Get("Signature"), Sign: func(m []byte) []byte { return ed25519.Sign(hqKey(), m) },
	})
}

// direct is a network without wires: it hands requests to a handler, so that a
// test can run in a bubble of its own time.
// What the handler answers is signed as HQ does.
type direct struct{ http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	return bare{signing(d.Handler)}.RoundTrip(req)
}

func signing(h http.Handler) http.Handler {
	return wire.SigningAnswers(h, func(*http.Request) (ed25519.PrivateKey, error) { return hqKey(), nil }, time.Now)
}

func trusted() *hqring.Ring { return hqring.New(hqKey().Public().(ed25519.PublicKey)) }

// bare is direct without signatures.
type bare struct{ http.Handler }

func (d bare) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.Host, in.RequestURI = req.URL.Host, req.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := httptest.NewRecorder()
	d.ServeHTTP(out, in)
	return out.Result(), req.Context().Err()
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func newClient(t testing.TB, address string, transport http.RoundTripper, now func() time.Time) *client.HQ {
	t.Helper()
	hq, err := client.New(client.Options{
		Address: address, Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: trusted(), Now: now, Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hq.Close)
	return hq
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, err error) {
	status, body := wire.ProblemOf(err)
	answerJSON(w, status, body)
}

// verified wraps a handler as HQ does.
func verified(now func() time.Time, h http.HandlerFunc) http.HandlerFunc {
	seen := map[string]bool{}
	return func(w http.ResponseWriter, r *http.Request) {
		keys := func(_ context.Context, id kiosk.TerminalID) (ed25519.PublicKey, error) {
			return deviceKey().Public().(ed25519.PublicKey), nil
		}
		nonces := func(_ kiosk.TerminalID, nonce string, _ time.Time) (bool, error) {
			was := seen[nonce]
			seen[nonce] = true
			return was, nil
		}
		if id, err := wire.Verify(r, keys, now(), nonces); err != nil || id != "T1" {
			refuse(w, err)
			return
		}
		h(w, r)
	}
}

func batch() kiosk.Batch {
	return kiosk.Batch{Terminal: "T1", Records: []kiosk.Record{{Epoch: 1, Seq: 1, Payload: []byte("one")}, {Epoch: 1, Seq: 2, Payload: []byte("two")}}}
}

// ackOf answers a batch as HQ does.
func ackOf(b kiosk.Batch, at time.Time) kiosk.Ack {
	ack := kiosk.Ack{Head: b.Head(), At: at}
	for _, r := range b.Records {
		ack.Receipts = append(ack.Receipts, kiosk.Receipt{Seq: r.Seq, Event: kiosk.EventID{byte(r.Seq)}, Settlement: kiosk.SettledAccepted})
	}
	return wire.SignAck(ack, b.Terminal, hqKey())
}

func takeBatch(w http.ResponseWriter, r *http.Request, at time.Time) {
	var body wire.Batch
	if err := wire.DecodeBody(r.Body, r.Header.Get("Content-Encoding"), &body); err != nil {
		refuse(w, err)
		return
	}
	b, err := body.Domain("T1")
	if err != nil {
		refuse(w, err)
		return
	}
	answerJSON(w, http.StatusOK, wire.NewAck(ackOf(b, at)))
}

func order(id string) kiosk.Order {
	return kiosk.Order{ID: kiosk.OrderID(id), Version: 1, Point: "P001", Status: kiosk.StatusArrived,
		Lines: []kiosk.Line{{ID: "1", Product: "鸡蛋", Quantity: 1}}}
}

func mark() kiosk.Watermark {
	w := kiosk.Watermark{Version: 2, Count: 2, At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	w.Digest.Toggle("a", 1)
	w.Digest.Toggle("b", 1)
	return w
}

// must keeps a handler of a test honest.
func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

// held is a body that gives its bytes and then nothing until the call is given up.
type held struct {
	io.Reader
	ctx context.Context
}

func (h held) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err == nil {
		return n, nil
	}
	<-h.ctx.Done()
	return 0, h.ctx.Err()
}

func (held) Close() error { return nil }
