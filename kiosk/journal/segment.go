package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"hexiao/kiosk"
)

const (
	segmentSuffix = ".hxj"
	newSuffix     = ".new"
	tornSuffix    = ".torn"
	lockName      = "lock"
	fileMode      = 0o600
	dirMode       = 0o700
)

// segment is a file of the journal that has a header.
type segment struct {
	number int
	header header
	size   int64 // of the file
	used   int64 // bytes up to the end of the last record; only of the last segment
}

func segmentName(number int) string { return fmt.Sprintf("%08d%s", number, segmentSuffix) }

func (s segment) name() string { return segmentName(s.number) }

// folder is a journal's files as they lie on disk.
type folder struct {
	dir      string
	segments []segment
	spares   []spare // the last files, without header
	leftover []string
	torn     []tornEnd // found by examine
}

// list reads names and headers. Only the last files may lack a header: a spare,
// and the one before it when its first append was interrupted.
func list(fsys FS, dir string) (folder, error) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return folder{}, fmt.Errorf("list the journal: %w", err)
	}
	f := folder{dir: dir}
	var numbers []int
	for _, name := range names {
		if strings.HasSuffix(name, newSuffix) {
			f.leftover = append(f.leftover, name)
			continue
		}
		n, err := strconv.Atoi(strings.TrimSuffix(name, segmentSuffix))
		if err == nil && name == segmentName(n) {
			numbers = append(numbers, n)
		}
	}
	for i, n := range numbers {
		if n != i+1 {
			return f, fmt.Errorf("%w: %s; restore it from a backup", ErrMissingSegment, segmentName(i+1))
		}
		if err := f.add(fsys, n); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *folder) add(fsys FS, number int) (err error) {
	name := segmentName(number)
	file, err := fsys.OpenFile(filepath.Join(f.dir, name), os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	size, err := file.Size()
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	if size > maxSegment {
		return &DamagedError{Seq: f.nextFirst(), File: name, Reason: fmt.Sprintf("the file has %d bytes", size), kind: ErrDamaged}
	}
	b := make([]byte, headerBytes)
	if _, err := file.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	h, err := parseHeader(b)
	switch {
	case errors.Is(err, ErrVersion):
		return fmt.Errorf("%s: %w", name, err)
	case err != nil:
		f.spares = append(f.spares, spare{number: number, size: size})
		return nil
	case len(f.spares) > 0:
		return &DamagedError{Seq: f.nextFirst(), File: segmentName(f.spares[0].number), Reason: "no header", kind: ErrDamaged}
	default:
		f.segments = append(f.segments, segment{number: number, header: h, size: size})
		return f.follows(len(f.segments) - 1)
	}
}

// follows checks a header against the one before.
func (f *folder) follows(i int) error {
	h := f.segments[i].header
	damaged := func(seq uint64, reason string) error {
		return &DamagedError{Seq: seq, File: f.segments[i].name(), Reason: reason, kind: ErrDamaged}
	}
	if i == 0 {
		if h.first != 1 || h.prev != (kiosk.Hash{}) {
			return damaged(1, "the first file does not begin with event 1")
		}
		return nil
	}
	before := f.segments[i-1].header
	if h.terminal != before.terminal {
		return fmt.Errorf("%w: %s is of %s, the files before are of %s",
			ErrOtherTerminal, f.segments[i].name(), h.terminal, before.terminal)
	}
	if h.first <= before.first {
		return damaged(before.first, "the file begins before the one in front of it")
	}
	return nil
}

// nextFirst is the least sequence that a file after the last good one can hold.
func (f *folder) nextFirst() uint64 {
	if len(f.segments) == 0 {
		return 1
	}
	return f.segments[len(f.segments)-1].header.first
}

// scanSegment walks a whole segment whose events are of the epoch or later. It
// gives the scan where it ended.
func (f *folder) scanSegment(fsys FS, i int, key []byte, epoch uint32, visit func(*scan) error) (*scan, error) {
	seg := f.segments[i]
	file, err := fsys.OpenFile(filepath.Join(f.dir, seg.name()), os.O_RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	s := newScan(io.NewSectionReader(file, headerBytes, seg.size-headerBytes), seg.name(), headerBytes, seg.header, key)
	s.epoch = epoch
	for {
		err := s.next()
		if errors.Is(err, errEnd) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		if err := visit(s); err != nil {
			return s, err
		}
	}
}

// joins checks that segment i begins where the one before ended.
func (f *folder) joins(i int, end kiosk.Head) error {
	h := f.segments[i].header
	if h.first != end.Seq+1 || h.prev != end.Hash {
		return &DamagedError{
			Seq: end.Seq + 1, File: f.segments[i].name(), kind: ErrDamaged,
			Reason: fmt.Sprintf("the file begins with event %d, the one before ends with %d, or their hashes differ", h.first, end.Seq),
		}
	}
	return nil
}
