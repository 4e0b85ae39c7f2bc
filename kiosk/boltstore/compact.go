package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

const (
	freshSuffix = ".new"
	// copyBytes are copied between two rests. bbolt syncs each copy, and a scan
	// that comes meanwhile waits for the disk to have written it.
	copyBytes = 128 << 10
	// A file is copied when more than half of it, and more than this, is free.
	compactBytes = 16 << 20
	// copyReserve must stay free on the disk beside the copy, for the journal.
	copyReserve = 128 << 20
)

// pair is a record as bbolt keeps it.
type pair struct{ key, value []byte }

// copier writes the records of one bbolt file into a new one beside it, in the
// order of their keys, which leaves out what bbolt has freed: room, and bytes
// of records that are no longer there.
type copier struct {
	path  string   // of the file that is copied
	from  *bolt.DB // nobody writes into it meanwhile
	pages *pager   // of its own: scans do not wait for it
	key   []byte   // of the records' tags
	// rest is called between two steps; an error of it ends the copying.
	rest func() error
	// finish changes the copy in a last transaction; nil: nothing.
	finish func(*bolt.Tx) error
	copied map[string]int // records of each bucket
}

// wasteful reports whether a copy would be much smaller than the file.
func wasteful(db *bolt.DB) (yes bool, err error) {
	err = guard(func() error {
		return db.View(func(tx *bolt.Tx) error {
			st := db.Stats()
			free := int64(st.FreePageN+st.PendingPageN) * int64(db.Info().PageSize)
			yes = free > compactBytes && free > tx.Size()/2
			return nil
		})
	})
	return yes, err
}

// run gives the copy, synced and closed, under its final name but for the
// suffix. After an error there is no copy.
func (c *copier) run() (fresh string, err error) {
	fresh, c.copied = c.path+freshSuffix, map[string]int{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("compact %s: %w", filepath.Base(c.path), err), removeFile(fresh))
		}
	}()
	if err := errors.Join(removeFile(fresh), c.room()); err != nil {
		return "", err
	}
	if c.pages, err = openPager(c.path); err != nil {
		return "", err
	}
	defer func() { _ = c.pages.close() }() // it is only read
	to, err := bolt.Open(fresh, fileMode, boltOptions())
	if err != nil {
		return "", err
	}
	err = c.buckets(func(name []byte) error { return c.bucket(to, name) })
	if err == nil && c.finish != nil {
		err = to.Update(c.finish)
	}
	// bbolt syncs data only; the file's size must last as well.
	if err = errors.Join(err, to.Close()); err == nil {
		err = syncFile(fresh)
	}
	return fresh, err
}

// room refuses to fill the disk up.
func (c *copier) room() error {
	var fs unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(c.path), &fs); err != nil {
		return fmt.Errorf("ask for the free space: %w", err)
	}
	return guard(func() error {
		return c.from.View(func(tx *bolt.Tx) error {
			if free := int64(fs.Bavail) * fs.Bsize; free < tx.Size()+copyReserve {
				return fmt.Errorf("%w: %d MB are free, %d are needed", ErrNoRoom, free>>20, (tx.Size()+copyReserve)>>20)
			}
			return nil
		})
	})
}

// buckets calls fn for every bucket; all of them hold records only.
func (c *copier) buckets(fn func(name []byte) error) error {
	var names [][]byte
	err := guard(func() error {
		return c.from.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
				names = append(names, bytes.Clone(name))
				return nil
			})
		})
	})
	for _, name := range names {
		if err == nil {
			err = fn(name)
		}
	}
	return err
}

func (c *copier) bucket(to *bolt.DB, name []byte) error {
	var last []byte
	for {
		batch, err := c.read(name, last)
		if err != nil {
			return err
		}
		err = to.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists(name)
			if err != nil {
				return err
			}
			b.FillPercent = fillPercent
			for _, p := range batch {
				if err := b.Put(p.key, p.value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			return nil
		}
		last = batch[len(batch)-1].key
		c.copied[string(name)] += len(batch)
		if err := c.rest(); err != nil {
			return err
		}
	}
}

// read gives the records after a key. A damaged one is not copied on: in its
// new place nobody would look for what is around it.
func (c *copier) read(name, after []byte) (batch []pair, err error) {
	err = guard(func() error {
		return c.from.View(func(tx *bolt.Tx) error {
			size := 0
			return c.pages.each(tx, string(name), after, func(k, v []byte) (bool, error) {
				if after == nil || !bytes.Equal(k, after) {
					batch = append(batch, pair{bytes.Clone(k), bytes.Clone(v)})
					size += len(k) + len(v)
				}
				return size < copyBytes, nil
			})
		})
	})
	t := newTagger(c.key)
	for _, p := range batch {
		if err == nil && tagged(name) {
			_, err = t.open(string(name), p.key, p.value)
		}
	}
	return batch, err
}

// tagged reports whether a bucket's records bear tags.
func tagged(bucket []byte) bool {
	switch string(bucket) {
	case bucketOrders, bucketStates, bucketReceipts, bucketReceived:
		return true
	}
	return false
}

// releaseEvery is how many steps there are between two releases. Each may map a
// few megabytes.
const releaseEvery = 16

// release lets go of the pages of a file that changing it has mapped into this
// process. They stay in the page cache; but they count as its resident memory,
// and a large file would fill all there is.
func release(db *bolt.DB) {
	_ = guard(func() error {
		return db.View(func(tx *bolt.Tx) error { // the map stays while it is open
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, db.Info().Data, uintptr(tx.Size()), unix.MADV_DONTNEED) // advice only
			return nil
		})
	})
}
