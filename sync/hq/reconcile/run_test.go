package reconcile_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
	"hexiao/sync/hq/reconcile"
)

// Each day is done once, whoever else works; what a server left half done is done by
// another when its time is over.
func TestSeveralServers(t *testing.T) {
	t.Run("in a file", func(t *testing.T) {
		s := open(t)
		severalServers(t, s, func() hq.Store { return s.store })
	})
	t.Run("in PostgreSQL", func(t *testing.T) {
		address := pgtest.Start(t)
		server := func() hq.Store {
			store, err := pgstore.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := store.Close(); err != nil {
					t.Error(err)
				}
			})
			return store
		}
		severalServers(t, over(t, server()), server)
	})
}

func severalServers(t *testing.T, s *shop, server func() hq.Store) {
	k := s.till("K1", "P001")
	for n := range 20 {
		k.close(time.Duration(n)*24*time.Hour, kiosk.Day(noon().AddDate(0, 0, -n).Format(time.DateOnly)), kiosk.DayTotals{})
	}
	s.clock.Advance(time.Minute)
	var wg sync.WaitGroup
	done := make([]int, 3)
	for i := range done {
		r := s.runner(fmt.Sprint(i))
		r.Store = server()
		h, err := hq.New(t.Context(), hq.Config{Store: r.Store, Now: s.clock.Now, Random: rand.Reader})
		if err != nil {
			t.Fatal(err)
		}
		r.Books = reconcile.New(h)
		wg.Go(func() {
			var err error
			if done[i], err = r.Work(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done[0]+done[1]+done[2] != 20 {
		t.Errorf("%v days", done)
	}
	if n := s.work(s.runner("late")); n != 0 {
		t.Errorf("%d days again", n)
	}
}

func TestAServerThatDies(t *testing.T) {
	s := open(t)
	s.work(s.runner("before")) // the night
	s.till("K1", "P001").close(0, day, kiosk.DayTotals{})
	s.clock.Advance(time.Minute)
	dying, cancel := context.WithCancel(t.Context())
	broken := &brokenStore{Store: s.store, dies: cancel}
	h, err := hq.New(t.Context(), hq.Config{Store: broken, Now: s.clock.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	r := s.runner("dying")
	r.Books = reconcile.New(h)
	broken.after = 1 // the claim
	if _, err := r.Work(dying); !errors.Is(err, context.Canceled) {
		t.Fatalf("it lived: %v", err)
	}
	if n := s.work(s.runner("other")); n != 0 {
		t.Errorf("%d days that another has", n)
	}
	s.clock.Advance(11 * time.Minute)
	if n := s.work(s.runner("other")); n != 1 {
		t.Errorf("%d days that were left", n)
	}
}

// brokenStore calls dies after so many updates.
type brokenStore struct {
	hq.Store
	after int
	dies  func()
}

func (b *brokenStore) Update(ctx context.Context, fn func(hq.Tx) error) error {
	err := b.Store.Update(ctx, fn)
	if b.after--; b.after == 0 {
		b.dies()
	}
	return err
}

func (b *brokenStore) View(ctx context.Context, fn func(hq.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.Store.View(ctx, fn)
}

// At the set hour of each point's zone, through a change of its clocks, its last
// day is reconciled once though nobody closed it.
func TestNights(t *testing.T) {
	s := open(t)
	s.clock.Advance(time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC).Sub(s.clock.Now())) // the clocks of New York go back on the first
	s.point("P100", "America/New_York")
	s.orders("P100", entry("B1", ""))
	s.orders("P001", entry("A1", ""))
	s.till("K1", "P001").tell(6*time.Hour, handover("A1")) // 31 October, 22:00
	s.till("K2", "P100").tell(0, handover("B1"))           // 31 October, 16:00
	r := s.runner("one")
	made := map[kiosk.PointID]time.Time{}
	for range 48 {
		s.work(r)
		for _, p := range []kiosk.PointID{"P001", "P100"} {
			if got, ok, err := s.books.Report(t.Context(), p, "2026-10-31"); err != nil {
				t.Fatal(err)
			} else if ok && made[p].IsZero() {
				made[p] = s.clock.Now()
				if got.State != reconcile.StateNotClosed {
					t.Errorf("%+v", got)
				}
			}
		}
		s.clock.Advance(30 * time.Minute)
	}
	if at := made["P001"]; !at.Equal(time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC)) { // 04:00 in Shanghai
		t.Errorf("P001 at %v", at)
	}
	if at := made["P100"]; !at.Equal(time.Date(2026, 11, 1, 7, 0, 0, 0, time.UTC)) { // 02:00, after the hour that came twice
		t.Errorf("P100 at %v", at)
	}
}

// A day that is put onto the queue while it is reconciled stays there.
func TestQueuedAgainMeanwhile(t *testing.T) {
	s := open(t)
	s.work(s.runner("before")) // the night
	k := s.till("K1", "P001")
	k.close(0, day, kiosk.DayTotals{})
	s.clock.Advance(time.Minute)
	meanwhile := &brokenStore{Store: s.store, after: 1, dies: func() { k.close(0, day, kiosk.DayTotals{}) }}
	h, err := hq.New(t.Context(), hq.Config{Store: meanwhile, Now: s.clock.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	r := s.runner("one")
	r.Books = reconcile.New(h)
	s.work(r)
	s.clock.Advance(time.Minute)
	if n := s.work(s.runner("one")); n != 1 {
		t.Errorf("%d days", n)
	}
}
