package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"hexiao/kiosk"
)

// markEvery is how many events of the last segment lie between two marks.
const markEvery = 256

// mark is a place between two records from which a scan can begin.
type mark struct {
	head kiosk.Head // before the next record
	off  int64
}

func (j *Journal) mark(head kiosk.Head, off int64) {
	if head.Seq%markEvery == 0 {
		j.marks = append(j.marks, mark{head, off})
	}
}

// errStop ends a scan whose caller has seen enough.
var errStop = errors.New("enough")

// Read calls fn for every event from a sequence on that was on disk when Read
// was called, in order, until fn returns an error, which Read then returns. It
// checks everything that opening checks and returns a [*DamagedError] where it
// fails. Appends go on meanwhile.
func (j *Journal) Read(from uint64, fn func(Entry) error) error {
	j.mu.Lock()
	segments, head, marks := slices.Clone(j.segments), j.head, j.marks[:len(j.marks):len(j.marks)]
	j.mu.Unlock()
	from = max(from, 1)
	if from > head.Seq {
		return nil
	}
	f := folder{segments: segments}
	i := sort.Search(len(segments), func(i int) bool { return segments[i].header.first > from }) - 1
	for ; i < len(segments); i++ {
		seg := segments[i]
		start := mark{kiosk.Head{Seq: seg.header.first - 1, Hash: seg.header.prev}, headerBytes}
		end := seg.size
		if i == len(segments)-1 {
			end = seg.used
			n := sort.Search(len(marks), func(n int) bool { return marks[n].head.Seq >= from })
			if n > 0 {
				start = marks[n-1]
			}
		}
		last, err := j.readSegment(seg, start, end, from, head.Seq, fn)
		if err != nil {
			return err
		}
		if i+1 < len(segments) { // an older copy of a file ends too early, without a fault in itself
			if err := f.joins(i+1, last); err != nil {
				return err
			}
		} else if last != head {
			return fmt.Errorf("read the journal: %s ends with event %d, not %d", seg.name(), last.Seq, head.Seq)
		}
	}
	return nil
}

// readSegment gives the chain's head at the end of what it read.
func (j *Journal) readSegment(seg segment, start mark, end int64, from, to uint64, fn func(Entry) error) (kiosk.Head, error) {
	file, err := j.fs.OpenFile(filepath.Join(j.dir, seg.name()), os.O_RDONLY, 0)
	if err != nil {
		return start.head, fmt.Errorf("read the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	h := header{first: start.head.Seq + 1, prev: start.head.Hash, terminal: j.terminal}
	s := newScan(io.NewSectionReader(file, start.off, end-start.off), seg.name(), start.off, h, j.key)
	for s.head.Seq < to {
		err := s.next()
		if errors.Is(err, errEnd) {
			break
		}
		if err != nil {
			return s.head, err
		}
		if s.head.Seq < from {
			continue
		}
		e, err := s.entry()
		if err != nil {
			return s.head, err
		}
		if err := fn(e); err != nil {
			return s.head, err
		}
	}
	return s.head, nil
}

// HeadAt gives the chain's head at a sequence that the journal holds; the zero
// Head for 0. ok is false beyond the last event.
func (j *Journal) HeadAt(seq uint64) (head kiosk.Head, ok bool, err error) {
	if last := j.Head(); seq >= last.Seq {
		return last, seq == last.Seq, nil
	}
	if seq == 0 {
		return kiosk.Head{}, true, nil
	}
	err = j.Read(seq, func(e Entry) error {
		head = e.Head
		return errStop
	})
	if err != nil && !errors.Is(err, errStop) {
		return kiosk.Head{}, false, err
	}
	return head, head.Seq == seq, nil
}
