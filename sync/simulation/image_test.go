package simulation

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// image is a file as it was: its bytes without the holes, of which a database of
// 16 MB mostly consists.
type image struct {
	size  int64
	parts map[int64][]byte // by offset
}

// databases calls fn for each of bbolt's files in a folder.
func databases(dir string, fn func(path string) error) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() && strings.Contains(e.Name(), ".db") {
			err = errors.Join(err, fn(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

func takeImage(path string) (image, error) {
	f, err := os.Open(path)
	if err != nil {
		return image{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return image{}, err
	}
	i := image{size: info.Size(), parts: map[int64][]byte{}}
	for at := int64(0); at < i.size; {
		from, err := f.Seek(at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			break // a hole up to the end
		}
		if err != nil {
			return image{}, err
		}
		if at, err = f.Seek(from, unix.SEEK_HOLE); err != nil {
			return image{}, err
		}
		part := make([]byte, at-from)
		if _, err := f.ReadAt(part, from); err != nil && !errors.Is(err, io.EOF) {
			return image{}, err
		}
		i.parts[from] = part
	}
	return i, nil
}

// put makes the file what it was.
func (i image) put(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	err = f.Truncate(i.size)
	for at, part := range i.parts {
		_, failed := f.WriteAt(part, at)
		err = errors.Join(err, failed)
	}
	return errors.Join(err, f.Close())
}
