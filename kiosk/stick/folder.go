package stick

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Folder is the root folder of a stick, opened.
type Folder struct {
	stick Stick
	root  *os.Root
}

// File is a file on a stick.
type File struct {
	Name    string
	Size    int64
	Changed time.Time
}

// Open opens a stick's root folder. It returns ErrGone when something else is
// mounted there by now.
func (s Stick) Open() (*Folder, error) {
	root, err := os.OpenRoot(s.Path)
	if err != nil {
		return nil, s.why(err)
	}
	f := &Folder{stick: s, root: root}
	var st unix.Stat_t
	err = f.control(func(fd int) error { return unix.Fstat(fd, &st) })
	if err == nil && numberOf(st.Dev) != s.number {
		err = ErrGone
	}
	if err != nil {
		return nil, errors.Join(s.why(err), root.Close())
	}
	return f, nil
}

// why says of an error that the stick is gone, where that is so, or full.
func (s Stick) why(err error) error {
	if err == nil {
		return nil
	}
	if _, gone := os.Stat(s.sys); gone != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EFBIG), errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return fmt.Errorf("the USB stick: %w", err)
}

// FileSystem is what the stick is formatted as: "vfat".
func (f *Folder) FileSystem() string { return f.stick.FileSystem }

// Writable returns ErrReadOnly for a stick that must not be written to.
func (f *Folder) Writable() error {
	if f.stick.ReadOnly {
		return ErrReadOnly
	}
	return nil
}

// control does something with the folder's descriptor.
func (f *Folder) control(do func(fd int) error) error {
	d, err := f.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(do(int(d.Fd())), d.Close())
}

// Free is the room on the stick, in bytes.
func (f *Folder) Free() (uint64, error) {
	var s unix.Statfs_t
	if err := f.control(func(fd int) error { return unix.Fstatfs(fd, &s) }); err != nil {
		return 0, f.stick.why(err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// List gives the files in the root folder that wanted takes by name, the newest
// first. Hidden files are left out.
func (f *Folder) List(wanted func(name string) bool) ([]File, error) {
	all, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, f.stick.why(err)
	}
	var found []File
	for _, e := range all {
		if strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~") || !e.Type().IsRegular() || !wanted(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // deleted meanwhile
		}
		found = append(found, File{Name: e.Name(), Size: info.Size(), Changed: info.ModTime()})
	}
	slices.SortStableFunc(found, func(a, b File) int { return b.Changed.Compare(a.Changed) })
	return found, nil
}

// Read opens a file of the root folder.
func (f *Folder) Read(name string) (io.ReadCloser, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, f.stick.why(err)
	}
	return file, nil
}

// spare is left free: FAT's clusters are up to 64 KB, and folders grow.
const spare = 256 << 10

// Write puts a new file of about size bytes into the root folder, whole or not at
// all, and gives its name: SafeName's, with a number where there is such a file
// already. content is given a buffered writer. It returns ErrNoRoom, ErrReadOnly,
// ErrGone, ctx's error, or content's.
func (f *Folder) Write(ctx context.Context, name string, size int64, content func(io.Writer) error) (string, error) {
	if err := f.Writable(); err != nil {
		return "", err
	}
	free, err := f.Free()
	if err != nil {
		return "", err
	}
	if need := uint64(max(0, size)) + spare; free < need {
		return "", fmt.Errorf("%w: %d KB are free, %d are needed", ErrNoRoom, free>>10, need>>10)
	}
	part := "." + SafeName(name) + ".part"
	_ = f.root.Remove(part) // of a stick that was pulled out half-way
	if err := f.fill(ctx, part, content); err != nil {
		_ = f.root.Remove(part) // where the stick is still there
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", f.stick.why(err)
	}
	final, err := f.freeName(SafeName(name))
	if err == nil {
		err = f.root.Rename(part, final)
	}
	if err == nil {
		err = f.control(syncFolder)
	}
	if err != nil {
		_ = f.root.Remove(part)
		return "", f.stick.why(err)
	}
	return final, nil
}

// syncFolder: not every driver can.
func syncFolder(fd int) error {
	if err := unix.Fsync(fd); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	return nil
}

func (f *Folder) fill(ctx context.Context, name string, content func(io.Writer) error) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(&stoppable{ctx, file}, 256<<10)
	err = content(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// stoppable is a writer that a context ends.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s *stoppable) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(b)
}

// freeName is name, or name with the first number that no file has.
func (f *Folder) freeName(name string) (string, error) {
	ext := path.Ext(name)
	try := name
	for n := 2; ; n++ {
		_, err := f.root.Lstat(try)
		if errors.Is(err, fs.ErrNotExist) {
			return try, nil
		}
		if err != nil {
			return "", err
		}
		try = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext)
	}
}

// Close has everything written to the stick, which may be pulled out then.
func (f *Folder) Close() error {
	return errors.Join(f.stick.why(f.control(unix.Syncfs)), f.root.Close())
}
