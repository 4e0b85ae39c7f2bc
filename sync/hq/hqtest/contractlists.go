package hqtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

func terminal(id kiosk.TerminalID, point kiosk.PointID) hq.Terminal {
	return hq.Terminal{ID: id, Point: point, Key: make([]byte, 32), Enrolled: at()}
}

func terminalsOfAPoint(t *testing.T, open func() hq.Store) {
	s := open()
	update(t, s, func(tx hq.Tx) error {
		err := errors.Join(tx.PutTerminal(terminal("K2", "P1")), tx.PutTerminal(terminal("K10", "P1")), tx.PutTerminal(terminal("K1", "P10")))
		list, listed := tx.PointTerminals("P1") // a transaction sees what it put
		if len(list) != 2 {
			t.Errorf("%d terminals of P1 before the commit, want 2", len(list))
		}
		return errors.Join(err, listed)
	})
	view(t, s, func(tx hq.Tx) error {
		names := func(list []hq.Terminal, err error) (ids []kiosk.TerminalID) {
			if err != nil {
				t.Error(err)
			}
			for _, v := range list {
				ids = append(ids, v.ID)
			}
			return ids
		}
		for _, c := range []struct{ got, want []kiosk.TerminalID }{
			{names(tx.PointTerminals("P1")), []kiosk.TerminalID{"K10", "K2"}},
			{names(tx.PointTerminals("P")), nil},
			{names(tx.Terminals("", 10)), []kiosk.TerminalID{"K1", "K10", "K2"}},
			{names(tx.Terminals("K1", 1)), []kiosk.TerminalID{"K10"}},
		} {
			if !slices.Equal(c.got, c.want) {
				t.Errorf("terminals %v, want %v", c.got, c.want)
			}
		}
		return nil
	})
}

func pointOfAnOrder(t *testing.T, open func() hq.Store) {
	s := open()
	update(t, s, func(tx hq.Tx) error {
		err := errors.Join(tx.Prefetch("P1", []kiosk.OrderID{"A", "B"}), tx.PutOrder(order("P1", "A", 1)))
		same(t, kiosk.PointID("P1"))(tx.OrderPoint("A"))
		return err
	})
	view(t, s, func(tx hq.Tx) error {
		same(t, kiosk.PointID("P1"))(tx.OrderPoint("A"))
		_, there, err := tx.OrderPoint("B")
		if there {
			t.Error("an order that nobody put has a point")
		}
		if err := tx.Prefetch("P2", []kiosk.OrderID{"A"}); err != nil {
			return err
		}
		if _, there, err := tx.Order("P2", "A"); there || err != nil {
			t.Errorf("the order of P1 at P2: %v, %v", there, err)
		}
		return err
	})
}

func eventsByDay(t *testing.T, open func() hq.Store) {
	s := open()
	event := func(terminal kiosk.TerminalID, point kiosk.PointID, seq uint64, day kiosk.Day) hq.StoredEvent {
		return hq.StoredEvent{Terminal: terminal, Point: point, Seq: seq, Day: day, At: at(), Receipt: kiosk.Receipt{Seq: seq}}
	}
	update(t, s, func(tx hq.Tx) error {
		return errors.Join(
			tx.PutTerminal(terminal("K1", "P1")), tx.PutTerminal(terminal("K2", "P1")), tx.PutTerminal(terminal("K3", "P2")),
			tx.PutEvent(event("K1", "P1", 1, "2026-11-22")), tx.PutEvent(event("K1", "P1", 2, "2026-11-23")), tx.PutEvent(event("K1", "P1", 300, "2026-11-23")),
			tx.PutEvent(event("K2", "P1", 1, "2026-11-23")), tx.PutEvent(event("K2", "P1", 2, "2026-11-22")), tx.PutEvent(event("K3", "P2", 1, "2026-11-23")))
	})
	// An event that was withheld comes after all, and turns out to be of another day.
	update(t, s, func(tx hq.Tx) error { return tx.PutEvent(event("K2", "P1", 2, "2026-11-23")) })
	place := func(id kiosk.TerminalID, seq uint64) hq.EventPlace { return hq.EventPlace{Terminal: id, Seq: seq} }
	places := func(list []hq.StoredEvent, err error) (got []hq.EventPlace) {
		if err != nil {
			t.Error(err)
		}
		for _, v := range list {
			got = append(got, hq.EventPlace{Terminal: v.Terminal, Seq: v.Seq})
		}
		return got
	}
	view(t, s, func(tx hq.Tx) error {
		for _, c := range []struct{ got, want []hq.EventPlace }{
			{places(tx.DayEvents("P1", "2026-11-23", hq.EventPlace{}, 10)), []hq.EventPlace{place("K1", 2), place("K1", 300), place("K2", 1), place("K2", 2)}},
			{places(tx.DayEvents("P1", "2026-11-23", hq.EventPlace{Terminal: "K1", Seq: 2}, 2)), []hq.EventPlace{place("K1", 300), place("K2", 1)}},
			{places(tx.DayEvents("P1", "2026-11-22", hq.EventPlace{}, 10)), []hq.EventPlace{place("K1", 1)}},
			{places(tx.DayEvents("P", "2026-11-23", hq.EventPlace{}, 10)), nil},
			{places(tx.Events("K1", 0, 10)), []hq.EventPlace{place("K1", 1), place("K1", 2), place("K1", 300)}},
			{places(tx.Events("K1", 2, 10)), []hq.EventPlace{place("K1", 300)}},
			{places(tx.Events("K1", 0, 1)), []hq.EventPlace{place("K1", 1)}},
		} {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		}
		return nil
	})
}

func documents(t *testing.T, open func() hq.Store) {
	s := open()
	key := func(collection string, point kiosk.PointID, name string) hq.DocKey {
		return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Point: point, Key: name}}
	}
	put := func(tx hq.Tx, k hq.DocKey) error { return tx.PutDoc(k, []byte(k.Key+"!")) }
	update(t, s, func(tx hq.Tx) error {
		err := errors.Join(put(tx, key("a/x", "P1", "2")), put(tx, key("a/x", "P1", "1")), put(tx, key("a/x", "P1", "")), put(tx, key("a/x", "P10", "1")),
			put(tx, key("a/x", "", "all")), put(tx, key("a", "P1", "1")), put(tx, key("a/xy", "P1", "3")))
		same(t, []byte("2!"))(tx.Doc(key("a/x", "P1", "2"))) // a transaction sees what it put
		list, listed := tx.Docs("a/x", "P1", "", 10)
		if len(list) != 2 { // the document without a key is named by its point alone
			t.Errorf("%d documents before the commit, want 2", len(list))
		}
		return errors.Join(err, listed)
	})
	names := func(list []hq.Doc, err error) (got []string) {
		if err != nil {
			t.Error(err)
		}
		for _, d := range list {
			if string(d.Value) != d.Key+"!" {
				t.Errorf("document %q has the value %q", d.Key, d.Value)
			}
			got = append(got, string(d.Point)+":"+d.Key)
		}
		return got
	}
	prefetched(t, s, key)
	view(t, s, func(tx hq.Tx) error {
		same(t, []byte("!"))(tx.Doc(key("a/x", "P1", "")))
		for _, c := range []struct{ got, want []string }{
			{names(tx.Docs("a/x", "P1", "", 10)), []string{"P1:1", "P1:2"}},
			{names(tx.Docs("a/x", "P1", "1", 10)), []string{"P1:2"}},
			{names(tx.Docs("a/x", "", "", 10)), []string{":all"}},
			{names(tx.Docs("a/x", "P", "", 10)), nil},
			{names(tx.AllDocs("a/x", hq.DocPlace{}, 10)), []string{":all", "P1:", "P1:1", "P1:2", "P10:1"}},
			{names(tx.AllDocs("a/x", hq.DocPlace{Point: "P1", Key: "1"}, 1)), []string{"P1:2"}},
			{names(tx.AllDocs("a/", hq.DocPlace{}, 10)), nil},
		} {
			if diff := cmp.Diff(c.want, c.got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		}
		return nil
	})
	update(t, s, func(tx hq.Tx) error {
		return errors.Join(tx.DeleteDoc(key("a/x", "P1", "1")), tx.DeleteDoc(key("a/x", "P1", "1")), tx.PutDoc(key("a/x", "P1", "2"), []byte("other")))
	})
	view(t, s, func(tx hq.Tx) error {
		same(t, []byte("other"))(tx.Doc(key("a/x", "P1", "2")))
		_, there, err := tx.Doc(key("a/x", "P1", "1"))
		if there {
			t.Error("the deleted document is there")
		}
		return err
	})
}

func touchedPoints(t *testing.T, open func() hq.Store) {
	s := open()
	touched := func(since string) ([]kiosk.PointID, string) {
		t.Helper()
		points, next, err := s.Touched(context.Background(), since)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(points)
		return slices.Compact(points), next
	}
	touch := func(points ...kiosk.PointID) {
		t.Helper()
		update(t, s, func(tx hq.Tx) error {
			for _, id := range points {
				if err := tx.Touch(id); err != nil {
					return err
				}
			}
			return nil
		})
	}
	touch("P1")
	none, cursor := touched("")
	if len(none) > 0 {
		t.Errorf("from now on %v was touched", none)
	}
	touch("P2", "P3")
	failure := errors.New("no")
	if err := s.Update(context.Background(), func(tx hq.Tx) error { return errors.Join(tx.Touch("P4"), failure) }); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	update(t, s, func(tx hq.Tx) error { return tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P5"}}) })
	update(t, s, func(tx hq.Tx) error { return tx.PutIdentity(hq.Identity{Seed: make([]byte, 32)}) })
	points, after := touched(cursor)
	if diff := cmp.Diff([]kiosk.PointID{"", "P2", "P3", "P5"}, points); diff != "" {
		t.Errorf("touched (-want +got):\n%s", diff)
	}
	touch("P2")
	if points, _ := touched(after); !slices.Contains(points, "P2") {
		t.Errorf("touched after the cursor: %v, want P2 among them", points)
	}
}

func noncesOnce(t *testing.T, open func() hq.Store) {
	s := open()
	now := at()
	for _, c := range []struct {
		terminal kiosk.TerminalID
		nonce    string
		seen     bool
	}{{"K1", "a", false}, {"K1", "a", true}, {"K2", "a", false}, {"K1", "b", false}, {"K2", "a", true}} {
		seen, err := s.UseNonce(context.Background(), c.terminal, c.nonce, now, now.Add(time.Minute))
		if err != nil || seen != c.seen {
			t.Errorf("nonce %s of %s: seen %v, %v; want %v", c.nonce, c.terminal, seen, err, c.seen)
		}
		now = now.Add(time.Second)
	}
}

// prefetched asks for documents that are there, that are not, and that the
// transaction put, after they were announced.
func prefetched(t *testing.T, s hq.Store, key func(string, kiosk.PointID, string) hq.DocKey) {
	t.Helper()
	ask := func(tx hq.Tx) error {
		err := tx.PrefetchDocs([]hq.DocKey{
			key("a/x", "P1", "2"), key("a/x", "P10", "1"), key("a/x", "", "all"), key("a", "P1", "1"), key("a/x", "P1", "none"), key("a/x", "P1", "new"),
		})
		for _, read := range []func(hq.DocKey) ([]byte, bool, error){tx.Doc, tx.Peek} {
			same(t, []byte("2!"))(read(key("a/x", "P1", "2")))
			same(t, []byte("1!"))(read(key("a/x", "P10", "1")))
			same(t, []byte("1!"))(read(key("a", "P1", "1")))
			same(t, []byte("all!"))(read(key("a/x", "", "all")))
			same(t, []byte("3!"))(read(key("a/xy", "P1", "3"))) // it was not announced
			if _, there, rerr := read(key("a/x", "P1", "none")); there || rerr != nil {
				t.Errorf("a document that is not there: %v, %v", there, rerr)
			}
		}
		return err
	}
	view(t, s, ask)
	update(t, s, func(tx hq.Tx) error {
		err := errors.Join(tx.PutDoc(key("a/x", "P1", "new"), []byte("put")), ask(tx))
		for _, read := range []func(hq.DocKey) ([]byte, bool, error){tx.Doc, tx.Peek} {
			same(t, []byte("put"))(read(key("a/x", "P1", "new")))
		}
		return errors.Join(err, tx.DeleteDoc(key("a/x", "P1", "new")))
	})
}
