package hq_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// news is what a followed stream brought.
type news struct {
	page     *kiosk.Page
	mark     *kiosk.Watermark
	settings *kiosk.Point
}

// follows opens a stream and gives what comes; it ends with the test, or by end.
func (d *device) follows(form, query string) (came chan news, end func() error) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	req := d.request(http.MethodGet, "/v1/points/"+string(d.point)+"/orders?follow=true"+query, nil).WithContext(ctx)
	req.Header.Set("Accept", form)
	resp, err := d.server.Client().Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	read := wire.ReadOrders
	if got := resp.Header.Get("Content-Type"); got != form {
		d.t.Fatalf("a stream of %s, want %s", got, form)
	} else if form == wire.Compact {
		read = wire.ReadCompact
	}
	came, ended := make(chan news, 100), make(chan error, 1)
	go func() {
		ended <- read(resp.Body, d.verifier(req), true, kiosk.Feed{
			Page:     func(p kiosk.Page) error { came <- news{page: &p}; return nil },
			Mark:     func(m kiosk.Watermark) error { came <- news{mark: &m}; return nil },
			Settings: func(p kiosk.Point, _ string) error { came <- news{settings: &p}; return nil },
		})
		_ = resp.Body.Close()
		close(came)
	}()
	d.t.Cleanup(cancel)
	return came, func() error { cancel(); return <-ended }
}

// until takes what comes up to a watermark of so many orders.
func until(t *testing.T, came chan news, m *model, count int) (settings []kiosk.Point) {
	t.Helper()
	for n := range came {
		switch {
		case n.page != nil:
			if err := m.take(*n.page); err != nil {
				t.Fatal(err)
			}
		case n.settings != nil:
			settings = append(settings, *n.settings)
		case n.mark.Count == count:
			if m.mark = *n.mark; !m.complete() {
				t.Fatal("the set is not that of the watermark")
			}
			return settings
		}
	}
	t.Fatal("the stream ended")
	return nil
}

func TestFollowing(t *testing.T) {
	for _, form := range []string{wire.NDJSON, wire.Compact} {
		t.Run(form, func(t *testing.T) {
			s, c := start(t)
			s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
			d := enrol(t, s, c, "P001")
			came, end := d.follows(form, "")
			m := newModel()
			if got := until(t, came, m, 2); len(got) != 1 || got[0].ID != "P001" {
				t.Errorf("settings %+v", got)
			}
			s.Import("P001", hqtest.Entry("C"))
			until(t, came, m, 3)
			if err := s.HQ.Withdraw(ctx(), "A"); err != nil {
				t.Fatal(err)
			}
			until(t, came, m, 2)
			name := "望江苑"
			if err := s.HQ.ChangePoint(ctx(), hq.PointChange{ID: "P001", Name: name}); err != nil {
				t.Fatal(err)
			}
			if got := until(t, came, m, 2); len(got) != 1 || got[0].Name != name {
				t.Errorf("settings %+v", got)
			}
			// Another HQ over the same store.
			other, err := hq.New(ctx(), hq.Config{Store: s.Store, Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			if err := other.Withdraw(ctx(), "B"); err != nil {
				t.Fatal(err)
			}
			until(t, came, m, 1)
			// The same terminal by another connection: the old one ends.
			second, end2 := d.follows(form, "&cursor="+m.cursor)
			for range came {
			}
			if err := end(); err != nil {
				t.Errorf("the first stream ended with %v", err)
			}
			until(t, second, m, 1)
			if err := s.HQ.Revoke(ctx(), d.id); err != nil {
				t.Fatal(err)
			}
			for range second {
			}
			if err := end2(); err != nil {
				t.Errorf("withdrawn: %v", err)
			}
		})
	}
}

// A server that ends waits for no follower.
func TestStreamsEndWithTheServer(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d := enrol(t, s, c, "P001")
	came, end := d.follows(wire.Compact, "")
	m := newModel()
	until(t, came, m, 1)
	s.HQ.EndStreams()
	for range came {
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	came, end = d.follows(wire.Compact, "") // and none begins
	until(t, came, m, 1)
	for range came {
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// HQ says that it means a set to shrink to those who had it before, and of nothing
// that goes later.
func TestPurge(t *testing.T) {
	s, c := start(t)
	var entries []ordertable.Entry
	for i := range 10 {
		entries = append(entries, hqtest.Entry(kiosk.OrderID(fmt.Sprint("A", i))))
	}
	s.Import("P001", entries...)
	d := enrol(t, s, c, "P001")
	early, late := newModel(), newModel()
	early.compact = true
	pull := func(m *model, want bool) {
		t.Helper()
		if err := d.pull(m); err != nil || !m.complete() || m.mark.Purge != want {
			t.Errorf("%v, %+v", err, m.mark)
		}
	}
	withdraw := func(id kiosk.OrderID) {
		t.Helper()
		if err := s.HQ.Withdraw(ctx(), id); err != nil {
			t.Fatal(err)
		}
	}
	pull(early, false)
	withdraw("A1")
	pull(late, false)
	for _, n := range []int{10, 8, 0, -1} {
		if err := s.HQ.Purge(ctx(), "P001", n); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%d confirmed: %v", n, err)
		}
	}
	if err := s.HQ.Purge(ctx(), "P404", 0); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("no point: %v", err)
	}
	if err := s.HQ.Purge(ctx(), "P001", 9); err != nil {
		t.Fatal(err)
	}
	pull(newModel(), true)
	pull(late, true)
	s.Import("P001", hqtest.Entry("B"))
	pull(late, true) // nothing went since
	withdraw("A2")
	stale := newModel()
	stale.cursor, stale.orders = late.cursor, late.orders
	pull(stale, false)
	pull(early, true) // it had the set before
	pull(newModel(), false)
}
