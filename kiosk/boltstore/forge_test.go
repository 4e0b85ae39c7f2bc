package boltstore

import (
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// ForgeAcked writes HQ's head into state.db as a thief with the machine's keys can.
func ForgeAcked(t testing.TB, dir string, key []byte, head kiosk.Head) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, stateFile), fileMode, boltOptions())
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		st := &states{key: key}
		m, err := st.readMeta(tx)
		if err != nil {
			return err
		}
		m.Acked = head
		return st.putMeta(tx, m)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// OutOfOrder takes the journal away as a failed write does.
func (s *Store) OutOfOrder() {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.journal.Swap(nil)
	_ = j.Close() // nothing was written
}

// ForgeFormat2 makes state.db one of a program that knew no signatures.
func ForgeFormat2(t testing.TB, dir string, key []byte) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, stateFile), fileMode, boltOptions())
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		st := &states{key: key}
		m, err := st.readMeta(tx)
		if err != nil {
			return err
		}
		b := tx.Bucket([]byte(bucketReceived))
		if err := b.ForEach(func(k, kept []byte) error { m.Sum -= weigh(k, kept); return nil }); err != nil {
			return err
		}
		m.Format = stateFormat2
		if err := tx.DeleteBucket([]byte(bucketReceived)); err != nil {
			return err
		}
		return st.putMeta(tx, m)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
