package hq_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// clock is set by hand.
type clock struct{ at time.Time }

type entry = ordertable.Entry

func newClock() *clock { return &clock{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

// device is a terminal as HQ sees it.
type device struct {
	t      testing.TB
	server *hqtest.Server
	clock  *clock
	key    ed25519.PrivateKey
	id     kiosk.TerminalID
	point  kiosk.PointID
	hqKey  ed25519.PublicKey
	head   kiosk.Head // of the journal
}

func enrol(t testing.TB, s *hqtest.Server, c *clock, point kiosk.PointID) *device {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, server: s, clock: c, key: key, point: point}
	var e wire.Enrolment
	if status := d.post("/v1/enrol", wire.NewEnrolRequest(s.Code(point), "door", key), &e); status != http.StatusOK {
		t.Fatalf("enrol: %d", status)
	}
	if err := e.Check(); err != nil || e.Point != string(point) {
		t.Fatalf("enrolment of %s: %v", e.Point, err)
	}
	d.id, d.hqKey = kiosk.TerminalID(e.Terminal), e.HQKey
	return d
}

// post sends a body that is not signed.
func (d *device) post(path string, body, answer any) int {
	d.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := d.server.Client().Post(d.server.URL+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), answer); err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode
}

func (d *device) request(method, path string, body []byte) *http.Request {
	d.t.Helper()
	req, err := http.NewRequest(method, d.server.URL+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if body == nil {
		req.Body, req.GetBody = http.NoBody, nil
	}
	if err := wire.Sign(req, d.key, d.id, d.clock.now(), rand.Text()); err != nil {
		d.t.Fatal(err)
	}
	return req
}

// do gives the status, and the answer or the refusal.
func (d *device) do(req *http.Request, answer any) (int, *wire.Refusal) {
	d.t.Helper()
	resp, err := d.server.Client().Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNotModified {
		return resp.StatusCode, nil
	}
	if resp.StatusCode != http.StatusOK {
		var p wire.Problem
		if err := wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), &p); err != nil {
			d.t.Fatal(err)
		}
		refusal, err := wire.RefusalOf(p)
		if err != nil {
			d.t.Fatal(err)
		}
		return resp.StatusCode, refusal
	}
	if raw, ok := answer.(*[]byte); ok {
		*raw, err = io.ReadAll(resp.Body)
	} else {
		err = wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), answer)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, nil
}

func (d *device) event(body kiosk.Body) (kiosk.EventID, []byte) {
	d.t.Helper()
	var id kiosk.EventID
	if _, err := rand.Read(id[:]); err != nil {
		d.t.Fatal(err)
	}
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: kiosk.Moment{Wall: d.clock.now()}, Body: body})
	if err != nil {
		d.t.Fatal(err)
	}
	return id, raw
}

// batch appends events to the journal.
func (d *device) batch(payloads ...[]byte) kiosk.Batch {
	b := kiosk.Batch{Terminal: d.id, Prev: d.head}
	for i, p := range payloads {
		b.Records = append(b.Records, kiosk.Record{Epoch: 1, Seq: d.head.Seq + uint64(i) + 1, Payload: p})
	}
	d.head = b.Head()
	return b
}

// push sends a batch over HTTP and checks the acknowledgement.
func (d *device) push(b kiosk.Batch) (kiosk.Ack, *wire.Refusal) {
	d.t.Helper()
	raw, err := wire.EncodeBody(wire.NewBatch(b))
	if err != nil {
		d.t.Fatal(err)
	}
	req := d.request(http.MethodPost, "/v1/terminals/"+string(d.id)+"/events", raw)
	req.Header.Set("Content-Encoding", "gzip")
	var body wire.Ack
	if _, refusal := d.do(req, &body); refusal != nil {
		return kiosk.Ack{}, refusal
	}
	ack, err := body.Domain()
	if err != nil {
		d.t.Fatal(err)
	}
	if ack.Head != b.Head() || !ed25519.Verify(d.hqKey, kiosk.AckBytes(d.id, ack.Head, ack.At), ack.Signature) {
		d.t.Errorf("the acknowledgement of %d is not signed by HQ, or of another head", ack.Head.Seq)
	}
	return ack, nil
}

// tell pushes one event and gives its receipt.
func (d *device) tell(body kiosk.Body) kiosk.Receipt {
	d.t.Helper()
	id, raw := d.event(body)
	ack, refusal := d.push(d.batch(raw))
	if refusal != nil {
		d.t.Fatal(refusal)
	}
	if len(ack.Receipts) != 1 || ack.Receipts[0].Event != id {
		d.t.Fatalf("receipts %v of event %s", ack.Receipts, hex.EncodeToString(id[:]))
	}
	return ack.Receipts[0]
}

func redeem(order kiosk.OrderID) kiosk.Redeemed {
	return kiosk.Redeemed{
		Order: order, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Source: "camera",
	}
}

// pull takes HQ's stream from a cursor into a model of the terminal's set.
func (d *device) pull(m *model) error {
	d.t.Helper()
	path := "/v1/points/" + string(d.point) + "/orders"
	if m.cursor != "" {
		path += "?cursor=" + m.cursor
	}
	var raw []byte
	req := d.request(http.MethodGet, path, nil)
	if m.compact {
		req.Header.Set("Accept", wire.Compact)
	}
	if _, refusal := d.do(req, &raw); refusal != nil {
		return refusal
	}
	return d.read(req, bytes.NewReader(raw), m)
}

// read takes the answer to a request for orders.
func (d *device) read(req *http.Request, body io.Reader, m *model) error {
	read := wire.ReadOrders
	if m.compact {
		read = wire.ReadCompact
	}
	return read(body, d.verifier(req), false, m.feed())
}

func (d *device) verifier(req *http.Request) *wire.PageVerifier {
	return &wire.PageVerifier{Request: req.Header.Get("Signature"), Verify: func(message, signature []byte) bool {
		return ed25519.Verify(d.hqKey, message, signature)
	}}
}

// model is a terminal's order set.
type model struct {
	orders map[kiosk.OrderID]kiosk.Order
	cursor string
	pages  int
	mark   kiosk.Watermark
	// compact asks for that form.
	compact bool
}

func (m *model) feed() kiosk.Feed {
	return kiosk.Feed{Page: m.take, Mark: func(mark kiosk.Watermark) error { m.mark = mark; return nil }}
}

func newModel() *model { return &model{orders: map[kiosk.OrderID]kiosk.Order{}} }

func (m *model) take(p kiosk.Page) error {
	for _, o := range p.Orders {
		m.orders[o.ID] = o
	}
	for _, id := range p.Gone {
		delete(m.orders, id)
	}
	m.cursor = p.Cursor
	m.pages++
	return nil
}

// complete reports whether the set is what the watermark says.
func (m *model) complete() bool {
	var digest kiosk.SetDigest
	for id, o := range m.orders {
		digest.Toggle(id, o.Version)
	}
	return len(m.orders) == m.mark.Count && digest == m.mark.Digest
}

func start(t testing.TB) (*hqtest.Server, *clock) {
	c := newClock()
	return hqtest.Start(t, c.now), c
}

func ctx() context.Context { return context.Background() }
