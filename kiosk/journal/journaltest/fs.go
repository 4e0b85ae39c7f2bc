// Package journaltest has a file system for tests that fails where it is told
// to, and that forgets what was not synced, as a power cut does.
//
// It stands between a journal and real files. What it can forget are written
// bytes whose file was not synced, and names that were created, renamed or
// removed and whose folder was not. As in Linux, a sync that fails leaves the
// bytes in the page cache, and no later sync brings them to disk unless they are
// written again.
package journaltest

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"hexiao/kiosk/journal"
)

// Op names what a file system is asked to do.
type Op string

// The operations that can fail.
const (
	OpOpen    Op = "open"
	OpRead    Op = "read"
	OpWrite   Op = "write"
	OpSync    Op = "sync"
	OpRename  Op = "rename"
	OpRemove  Op = "remove"
	OpSyncDir Op = "syncdir"
	OpReadDir Op = "readdir"
)

// ErrFault is what planted faults return.
var ErrFault = errors.New("planted fault")

// ErrTorn is what a write returns that has written its first half.
var ErrTorn = errors.New("planted torn write")

// page is the unit in which a power cut keeps or forgets bytes.
const page = 4096

// FS is a journal.FS over the operating system's. The zero value is not ready;
// use [New].
type FS struct {
	journal.FS
	mu      sync.Mutex
	fault   func(op Op, name string) error
	pending []write
	lost    []write // whose sync failed: later ones pass them over
	names   []change
	counts  map[Op]int
}

// write is a page's part that was written but not synced.
type write struct {
	path string
	off  int64
	old  []byte
}

// New gives a file system without faults.
func New() *FS { return &FS{FS: journal.OS(), counts: map[Op]int{}} }

// SetFault has f asked before every operation, with the file's base name; the
// operation fails with the error it gives. nil: no faults.
func (f *FS) SetFault(fault func(op Op, name string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// FailOnce makes the next operation of a kind fail with [ErrFault].
func (f *FS) FailOnce(op Op) { f.once(op, ErrFault) }

// TearOnce makes the next write fail after its first half.
func (f *FS) TearOnce() { f.once(OpWrite, ErrTorn) }

func (f *FS) once(op Op, err error) {
	done := false
	f.SetFault(func(o Op, _ string) error {
		if o != op || done {
			return nil
		}
		done = true
		return err
	})
}

// Count says how often an operation was asked for.
func (f *FS) Count(op Op) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[op]
}

// Cut forgets unsynced bytes, as a power cut does: each page that was written
// since its file's last sync is kept or not by the dice, and so are the last of
// the names that were changed. The files must be closed. With nil dice all of
// them are forgotten.
func (f *FS) Cut(dice *rand.Rand) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	keep := 0
	if dice != nil {
		keep = dice.IntN(len(f.names) + 1)
	}
	errs := []error{f.forgetNames(keep)}
	f.pending = append(f.lost, f.pending...)
	for i := len(f.pending) - 1; i >= 0; i-- {
		if dice == nil || dice.IntN(2) == 0 {
			errs = append(errs, f.restore(f.pending[i]))
		}
	}
	f.pending, f.lost = nil, nil
	return errors.Join(errs...)
}

func (f *FS) restore(w write) error {
	file, err := f.FS.OpenFile(w.path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // renamed or removed since
	}
	if err != nil {
		return err
	}
	_, err = file.WriteAt(w.old, w.off)
	return errors.Join(err, file.Close())
}

func (f *FS) ask(op Op, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[op]++
	if f.fault == nil {
		return nil
	}
	return f.fault(op, filepath.Base(name))
}

// OpenFile opens a file whose operations can fail.
func (f *FS) OpenFile(name string, flag int, perm fs.FileMode) (journal.File, error) {
	if err := f.ask(OpOpen, name); err != nil {
		return nil, err
	}
	_, missing := os.Stat(name)
	inner, err := f.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		f.created(name)
	}
	// Writes are remembered by reading what they replace.
	old, err := f.FS.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, errors.Join(err, inner.Close())
	}
	return &file{File: inner, old: old, fs: f, path: name}, nil
}

// ReadDir can fail.
func (f *FS) ReadDir(dir string) ([]string, error) {
	if err := f.ask(OpReadDir, dir); err != nil {
		return nil, err
	}
	return f.FS.ReadDir(dir)
}

type file struct {
	journal.File
	old  journal.File
	fs   *FS
	path string
}

func (f *file) ReadAt(b []byte, off int64) (int, error) {
	if err := f.fs.ask(OpRead, f.path); err != nil {
		return 0, err
	}
	return f.File.ReadAt(b, off)
}

func (f *file) WriteAt(b []byte, off int64) (int, error) {
	fault := f.fs.ask(OpWrite, f.path)
	if errors.Is(fault, ErrTorn) {
		b = b[:len(b)/2]
	} else if fault != nil {
		return 0, fault
	}
	f.remember(off, int64(len(b)))
	n, err := f.File.WriteAt(b, off)
	return n, errors.Join(err, fault)
}

// remember keeps what a write replaces, page by page.
func (f *file) remember(off, n int64) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	for end := off + n; off < end; {
		next := min(end, (off/page+1)*page)
		old := make([]byte, next-off)
		got, err := f.old.ReadAt(old, off)
		if err == nil || errors.Is(err, io.EOF) && got > 0 {
			f.fs.pending = append(f.fs.pending, write{f.path, off, old[:got]})
		}
		off = next
	}
}

// WriteSync is the two steps that a power cut and a fault can come between.
func (f *file) WriteSync(b []byte, off int64) error {
	if _, err := f.WriteAt(b, off); err != nil {
		return err
	}
	return f.Datasync()
}

func (f *file) Datasync() error {
	err := f.fs.ask(OpSync, f.path)
	if err == nil {
		err = f.File.Datasync()
	}
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	var kept, synced []write
	for _, w := range f.fs.pending {
		if w.path == f.path {
			synced = append(synced, w)
		} else {
			kept = append(kept, w)
		}
	}
	f.fs.pending = kept
	if err != nil {
		f.fs.lost = append(f.fs.lost, synced...)
		return err
	}
	f.fs.lost = slices.DeleteFunc(f.fs.lost, func(l write) bool {
		return slices.ContainsFunc(synced, func(w write) bool { return w.covers(l) })
	})
	return nil
}

// covers reports whether w wrote everything that l did.
func (w write) covers(l write) bool {
	return w.path == l.path && w.off <= l.off && l.off+int64(len(l.old)) <= w.off+int64(len(w.old))
}

func (f *file) Close() error { return errors.Join(f.File.Close(), f.old.Close()) }
