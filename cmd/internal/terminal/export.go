package terminal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"hexiao/kiosk/journal"
)

// ExportOptions are what an export needs to be signed by the terminal.
func (f Folder) ExportOptions() (journal.ExportOptions, error) {
	o, err := f.VerifyOptions()
	return journal.ExportOptions{VerifyOptions: o, DeviceKey: f.Keys.Device}, err
}

// ExportFile writes a data folder's journal into a new file, whole or not at
// all, as on a USB stick that is pulled out too early. It needs nothing of the
// file system but renaming, so that sticks with FAT or exFAT do. An export of a
// journal that is not sound is kept as well, and the error says where it is
// wrong. It returns an error that wraps fs.ErrExist when the file is there.
func ExportFile(data, out string, o journal.ExportOptions) (report journal.Report, err error) {
	if _, err := os.Lstat(out); err == nil {
		return report, fmt.Errorf("%s: %w; name another file", out, fs.ErrExist)
	}
	part := out + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return report, fmt.Errorf("the file for the journal: %w", err)
	}
	report, unsound := journal.Export(JournalFolder(data), f, o)
	var damage *journal.DamagedError
	if err = unsound; errors.As(unsound, &damage) && report.Events > 0 {
		err = nil
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = renameNew(part, out)
	}
	if err != nil {
		return report, errors.Join(fmt.Errorf("write %s: %w", out, err), os.Remove(part))
	}
	if err := syncFolder(filepath.Dir(out)); err != nil {
		return report, fmt.Errorf("write %s: %w", out, err)
	}
	return report, unsound
}

// renameNew renames a file and replaces none. Where the file system cannot
// promise that, the look before must do.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		if _, there := os.Lstat(to); there == nil {
			return fs.ErrExist
		}
		return os.Rename(from, to)
	}
	return err
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) { // some sticks' drivers cannot
		err = nil
	}
	return errors.Join(err, d.Close())
}
