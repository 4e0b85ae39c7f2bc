package headlog_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/headlog"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// world is an HQ with points P001 and P002, and what its terminals pushed.
type world struct {
	t     *testing.T
	store hq.Store
	hq    *hq.HQ
	log   *headlog.Log
	clock *hqtest.Clock
	mu    sync.Mutex
	count uint64
	heads map[kiosk.TerminalID]kiosk.Head
	// remove takes an event out of the store, behind HQ's back.
	remove func(terminal kiosk.TerminalID, seq uint64)
	// other is the same store as another server has it.
	other func() hq.Store
}

func newWorld(t *testing.T) *world {
	return &world{t: t, clock: hqtest.NewClock(time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC))}
}

// each runs a test over a file and over PostgreSQL.
func each(t *testing.T, test func(w *world)) {
	t.Run("in a file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "hq.db")
		w := newWorld(t)
		reopen := func() {
			store, err := boltstore.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			w.over(store)
		}
		reopen()
		t.Cleanup(func() {
			if err := w.store.Close(); err != nil {
				t.Error(err)
			}
		})
		w.other = func() hq.Store { return w.store }
		w.remove = func(terminal kiosk.TerminalID, seq uint64) {
			if err := w.store.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(func(tx *bbolt.Tx) error {
				key := binary.BigEndian.AppendUint64([]byte(string(terminal)+"\x00"), seq)
				if tx.Bucket([]byte("events")).Get(key) == nil {
					return fmt.Errorf("no event %d of %s", seq, terminal)
				}
				return tx.Bucket([]byte("events")).Delete(key)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			reopen()
		}
		w.fill()
		test(w)
	})
	t.Run("in PostgreSQL", func(t *testing.T) {
		address := pgtest.Start(t)
		w := newWorld(t)
		w.other = func() hq.Store {
			store, err := pgstore.Open(context.Background(), address)
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
		w.remove = func(terminal kiosk.TerminalID, seq uint64) {
			conn, err := pgx.Connect(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			tag, err := conn.Exec(t.Context(), "DELETE FROM events WHERE terminal = $1 AND seq = $2", []byte(terminal), int64(seq))
			if err != nil || tag.RowsAffected() != 1 {
				t.Fatalf("%v, %v", tag, err)
			}
			if err := conn.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.over(w.other())
		w.fill()
		test(w)
	})
}

// over puts an HQ over a store.
func (w *world) over(store hq.Store) {
	w.t.Helper()
	w.store = store
	w.hq = w.server(store)
	w.log = headlog.New(w.hq)
}

func (w *world) server(store hq.Store) *hq.HQ {
	w.t.Helper()
	h, err := hq.New(context.Background(), hq.Config{Store: store, Now: w.clock.Now, Random: rand.Reader, Finishers: []hq.Finisher{headlog.Watch{}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// fill adds two points and three terminals.
func (w *world) fill() {
	w.t.Helper()
	w.heads = map[kiosk.TerminalID]kiosk.Head{}
	for _, p := range []kiosk.PointID{"P001", "P002"} {
		if err := w.hq.AddPoint(w.t.Context(), hq.NewPoint{ID: p, Name: "幸福里"}); err != nil {
			w.t.Fatal(err)
		}
	}
	for id, point := range map[kiosk.TerminalID]kiosk.PointID{"K1": "P001", "K2": "P001", "K3": "P002"} {
		w.update(func(tx hq.Tx) error {
			key := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
			return tx.PutTerminal(hq.Terminal{ID: id, Point: point, Key: key})
		})
	}
}

// push pushes n more events of a terminal through an HQ.
func (w *world) pushTo(h *hq.HQ, id kiosk.TerminalID, n int) {
	w.t.Helper()
	w.mu.Lock()
	b := kiosk.Batch{Terminal: id, Prev: w.heads[id]}
	for i := range n {
		w.count++
		var event kiosk.EventID
		binary.BigEndian.PutUint64(event[:], w.count)
		raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: event, At: kiosk.Moment{Wall: w.clock.Now()}, Body: kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}})
		if err != nil {
			w.t.Error(err)
		}
		b.Records = append(b.Records, kiosk.Record{Epoch: 1, Seq: b.Prev.Seq + uint64(i) + 1, Payload: raw})
	}
	w.heads[id] = b.Head()
	w.mu.Unlock()
	if _, err := h.Push(context.Background(), b); err != nil {
		w.t.Error(err)
	}
}

func (w *world) push(id kiosk.TerminalID, n int) {
	w.t.Helper()
	w.pushTo(w.hq, id, n)
}

func (w *world) append(want int) {
	w.t.Helper()
	if n, err := w.log.Append(w.t.Context()); err != nil || n != want {
		w.t.Fatalf("logged %d heads, want %d: %v", n, want, err)
	}
}

func (w *world) update(fn func(tx hq.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) verify(o headlog.Options) headlog.Report {
	w.t.Helper()
	rep, err := w.log.Verify(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return rep
}

// sound checks that nothing is wrong.
func (w *world) sound(o headlog.Options) headlog.Report {
	w.t.Helper()
	rep := w.verify(o)
	if !rep.Sound() {
		w.t.Errorf("found %+v", rep.Findings)
	}
	return rep
}

// docs gives all documents of the log, and puts them back.
func (w *world) docs() (all map[hq.DocKey][]byte) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx hq.Tx) error {
		all = map[hq.DocKey][]byte{}
		for _, c := range []string{"headlog/queue", "headlog/last", "headlog/entry", "headlog/tree", "headlog/checkpoint"} {
			list, err := tx.AllDocs(c, hq.DocPlace{}, 10_000)
			if err != nil {
				return err
			}
			for _, d := range list {
				all[hq.DocKey{Collection: c, DocPlace: d.DocPlace}] = d.Value
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) setBack(to map[hq.DocKey][]byte) {
	w.t.Helper()
	now := w.docs()
	w.update(func(tx hq.Tx) error {
		for k := range now {
			if err := tx.DeleteDoc(k); err != nil {
				return err
			}
		}
		for k, v := range to {
			if err := tx.PutDoc(k, v); err != nil {
				return err
			}
		}
		return nil
	})
}
