package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/seal"
	"hexiao/sync/hq"
)

const point kiosk.PointID = "P001"

// world is a pickup point with its terminals, HQ and what lies between them.
type world struct {
	dir      string
	random   locked        // HQ's
	shift    time.Duration // from the bubble's clock, which begins in 2000, to ours
	stores   hqStores
	replicas [2]*node
	terms    []*terminal
	orders   []kiosk.OrderID // as HQ took them in
	codes    map[kiosk.OrderID]hq.CodeRow
	signed   []signedCode
	gone     []withdrawn
	secret   seal.PointKey                   // the point's
	aside    map[kiosk.EventID]kiosk.OrderID // handovers that a person once said do not count
	leases   kiosk.LeaseMode
	doing    op
	told     *history

	mu     sync.Mutex // guards what follows, which contacts under way add to
	story  []string
	broken []string // what must not be
	counts map[string]int
}

// node is one of HQ's processes.
type node struct {
	*hq.HQ
	http.Handler
	started int // how often
}

// outcome is what came of a history.
type outcome struct {
	story  []string // a sentence a step
	broken []string // rules that were broken; none: all is well
	counts map[string]int
	told   *history
}

// play runs a plan from its beginning, in virtual time, and heals everything at its
// end. The address is that of a database to copy for HQ; empty: HQ's store is embedded.
func play(t *testing.T, dir, address string, p plan) (out outcome) {
	if address != "" {
		fresh, drop, err := copyOf(address, fmt.Sprintf("h%d_%d", p.seed, len(p.ops)))
		if err != nil {
			return outcome{broken: []string{err.Error()}, told: newHistory()}
		}
		defer func() {
			if err := drop(); err != nil {
				t.Errorf("drop a history's database: %v", err)
			}
		}()
		address = fresh
	}
	stores, err := openStores(t, address)
	defer stores.close(t)
	if err != nil {
		return outcome{broken: []string{err.Error()}, told: newHistory()}
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove a history's files: %v", err)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(dir, p)
		w.stores = stores
		if err := w.begin(p); err != nil {
			w.wrong("the world does not begin: %v", err)
			p.ops = nil
		}
		for _, o := range p.ops {
			pass(o.gap)
			w.step(o)
			synctest.Wait()
			if !w.sound() {
				break
			}
		}
		if w.sound() {
			w.heal()
		}
		if w.sound() {
			w.judge()
		}
		out = outcome{story: w.story, broken: w.broken, counts: w.counts, told: w.told}
		w.close()
	})
	if len(out.broken) == 0 {
		out.broken = out.told.check()
	}
	return out
}

// pass lets virtual time go by.
func pass(d time.Duration) { <-time.After(d) }

func newWorld(dir string, p plan) *world {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(p.seed >> (8 * i))
	}
	return &world{
		dir: dir, random: locked{new(sync.Mutex), rand.NewChaCha8(key)}, shift: time.Until(start()), codes: map[kiosk.OrderID]hq.CodeRow{}, aside: map[kiosk.EventID]kiosk.OrderID{},
		leases: p.leases, told: newHistory(), counts: map[string]int{},
	}
}

// start is when histories begin.
func start() time.Time { return time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) }

// begin starts HQ with its first orders, and terminals that have them.
func (w *world) begin(p plan) (err error) {
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	if err := w.stores.begin(w.dir); err != nil {
		return err
	}
	for i := range w.replicas {
		if err := w.startReplica(i); err != nil {
			return err
		}
	}
	if err := w.replicas[0].AddPoint(context.Background(), hq.NewPoint{ID: point, Name: "幸福里", Policy: kiosk.Policy{
		Leases: p.leases, LeaseTerm: time.Hour, RotateFrom: 6_000, ProvisionalValue: 15_000, ProvisionalCount: 1_000,
	}}); err != nil {
		return err
	}
	for range p.orders {
		if err := w.takeIn(w.replicas[0], w.dice()); err != nil {
			return err
		}
	}
	for i := range p.terminals {
		t, err := w.enrol(i)
		if err != nil {
			return err
		}
		w.terms = append(w.terms, t)
		t.way.quality, t.way.dice = calm, w.dice()
		if _, err := t.engine.Once(context.Background()); err != nil {
			return err
		}
		t.way.quality = well
		if w.secret, err = seal.NewPointKey(t.enrolled.PointSecret); err != nil {
			return err
		}
	}
	return nil
}

// now is the true time, which nobody in the story knows for certain.
func (w *world) now() time.Time { return time.Now().Add(w.shift) }

// startReplica makes an HQ over the one store; what the process before it kept in
// memory is gone.
func (w *world) startReplica(i int) error {
	started := 0
	if old := w.replicas[i]; old != nil {
		started = old.started
	}
	platform, err := hq.New(context.Background(), hq.Config{Store: w.stores.each[i], Now: w.now, Random: w.random})
	if err != nil {
		return err
	}
	w.replicas[i] = &node{HQ: platform, Handler: platform.Handler(), started: started + 1}
	return nil
}

// locked is a source of random bytes that HQ's two processes share.
type locked struct {
	*sync.Mutex
	*rand.ChaCha8
}

func (l locked) Read(b []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.ChaCha8.Read(b)
}

// dice gives dice of their own to something.
func (w *world) dice() *rand.Rand { return rand.New(rand.NewPCG(w.random.Uint64(), 1)) }

// takeIn has HQ take in one more order. Some cost so much, or are so far from
// paid, that the leader must hand them over.
func (w *world) takeIn(n *node, dice *rand.Rand) error {
	o := kiosk.Order{ID: kiosk.OrderID(fmt.Sprintf("HX%04d", len(w.orders)+1)), Status: kiosk.StatusArrived, PickupNumber: "A-01"}
	for l := range 1 + dice.IntN(2) {
		o.Lines = append(o.Lines, kiosk.Line{
			ID: kiosk.LineID(fmt.Sprint(l + 1)), Product: "鲜牛奶", Unit: "瓶", Quantity: 1 + dice.IntN(3), UnitPrice: kiosk.Fen(500 + dice.IntN(2000)),
		})
	}
	switch dice.IntN(8) {
	case 0:
		o.Due = 1000
	case 1:
		o.Lines[0].UnitPrice = 30_000
	case 2:
		o.Status, o.Consignment = kiosk.StatusShipped, fmt.Sprintf("C%d", len(w.orders)/5)
	}
	done, err := n.Import(context.Background(), point, slices.Values([]ordertable.Entry{{Order: o}}))
	if err != nil || done.Refused > 0 {
		return errors.Join(err, fmt.Errorf("HQ refused an order: %v", done.Problems))
	}
	w.orders = append(w.orders, o.ID)
	w.told.taken(o, w.at())
	return w.codesOf(n)
}

// at is the present as histories count it, in nanoseconds.
func (w *world) at() int64 { return time.Now().UnixNano() }

// say adds a sentence to the story.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	day := int(now.Sub(start()) / (24 * time.Hour))
	w.story = append(w.story, fmt.Sprintf("day %d, %s: %s", day+1, now.Format("15:04:05"), fmt.Sprintf(format, args...)))
}

// wrong notes that a rule is broken.
func (w *world) wrong(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}

// count notes that something happened, so that a test can tell what histories try.
func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[what]++
}

// sound reports whether no rule is broken yet.
func (w *world) sound() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.broken) == 0
}

func (w *world) close() {
	for _, t := range w.terms {
		t.stop()
	}
	pass(3 * time.Minute) // copies of requests may still be under way
	for _, t := range w.terms {
		if t.store != nil {
			if err := t.store.Close(); err != nil && len(w.broken) == 0 {
				w.wrong("terminal %s cannot be closed: %v", t.name(), err)
			}
		}
	}
	if err := w.stores.end(); err != nil {
		w.wrong("HQ's store cannot be closed: %v", err)
	}
}

// view reads HQ's store.
func (w *world) view(read func(hq.Tx) error) {
	if err := w.stores.each[0].View(context.Background(), read); err != nil {
		w.wrong("HQ's store cannot be read: %v", err)
	}
}
