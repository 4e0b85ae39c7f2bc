package boltstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"hexiao/kiosk/boltstore"
)

const bucket = "b"

func openFile(t testing.TB, path string) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, InitialMmapSize: 1 << 28}) // else growing waits for readers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(bucket))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func openPages(t testing.TB, path string) *boltstore.Pager {
	t.Helper()
	p, err := boltstore.OpenPager(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// compare asks bbolt and the pager for the same run of records.
func compare(tx *bolt.Tx, p *boltstore.Pager, from []byte, most int) error {
	c := tx.Bucket([]byte(bucket)).Cursor()
	wantKey, wantValue := c.Seek(from)
	n := 0
	err := p.Each(tx, bucket, from, func(k, v []byte) (bool, error) {
		if !bytes.Equal(k, wantKey) || !bytes.Equal(v, wantValue) {
			return false, fmt.Errorf("record %d after %q is %q, want %q", n, from, k, wantKey)
		}
		wantKey, wantValue = c.Next()
		n++
		return n < most, nil
	})
	if err == nil && n < most && wantKey != nil {
		err = fmt.Errorf("after %q the records end after %d, bbolt has %q", from, n, wantKey)
	}
	return err
}

// TestPagerReadsWhatBoltDoes is the pager's law: while a file changes, both find
// the same records.
func TestPagerReadsWhatBoltDoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%x.db", rapid.Uint64().Draw(rt, "name")))
		db := openFile(t, path)
		p := openPages(t, path)
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		key := func() []byte { return fmt.Appendf(nil, "%0*x", dice.IntN(30)+1, dice.IntN(5000)) }
		// old sees the file as it was, and keeps all pages from being used again.
		pinned := rapid.Bool().Draw(rt, "pinned")
		var old *bolt.Tx
		defer func() {
			if old != nil {
				_ = old.Rollback() // else closing the file waits for it
			}
		}()
		for range rapid.IntRange(1, 8).Draw(rt, "changes") {
			err := db.Update(func(tx *bolt.Tx) error {
				b := tx.Bucket([]byte(bucket))
				for range dice.IntN(1000) {
					if dice.IntN(3) == 0 {
						c := b.Cursor()
						if k, _ := c.Seek(key()); k != nil {
							if err := c.Delete(); err != nil {
								return err
							}
						}
						continue
					}
					size := dice.IntN(300)
					if dice.IntN(50) == 0 {
						size = dice.IntN(40_000) // more than a page
					}
					if err := b.Put(key(), make([]byte, size)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			if old == nil || !pinned {
				if old != nil {
					err = old.Rollback()
				}
				if err != nil {
					rt.Fatal(err)
				}
				if old, err = db.Begin(false); err != nil {
					rt.Fatal(err)
				}
			}
			err = db.View(func(tx *bolt.Tx) error {
				for range 50 {
					err := errors.Join(compare(tx, p, key(), dice.IntN(40)+1), compare(old, p, key(), 3))
					if err != nil {
						return err
					}
				}
				return compare(tx, p, nil, 1<<20)
			})
			if err != nil {
				rt.Fatal(err)
			}
		}
		if err := errors.Join(old.Rollback(), p.Close(), db.Close(), os.Remove(path)); err != nil {
			rt.Fatal(err)
		}
	})
}

// A damaged page is an error, or gives records that their tags give away; it
// never ends the process, and never takes for ever.
func TestPagerOverDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sound.db")
	db := openFile(t, path)
	err := db.Update(func(tx *bolt.Tx) error {
		for n := range 5000 {
			if err := tx.Bucket([]byte(bucket)).Put(fmt.Appendf(nil, "%08d", n), make([]byte, n%200)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(5, 6))
	found, noticed := 0, 0
	rotten := filepath.Join(filepath.Dir(path), "rotten.db")
	for range 300 {
		b := bytes.Clone(sound)
		for range dice.IntN(200) + 1 {
			page := 2 + dice.IntN(len(b)/4096-2)
			b[page*4096+dice.IntN(64)] ^= byte(1 << dice.IntN(8)) // headers and first elements
		}
		if dice.IntN(10) == 0 {
			b = b[:dice.IntN(len(b))]
		}
		if err := os.WriteFile(rotten, b, 0o600); err != nil {
			t.Fatal(err)
		}
		p := openPages(t, rotten)
		err := db.View(func(tx *bolt.Tx) error {
			return p.Each(tx, bucket, nil, func(_, _ []byte) (bool, error) {
				found++
				return found%100_000 != 0, nil
			})
		})
		if errors.Is(err, boltstore.ErrDamaged) {
			noticed++
		} else if err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if noticed < 200 || found == 0 {
		t.Errorf("%d of 300 noticed, %d records read", noticed, found)
	}
}
