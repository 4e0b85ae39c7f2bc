package terminal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// memoryDir is a folder in memory, where the machine has such: these scripts
// care for no power cut, and a thousand of them sync a hundred thousand times.
func memoryDir(t *testing.T) string {
	const memory = "/dev/shm"
	if free, err := freeBytes(memory); err != nil || free < 2*lowDisk { // a terminal looks at that, too
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "hexiao-clock-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// copyFolder copies a data folder without its holes: bbolt makes files of
// megabytes that hold little.
func copyFolder(t *testing.T, to, from string) {
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		name := filepath.Join(to, strings.TrimPrefix(path, from))
		if errors.Is(err, fs.ErrNotExist) || strings.HasSuffix(path, ".new") { // a segment that is just being made
			return nil
		}
		if err != nil || d.IsDir() {
			return errors.Join(err, os.MkdirAll(name, 0o700))
		}
		in, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		out, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return errors.Join(err, in.Close())
		}
		size, err := in.Seek(0, io.SeekEnd)
		for off := int64(0); err == nil && off < size; {
			data, seekErr := in.Seek(off, unix.SEEK_DATA)
			if seekErr != nil { // nothing but a hole
				break
			}
			hole, seekErr := in.Seek(data, unix.SEEK_HOLE)
			b := make([]byte, hole-data)
			_, readErr := in.ReadAt(b, data)
			_, writeErr := out.WriteAt(b, data)
			off, err = hole, errors.Join(seekErr, readErr, writeErr)
		}
		return errors.Join(err, out.Truncate(size), in.Close(), out.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
}
