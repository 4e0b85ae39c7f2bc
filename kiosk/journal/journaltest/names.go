package journaltest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// change is a name that was created, renamed or removed and is not durable yet.
type change struct {
	dir  string
	undo func() error // as if it had never happened
}

// created notes a name that an opening made.
func (f *FS) created(name string) {
	f.changed(filepath.Dir(name), func() error { return gone(os.Remove(name)) })
}

// changed notes a change of names in a folder; the caller does not hold the lock.
func (f *FS) changed(dir string, undo func() error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names = append(f.names, change{dir, undo})
}

// durable forgets how to undo what happened in a folder.
func (f *FS) durable(dir string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := f.names[:0]
	for _, c := range f.names {
		if c.dir != dir {
			kept = append(kept, c)
		}
	}
	f.names = kept
}

// forgetNames undoes the last changes of names, all but the first keep: file
// systems journal them in their order.
func (f *FS) forgetNames(keep int) error {
	var errs []error
	for i := len(f.names) - 1; i >= keep; i-- {
		errs = append(errs, f.names[i].undo())
	}
	f.names = nil
	return errors.Join(errs...)
}

// Rename can fail.
func (f *FS) Rename(from, to string) error {
	if err := f.ask(OpRename, from); err != nil {
		return err
	}
	back, err := f.replaced(to)
	if err != nil {
		return err
	}
	if err := f.FS.Rename(from, to); err != nil {
		return err
	}
	f.changed(filepath.Dir(to), func() error { return errors.Join(os.Rename(to, from), back()) })
	return nil
}

// Remove can fail.
func (f *FS) Remove(name string) error {
	if err := f.ask(OpRemove, name); err != nil {
		return err
	}
	back, err := f.replaced(name)
	if err != nil {
		return err
	}
	if err := f.FS.Remove(name); err != nil {
		return err
	}
	f.changed(filepath.Dir(name), back)
	return nil
}

// replaced keeps what a name stands for, and gives the way back.
func (f *FS) replaced(name string) (back func() error, err error) {
	old, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return func() error { return nil }, nil
	}
	return func() error { return os.WriteFile(name, old, 0o600) }, err
}

// gone takes a name that is not there for one that was removed.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SyncDir can fail.
func (f *FS) SyncDir(dir string) error {
	if err := f.ask(OpSyncDir, dir); err != nil {
		return err
	}
	if err := f.FS.SyncDir(dir); err != nil {
		return err
	}
	f.durable(dir)
	return nil
}
