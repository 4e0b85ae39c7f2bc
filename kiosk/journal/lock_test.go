package journal_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"hexiao/kiosk/journal"
)

// A lock that was given back is free although another process, which was started
// meanwhile, still has the file open.
func TestLockIsFreeWhenGivenBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	held, err := journal.OS().Lock(name)
	if err != nil {
		t.Fatal(err)
	}
	file, ok := held.(interface{ Fd() uintptr })
	if !ok {
		t.Fatalf("%T is no file", held)
	}
	inherited, err := unix.Dup(int(file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(inherited) }()
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := journal.OS().Lock(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
