package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
)

// receiver notes what comes, and answers as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies []string
	came   chan struct{}
	hold   chan struct{} // if set: answers wait for it
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusNoContent, came: make(chan struct{}, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.got, r.bodies = append(r.got, req), append(r.bodies, string(raw))
		status, hold := r.status, r.hold
		r.mu.Unlock()
		r.came <- struct{}{}
		if hold != nil {
			<-hold
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies)
}

type fixture struct {
	*Hooks
	t     *testing.T
	store hq.Store
	now   time.Time
}

func setup(t *testing.T) *fixture {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	f := &fixture{t: t, store: store, now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	f.Hooks = f.another(true)
	f.update(func(tx hq.Tx) error {
		return errors.Join(tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P1"}}),
			tx.PutOrder(hq.OrderRecord{Order: kiosk.Order{ID: "A", Point: "P1", Status: kiosk.StatusArrived, Lines: []kiosk.Line{{ID: "1", Supplier: "dairy"}, {ID: "2", Supplier: "eggs"}}}}))
	})
	return f
}

// another is what a second replica has.
func (f *fixture) another(private bool) *Hooks {
	f.t.Helper()
	h, err := New(f.t.Context(), Config{Store: f.store, Now: func() time.Time { return f.now }, Random: rand.Reader, Log: slog.New(slog.DiscardHandler), Private: private})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(h.client.CloseIdleConnections)
	return h
}

func (f *fixture) update(fn func(hq.Tx) error) {
	f.t.Helper()
	if err := f.store.Update(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) add(k Hook) (Hook, string) {
	f.t.Helper()
	k, secret, err := f.Add(f.t.Context(), k)
	if err != nil {
		f.t.Fatal(err)
	}
	return k, secret
}

func (f *fixture) tell(facts ...hq.Fact) {
	f.t.Helper()
	for _, fact := range facts {
		f.update(func(tx hq.Tx) error { return f.Observe(tx, fact) })
	}
}

func (f *fixture) sendAll(k Hook) {
	f.t.Helper()
	if err := f.send(f.t.Context(), k); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) rows(k Hook) []Row {
	f.t.Helper()
	rows, err := f.Deliveries(f.t.Context(), k.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	return rows
}

func status(order kiosk.OrderID, version uint64, to kiosk.Status) hq.Fact {
	o := kiosk.Order{ID: order, Point: "P1", Version: version, Status: to, Lines: []kiosk.Line{{ID: "1", Supplier: "dairy"}}}
	old := o
	old.Status = kiosk.StatusPaid
	return hq.OrderPut{Old: hq.OrderRecord{Order: old}, New: hq.OrderRecord{Order: o, Codes: []kiosk.Code{{Text: "HX-SECRET"}}}}
}

func redeemed(seq uint64) hq.Fact {
	return hq.EventSettled{
		Stored: hq.StoredEvent{Terminal: "K1", Seq: seq, Point: "P1", Receipt: kiosk.Receipt{Settlement: kiosk.SettledAccepted}, At: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)},
		Event:  kiosk.Event{Body: kiosk.Redeemed{Order: "A", Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}}},
		New:    hq.OrderRecord{Order: kiosk.Order{ID: "A", Point: "P1", Status: kiosk.StatusArrived, Lines: []kiosk.Line{{ID: "1", Supplier: "dairy"}, {ID: "2", Supplier: "eggs"}}}},
	}
}

func TestSentAndSigned(t *testing.T) {
	f, r := setup(t), receive(t)
	k, first := f.add(Hook{URL: r.URL})
	second, err := f.Rotate(t.Context(), k.ID)
	if err != nil {
		t.Fatal(err)
	}
	f.tell(redeemed(1), status("A", 7, kiosk.StatusCancelled))
	f.sendAll((*f.known.Load())[0])
	if len(f.rows(k)) != 0 || len(r.all()) != 2 {
		t.Fatalf("%v left, %v came", f.rows(k), r.all())
	}
	if want := `{"type":"redeemed","timestamp":"2026-11-23T07:00:00Z","data":{"point":"P1","order":"A","status":"arrived","terminal":"K1","seq":1,"lines":[{"line":"1","handed":2},{"line":"2","handed":1}]}}`; r.all()[0] != want {
		t.Errorf("got  %s\nwant %s", r.all()[0], want)
	}
	req := r.got[0]
	given := strings.Split(req.Header.Get("webhook-signature"), " ")
	for i, secret := range []string{second, first} {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(given) != 2 {
			t.Fatalf("%v, %v", err, given)
		}
		mac := hmac.New(sha256.New, raw)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp"), r.all()[0])
		if given[i] != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			t.Errorf("signature %d is wrong", i)
		}
	}
	if strings.Contains(strings.Join(r.all(), ""), "SECRET") || r.got[1].Header.Get("webhook-id") == req.Header.Get("webhook-id") {
		t.Error("a code was sent, or two deliveries have one id")
	}
	if _, err := f.Rotate(t.Context(), k.ID); err != nil || len(f.hook(k.ID).Secrets) != 2 {
		t.Errorf("%d secrets, %v", len(f.hook(k.ID).Secrets), err)
	}
}

func (f *fixture) hook(id string) Hook {
	for _, k := range *f.known.Load() {
		if k.ID == id {
			return k
		}
	}
	return Hook{}
}

// A transaction that fails tells nobody.
func TestUndoneTransactionTellsNobody(t *testing.T) {
	f, r := setup(t), receive(t)
	k, _ := f.add(Hook{URL: r.URL})
	wrong := errors.New("wrong")
	err := f.store.Update(t.Context(), func(tx hq.Tx) error { return errors.Join(f.Observe(tx, redeemed(1)), wrong) })
	if f.sendAll(k); !errors.Is(err, wrong) || len(r.all()) != 0 {
		t.Errorf("%v, %v", err, r.all())
	}
}

func TestScopes(t *testing.T) {
	f, r := setup(t), receive(t)
	for _, c := range []struct {
		name string
		hook Hook
		fact hq.Fact
		want string // a part of the body; empty: nothing is sent
	}{
		{"another point", Hook{Point: "P1"}, hq.CaseOpened{Case: hq.Case{Number: 1, Point: "P2"}}, ""},
		{"the point", Hook{Point: "P1"}, hq.CaseOpened{Case: hq.Case{Number: 1, Kind: "conflict", Point: "P1"}}, `"case":1,"case_kind":"conflict"`},
		{"another kind", Hook{Kinds: []string{KindReminder}}, redeemed(1), ""},
		{"the kind", Hook{Kinds: []string{KindUndone, KindRedeemed}}, redeemed(1), `"redeemed"`},
		{"a supplier's lines", Hook{Supplier: "eggs"}, redeemed(1), `"lines":[{"line":"2","handed":1}]}`},
		{"no line of it", Hook{Supplier: "meat"}, redeemed(1), ""},
		{"a request about its order", Hook{Supplier: "eggs"}, hq.RequestAdded{Request: hq.Request{Number: 4, Type: kiosk.TypeReminderAsked, Point: "P1", Order: "A", Terminal: "K1"}}, `"request":4`},
		{"a request about another order", Hook{Supplier: "meat"}, hq.RequestAdded{Request: hq.Request{Type: kiosk.TypeReminderAsked, Point: "P1", Order: "A"}}, ""},
		{"a case without an order", Hook{Supplier: "eggs"}, hq.CaseOpened{Case: hq.Case{Number: 1, Point: "P1"}}, ""},
		{"a decision", Hook{}, hq.DecisionMade{Case: hq.Case{Number: 2, Point: "P1", Decisions: []hq.Decision{{By: "Zhou"}}}}, `"case-decided"`},
		{"a new order", Hook{}, hq.OrderPut{New: hq.OrderRecord{Order: kiosk.Order{ID: "B"}}}, ""},
		{"a status", Hook{}, status("A", 1, kiosk.StatusRefunded), `"status":"refunded"`},
		{"an event that does not count", Hook{}, hq.EventSettled{Stored: hq.StoredEvent{Receipt: kiosk.Receipt{Settlement: kiosk.SettledConflict}}, Event: kiosk.Event{Body: kiosk.Redeemed{}}}, ""},
		{"an undo", Hook{}, hq.EventSettled{Stored: hq.StoredEvent{Receipt: kiosk.Receipt{Settlement: kiosk.SettledAccepted}}, Event: kiosk.Event{Body: kiosk.RedemptionUndone{}}}, `"undone"`},
		{"a day", Hook{}, hq.EventSettled{Stored: hq.StoredEvent{Receipt: kiosk.Receipt{Settlement: kiosk.SettledAccepted}}, Event: kiosk.Event{Body: kiosk.DayClosed{}}}, `"day-closed"`},
		{"a sign-in", Hook{}, hq.EventSettled{Stored: hq.StoredEvent{Receipt: kiosk.Receipt{Settlement: kiosk.SettledAccepted}}, Event: kiosk.Event{Body: kiosk.SignedIn{}}}, ""},
		{"a head", Hook{}, hq.HeadMoved{}, ""},
	} {
		c.hook.URL = r.URL
		k, _ := f.add(c.hook)
		before := len(r.all())
		f.tell(c.fact)
		f.sendAll(k)
		switch got := r.all()[before:]; {
		case c.want == "" && len(got) > 0, c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
			t.Errorf("%s: %s", c.name, got)
		}
		if err := f.Remove(t.Context(), k.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// A receiver that is down gets everything later, each order's in order, and other
// orders do not wait.
func TestDownForAWhile(t *testing.T) {
	f, r := setup(t), receive(t)
	k, _ := f.add(Hook{URL: r.URL})
	r.answer(http.StatusInternalServerError)
	f.tell(status("A", 1, kiosk.StatusShipped), status("A", 2, kiosk.StatusArrived), status("B", 3, kiosk.StatusArrived))
	f.sendAll(k) // A1 fails
	f.sendAll(k) // A2 waits, B3 fails
	rows := f.rows(k)
	if len(r.all()) != 2 || len(rows) != 3 || rows[0].Attempts+rows[1].Attempts+rows[2].Attempts != 2 || rows[0].Last != "it answered with status 500" {
		t.Fatalf("%d came, %+v", len(r.all()), rows)
	}
	f.now = f.now.Add(time.Minute)
	r.answer(http.StatusMovedPermanently) // not followed
	for range 3 {
		f.sendAll(k)
	}
	r.answer(http.StatusOK)
	f.now = f.now.Add(time.Hour)
	f.sendAll(k)
	var order []string
	for _, text := range r.all() {
		var b body
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			t.Fatal(err)
		}
		if b.Data.Order == "A" {
			order = append(order, string(b.Data.Status))
		}
	}
	if slices.Index(order, "arrived") != len(order)-1 || len(f.rows(k)) != 0 {
		t.Errorf("A came as %v, left: %v", order, f.rows(k))
	}
	var left int
	f.update(func(tx hq.Tx) error {
		docs, err := tx.Docs(heldIn, "", "", 10)
		left = len(docs)
		return err
	})
	if left != 0 {
		t.Error("an order is held for ever")
	}
}

func TestDeadAndSentAgain(t *testing.T) {
	f, r := setup(t), receive(t)
	k, _ := f.add(Hook{URL: r.URL})
	if err := f.Test(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	r.answer(http.StatusTeapot)
	began, tries := f.now, 0
	for len(f.rows(k)) == 1 && !f.rows(k)[0].Next.IsZero() {
		f.now = f.rows(k)[0].Next
		f.sendAll(k)
		tries++
	}
	if lived := f.now.Sub(began); lived < giveUp || lived > giveUp+2*mostPause || tries < 15 || tries > 60 {
		t.Errorf("given up after %v and %d tries", lived, tries)
	}
	r.answer(http.StatusOK)
	if f.sendAll(k); len(r.all()) != tries {
		t.Error("what is dead was sent")
	}
	if n, err := f.Retry(t.Context(), k.ID); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if f.sendAll(k); len(r.all()) != tries+1 || len(f.rows(k)) != 0 {
		t.Error("it was not sent again")
	}
}

// A sender that ends between sending and noting it sends again, and loses nothing.
func TestKilledBeforeTheMark(t *testing.T) {
	f, r := setup(t), receive(t)
	k, _ := f.add(Hook{URL: r.URL})
	f.tell(redeemed(1))
	store := f.Store
	f.Store = &dying{Store: store, updates: 1}
	if err := f.send(t.Context(), k); !errors.Is(err, errDead) {
		t.Fatalf("the sender lives: %v", err)
	}
	f.Store = store
	other := f.another(true)
	if err := other.send(t.Context(), k); err != nil || len(r.all()) != 1 {
		t.Fatalf("within the lease of the one that died: %v, %d came", err, len(r.all()))
	}
	f.now = f.now.Add(leaseTime + time.Second)
	if err := other.send(t.Context(), k); err != nil || len(r.all()) != 2 || len(f.rows(k)) != 0 {
		t.Errorf("%v, %d came, %v left", err, len(r.all()), f.rows(k))
	}
	if r.got[0].Header.Get("webhook-id") != r.got[1].Header.Get("webhook-id") {
		t.Error("the second try has another id")
	}
}

var errDead = errors.New("killed")

type dying struct {
	hq.Store
	updates int
}

func (s *dying) Update(ctx context.Context, fn func(hq.Tx) error) error {
	if s.updates--; s.updates < 0 {
		return errDead
	}
	return s.Store.Update(ctx, fn)
}

// Two replicas run at once; a receiver that never answers holds up nobody.
func TestTwoRunAndOneIsSlow(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	f, slow, quick := setup(t), receive(t), receive(t)
	slow.hold = make(chan struct{})
	f.add(Hook{URL: slow.URL})
	k, _ := f.add(Hook{URL: quick.URL})
	const n = 30
	for i := range uint64(n) {
		f.tell(redeemed(i + 1))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for _, h := range []*Hooks{f.Hooks, f.another(true)} {
		go func() { ended <- h.Run(ctx) }()
	}
	<-slow.came
	for range n {
		<-quick.came
	}
	cancel()
	close(slow.hold)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	seen := map[string]int{}
	for _, text := range quick.all() {
		seen[text]++
	}
	if len(seen) != n || len(quick.all()) > n+2 {
		t.Errorf("%d of %d came, %d in all", len(seen), n, len(quick.all()))
	}
	if left := f.rows(k); len(left) > 1 {
		t.Errorf("%d are left", len(left))
	}
	slow.Close()
	quick.Close()
	f.client.CloseIdleConnections()
}

func TestPrivateAddresses(t *testing.T) {
	f, r := setup(t), receive(t)
	k, _ := f.add(Hook{URL: r.URL})
	f.tell(redeemed(1))
	strict := f.another(false)
	if err := strict.send(t.Context(), k); err != nil || len(r.all()) != 0 || f.rows(k)[0].Last != errPrivate.Error() {
		t.Errorf("%v, %d came, %+v", err, len(r.all()), f.rows(k))
	}
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "10.1.2.3": false, "169.254.169.254": false, "100.100.100.200": false,
		"::1": false, "fd00::1": false, "fe80::1": false, "0.0.0.0": false, "224.0.0.1": false, "64:ff9b::a00:1": false, "255.255.255.255": false,
	} {
		if got := public(netip.MustParseAddr(text).Unmap()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if public(netip.MustParseAddr("::ffff:10.0.0.1").Unmap()) {
		t.Error("an address of IPv4 in IPv6 is let through")
	}
}

func TestRefused(t *testing.T) {
	f := setup(t)
	strict := f.another(false)
	for _, u := range []string{"", "ftp://x", "https://", "http://example.org/x", "https://user:pw@example.org", "https://example.org/#a", "https://" + strings.Repeat("x", maxURL), "https://a\x00b"} {
		if _, _, err := strict.Add(t.Context(), Hook{URL: u}); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%.40q: %v", u, err)
		}
	}
	if _, _, err := f.Add(t.Context(), Hook{URL: "https://x", Kinds: []string{"everything"}}); !errors.Is(err, hq.ErrInput) {
		t.Error(err)
	}
	if _, _, err := f.Add(t.Context(), Hook{URL: "https://x", Point: "P404"}); !errors.Is(err, hq.ErrNoPoint) {
		t.Error(err)
	}
	_, rotateErr := f.Rotate(t.Context(), "x")
	_, rowsErr := f.Deliveries(t.Context(), "x")
	_, retryErr := f.Retry(t.Context(), "x")
	for i, err := range []error{f.Remove(t.Context(), "x"), f.Test(t.Context(), "x"), rotateErr, rowsErr, retryErr} {
		if !errors.Is(err, hq.ErrNotFound) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if _, err := New(t.Context(), Config{Store: f.store, Random: bytes.NewReader(nil)}); err == nil {
		t.Error("without randomness")
	}
	for range maxHooks {
		f.add(Hook{URL: "https://example.org"})
	}
	if _, _, err := f.Add(t.Context(), Hook{URL: "https://example.org"}); !errors.Is(err, hq.ErrInput) {
		t.Error(err)
	}
}

func TestRemoveForgets(t *testing.T) {
	f, r := setup(t), receive(t)
	k, _ := f.add(Hook{URL: r.URL})
	for i := range uint64(5) {
		f.tell(redeemed(i))
	}
	if n, err := f.Waiting(t.Context(), 3); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if err := f.Remove(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	f.tell(redeemed(9))
	f.sendAll(k)
	if n, err := f.Waiting(t.Context(), 10); n != 0 || err != nil || len(r.all()) != 0 {
		t.Errorf("%d, %v, %v", n, err, r.all())
	}
}
