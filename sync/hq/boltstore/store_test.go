package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest"
)

func TestContract(t *testing.T) {
	dir := t.TempDir()
	hqtest.TestStore(t, func(t *testing.T, name string) hq.Store {
		s, err := boltstore.Open(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	})
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign")
	db, err := bbolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"empty": file("empty", nil), "text": file("text", []byte("hello")), "zeros": file("zeros", make([]byte, 64<<10)),
		"folder": dir, "another program's": foreign,
	} {
		before, _ := os.ReadFile(path)
		s, err := boltstore.Open(path)
		if !errors.Is(err, hq.ErrNotAStore) {
			t.Errorf("%s: %v, want ErrNotAStore", name, err)
			if s != nil {
				_ = s.Close()
			}
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) && name != "another program's" {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := boltstore.Open(filepath.Join(dir, "missing", "hq.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
}

func TestOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hq.db")
	s, err := boltstore.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := boltstore.Open(path); !errors.Is(err, hq.ErrHeld) {
		t.Errorf("a second time: %v, want ErrHeld", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = boltstore.Open(path); err != nil {
		t.Fatalf("after it was closed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A store from before there were requests is opened, and has none.
func TestStoreWithoutRequests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hq.db")
	open := func() hq.Store {
		t.Helper()
		s, err := boltstore.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if err := open().Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("requests")) }), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	s := open()
	defer func() { _ = s.Close() }()
	err = s.Update(t.Context(), func(tx hq.Tx) error {
		_, err := tx.AddRequest(hq.Request{Order: "A"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx hq.Tx) error {
		list, err := tx.Requests(0, 10)
		if len(list) != 1 || list[0].Number != 1 {
			t.Errorf("%v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The events of a store from before there were days are listed under HQ's day.
func TestStoreWithoutDays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hq.db")
	s, err := boltstore.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, 11, 22, 16, 30, 0, 0, time.UTC) // the 23rd in Shanghai
	err = s.Update(t.Context(), func(tx hq.Tx) error {
		return errors.Join(tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: "P1"}}), tx.PutTerminal(hq.Terminal{ID: "K1", Point: "P1"}),
			tx.PutEvent(hq.StoredEvent{Terminal: "K1", Seq: 1, At: late.Add(-time.Hour)}), tx.PutEvent(hq.StoredEvent{Terminal: "K1", Seq: 2, At: late}))
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("days")) }), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	if s, err = boltstore.Open(path); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.View(t.Context(), func(tx hq.Tx) error {
		for day, seq := range map[kiosk.Day]uint64{"2026-11-22": 1, "2026-11-23": 2} {
			list, err := tx.DayEvents("P1", day, hq.EventPlace{}, 10)
			if err != nil {
				return err
			}
			if len(list) != 1 || list[0].Seq != seq || list[0].Point != "P1" || list[0].Day != day {
				t.Errorf("events of %s: %+v, want event %d", day, list, seq)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
