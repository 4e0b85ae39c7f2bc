package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"hexiao/kiosk"
)

// MaxAppendBytes bounds one append on disk. It must fit into a segment, too.
const MaxAppendBytes = 256 << 10

// Append records events in their order, by one write and one sync, and gives
// them as [Journal.Read] will: with terminal, epoch, sequence and previous hash,
// times cut to milliseconds. The caller sets ID, At, SetVersion and Body. A
// power cut may leave the first few of them; never a later one alone.
//
// It returns ErrRefused or ErrNoSpare when nothing was written, ErrClosed, and
// ErrUnknownOutcome after a failed write or sync and ever after.
func (j *Journal) Append(events ...kiosk.Event) ([]kiosk.Event, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed:
		return nil, ErrClosed
	case j.poison != nil:
		return nil, fmt.Errorf("%w: an earlier write failed: %w", ErrUnknownOutcome, j.poison)
	case len(events) == 0:
		return nil, nil
	}
	out, head, err := j.encode(events)
	if err != nil {
		return nil, err
	}
	off, err := j.place(int64(len(j.buf)))
	if err != nil {
		return nil, err
	}
	seg := &j.segments[len(j.segments)-1]
	write, at := j.buf, off
	if off == headerBytes { // the first append of a segment brings its header
		write, at = append(seg.header.encode(), j.buf...), 0
	}
	if err := j.tail.WriteSync(write, at); err != nil {
		return nil, j.poisoned(err)
	}
	seg.used = off + int64(len(j.buf))
	j.head = head
	j.mark(head, seg.used)
	return out, nil
}

func (j *Journal) poisoned(err error) error {
	j.poison = err
	return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
}

// encode puts the records of the events into j.buf.
func (j *Journal) encode(events []kiosk.Event) ([]kiosk.Event, kiosk.Head, error) {
	j.buf = j.buf[:0]
	head, out := j.head, make([]kiosk.Event, 0, len(events))
	for i, e := range events {
		payload, e, err := kiosk.EncodeEvent(e)
		if err != nil {
			return nil, head, fmt.Errorf("%w: %w", ErrRefused, err)
		}
		e.Terminal, e.Epoch, e.Seq, e.Prev = j.terminal, j.epoch, head.Seq+1, head.Hash
		chain := kiosk.ChainHash(head.Hash, j.terminal, j.epoch, e.Seq, payload)
		j.buf = record{
			seq: e.Seq, epoch: j.epoch, back: uint32(i), prev: head.Hash, mac: macOf(j.mac, chain), payload: payload,
		}.appendTo(j.buf)
		head = kiosk.Head{Seq: e.Seq, Hash: chain}
		out = append(out, e)
	}
	if limit := min(MaxAppendBytes, j.segBytes-headerBytes); int64(len(j.buf)) > limit {
		return nil, head, fmt.Errorf("%w: %d bytes at once, more than %d", ErrRefused, len(j.buf), limit)
	}
	return out, head, nil
}

// place gives the offset for n bytes, in the next segment where the last one
// is full.
func (j *Journal) place(n int64) (int64, error) {
	if last := len(j.segments) - 1; last >= 0 && j.segments[last].used+n <= j.segments[last].size {
		return max(j.segments[last].used, headerBytes), nil
	}
	s := <-j.spare // usually long there
	if s.err == nil {
		s.err = j.use(s)
	}
	if s.err != nil {
		j.prepareSoon(s.number)
		return 0, s.err
	}
	j.prepareSoon(s.number + 1)
	return headerBytes, nil
}

// use makes a spare the last segment. It reaches the disk with the append.
func (j *Journal) use(s spare) error {
	file, err := j.fs.OpenFile(filepath.Join(j.dir, segmentName(s.number)), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoSpare, err)
	}
	if j.tail != nil {
		_ = j.tail.Close() // every append was synced
	}
	j.tail = file
	seg := segment{
		number: s.number, size: s.size, used: headerBytes,
		header: header{first: j.head.Seq + 1, prev: j.head.Hash, terminal: j.terminal},
	}
	j.segments = append(slices.Clip(j.segments), seg)
	j.marks = nil
	return nil
}

// Ready makes sure that appends have a place to go on: it waits for the next
// segment and, where making it failed, tries again before it returns ErrNoSpare.
func (j *Journal) Ready() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed:
		return ErrClosed
	case j.poison != nil:
		return fmt.Errorf("%w: an earlier write failed: %w", ErrUnknownOutcome, j.poison)
	}
	s := <-j.spare
	if s.err != nil {
		s = j.prepare(s.number)
	}
	j.spare <- s
	return s.err
}

// Head is the place of the last event.
func (j *Journal) Head() kiosk.Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head
}

// Torn names the files that this opening set aside.
func (j *Journal) Torn() []string { return slices.Clone(j.torn) }

// Close releases the journal. What was appended is on disk already.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	close(j.stop)
	j.mu.Unlock()
	j.preparer.Wait()
	var err error
	if j.tail != nil {
		err = j.tail.Close()
	}
	return errors.Join(err, j.lock.Close())
}
