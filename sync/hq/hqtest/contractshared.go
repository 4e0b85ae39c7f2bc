package hqtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// TestShared is the contract of stores that several HQs can have open at once, on
// top of [TestStore]. open opens the store of a name, the same one for each that
// asks.
func TestShared(t *testing.T, open func(t *testing.T, name string) hq.Store) {
	for name, test := range map[string]func(t *testing.T, a, b hq.Store){
		"versions are used once":         versionsOnce,
		"a point's changes follow":       changesFollow,
		"numbers are used once":          numbersOnce,
		"a reader misses no number":      numbersInOrder,
		"identities are not mixed up":    oneIdentity,
		"a point is added once":          pointOnce,
		"an order belongs to one point":  orderOnce,
		"a code is used once":            enrolmentOnce,
		"documents do not lose a change": documentsShared,
		"touches in any order":           touchesInAnyOrder,
		"nonces of both":                 noncesOfBoth,
		"points do not wait":             pointsDoNotWait,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, open(t, name), open(t, name))
		})
	}
}

// both runs a change many times at each of two stores.
func both(t *testing.T, a, b hq.Store, rounds int, change func(tx hq.Tx, store, round int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for i, s := range []hq.Store{a, b, a, b} {
		wg.Go(func() {
			for round := range rounds {
				if err := s.Update(context.Background(), func(tx hq.Tx) error { return change(tx, i, round) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// changesFollow has both count in a terminal's record, where nothing but the lock of
// its point keeps one from writing over the other.
func changesFollow(t *testing.T, a, b hq.Store) {
	const rounds = 25
	update(t, a, func(tx hq.Tx) error {
		return errors.Join(tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P1"}}), tx.PutTerminal(hq.Terminal{ID: "K1", Point: "P1"}))
	})
	both(t, a, b, rounds, func(tx hq.Tx, _, _ int) error {
		k, ok, err := tx.Terminal("K1")
		if err != nil || !ok {
			return fmt.Errorf("the terminal is there: %v, %w", ok, err)
		}
		k.Held++
		return tx.PutTerminal(k)
	})
	view(t, b, func(tx hq.Tx) error {
		k, _, err := tx.Terminal("K1")
		if k.Held != 4*rounds {
			t.Errorf("%d changes are left of %d", k.Held, 4*rounds)
		}
		return err
	})
}

// versionsOnce counts a point's versions as HQ does: read, add, put.
func versionsOnce(t *testing.T, a, b hq.Store) {
	const rounds = 15
	update(t, a, func(tx hq.Tx) error { return tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P1"}}) })
	both(t, a, b, rounds, func(tx hq.Tx, store, round int) error {
		id := kiosk.OrderID(fmt.Sprintf("%d-%d", store, round))
		if _, there, err := tx.Order("P1", id); there || err != nil {
			return fmt.Errorf("order %s is there: %v, %w", id, there, err)
		}
		p, ok, err := tx.Point("P1")
		if err != nil || !ok {
			return fmt.Errorf("the point is there: %v, %w", ok, err)
		}
		p.Version++
		return errors.Join(tx.PutOrder(order("P1", id, p.Version)), tx.PutPoint(p))
	})
	view(t, b, func(tx hq.Tx) error {
		list, err := tx.Changes("P1", 0, 1000)
		for i, rec := range list {
			if rec.Order.Version != uint64(i+1) {
				t.Fatalf("change %d has the version %d", i+1, rec.Order.Version)
			}
		}
		if p, _, _ := tx.Point("P1"); len(list) != 4*rounds || p.Version != 4*rounds {
			t.Errorf("%d changes, and the point counts %d, want %d", len(list), p.Version, 4*rounds)
		}
		return err
	})
}

func numbersOnce(t *testing.T, a, b hq.Store) {
	const rounds = 10
	both(t, a, b, rounds, func(tx hq.Tx, store, round int) error {
		if err := addCase(tx, hq.Case{Kind: hq.CaseForked, Seq: uint64(store), At: at()}); err != nil {
			return err
		}
		_, err := tx.AddRequest(hq.Request{Type: kiosk.TypeInvoiceRequested, Seq: uint64(round), At: at()})
		return err
	})
	view(t, a, func(tx hq.Tx) error {
		cases, err1 := tx.Cases(0, 1000)
		requests, err2 := tx.Requests(0, 1000)
		if len(cases) != 4*rounds || len(requests) != 4*rounds {
			t.Fatalf("%d cases and %d requests, want %d of each", len(cases), len(requests), 4*rounds)
		}
		for i := range cases {
			if cases[i].Number != uint64(i+1) || requests[i].Number != uint64(i+1) {
				t.Errorf("entry %d has the numbers %d and %d", i+1, cases[i].Number, requests[i].Number)
			}
		}
		return errors.Join(err1, err2)
	})
}

// numbersInOrder: who asks for what is behind the last number that it has seen gets
// everything in the end.
func numbersInOrder(t *testing.T, a, b hq.Store) {
	const rounds = 15
	done := make(chan struct{})
	go func() {
		defer close(done)
		both(t, a, b, rounds, func(tx hq.Tx, _, _ int) error {
			_, err := tx.AddRequest(hq.Request{Type: kiosk.TypeInvoiceRequested, At: at()})
			return err
		})
	}()
	last, n := uint64(0), 0
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		view(t, b, func(tx hq.Tx) error {
			list, err := tx.Requests(last, 1000)
			for _, r := range list {
				last, n = r.Number, n+1
			}
			return err
		})
	}
	if n != 4*rounds {
		t.Errorf("the reader got %d requests, want %d", n, 4*rounds)
	}
}

func oneIdentity(t *testing.T, a, b hq.Store) {
	const rounds = 10
	both(t, a, b, 1, func(tx hq.Tx, store, _ int) error {
		if _, there, err := tx.Identity(); there || err != nil {
			return err
		}
		return tx.PutIdentity(hq.Identity{Seed: []byte{byte(store)}})
	})
	var seeds [2][]byte
	for i, s := range []hq.Store{a, b} {
		view(t, s, func(tx hq.Tx) error {
			id, ok, err := tx.Identity()
			if !ok {
				t.Error("there is no identity")
			}
			seeds[i] = id.Seed
			return err
		})
	}
	if !slices.Equal(seeds[0], seeds[1]) {
		t.Errorf("two stores begin with the seeds %x and %x", seeds[0], seeds[1])
	}
	both(t, a, b, rounds, func(tx hq.Tx, _, _ int) error {
		id, _, err := tx.Identity()
		if err != nil {
			return err
		}
		id.Terminals++
		return tx.PutIdentity(id)
	})
	update(t, a, func(tx hq.Tx) error { // an Update that changes it knows the last
		id, _, err := tx.Identity()
		if err == nil {
			err = tx.PutIdentity(id)
		}
		if id.Terminals != 4*rounds {
			t.Logf("read %d first", id.Terminals) // a store may begin with an older one, and run again
		}
		return err
	})
	view(t, a, func(tx hq.Tx) error {
		if id, _, _ := tx.Identity(); id.Terminals != 4*rounds {
			t.Errorf("%d of %d additions are there", id.Terminals, 4*rounds)
		}
		return nil
	})
}

// taken counts who of several found nothing there and put something.
type taken struct {
	mu sync.Mutex
	by map[int]bool
}

func (k *taken) say(store int, won bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = map[int]bool{}
	}
	k.by[store] = won // the last try of a store counts
}

func (k *taken) one(t *testing.T) {
	t.Helper()
	n := 0
	for _, won := range k.by {
		if won {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of %d found it free and took it, want 1", n, len(k.by))
	}
}

func pointOnce(t *testing.T, a, b hq.Store) {
	var k taken
	both(t, a, b, 1, func(tx hq.Tx, store, _ int) error {
		_, there, err := tx.Point("P1")
		k.say(store, !there)
		if err != nil || there {
			return err
		}
		return tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P1"}, SetID: uint64(store)})
	})
	k.one(t)
}

func orderOnce(t *testing.T, a, b hq.Store) {
	var k taken
	both(t, a, b, 1, func(tx hq.Tx, store, _ int) error {
		_, there, err := tx.OrderPoint("A")
		k.say(store, !there)
		if err != nil || there {
			return err
		}
		return tx.PutOrder(order(kiosk.PointID(fmt.Sprintf("P%d", store)), "A", 1))
	})
	k.one(t)
}

func enrolmentOnce(t *testing.T, a, b hq.Store) {
	hash := [32]byte{7}
	update(t, a, func(tx hq.Tx) error { return tx.PutEnrolment(hq.Enrolment{Hash: hash, Point: "P1", Expires: at()}) })
	var k taken
	both(t, a, b, 1, func(tx hq.Tx, store, _ int) error {
		e, ok, err := tx.Enrolment(hash)
		k.say(store, ok && e.Terminal == "")
		if err != nil || !ok || e.Terminal != "" {
			return err
		}
		e.Terminal = kiosk.TerminalID(fmt.Sprintf("K%d", store))
		return tx.PutEnrolment(e)
	})
	k.one(t)
}

// documentsShared counts in documents that are there and that are not, in different
// orders, so that transactions meet crosswise.
func documentsShared(t *testing.T, a, b hq.Store) {
	const rounds = 3 // PostgreSQL takes a second to find a deadlock
	key := func(name string) hq.DocKey { return hq.DocKey{Collection: "c", DocPlace: hq.DocPlace{Key: name}} }
	both(t, a, b, rounds, func(tx hq.Tx, store, _ int) error {
		names := []string{"x", "y"}
		if store%2 == 1 {
			slices.Reverse(names)
		}
		for _, name := range names {
			value, _, err := tx.Doc(key(name))
			if err != nil {
				return err
			}
			if err := tx.PutDoc(key(name), append(value, byte(store))); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, a, func(tx hq.Tx) error {
		list, err := tx.Docs("c", "", "", 10)
		for _, d := range list {
			if len(d.Value) != 4*rounds {
				t.Errorf("document %s has %d of %d additions", d.Key, len(d.Value), 4*rounds)
			}
		}
		if len(list) != 2 {
			t.Errorf("%d documents, want 2", len(list))
		}
		return err
	})
}

// touchesInAnyOrder: a transaction that began before another one is committed after
// it, and after somebody asked.
func touchesInAnyOrder(t *testing.T, a, b hq.Store) {
	touched := func(since string) ([]kiosk.PointID, string) {
		t.Helper()
		points, next, err := b.Touched(context.Background(), since)
		if err != nil {
			t.Fatal(err)
		}
		return points, next
	}
	_, cursor := touched("")
	began, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		ended <- a.Update(context.Background(), func(tx hq.Tx) error {
			if err := tx.Touch("P1"); err != nil {
				return err
			}
			_, err := tx.Points("", 1) // what was put so far is sent with a list
			close(began)
			<-goOn
			return err
		})
	}()
	<-began
	update(t, b, func(tx hq.Tx) error { return tx.Touch("P2") })
	points, cursor := touched(cursor)
	if diff := cmp.Diff([]kiosk.PointID{"P2"}, points); diff != "" {
		t.Errorf("touched while the first runs (-want +got):\n%s", diff)
	}
	close(goOn)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if points, _ := touched(cursor); !slices.Contains(points, "P1") {
		t.Errorf("touched after the first was committed: %v, want P1 among them", points)
	}
}

func noncesOfBoth(t *testing.T, a, b hq.Store) {
	now := at()
	for i, s := range []hq.Store{a, b, a} {
		seen, err := s.UseNonce(context.Background(), "K1", "n", now, now.Add(time.Minute))
		if err != nil || seen != (i > 0) {
			t.Errorf("use %d: seen %v, %v", i+1, seen, err)
		}
	}
}

// pointsDoNotWait: an Update at one point goes on while another one holds a second
// point.
func pointsDoNotWait(t *testing.T, a, b hq.Store) {
	update(t, a, func(tx hq.Tx) error {
		return errors.Join(tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P1"}}), tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P2"}}))
	})
	raise := func(s hq.Store, id kiosk.PointID, meanwhile func()) error {
		return s.Update(context.Background(), func(tx hq.Tx) error {
			p, _, err := tx.Point(id)
			if err != nil {
				return err
			}
			p.Version++
			if err := tx.PutPoint(p); err != nil {
				return err
			}
			meanwhile()
			return nil
		})
	}
	err := raise(a, "P1", func() {
		if err := raise(b, "P2", func() {}); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
