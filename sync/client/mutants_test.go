package client

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/scanner/scannertest/lawtest"
	"hexiao/sync/wire"
)

// The operations whose answers are mutated. An input begins with the number of one.
// What is read only after its signature held, such as a lease, is the same to all.
const (
	opPush = iota
	opCompare
	opPoint
	opTime
	opFollow // the answer comes, and then HQ's keys, which are genuine
	opKeys   // HQ's keys, behind a genuine answer that needs them
	opEnrol
	ops
)

func mutantKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func mutantNow() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

func mutantChain() []kiosk.HQKey {
	next := mutantKey(2).Public().(ed25519.PublicKey)
	return []kiosk.HQKey{
		{Key: mutantKey(1).Public().(ed25519.PublicKey), Until: mutantNow().AddDate(1, 0, 0)},
		{Key: next, From: mutantNow(), Proof: hqring.Prove(mutantKey(1), next)},
	}
}

func mutantBatch() kiosk.Batch {
	return kiosk.Batch{Terminal: "T1", Records: []kiosk.Record{{Epoch: 1, Seq: 1, Payload: []byte("one")}}}
}

// bench makes the same request of each operation again and again, and plays an answer
// to it.
type bench struct {
	hq     *HQ
	enrol  caller
	answer []byte // raw HTTP
	keys   []byte // raw HTTP to a question for HQ's keys; nil: as answer
	push   ask
	asked  *http.Request
}

func newBench(t testing.TB) *bench {
	b := &bench{}
	var err error
	b.hq, err = New(Options{
		Address: "http://hq.example", Terminal: "T1", Point: "P001", Key: mutantKey(8), HQ: hqring.New(mutantKey(1).Public().(ed25519.PublicKey)),
		Now: mutantNow, Tries: 1, Transport: b,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.hq.nonce = func() string { return "always the same" }
	b.enrol = caller{http: b.hq.http, timeout: time.Minute, tries: 1, signed: believeEnrolment}
	body, err := wire.EncodeBody(wire.NewBatch(mutantBatch()))
	if err != nil {
		t.Fatal(err)
	}
	b.push = ask{method: http.MethodPost, url: joined(b.hq.base, "v1", "terminals", "T1", "events"), body: body}
	return b
}

// RoundTrip implements http.RoundTripper.
func (b *bench) RoundTrip(req *http.Request) (*http.Response, error) {
	raw := b.answer
	if req.URL.Path == "/v1/keys" {
		if raw = b.keys; raw == nil {
			return nil, io.ErrUnexpectedEOF
		}
	} else {
		b.asked = req
	}
	return http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), req)
}

// ask makes an operation and gives what the caller would act on; false: on nothing.
func (b *bench) ask(t testing.TB, op byte) (string, bool) {
	ctx := t.Context()
	var got any
	var err error
	switch op {
	case opPush:
		got, _, err = b.hq.ack(ctx, b.push) // as Push, which would zip the same again and again
	case opCompare:
		var ack kiosk.Ack
		var differs bool
		ack, differs, err = b.hq.Compare(ctx, mutantBatch().Head())
		got = fmt.Sprintf("%+v %v", ack, differs)
	case opPoint:
		var p kiosk.Point
		var tag string
		p, tag, err = b.hq.Point(ctx, `"v1"`)
		got = fmt.Sprintf("%+v %s", p, tag)
	case opTime, opFollow, opKeys: // one question: what HQ says to one of them, it says to all
		op = opTime
		got, err = b.hq.Time(ctx)
	case opEnrol:
		u, _ := url.Parse("http://hq.example/v1/enrol?nonce=n")
		got, err = b.enrol.enrol(ctx, ask{method: http.MethodPost, url: u})
	}
	var refusal *wire.Refusal
	switch {
	case err == nil:
		return fmt.Sprintf("%d %+v", op, got), true
	case errors.As(err, &refusal) && op != opEnrol: // which changes nothing when it is refused
		var wait *backoff.RetryAfterError
		errors.As(err, &wait)
		return fmt.Sprintf("%d refused %+v %v", op, *refusal, wait), true
	}
	return "", false
}

// dumped is a whole answer as it goes over the wire.
func dumped(t testing.TB, req *http.Request, key ed25519.PrivateKey, h http.HandlerFunc) []byte {
	t.Helper()
	out := httptest.NewRecorder()
	wire.SigningAnswers(h, func(*http.Request) (ed25519.PrivateKey, error) { return key, nil }, mutantNow).ServeHTTP(out, req)
	var raw bytes.Buffer
	resp := out.Result()
	resp.ContentLength = int64(out.Body.Len())
	if err := resp.Write(&raw); err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

func says(t testing.TB, v any, header ...string) http.HandlerFunc {
	body, err := wire.EncodeBody(v)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		_, _ = w.Write(body)
	}
}

// plain is what says says, not zipped: so a changed byte is more often readable.
func plain(t testing.TB, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		held := httptest.NewRecorder()
		h(held, r)
		zip, err := gzip.NewReader(held.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(zip)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Encoding")
		w.WriteHeader(held.Code)
		_, _ = w.Write(body)
	}
}

func refuses(t testing.TB, err error, header ...string) http.HandlerFunc {
	status, body := wire.ProblemOf(err)
	answer := says(t, body, header...)
	return func(w http.ResponseWriter, r *http.Request) {
		held := httptest.NewRecorder()
		answer(held, r)
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write(held.Body.Bytes())
	}
}

// genuine are HQ's answers to each operation.
func genuine(t testing.TB) (answers [ops][]http.HandlerFunc) {
	head := mutantBatch().Head()
	ack := wire.SignAck(kiosk.Ack{Head: head, At: mutantNow(), Receipts: []kiosk.Receipt{{Seq: 1, Event: kiosk.EventID{1}, Settlement: kiosk.SettledAccepted}}}, "T1", mutantKey(1))
	point := kiosk.Point{ID: "P001", Name: "幸福里", Leaders: []kiosk.Leader{{ID: "L1", Role: kiosk.RoleLeader, PINHash: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"}}, Keys: mutantChain()}
	now := wire.ServerTime{At: mutantNow()}
	everywhere := []http.HandlerFunc{
		refuses(t, wire.ErrRevoked), refuses(t, &wire.Refusal{Reason: wire.ErrClockSkew, At: mutantNow()}),
		refuses(t, wire.ErrUnavailable, "Retry-After", "7"), refuses(t, wire.ErrForbidden),
	}
	answers = [ops][]http.HandlerFunc{
		opPush:    {says(t, wire.NewAck(ack)), refuses(t, &wire.Refusal{Reason: wire.ErrWrongHead, Head: head}), refuses(t, &wire.Refusal{Reason: wire.ErrForked, Head: head, Doubtful: 1})},
		opCompare: {says(t, wire.NewAck(ack))},
		opPoint: {says(t, wire.NewPoint(point), "ETag", `"v2"`), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"v1"`)
			w.WriteHeader(http.StatusNotModified)
		}},
		opTime:   {says(t, now)},
		opFollow: {says(t, now)},
		opKeys:   {says(t, wire.NewKeyChain(mutantChain()))},
		opEnrol: {says(t, wire.Enrolment{Terminal: "T1", Point: "P001", PointSecret: make([]byte, 32),
			HQKey: mutantKey(1).Public().(ed25519.PublicKey), TLSPins: [][]byte{make([]byte, 32)}})},
	}
	for op := opPush; op <= opTime; op++ {
		answers[op] = append(answers[op], everywhere...)
	}
	for op := range answers {
		answers[op] = append(answers[op], plain(t, answers[op][0]))
	}
	return answers
}

// TestMutatedAnswers: whatever becomes of HQ's answers on their way, down to the bytes
// of HTTP itself, a terminal acts on what HQ has said to this very request, or on
// nothing, and never fails. So it is also with answers to other requests: an input
// names the operation that it answers.
func TestMutatedAnswers(t *testing.T) {
	b := newBench(t)
	allowed := map[string]bool{}
	var seeds [][]byte
	var keys, needsKeys []byte
	for op, list := range genuine(t) {
		by := mutantKey(1)
		if op == opFollow || op == opKeys {
			by = mutantKey(2)
		}
		for _, h := range list {
			b.hq.opts.HQ = hqring.New(mutantKey(1).Public().(ed25519.PublicKey))
			b.answer, b.keys = []byte("HTTP/1.1 204 No Content\r\n\r\n"), keys
			b.ask(t, byte(op))
			req := b.asked
			if op == opKeys {
				req = httptest.NewRequest(http.MethodGet, "http://hq.example/v1/keys?nonce=always+the+same", nil)
				keys = dumped(t, req, by, h)
				seeds = append(seeds, append([]byte{byte(op)}, keys...))
				continue
			}
			b.answer = dumped(t, req, by, h)
			seeds = append(seeds, append([]byte{byte(op)}, b.answer...))
			if op == opFollow {
				needsKeys = b.answer
				continue // after the keys are known
			}
			outcome, ok := b.ask(t, byte(op))
			if !ok {
				t.Fatalf("operation %d: HQ's own answer is not believed:\n%s", op, b.answer)
			}
			allowed[outcome] = true
		}
	}
	for _, op := range []byte{opFollow, opKeys} {
		b.hq.opts.HQ = hqring.New(mutantKey(1).Public().(ed25519.PublicKey))
		b.answer, b.keys = needsKeys, keys
		outcome, ok := b.ask(t, op)
		if !ok {
			t.Fatalf("operation %d: HQ's own answer is not believed", op)
		}
		allowed[outcome] = true
	}
	lawtest.Run(t, lawtest.Law{Seeds: seeds, Most: 8 << 10, Sample: 20_000, New: func() func([]byte) error {
		b := newBench(t)
		first, second := mutantKey(1).Public().(ed25519.PublicKey), mutantChain()[1].Key
		return func(input []byte) error {
			if len(input) == 0 {
				return nil
			}
			op, raw := input[0]%ops, input[1:]
			ring := hqring.New(first)
			b.hq.opts.HQ = ring
			b.hq.skew.Store(0)
			b.answer, b.keys = raw, nil
			switch op {
			case opFollow:
				b.keys = keys
			case opKeys:
				b.answer, b.keys = needsKeys, raw
			}
			if outcome, acts := b.ask(t, op); acts && !allowed[outcome] {
				return fmt.Errorf("operation %d: it would act on %s", op, outcome)
			}
			trusted := ring.Chain()
			if len(trusted) > 2 || len(trusted) == 2 && !bytes.Equal(trusted[1].Key, second) {
				return fmt.Errorf("operation %d: it trusts a strange key", op)
			}
			if b.hq.skew.Load() != 0 {
				return fmt.Errorf("operation %d: its clock is off", op)
			}
			return nil
		}
	}})
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MB resident at most", used.Maxrss>>10)
}
