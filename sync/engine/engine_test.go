package engine_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scene is a terminal, an HQ and an engine between them.
type scene struct {
	outbox *outbox
	orders *orders
	hq     *platform
	engine *engine.Engine
	status []engine.Status
}

func newScene(t testing.TB, change ...func(*engine.Config)) *scene {
	t.Helper()
	s := &scene{outbox: newOutbox(), orders: newOrders(), hq: newPlatform(time.Now)}
	c := engine.Config{
		Outbox: s.outbox, Orders: s.orders, Remote: s.hq, Verify: verifyHQ, Now: time.Now,
		Report: func(st engine.Status) { s.status = append(s.status, st) },
	}
	for _, f := range change {
		f(&c)
	}
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.engine = e
	return s
}

func (s *scene) once(t *testing.T) engine.Report {
	t.Helper()
	r, err := s.engine.Once(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *scene) last() engine.Status { return s.status[len(s.status)-1] }

// inStep fails unless both sides hold the same.
func (s *scene) inStep(t interface {
	Helper()
	Fatalf(string, ...any)
}) {
	t.Helper()
	for _, mu := range []*sync.Mutex{&s.hq.mu, &s.orders.mu, &s.outbox.mu} {
		mu.Lock()
		defer mu.Unlock()
	}
	if diff := cmp.Diff(s.outbox.heads, s.hq.heads); diff != "" {
		t.Fatalf("journals differ (-terminal +HQ):\n%s", diff)
	}
	if s.outbox.acked != s.outbox.heads[len(s.outbox.heads)-1] {
		t.Fatalf("acknowledged up to %d of %d", s.outbox.acked.Seq, len(s.outbox.records))
	}
	if diff := cmp.Diff(s.orders.live, s.hq.live); diff != "" || !s.orders.complete {
		t.Fatalf("order sets differ, complete %v (-terminal +HQ):\n%s", s.orders.complete, diff)
	}
}

func TestOnce(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one", "two", "three")
	for i := range 5 {
		s.hq.put(fmt.Sprint("order-", i))
	}
	if diff := cmp.Diff(engine.Report{Pushed: 3, Acked: 3, Pulled: 5, Orders: 5, Complete: true}, s.once(t)); diff != "" {
		t.Errorf("first round:\n%s", diff)
	}
	s.inStep(t)
	if s.orders.point.Name != "幸福里" || len(s.outbox.receipts) != 3 {
		t.Errorf("settings %+v, receipts %v", s.orders.point, s.outbox.receipts)
	}
	s.hq.put("order-1")
	s.hq.remove("order-2")
	if diff := cmp.Diff(engine.Report{Pulled: 2, Orders: 4, Complete: true}, s.once(t)); diff != "" {
		t.Errorf("changes:\n%s", diff)
	}
	s.inStep(t)
	if s.orders.switches != 1 || s.orders.points != 1 {
		t.Errorf("%d full sets and %d settings, want one each", s.orders.switches, s.orders.points)
	}
	s.hq.name = "望江苑"
	s.once(t)
	if s.orders.point.Name != "望江苑" {
		t.Errorf("changed settings did not come: %+v", s.orders.point)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	s := newScene(t, func(c *engine.Config) { c.BatchRecords, c.BatchBytes = 3, 10 })
	s.once(t) // which has compared the journals, too
	s.outbox.add("1", "2", "3", "4", "12345678", strings.Repeat("x", 50), "7", "123456789", "9")
	var sizes []int
	s.hq.ack = func(a *kiosk.Ack) { sizes = append(sizes, len(a.Receipts)) }
	if r := s.once(t); r.Acked != 9 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]int{3, 2, 1, 2, 1}, sizes); diff != "" {
		t.Errorf("batches:\n%s", diff)
	}
}

// One direction does not hold up the other.
func TestDirectionsFailApart(t *testing.T) {
	down := errors.New("no way")
	for _, dead := range []string{"push", "orders", "point", "time"} {
		s := newScene(t)
		s.outbox.add("one")
		s.hq.put("a")
		s.hq.before = func(call string) error {
			if call == dead {
				return down
			}
			return nil
		}
		r, err := s.engine.Once(t.Context())
		if !errors.Is(err, down) || (r.Acked == 1) == (dead == "push") || (r.Complete) == (dead == "orders") {
			t.Errorf("without %s: %+v, %v", dead, r, err)
		}
		if st := s.last(); (st.UpError != "") != (dead == "push") || (st.DownError != "") != (dead != "push") {
			t.Errorf("without %s: %+v", dead, st)
		}
	}
}

// Where nobody answers, nobody is asked twice in a row.
func TestUnreachableHQIsAskedOnce(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one")
	calls := map[string]int{}
	s.hq.before = func(call string) error { calls[call]++; return away{} }
	_, err := s.engine.Once(t.Context())
	if diff := cmp.Diff(map[string]int{"head": 1, "time": 1}, calls); !errors.As(err, &away{}) || diff != "" {
		t.Errorf("%v, calls:\n%s", err, diff)
	}
	s.hq.before = func(call string) error {
		if call == "point" {
			return away{}
		}
		return nil
	}
	if r, err := s.engine.Once(t.Context()); err == nil || r.Complete || s.hq.pulls != 0 {
		t.Errorf("%+v, %v, %d pulls", r, err, s.hq.pulls)
	}
}

type away struct{}

func (away) Error() string     { return "nobody answers" }
func (away) Unreachable() bool { return true }

// An acknowledgement that never arrived: the same events go again, in shorter
// batches, and get the same receipts.
func TestLostAck(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one", "two")
	lost := away{}
	s.hq.after = func(call string) error {
		if call == "push" {
			return lost
		}
		return nil
	}
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	if s.outbox.acked.Seq != 0 || len(s.hq.heads) != 3 {
		t.Fatalf("acknowledged %d, HQ has %d", s.outbox.acked.Seq, len(s.hq.heads)-1)
	}
	s.hq.after = func(string) error { return nil }
	s.outbox.add("three")
	if r := s.once(t); r.Acked != 3 {
		t.Errorf("%+v", r)
	}
	s.inStep(t)
	if s.outbox.receipts[1].Detail != "push 1" || s.outbox.receipts[2].Detail != "push 1" || s.outbox.receipts[3].Detail != "push 3" {
		t.Errorf("receipts %+v", s.outbox.receipts)
	}
}

func TestFalseAcks(t *testing.T) {
	resign := func(a *kiosk.Ack) {
		*a = kiosk.Ack{Head: a.Head, At: a.At, Receipts: a.Receipts, Signature: nil}
	}
	for name, falsify := range map[string]func(*kiosk.Ack){
		"unsigned":           resign,
		"signature":          func(a *kiosk.Ack) { a.Signature[3]++ },
		"time":               func(a *kiosk.Ack) { a.At = a.At.Add(time.Second) },
		"head further":       func(a *kiosk.Ack) { a.Head.Seq++ },
		"head elsewhere":     func(a *kiosk.Ack) { a.Head.Hash[0]++ },
		"receipts missing":   func(a *kiosk.Ack) { a.Receipts = a.Receipts[:1] },
		"receipts of others": func(a *kiosk.Ack) { a.Receipts[1].Seq++ },
		"too many receipts":  func(a *kiosk.Ack) { a.Receipts = append(a.Receipts, a.Receipts[0]) },
	} {
		s := newScene(t)
		s.once(t)
		s.outbox.add("one", "two")
		s.hq.ack = falsify
		r, err := s.engine.Once(t.Context())
		if !errors.Is(err, engine.ErrBadAck) || r.Acked != 0 || s.outbox.acked.Seq != 0 || len(s.outbox.receipts) != 0 {
			t.Errorf("%s: %+v, %v, acknowledged %d", name, r, err, s.outbox.acked.Seq)
		}
		s.hq.ack = func(*kiosk.Ack) {}
		s.once(t)
		s.inStep(t)
	}
}

// An HQ that acknowledges another place, with a good signature, is not followed:
// the receipts would not be those of the events.
func TestAckOfAnotherPlace(t *testing.T) {
	s := newScene(t, func(c *engine.Config) { c.BatchRecords = 2 })
	s.outbox.add("one", "two", "three")
	s.once(t)
	s.outbox.add("four", "five")
	s.hq.ack = func(a *kiosk.Ack) {
		a.Head = s.outbox.heads[4]
		a.Signature = ed25519.Sign(hqKey(), kiosk.AckBytes("T1", a.Head, a.At))
	}
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, engine.ErrBadAck) || s.outbox.acked.Seq != 3 {
		t.Errorf("%v, acknowledged %d", err, s.outbox.acked.Seq)
	}
}

// HQ was restored from an older copy: the journal brings back what it lost.
func TestHQForgot(t *testing.T) {
	for _, left := range []int{0, 1, 3} {
		s := newScene(t, func(c *engine.Config) { c.BatchRecords = 2 })
		s.outbox.add("one", "two", "three", "four")
		s.once(t)
		s.hq.forget(left)
		s.outbox.add("five")
		if r := s.once(t); r.Acked != 5-left {
			t.Errorf("after %d: %+v", left, r)
		}
		s.inStep(t)
	}
}

func TestHQForgotAndNothingNew(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one", "two")
	s.once(t)
	s.hq.forget(1)
	if r := s.once(t); r.Pushed != 0 {
		t.Errorf("%+v", r)
	}
	s.outbox.add("three") // the next event brings it to light
	s.once(t)
	s.inStep(t)
}

func TestHQContradictsItself(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one")
	s.hq.before = func(call string) error {
		if call == "push" {
			return refusal{head: &kiosk.Head{}}
		}
		return nil
	}
	if _, err := s.engine.Once(t.Context()); err == nil || s.hq.pushes != 2 {
		t.Errorf("%v after %d pushes", err, s.hq.pushes)
	}
	// Its signed head is another terminal's, or no head at all.
	s.hq.heads = append(s.hq.heads, kiosk.Head{Seq: 1, Hash: kiosk.Hash{9}})
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, errChain) {
		t.Errorf("a head of another chain: %v", err)
	}
	s.hq.ack = func(a *kiosk.Ack) { a.Signature = nil }
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, engine.ErrBadAck) {
		t.Errorf("an unsigned head: %v", err)
	}
	dead := errors.New("dead")
	s.hq.after = func(call string) error { return dead }
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, dead) || s.outbox.acked.Seq != 0 {
		t.Errorf("no head: %v", err)
	}
}

func TestFork(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one")
	s.once(t)
	copied := newScene(t)
	copied.hq = s.hq
	copied.outbox.add("uno")
	e, err := engine.New(engine.Config{Outbox: copied.outbox, Orders: copied.orders, Remote: s.hq, Verify: verifyHQ, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Once(t.Context())
	if !errors.Is(err, engine.ErrForked) || copied.outbox.acked.Seq != 0 || !r.Complete {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestDiskErrorsComeBack(t *testing.T) {
	full := errors.New("disk full")
	s := newScene(t)
	s.outbox.add("one")
	s.hq.put("a")
	s.outbox.fail, s.orders.fail = full, full
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, full) || !strings.Contains(s.last().UpError, "disk full") || !strings.Contains(s.last().DownError, "disk full") {
		t.Errorf("%v, %+v", err, s.last())
	}
	s.once(t)
	s.inStep(t)
	s.outbox.add("two")
	s.outbox.deaf = true
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, engine.ErrStuck) {
		t.Errorf("an outbox that does not move: %v", err)
	}
	s.outbox.deaf = false
	s.hq.ack = func(*kiosk.Ack) { s.outbox.fail = full }
	if _, err := s.engine.Once(t.Context()); !errors.Is(err, full) {
		t.Errorf("an outbox that cannot write: %v", err)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	if _, err := engine.New(engine.Config{Outbox: newOutbox()}); !errors.Is(err, engine.ErrConfig) {
		t.Errorf("%v", err)
	}
}

func TestEndedContext(t *testing.T) {
	s := newScene(t)
	s.outbox.add("one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.engine.Once(ctx); !errors.Is(err, context.Canceled) || len(s.status) != 0 {
		t.Errorf("%v, told %+v", err, s.status)
	}
}
