package boltstore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk/boltstore"
)

// busyFile makes a bbolt file with buckets large and small, long values, deleted
// records and free pages.
func busyFile(t testing.TB, seed uint64, rounds int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "busy.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(seed, 1))
	for range rounds {
		err := db.Update(func(tx *bolt.Tx) error {
			for _, name := range []string{"large", "small", "empty"} {
				b, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil || name == "empty" {
					return err
				}
				n := map[string]int{"large": 300, "small": 2}[name]
				for range n {
					key := fmt.Appendf(nil, "key-%06d", dice.IntN(n*10))
					switch dice.IntN(4) {
					case 0:
						err = b.Delete(key)
					case 1:
						if err = b.Put(key, make([]byte, dice.IntN(n*30))); dice.IntN(50) > 0 {
							break
						}
						_, err = b.CreateBucketIfNotExists(fmt.Appendf(nil, "in-%d", dice.IntN(5)))
					default:
						err = b.Put(key, make([]byte, dice.IntN(40)))
					}
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheckFileTakesWhatBboltWrites(t *testing.T) {
	for seed := range uint64(30) {
		path := busyFile(t, seed, 1+int(seed))
		if err := boltstore.CheckFile(path); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := boltstore.ExamineFile(path); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestCheckFileRefuses(t *testing.T) {
	whole, err := os.ReadFile(busyFile(t, 7, 6))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("no bbolt file"), "zeros": make([]byte, 32<<10),
		"half": whole[:len(whole)/8], "metas alone": whole[:8192],
	} {
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := boltstore.CheckFile(path); !errors.Is(err, boltstore.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := boltstore.CheckFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// What the walker takes bbolt must be able to read without a fault, whatever
// was changed: the faults show as an ErrDamaged of ExamineFile, or end the test.
func TestWhatCheckFileTakesBboltReads(t *testing.T) {
	whole, err := os.ReadFile(busyFile(t, 3, 8))
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(5, 6))
	path := filepath.Join(t.TempDir(), "db")
	refused := 0
	for range 800 {
		b := append([]byte(nil), whole...)
		for range 1 + dice.IntN(3) {
			page := b[dice.IntN(len(b)/4096)*4096:][:4096]
			if dice.IntN(3) > 0 {
				page = page[:64+dice.IntN(200)] // where headers and elements are
			}
			page[dice.IntN(len(page))] ^= 1 << dice.IntN(8)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if boltstore.CheckFile(path) != nil {
			refused++
			continue
		}
		if err := boltstore.ExamineFile(path); err != nil {
			t.Fatalf("bbolt cannot read what the walker took: %v", err)
		}
	}
	if refused < 80 {
		t.Errorf("refused %d of 800", refused)
	}
}

// FuzzCheckFile: any bytes are taken or refused, soon.
func FuzzCheckFile(f *testing.F) {
	whole, err := os.ReadFile(busyFile(f, 1, 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole[:16<<10])
	f.Add(whole[:8<<10])
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := boltstore.CheckFile(path); err != nil && !errors.Is(err, boltstore.ErrDamaged) {
			t.Errorf("an untyped error: %v", err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%d bytes took %v", len(b), took)
		}
	})
}
