package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	fileMode = 0o600
	dirMode  = 0o700
	// lockTimeout is short: the journal's lock already keeps others out.
	lockTimeout = 2 * time.Second
	// mapBytes is mapped at once, in addresses only: growing the map later would
	// hold up readers.
	mapBytes = 1 << 30
)

func boltOptions() *bolt.Options {
	return &bolt.Options{Timeout: lockTimeout, InitialMmapSize: mapBytes, FreelistType: bolt.FreelistMapType}
}

// guard runs fn over a bbolt file and turns the panics and page faults that
// damaged pages cause into [ErrDamaged].
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return fn()
}

// change runs fn in one synced transaction over a file that may be damaged, as
// guard does. Bbolt's own Update rolls back by reading the free pages again;
// where that fails too it never gives up the lock for writers, and closing the
// file would wait for ever. Rollback does without reading.
func change(db *bolt.DB, fn func(*bolt.Tx) error) error {
	return guard(func() error {
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // of a finished one it does nothing
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}

// fileCheck looks at a file before bbolt does, which trusts it; it returns
// [ErrDamaged] for one that bbolt must not see.
type fileCheck func(path string) error

// openBolt opens a bbolt file that check and load accept, or makes one with
// init. A damaged file is set aside first, and warn is told. made reports whether
// the file is new.
func openBolt(path string, init func(*bolt.Tx) error, check fileCheck, load func(*bolt.Tx) error, warn func(error)) (db *bolt.DB, made bool, err error) {
	if err := removeFile(path + freshSuffix); err != nil { // of an interrupted run
		return nil, false, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		db, err := createBolt(path, init)
		return db, true, err
	}
	db, err = openSound(path, check, load)
	if !errors.Is(err, ErrDamaged) {
		return db, false, err
	}
	aside, moved := setAside(path)
	if moved != nil {
		return nil, false, errors.Join(err, moved)
	}
	warn(fmt.Errorf("%s is kept as %s and is built again: %w", filepath.Base(path), filepath.Base(aside), err))
	db, err = createBolt(path, init)
	return db, true, err
}

// openSound returns ErrDamaged for a file that check, bbolt or load refuses. A
// nil check trusts the file's pages.
func openSound(path string, check fileCheck, load func(*bolt.Tx) error) (db *bolt.DB, err error) {
	name := filepath.Base(path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() < int64(2*os.Getpagesize()) { // bbolt would take an empty file for a new one
		return nil, fmt.Errorf("%w: %s has %d bytes", ErrDamaged, name, info.Size())
	}
	if check != nil {
		if err := check(path); err != nil {
			return nil, err
		}
	}
	// A process that was killed may have left a commit in the page cache only. The
	// next one would overwrite pages that the disk's own last commit needs.
	if err := syncFile(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	err = guard(func() error {
		db, err = bolt.Open(path, fileMode, boltOptions())
		return err
	})
	switch {
	case errors.Is(err, ErrDamaged):
		return nil, err
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, name, err)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	err = guard(func() error {
		return db.View(func(tx *bolt.Tx) error {
			if tx.Size() > info.Size() {
				return fmt.Errorf("%w: %s is cut off", ErrDamaged, name)
			}
			return load(tx)
		})
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// createBolt makes a file under another name first, so that a power cut leaves
// no half one.
func createBolt(path string, init func(*bolt.Tx) error) (*bolt.DB, error) {
	fresh := path + freshSuffix
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	db, err := bolt.Open(fresh, fileMode, boltOptions())
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	if err := db.Update(init); err != nil {
		return nil, errors.Join(fmt.Errorf("make %s: %w", filepath.Base(path), err), db.Close())
	}
	// bbolt syncs data only; the file's size and name must last as well.
	if err := errors.Join(db.Close(), syncFile(fresh), rename(fresh, path)); err != nil {
		return nil, fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	db, err = bolt.Open(path, fileMode, boltOptions())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	return db, nil
}

// makeDir makes a folder whose name outlasts a power cut, and those above it
// that are missing.
func makeDir(dir string) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	// Even where it was there: the run that made it may have been killed. Who may
	// not read the folder above did not make this one.
	if err := syncFile(parent); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// setAside keeps a file under a name of its own.
func setAside(path string) (string, error) {
	for n := 1; ; n++ {
		aside := fmt.Sprintf("%s.damaged-%d", path, n)
		_, err := os.Stat(aside)
		if err == nil {
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		return aside, rename(path, aside)
	}
}

// openRenamed gives a synced file its final name and opens it. This process has
// just written it: its pages need no look.
func openRenamed(from, to string, load func(*bolt.Tx) error) (*bolt.DB, error) {
	if err := rename(from, to); err != nil {
		return nil, err
	}
	return openSound(to, nil, load)
}

// rename replaces a file and makes that durable.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFile(filepath.Dir(to))
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
