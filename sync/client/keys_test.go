package client_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
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

// A terminal that was off while HQ changed its key, twice, finds its way.
func TestHQChangesItsKey(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	ctx := t.Context()
	e, err := client.Enrol(ctx, client.EnrolOptions{Address: server.URL, Code: server.Code("P001"), Key: deviceKey()})
	if err != nil {
		t.Fatal(err)
	}
	ring := hqring.New(e.HQKey)
	hq, err := client.New(client.Options{Address: server.URL, Terminal: e.Terminal, Point: e.Point, Key: deviceKey(), HQ: ring, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer hq.Close()
	for range 2 {
		if _, err := server.HQ.RotateKey(ctx, 0); err != nil {
			t.Fatal(err)
		}
	}
	b := kiosk.Batch{Terminal: e.Terminal, Records: []kiosk.Record{record(t, 1, kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader})}}
	ack, err := hq.Push(ctx, b)
	if err != nil || len(ring.Keys()) != 3 || !ring.Verify(kiosk.AckBytes(e.Terminal, ack.Head, ack.At), ack.Signature, time.Now()) {
		t.Errorf("%v, %d keys", err, len(ring.Keys()))
	}
	if p, _, err := hq.Point(ctx, ""); err != nil || len(p.Keys) != 3 {
		t.Errorf("%d keys in the settings, %v", len(p.Keys), err)
	}
	// Another one enrols with the newest key.
	again, err := client.Enrol(ctx, client.EnrolOptions{Address: server.URL, Code: server.Code("P001"), Key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))})
	if keys := ring.Keys(); err != nil || !again.HQKey.Equal(keys[2]) {
		t.Errorf("%v", err)
	}
}

// Chains that lead to whoever answers, but not from the trusted key.
func TestForgedKeys(t *testing.T) {
	mine := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	public := mine.Public().(ed25519.PublicKey)
	hq := hqKey().Public().(ed25519.PublicKey)
	for name, keys := range map[string]any{
		"mine alone":     wire.NewKeyChain([]kiosk.HQKey{{Key: public}}),
		"HQ's, unproven": wire.NewKeyChain([]kiosk.HQKey{{Key: hq}, {Key: public}}),
		"proven by mine": wire.NewKeyChain([]kiosk.HQKey{{Key: hq}, {Key: public, Proof: hqring.Prove(mine, public)}}),
		"none":           wire.KeyChain{},
		"no keys":        wire.Problem{Code: wire.CodeNotFound},
	} {
		asked := 0
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/keys") {
				asked++
				answerJSON(w, http.StatusOK, keys)
				return
			}
			answerJSON(w, http.StatusOK, wire.ServerTime{At: mark().At})
		})
		forged := wire.SigningAnswers(h, func(*http.Request) (ed25519.PrivateKey, error) { return mine, nil }, time.Now)
		ring := trusted()
		c, err := client.New(client.Options{Address: "http://hq.example", Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: ring, Now: time.Now, Tries: 1, Transport: bare{forged}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Time(t.Context()); !errors.Is(err, client.ErrUnreachable) || !errors.Is(err, client.ErrNotHQ) || asked != 1 || len(ring.Keys()) != 1 {
			t.Errorf("%s: %v, asked %d times, %d keys", name, err, asked, len(ring.Keys()))
		}
	}
}

// Who has a key that HQ has retired cannot speak for HQ any more.
func TestARetiredKey(t *testing.T) {
	next := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	public := next.Public().(ed25519.PublicKey)
	now := mark().At
	ring := trusted()
	if err := ring.Adopt([]kiosk.HQKey{{Key: hqKey().Public().(ed25519.PublicKey), Until: now}, {Key: public, Proof: hqring.Prove(hqKey(), public), From: now}}); err != nil {
		t.Fatal(err)
	}
	by := hqKey()
	h := wire.SigningAnswers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, http.StatusOK, wire.ServerTime{At: now})
	}), func(*http.Request) (ed25519.PrivateKey, error) { return by, nil }, func() time.Time { return now })
	clock := now.Add(-time.Minute)
	c, err := client.New(client.Options{Address: "http://hq.example", Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: ring, Now: func() time.Time { return clock }, Tries: 1, Transport: bare{h}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name  string
		by    ed25519.PrivateKey
		clock time.Time
		good  bool
	}{
		{"the next one", next, now.Add(-time.Minute), true},
		{"by a clock before its end, after HQ was heard", hqKey(), now.Add(-time.Minute), false},
		{"after its end", hqKey(), now, false},
		{"with the clock set back", hqKey(), now.AddDate(-1, 0, 0), false},
		{"the next one, later", next, now.AddDate(9, 0, 0), true},
	} {
		by, clock = step.by, step.clock
		if _, err := c.Time(t.Context()); (err == nil) != step.good {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

// The transport does not unzip what is signed.
func TestAnswersComeAsTheyWereSent(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	e, err := client.Enrol(t.Context(), client.EnrolOptions{Address: server.URL, Code: server.Code("P001"), Key: deviceKey(), Transport: tripper(func(r *http.Request) (*http.Response, error) {
		resp, err := server.Transport().RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.Header.Get("Content-Encoding") != "gzip" || !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
			t.Errorf("not zipped: %v, %v", resp.Header, err)
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, nil
	})})
	if err != nil || e.Point != "P001" {
		t.Errorf("%+v, %v", e, err)
	}
}
