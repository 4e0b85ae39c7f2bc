package hq_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

func TestEnrolment(t *testing.T) {
	s, c := start(t)
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	d := &device{t: t, server: s, clock: c, key: key}
	try := func(req wire.EnrolRequest) (wire.Enrolment, wire.ErrorCode) {
		t.Helper()
		var raw json.RawMessage
		var e wire.Enrolment
		var p wire.Problem
		if status := d.post("/v1/enrol", req, &raw); status != http.StatusOK {
			if err := json.Unmarshal(raw, &p); err != nil {
				t.Fatal(err)
			}
		} else if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		return e, p.Code
	}
	code := s.Code("P001")
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	first, refused := try(wire.NewEnrolRequest(typed, "door", key))
	if refused != "" || first.Check() != nil || first.Point != "P001" {
		t.Fatalf("the first time: %s, %+v", refused, first.Terminal)
	}
	if again, refused := try(wire.NewEnrolRequest(code, "door", key)); refused != "" || again.Terminal != first.Terminal {
		t.Errorf("the same code and key again: %s, %s", refused, again.Terminal)
	}
	if _, refused := try(wire.NewEnrolRequest(code, "door", stranger)); refused != wire.CodeBadCode {
		t.Errorf("the same code with another key: %q", refused)
	}
	if _, refused := try(wire.NewEnrolRequest("AAAA-BBBB-CCCC", "door", key)); refused != wire.CodeBadCode {
		t.Errorf("an unknown code: %q", refused)
	}
	forged := wire.NewEnrolRequest(s.Code("P001"), "door", key)
	forged.Name = "another"
	if _, refused := try(forged); refused != wire.CodeBadSignature {
		t.Errorf("a forged proof: %q", refused)
	}
	late := s.Code("P001")
	c.advance(24*time.Hour + time.Second)
	if _, refused := try(wire.NewEnrolRequest(late, "door", key)); refused != wire.CodeBadCode {
		t.Errorf("a code of yesterday: %q", refused)
	}
	if _, _, err := s.HQ.EnrolmentCode(ctx(), "P404"); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("a code for no point: %v", err)
	}
	second := enrol(t, s, c, "P001")
	if second.id == kiosk.TerminalID(first.Terminal) {
		t.Error("two terminals have one id")
	}
	if _, refused := try(wire.NewEnrolRequest(s.Code("P001"), "\x1b[2J门口\n", stranger)); refused != "" {
		t.Errorf("a name with control characters: %q", refused)
	}
	list, err := s.HQ.Terminals(ctx())
	if err != nil || len(list) != 3 || list[2].Name != "[2J门口" {
		t.Errorf("terminals %v, %v", list, err)
	}
}

func TestOnlyTheDeviceItself(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d, other := enrol(t, s, c, "P001"), enrol(t, s, c, "P002")
	head := "/v1/terminals/" + string(d.id) + "/head"
	get := func(d *device, path string, change func(*http.Request)) *wire.Refusal {
		t.Helper()
		req := d.request(http.MethodGet, path, nil)
		change(req)
		var answer json.RawMessage
		_, refusal := d.do(req, &answer)
		return refusal
	}
	same := func(*http.Request) {}
	if r := get(d, head, same); r != nil {
		t.Errorf("its own head: %v", r)
	}
	for name, c := range map[string]struct {
		d      *device
		path   string
		change func(*http.Request)
		want   error
	}{
		"another terminal's head": {other, head, same, wire.ErrForbidden},
		"another point":           {other, "/v1/points/P001", same, wire.ErrForbidden},
		"another point's orders":  {other, "/v1/points/P001/orders", same, wire.ErrForbidden},
		"no point":                {d, "/v1/points/P404", same, wire.ErrForbidden},
		"no signature":            {d, head, func(r *http.Request) { r.Header.Del("Signature") }, wire.ErrBadSignature},
		"another path":            {d, head, func(r *http.Request) { r.URL.Path = "/v1/points/P001/orders" }, wire.ErrBadSignature},
		"another query":           {d, "/v1/points/P001/orders?cursor=a", func(r *http.Request) { r.URL.RawQuery = "" }, wire.ErrBadSignature},
		"unknown device":          {&device{t: t, server: s, clock: d.clock, key: d.key, id: "K9"}, head, same, wire.ErrBadSignature},
		"another's key":           {&device{t: t, server: s, clock: d.clock, key: other.key, id: d.id}, head, same, wire.ErrBadSignature},
		"an old signature":        {&device{t: t, server: s, clock: &clock{d.clock.at.Add(-6 * time.Minute)}, key: d.key, id: d.id}, head, same, wire.ErrClockSkew},
		"a future signature":      {&device{t: t, server: s, clock: &clock{d.clock.at.Add(2 * time.Minute)}, key: d.key, id: d.id}, head, same, wire.ErrClockSkew},
	} {
		if r := get(c.d, c.path, c.change); !errors.Is(r, c.want) {
			t.Errorf("%s: %v, want %v", name, r, c.want)
		}
	}
	_, raw := other.event(redeem("A"))
	if _, r := other.push(other.batch(raw)); r != nil {
		t.Error(r)
	}
	body, err := json.Marshal(wire.NewBatch(other.batch(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var ack wire.Ack
	if _, r := other.do(other.request(http.MethodPost, "/v1/terminals/"+string(d.id)+"/events", body), &ack); !errors.Is(r, wire.ErrForbidden) {
		t.Errorf("pushing to another's journal: %v", r)
	}
	other.id = d.id
	if _, r := other.push(other.batch(raw)); !errors.Is(r, wire.ErrBadSignature) {
		t.Errorf("pushing as another: %v", r)
	}
	if err := s.HQ.Revoke(ctx(), d.id); err != nil {
		t.Fatal(err)
	}
	if r := get(d, head, same); !errors.Is(r, wire.ErrRevoked) {
		t.Errorf("a revoked terminal: %v", r)
	}
	if err := s.HQ.Revoke(ctx(), "K404"); !errors.Is(err, hq.ErrNoTerminal) {
		t.Errorf("revoking nobody: %v", err)
	}
	if _, err := s.HQ.Push(ctx(), kiosk.Batch{Terminal: d.id}); !errors.Is(err, wire.ErrRevoked) {
		t.Errorf("a push that was under way while its terminal was revoked: %v", err)
	}
}

func TestSignatureIsGoodOnce(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	req := d.request(http.MethodGet, "/v1/points/P001", nil)
	var p wire.Point
	if _, r := d.do(req, &p); r != nil {
		t.Fatal(r)
	}
	for range 3 {
		if _, r := d.do(req, &p); !errors.Is(r, wire.ErrReplayed) {
			t.Errorf("replayed at %v: %v", c.now(), r)
		}
		c.advance(2 * time.Minute)
	}
	if _, r := d.do(req, &p); !errors.Is(r, wire.ErrClockSkew) {
		t.Errorf("replayed later: %v", r)
	}
	// The memory of nonces outlives any signature that it guards.
	req = d.request(http.MethodGet, "/v1/points/P001", nil)
	if _, r := d.do(req, &p); r != nil {
		t.Fatal(r)
	}
	c.advance(wire.MaxAge)
	if _, r := d.do(d.request(http.MethodGet, "/v1/points/P001", nil), &p); r != nil {
		t.Fatal(r)
	}
	if _, r := d.do(req, &p); !errors.Is(r, wire.ErrReplayed) {
		t.Errorf("replayed at its last moment: %v", r)
	}
}

func TestPointSettings(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	resp, err := s.Client().Do(d.request(http.MethodGet, "/v1/points/P001", nil))
	if err != nil {
		t.Fatal(err)
	}
	etag := resp.Header.Get("ETag")
	var body wire.Point
	if err := wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), &body); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	p, err := body.Domain()
	if err != nil || len(p.Leaders) != 1 || !seal.CheckPIN(p.Leaders[0].PINHash, hqtest.PIN) || len(p.Neighbours) != 1 || p.Neighbours[0].ID != "P002" {
		t.Errorf("point %+v, %v", p.Neighbours, err)
	}
	unchanged := d.request(http.MethodGet, "/v1/points/P001", nil)
	unchanged.Header.Set("If-None-Match", etag)
	if status, _ := d.do(unchanged, nil); status != http.StatusNotModified {
		t.Errorf("unchanged settings: %d", status)
	}
	s.AddPoint("P003", kiosk.Policy{})
	changed := d.request(http.MethodGet, "/v1/points/P001", nil)
	changed.Header.Set("If-None-Match", etag)
	if status, _ := d.do(changed, &body); status != http.StatusOK || len(body.Neighbours) != 2 {
		t.Errorf("a new neighbour: %d, %v", status, body.Neighbours)
	}
}

func TestMalformedRequests(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	path := "/v1/terminals/" + string(d.id) + "/events"
	_, raw := d.event(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	broken := wire.NewBatch(d.batch(raw, raw))
	broken.Records[1].Seq = 7
	chain, err := json.Marshal(broken)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body     []byte
		encoding string
		want     error
	}{
		"no json":    {[]byte("{"), "", wire.ErrMalformed},
		"no gzip":    {[]byte("{}"), "gzip", wire.ErrMalformed},
		"encoding":   {[]byte("{}"), "br", wire.ErrMalformed},
		"no records": {[]byte(`{"prev":{"seq":0,"hash":"` + strings.Repeat("0", 64) + `"},"head":{"seq":0,"hash":"` + strings.Repeat("0", 64) + `"},"records":[]}`), "", wire.ErrMalformed},
		"chain":      {chain, "", wire.ErrBrokenChain},
		"too large":  {make([]byte, wire.MaxRequestBytes+1), "", wire.ErrTooLarge},
		"a bomb":     {bomb(t), "gzip", wire.ErrTooLarge},
	} {
		req := d.request(http.MethodPost, path, c.body)
		if c.encoding != "" {
			req.Header.Set("Content-Encoding", c.encoding)
		}
		var ack wire.Ack
		if _, r := d.do(req, &ack); !errors.Is(r, c.want) {
			t.Errorf("%s: %v, want %v", name, r, c.want)
		}
	}
	var none json.RawMessage
	if _, r := d.do(d.request(http.MethodGet, "/v1/points/P001/orders?cursor=a&cursor=b", nil), &none); !errors.Is(r, wire.ErrMalformed) {
		t.Errorf("two cursors: %v", r)
	}
	var p wire.Problem
	if status := d.post("/v1/enrol", strings.Repeat("x", 70<<10), &p); status != http.StatusRequestEntityTooLarge && status != http.StatusBadRequest {
		t.Errorf("a huge enrolment: %d %s", status, p.Code)
	}
}

func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	if _, err := io.CopyN(zip, zeros{}, wire.MaxBodyBytes+1); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTimeAndPlainAnswers(t *testing.T) {
	s, c := start(t)
	for _, encoding := range []string{"identity", "gzip", "br, gzip;q=0"} {
		req, err := http.NewRequest(http.MethodGet, s.URL+"/v1/time", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", encoding)
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var now wire.ServerTime
		if err := wire.DecodeBody(resp.Body, resp.Header.Get("Content-Encoding"), &now); err != nil || !now.At.Equal(c.now()) {
			t.Errorf("%s: %v, %v", encoding, now.At, err)
		}
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != (encoding == "gzip") {
			t.Errorf("%s is answered with %q", encoding, resp.Header.Get("Content-Encoding"))
		}
		_ = resp.Body.Close()
	}
}

// The stream of orders is whole with and without compression.
func TestGzippedStream(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d := enrol(t, s, c, "P001")
	for _, encoding := range []string{"identity", "gzip"} {
		req := d.request(http.MethodGet, "/v1/points/P001/orders", nil)
		req.Header.Set("Accept-Encoding", encoding) // by hand, so that the transport leaves the body alone
		resp, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if encoding == "gzip" {
			zip, err := gzip.NewReader(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if raw, err = io.ReadAll(zip); err != nil {
				t.Errorf("the compressed stream has no end: %v", err)
			}
		}
		m := newModel()
		if err = d.read(req, bytes.NewReader(raw), m); err != nil || !m.complete() || len(m.orders) != 1 {
			t.Errorf("%s: %v, %d orders", encoding, err, len(m.orders))
		}
	}
}
