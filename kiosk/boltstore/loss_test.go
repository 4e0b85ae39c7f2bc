package boltstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

// halfDay is a terminal that has redeemed ten orders of twenty, closed.
func halfDay(t *testing.T) boltstore.Options {
	t.Helper()
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 20 {
		orders = append(orders, kiosktest.Order(n))
	}
	fill(t, s, orders...)
	for n := range 10 {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	shut(t, s)
	return o
}

func TestLostJournalIsMissed(t *testing.T) {
	for _, left := range []string{"state.db", "orders.db", "seen"} {
		t.Run(left+" is left", func(t *testing.T) {
			o := halfDay(t)
			for _, name := range []string{"journal", "state.db", "orders.db", "seen"} {
				if name != left {
					if err := os.RemoveAll(filepath.Join(o.Dir, name)); err != nil {
						t.Fatal(err)
					}
				}
			}
			for range 2 {
				if _, err := boltstore.Open(o); !errors.Is(err, boltstore.ErrJournalLost) {
					t.Fatalf("got %v", err)
				}
			}
			if n, err := boltstore.Rebuild(o); err != nil || n != 0 {
				t.Fatalf("rebuild: %d events, %v", n, err)
			}
			shut(t, open(t, o)) // and from now on it is a terminal without a past
		})
	}
}

func TestJournalPutBackIsMissed(t *testing.T) {
	o := halfDay(t)
	before := killed(t, o)
	s := open(t, o)
	want(t, redeem(t, s, 15, 0), kiosk.Accepted)
	shut(t, s)
	// The old journal, gone on with, so that it has as many events.
	s = open(t, before)
	want(t, redeem(t, s, 16, 0), kiosk.Accepted)
	shut(t, s)
	for _, name := range []string{"orders.db", "seen"} { // ours, in the other folder
		if err := os.Rename(filepath.Join(o.Dir, name), filepath.Join(before.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := boltstore.Open(before); !errors.Is(err, boltstore.ErrJournalLost) {
		t.Fatalf("got %v", err)
	}
}

// The last event, answered, cannot be taken for one that a power cut tore.
func TestRottenLastEvent(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	want(t, redeem(t, s, 2, 0), kiosk.Accepted)
	s.Answered()
	crash(t, s)
	path := filepath.Join(o.Dir, "journal", "00000001.hxj")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rotten := bytes.Clone(b)
	rotten[len(bytes.TrimRight(b, "\x00"))-20] ^= 1
	if err := os.WriteFile(path, rotten, 0o600); err != nil {
		t.Fatal(err)
	}
	var damaged *journal.DamagedError
	if _, err := boltstore.Open(o); !errors.As(err, &damaged) || damaged.Seq != 2 || damaged.File != "00000001.hxj" {
		t.Fatalf("got %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, rotten) {
		t.Errorf("the file was changed, %v", err)
	}
	// A leader who must go on does so without that event, and it is kept.
	if n, err := boltstore.Rebuild(o); err != nil || n != 1 {
		t.Fatalf("rebuild: %d events, %v", n, err)
	}
	if torn, err := os.ReadFile(path + ".torn"); err != nil || !bytes.Contains(rotten, torn) || len(torn) < 72 {
		t.Errorf("what was torn: %d bytes, %v", len(torn), err)
	}
	s = open(t, o)
	want(t, redeem(t, s, 1, time.Second), kiosk.AlreadyCollected)
}

func change(t *testing.T, path string, fn func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A state that is gone looks like an order that nobody has collected.
func TestVanishedStateIsMissed(t *testing.T) {
	o := halfDay(t)
	change(t, filepath.Join(o.Dir, "state.db"), func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("states")).Delete([]byte(kiosktest.OrderID(3)))
	})
	var w warnings
	o.Warn = w.add
	s := open(t, o)
	want(t, redeem(t, s, 3, time.Minute), kiosk.AlreadyCollected)
	if !strings.Contains(w.String(), "state.db is kept as state.db.damaged-1") {
		t.Error(w.String())
	}
}

func TestForeignFilesAreSetAside(t *testing.T) {
	other := halfDay(t)
	for name, who := range map[string]func(*boltstore.Options){
		"another terminal with our key": func(o *boltstore.Options) { o.Terminal = "T9" },
		"another terminal":              func(o *boltstore.Options) { o.Terminal, o.MACKey = "T9", bytes.Repeat([]byte("k"), 32) },
		"another point":                 func(o *boltstore.Options) { o.Point = "P777" },
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t.TempDir())
			who(&o)
			var w warnings
			o.Warn = w.add
			b, err := os.ReadFile(filepath.Join(other.Dir, "orders.db"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(o.Dir, "orders.db"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, o)
			if s.Status().Orders != 0 || !strings.Contains(w.String(), "orders.db is kept as orders.db.damaged-1") {
				t.Errorf("%d orders; %s", s.Status().Orders, &w)
			}
			if aside, err := os.ReadFile(filepath.Join(o.Dir, "orders.db.damaged-1")); err != nil || !bytes.Equal(aside, b) {
				t.Errorf("what was set aside differs, %v", err)
			}
		})
	}
	o := options(t.TempDir())
	o.Point = "P777"
	if err := open(t, o).SetPoint(kiosktest.Point()); err == nil {
		t.Error("took the settings of another point")
	}
}

// Files of format 1 had neither tags on their own records nor a sum.
func TestOldFilesStillOpen(t *testing.T) {
	o := halfDay(t)
	untag := func(key string, latest int) func(tx *bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte("meta"))
			text := bytes.Clone(b.Get([]byte(key))[8:])
			return b.Put([]byte(key), bytes.Replace(text, []byte(fmt.Sprintf(`"Format":%d`, latest)), []byte(`"Format":1`), 1))
		}
	}
	change(t, filepath.Join(o.Dir, "state.db"), untag("state", 3))
	change(t, filepath.Join(o.Dir, "orders.db"), func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("meta"))
		if err := b.Put([]byte("point"), bytes.Clone(b.Get([]byte("settings"))[8:])); err != nil {
			return err
		}
		return errors.Join(b.Delete([]byte("settings")), untag("set", 2)(tx))
	})
	remove(t, o.Dir, "seen")
	var w warnings
	o.Warn = w.add
	for _, verdict := range []kiosk.Verdict{kiosk.Accepted, kiosk.AlreadyCollected} {
		s := open(t, o)
		if s.Point().ID != kiosktest.PointID || s.Status().Orders != 20 {
			t.Errorf("point %q, %d orders", s.Point().ID, s.Status().Orders)
		}
		want(t, redeem(t, s, 3, time.Minute), kiosk.AlreadyCollected)
		want(t, redeem(t, s, 11, time.Minute), verdict)
		shut(t, s)
	}
	if w.String() != "" {
		t.Error(w.String())
	}
}

func TestExamineIsAskedAfterAnUncleanEnd(t *testing.T) {
	o := halfDay(t)
	var asked []string
	o.Examine = func(path string) error {
		asked = append(asked, filepath.Base(path))
		return nil
	}
	s := open(t, o)
	if len(asked) != 0 {
		t.Errorf("after a clean end: %q", asked)
	}
	crash(t, s)
	s = open(t, o)
	if fmt.Sprint(asked) != "[state.db orders.db]" {
		t.Errorf("after a crash: %q", asked)
	}
	crash(t, s)
	var w warnings
	o.Warn = w.add
	o.Examine = func(string) error { return errors.New("no memory") }
	s = open(t, o)
	if s.Status().Orders != 20 || !strings.Contains(w.String(), "no memory") {
		t.Errorf("a child that cannot run: %d orders, %s", s.Status().Orders, &w)
	}
	crash(t, s)
	o.Examine = func(string) error { return fmt.Errorf("%w: the child hung", boltstore.ErrDamaged) }
	s = open(t, o)
	if s.Status().Orders != 0 || s.Status().Head != 10 {
		t.Errorf("a file that a child cannot read: %+v", s.Status())
	}
	if a := redeem(t, s, 3, time.Minute); a.Verdict == kiosk.Accepted {
		t.Error("accepted")
	}
}
