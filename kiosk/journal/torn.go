package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// tornEnd is what lies behind the last good record of a file.
type tornEnd struct {
	name  string
	off   int64
	size  int64
	bytes []byte // set by examine
}

// examine looks at the end of a file behind the last good record; seq is the
// event that would follow. Zeros are as they should be. A record of a later
// append is damage; anything else is torn and kept in f.torn. why is the error
// with which the reading ended there, or nil.
func (f *folder) examine(fsys FS, seq uint64, t tornEnd, why error) error {
	damaged := func(reason string) error {
		if d, ok := errors.AsType[*DamagedError](why); ok {
			reason = d.Reason
		}
		return &DamagedError{Seq: seq, File: t.name, Offset: t.off, Reason: reason, kind: ErrDamaged}
	}
	if t.off == 0 && t.size < headerBytes+recordBytes {
		return damaged("the file is cut off")
	}
	file, err := fsys.OpenFile(filepath.Join(f.dir, t.name), os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	t.bytes = make([]byte, t.size)
	if _, err := file.ReadAt(t.bytes, t.off); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", t.name, err)
	}
	switch {
	case allZero(t.bytes):
		return nil
	case holdsLater(t.bytes, seq):
		return damaged("zeros or a wrong header stand in its place")
	}
	f.torn = append(f.torn, t)
	return nil
}

// examineSpares makes sure that the files without header hold nothing but what
// a power cut left of a first append.
func (f *folder) examineSpares(fsys FS, seq uint64) error {
	for _, s := range f.spares {
		if err := f.examine(fsys, seq, tornEnd{segmentName(s.number), 0, s.size, nil}, nil); err != nil {
			return err
		}
	}
	return nil
}

// holdsLater reports whether b holds a whole record of an append that began
// after event seq.
func holdsLater(b []byte, seq uint64) bool {
	for off := 0; off+recordBytes <= len(b); off += align {
		r, _, err := parseRecord(b[off:])
		if err == nil && r.seq > seq && r.seq-uint64(r.back) > seq {
			return true
		}
	}
	return false
}

// repair sets a torn end aside and zeroes it.
func (j *Journal) repair(t tornEnd) (err error) {
	aside, err := j.setAside(t.name, t.bytes)
	if err != nil {
		return err
	}
	j.torn = append(j.torn, aside)
	file, err := j.fs.OpenFile(filepath.Join(j.dir, t.name), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("clear the torn end of %s: %w", t.name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.WriteAt(make([]byte, len(t.bytes)), t.off)
	if err == nil {
		err = file.Datasync()
	}
	if err != nil {
		return fmt.Errorf("clear the torn end of %s: %w", t.name, err)
	}
	return nil
}

// setAside keeps a torn end in a file next to its segment.
func (j *Journal) setAside(name string, b []byte) (string, error) {
	aside := name + tornSuffix
	for n := 2; ; n++ {
		file, err := j.fs.OpenFile(filepath.Join(j.dir, aside), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if errors.Is(err, os.ErrExist) {
			aside = fmt.Sprintf("%s%s-%d", name, tornSuffix, n)
			continue
		}
		if err != nil {
			return "", fmt.Errorf("set aside the torn end of %s: %w", name, err)
		}
		_, err = file.WriteAt(trimZeros(b), 0)
		err = errors.Join(err, file.Datasync(), file.Close(), j.fs.SyncDir(j.dir))
		if err != nil {
			return "", fmt.Errorf("set aside the torn end of %s: %w", name, err)
		}
		return aside, nil
	}
}
