package journal

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"

	"hexiao/kiosk"
)

// DefaultSegmentBytes is the size of a segment unless the options say
// otherwise: some 14,000 events.
const DefaultSegmentBytes = 4 << 20

// MinKeyBytes is the shortest key for the MACs.
const MinKeyBytes = 16

// Options say where a journal lies and whose it is.
type Options struct {
	Dir      string // the journal's own folder; made when missing
	Terminal kiosk.TerminalID
	MACKey   []byte // at least MinKeyBytes
	FS       FS     // nil: the operating system's
	// SegmentBytes is the size of new segments; 0: DefaultSegmentBytes.
	SegmentBytes int64
	// AtLeast is how many events the caller knows to be on disk. A journal that
	// ends before is not taken for one with a torn end. 0: not known.
	AtLeast uint64
}

// Journal is an open journal. It is safe for use by several goroutines.
type Journal struct {
	dir      string
	terminal kiosk.TerminalID
	key      []byte
	fs       FS
	segBytes int64
	atLeast  uint64
	lock     io.Closer
	torn     []string // names of the files that the opening set aside

	mu       sync.Mutex
	segments []segment // replaced, never changed in place, but for the last one's used
	marks    []mark    // in the last segment
	tail     File      // of the last segment, or the first spare
	head     kiosk.Head
	epoch    uint32
	buf      []byte
	mac      hash.Hash
	poison   error
	closed   bool

	spare    chan spare // holds the next segment once it is made
	stop     chan struct{}
	preparer sync.WaitGroup
}

// Open opens a journal for appending and recovers its end; see the package
// comment. It returns ErrLocked, ErrOtherTerminal, ErrVersion,
// ErrMissingSegment, ErrShort, ErrDamaged or ErrNotAuthentic, wrapped.
func Open(o Options) (*Journal, error) {
	j := &Journal{
		dir: o.Dir, terminal: o.Terminal, key: o.MACKey, fs: o.FS, segBytes: o.SegmentBytes, atLeast: o.AtLeast,
		spare: make(chan spare, 1), stop: make(chan struct{}),
	}
	if j.fs == nil {
		j.fs = OS()
	}
	if j.segBytes == 0 {
		j.segBytes = DefaultSegmentBytes
	}
	switch {
	case o.Terminal == "" || len(o.Terminal) > maxTerminal:
		return nil, fmt.Errorf("open the journal: a terminal's id has 1 to %d bytes", maxTerminal)
	case len(o.MACKey) < MinKeyBytes:
		return nil, fmt.Errorf("open the journal: the key has %d bytes, fewer than %d", len(o.MACKey), MinKeyBytes)
	case j.segBytes > maxSegment:
		return nil, fmt.Errorf("open the journal: a segment has at most %d bytes", maxSegment)
	case j.segBytes < headerBytes+recordBytes+align:
		return nil, fmt.Errorf("open the journal: a segment of %d bytes holds no event", j.segBytes)
	}
	if err := j.fs.MkdirAll(o.Dir, dirMode); err != nil {
		return nil, fmt.Errorf("make the journal's folder: %w", err)
	}
	lock, err := j.fs.Lock(filepath.Join(o.Dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j.lock, j.mac = lock, newMAC(j.key)
	err = j.settleNames()
	if err == nil {
		err = j.recover()
	}
	if err != nil {
		if j.tail != nil {
			_ = j.tail.Close() // the error before says more
		}
		return nil, errors.Join(err, lock.Close())
	}
	return j, nil
}

// settleNames makes the names of the folder and of its files durable: a process
// that was killed may have left some that are not yet, and an append syncs bytes
// only.
func (j *Journal) settleNames() error {
	for _, dir := range []string{filepath.Dir(j.dir), j.dir} {
		if err := j.fs.SyncDir(dir); err != nil && !errors.Is(err, os.ErrPermission) {
			return fmt.Errorf("open the journal: %w", err)
		}
	}
	return nil
}

// recover reads the end of the journal and makes it ready for appends.
func (j *Journal) recover() error {
	f, err := list(j.fs, j.dir)
	if err != nil {
		return err
	}
	for _, name := range f.leftover {
		if err := j.fs.Remove(filepath.Join(j.dir, name)); err != nil {
			return fmt.Errorf("remove %s, left by an interrupted run: %w", name, err)
		}
	}
	if n := len(f.segments); n > 0 {
		if id := f.segments[0].header.terminal; id != j.terminal {
			return fmt.Errorf("%w: it is of %s, this is %s", ErrOtherTerminal, id, j.terminal)
		}
		if err := j.readEnd(&f); err != nil {
			return err
		}
	}
	if err := f.examineSpares(j.fs, j.head.Seq+1); err != nil {
		return err
	}
	if err := j.complete(f); err != nil {
		return err
	}
	// Nothing is changed before all is known to be sound.
	for _, t := range f.torn {
		if err := j.repair(t); err != nil {
			return err
		}
	}
	j.segments = f.segments
	j.epoch++
	return j.takeOver(f)
}

// complete makes sure that every event that is known to be on disk is read. A
// torn end is one only if the append that it was never returned.
func (j *Journal) complete(f folder) error {
	switch {
	case j.head.Seq >= j.atLeast:
		return nil
	case len(f.torn) > 0:
		t := f.torn[0]
		return &DamagedError{Seq: j.head.Seq + 1, File: t.name, Offset: t.off, Reason: "it was recorded and cannot be read", kind: ErrDamaged}
	}
	return fmt.Errorf("%w: it ends with event %d, and event %d was recorded", ErrShort, j.head.Seq, j.atLeast)
}

// readEnd scans the last two segments in use.
func (j *Journal) readEnd(f *folder) error {
	last := len(f.segments) - 1
	if last > 0 {
		before, err := f.scanSegment(j.fs, last-1, j.key, 0, func(*scan) error { return nil })
		if err != nil {
			return err
		}
		if err := f.joins(last, before.head); err != nil {
			return err
		}
		j.noteEnd(before)
	}
	seg := &f.segments[last]
	s, err := f.scanSegment(j.fs, last, j.key, j.epoch, func(s *scan) error {
		j.mark(s.head, s.off)
		return nil
	})
	if err != nil && !errors.Is(err, ErrDamaged) {
		return err // a wrong key is no torn end
	}
	seg.used, j.head = s.off, s.head
	j.noteEnd(s)
	return f.examine(j.fs, j.head.Seq+1, tornEnd{seg.name(), seg.used, seg.size - seg.used, nil}, err)
}

// noteEnd keeps the epoch of a segment that holds events.
func (j *Journal) noteEnd(s *scan) {
	if s.last.seq > 0 {
		j.epoch = s.epoch
	}
}

// takeOver opens the last segment and writes its end once more, then gets the
// next segment ready.
func (j *Journal) takeOver(f folder) error {
	next := len(f.segments) + 1
	if n := len(f.segments); n > 0 {
		seg := f.segments[n-1]
		file, err := j.fs.OpenFile(filepath.Join(j.dir, seg.name()), os.O_RDWR, 0)
		if err != nil {
			return fmt.Errorf("open the journal: %w", err)
		}
		j.tail = file
		if err := rewrite(file, max(0, seg.used-rewriteBytes), seg.used); err != nil {
			return fmt.Errorf("sync the end of %s: %w", seg.name(), err)
		}
	}
	if len(f.spares) > 0 {
		j.spare <- f.spares[0]
		return nil
	}
	if j.tail == nil { // the very first opening: no append has to wait
		s := j.prepare(next)
		j.spare <- s
		return s.err
	}
	j.prepareSoon(next)
	return nil
}

// rewriteBytes covers the largest append with its header: all that the last
// process may have left unsynced.
const rewriteBytes = MaxAppendBytes + headerBytes

// rewrite makes bytes durable that may be in the page cache only. A sync alone
// would not do: after a failed one the kernel takes the pages for clean.
func rewrite(file File, from, to int64) error {
	b := make([]byte, to-from)
	if _, err := file.ReadAt(b, from); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if _, err := file.WriteAt(b, from); err != nil {
		return err
	}
	return file.Datasync()
}
