package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// freshDisk is the name of an image with an empty ext4. The test is skipped where
// nobody may mount it, as in a container.
func freshDisk(t *testing.T) string {
	t.Helper()
	systems, _ := os.ReadFile("/proc/filesystems")
	if os.Geteuid() != 0 || !strings.Contains(string(systems), "\text4\n") {
		t.Skip("mounting an image of ext4 needs root and a kernel that has ext4 loaded")
	}
	mkfs, err := exec.LookPath("mkfs.ext4")
	if err != nil {
		t.Skip("there is no mkfs.ext4")
	}
	name := filepath.Join(t.TempDir(), "base.img")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(16<<20), f.Close()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), mkfs, "-q", "-F", name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := filled(t, name)
	err = s.mounted(t.Context(), "e2fsck", func(string) error { return nil })
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no image can be mounted here: %v", err)
	}
	if err != nil {
		t.Fatalf("a fresh disk: %v", err)
	}
	return name
}

// filled is a slot with an image in it.
func filled(t *testing.T, name string) *slot {
	t.Helper()
	image, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSlot(int64(len(image)), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	copy(s.disk, image)
	return s
}

// A disk on which nothing of what was answered has arrived.
func TestDiskThatLostEverything(t *testing.T) {
	base := freshDisk(t)
	entries := []entry{mark(importMark(1))}
	for n := range minAnswers {
		entries = append(entries, mark(answerMark(event{Event: "e", Seq: uint64(n + 1), Order: orderID(1, n)})))
	}
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, logOf(entries...), 0o600); err != nil {
		t.Fatal(err)
	}
	nobody, err := exec.LookPath("false")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = run(t.Context(), []string{"check", "--kioskctl", nobody, "--base", base, "--log", log, "--cuts", "12"}, &out)
	if !errors.Is(err, errViolated) || !strings.Contains(out.String(), "12 power cuts, 12 violations") {
		t.Errorf("%v\n%s", err, &out)
	}
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil || strings.Contains(string(mounts), "powercut-") {
		t.Errorf("something is still mounted (%v)", err)
	}
}

// What ext4 itself gets wrong is seen: no file system, and one with a fault.
func TestExt4Faults(t *testing.T) {
	s := filled(t, freshDisk(t))
	sound := func(string) error { return nil }
	if err := s.mounted(t.Context(), "e2fsck", func(folder string) error {
		return os.WriteFile(filepath.Join(folder, "x"), make([]byte, 100_000), 0o600)
	}); err != nil {
		t.Errorf("with a file: %v", err)
	}
	free := 1024 + 0x0c // of the superblock: how many blocks are free
	s.disk[free] ^= 1
	if err := s.mounted(t.Context(), "e2fsck", sound); !errors.Is(err, errViolated) {
		t.Errorf("a wrong count of free blocks, or a checksum that does not fit: %v", err)
	}
	clear(s.disk[:4096])
	if err := s.mounted(t.Context(), "e2fsck", sound); !errors.Is(err, errViolated) || !strings.Contains(err.Error(), "cannot be mounted") {
		t.Errorf("no file system: %v", err)
	}
}
