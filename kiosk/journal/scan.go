package journal

import (
	"bufio"
	"crypto/hmac"
	"errors"
	"fmt"
	"hash"
	"io"

	"hexiao/kiosk"
)

// Entry is an event with its place in the chain.
type Entry struct {
	Event  kiosk.Event
	Record kiosk.Record
	Head   kiosk.Head // the chain up to and including the event
	Append uint64     // sequence of the first event of the same append
}

// scan walks records from a known place of the chain and checks each. Where
// one is wrong it stops with a [*DamagedError].
type scan struct {
	r        *bufio.Reader
	file     string
	terminal kiosk.TerminalID
	mac      hash.Hash // nil: the MACs are not checked
	off      int64     // of the next record
	head     kiosk.Head
	epoch    uint32
	last     record // the record that next gave
}

const scanBuffer = 128 << 10 // the largest record fits

// newScan reads records from r, whose first byte is at off in the file. head
// is the chain before the first of them.
func newScan(r io.Reader, file string, off int64, h header, key []byte) *scan {
	s := &scan{r: bufio.NewReaderSize(r, scanBuffer), file: file, off: off, terminal: h.terminal}
	if key != nil {
		s.mac = newMAC(key)
	}
	s.head = kiosk.Head{Seq: h.first - 1, Hash: h.prev}
	return s
}

func (s *scan) damaged(kind error, format string, args ...any) error {
	return &DamagedError{Seq: s.head.Seq + 1, File: s.file, Offset: s.off, Reason: fmt.Sprintf(format, args...), kind: kind}
}

// next moves over a record. It returns errEnd where zeros or the file's end
// follow. The record's payload is valid until the next call.
func (s *scan) next() error {
	head, err := s.r.Peek(recordBytes)
	switch {
	case errors.Is(err, io.EOF) && len(head) < recordBytes:
		if !allZero(head) {
			return s.damaged(ErrDamaged, "the file ends within a record")
		}
		return errEnd
	case err != nil:
		return fmt.Errorf("read %s: %w", s.file, err)
	}
	n, err := payloadLength(head)
	if err != nil {
		return s.failed(err)
	}
	b, err := s.r.Peek(recordSize(n))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", s.file, err)
	}
	r, size, err := parseRecord(b)
	if err != nil {
		return s.failed(err)
	}
	if err := s.follow(r); err != nil {
		return err
	}
	_, err = s.r.Discard(size) // it was peeked at: it is there
	s.off += int64(size)
	return err
}

func (s *scan) failed(err error) error {
	if errors.Is(err, errEnd) {
		return err
	}
	return s.damaged(ErrDamaged, "%v", err)
}

// follow checks that the record is the chain's next, and moves the head.
func (s *scan) follow(r record) error {
	switch {
	case r.seq != s.head.Seq+1:
		return s.damaged(ErrDamaged, "event %d stands in its place", r.seq)
	case r.prev != s.head.Hash:
		return s.damaged(ErrDamaged, "it does not follow from the event before")
	case r.epoch == 0 || r.epoch < s.epoch:
		return s.damaged(ErrDamaged, "epoch %d after %d", r.epoch, s.epoch)
	case uint64(r.back) >= r.seq:
		return s.damaged(ErrDamaged, "%d records before it in one append", r.back)
	}
	chain := kiosk.ChainHash(r.prev, s.terminal, r.epoch, r.seq, r.payload)
	if s.mac != nil {
		if want := macOf(s.mac, chain); !hmac.Equal(want[:], r.mac[:]) {
			return s.damaged(ErrNotAuthentic, "its MAC does not fit the key")
		}
	}
	s.head, s.epoch, s.last = kiosk.Head{Seq: r.seq, Hash: chain}, r.epoch, r
	return nil
}

// entry decodes the record that next gave.
func (s *scan) entry() (Entry, error) {
	r := s.last
	e, err := kiosk.DecodeEvent(r.payload)
	if err != nil {
		return Entry{}, &DamagedError{Seq: r.seq, File: s.file, Offset: s.off, Reason: err.Error(), kind: ErrDamaged}
	}
	e.Terminal, e.Epoch, e.Seq, e.Prev = s.terminal, r.epoch, r.seq, r.prev
	payload := append([]byte(nil), r.payload...)
	return Entry{
		Event: e, Record: kiosk.Record{Epoch: r.epoch, Seq: r.seq, Payload: payload}, Head: s.head, Append: r.seq - uint64(r.back),
	}, nil
}
