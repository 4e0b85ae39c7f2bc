package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

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
