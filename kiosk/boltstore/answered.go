package boltstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// answeredFile lies in the journal's folder: 8 bytes sequence (big-endian) and
// the first 8 bytes of the chain hash of the last event that was answered, and a
// CRC-32C over the terminal's id and these 16 bytes.
const answeredFile = "answered"

const answeredBytes = 20

// answeredMark remembers over the death of the process which event was the last
// to be answered. It is written without a sync, for it must cost nothing: the
// page cache survives a killed process, and after a power cut an answer that is
// given once more is better than one that is never given.
type answeredMark struct {
	file journal.File
	seed uint32 // checksum of the terminal's id
	last uint64
}

func openAnswered(fsys journal.FS, path string, terminal kiosk.TerminalID) (*answeredMark, error) {
	f, err := fsys.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("open the mark of answered events: %w", err)
	}
	return &answeredMark{file: f, seed: answeredSeed(terminal)}, nil
}

func answeredSeed(terminal kiosk.TerminalID) uint32 {
	return crc32.Checksum([]byte(terminal), crc32.MakeTable(crc32.Castagnoli))
}

// readAnswered gives the sequence of the last event that was answered; 0 when
// that is not known. What was answered was on disk before.
func readAnswered(fsys journal.FS, path string, terminal kiosk.TerminalID) uint64 {
	f, err := fsys.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }() // it was only read
	var b [answeredBytes]byte
	n, _ := f.ReadAt(b[:], 0)
	head := kiosk.Head{Seq: binary.BigEndian.Uint64(b[:])}
	copy(head.Hash[:], b[8:16])
	if n < len(b) || b != answeredText(head, answeredSeed(terminal)) {
		return 0
	}
	return head.Seq
}

// covers reports whether the mark is of that very head. A mark that cannot be
// read covers nothing.
func (m *answeredMark) covers(head kiosk.Head) bool {
	var b [answeredBytes]byte
	if n, _ := m.file.ReadAt(b[:], 0); n < len(b) { // short: never written
		return false
	}
	return b == answeredText(head, m.seed)
}

// set moves the mark. A failure only means that an answer may be given again.
func (m *answeredMark) set(head kiosk.Head) {
	if head.Seq == m.last {
		return
	}
	b := answeredText(head, m.seed)
	if _, err := m.file.WriteAt(b[:], 0); err == nil {
		m.last = head.Seq
	}
}

func answeredText(head kiosk.Head, seed uint32) (b [answeredBytes]byte) {
	binary.BigEndian.PutUint64(b[:], head.Seq)
	copy(b[8:16], head.Hash[:])
	binary.BigEndian.PutUint32(b[16:], crc32.Update(seed, crc32.MakeTable(crc32.Castagnoli), b[:16]))
	return b
}

// asideEvents is how many events that concern no order may follow a handover
// whose answer is still owed: a clock that changed, somebody who signed in.
const asideEvents = 256

// lastAnswered gives the sequence up to which every event's answer was given.
// All that a killed process may not have answered lies in its last append of an
// order's events, for those of no order are nobody's answer.
func (s *Store) lastAnswered(j *journal.Journal) (uint64, error) {
	head := j.Head()
	if s.mark.covers(head) {
		return head.Seq, nil
	}
	answered := head.Seq
	err := j.Read(head.Seq-min(head.Seq, asideEvents)+1, func(e journal.Entry) error {
		switch {
		case s.mark.covers(e.Head):
			answered = head.Seq
		case e.Event.Body.Subject() != "":
			answered = e.Append - 1
		}
		return nil
	})
	return answered, err
}

// Answered notes that the answers to all events so far have been given: printed
// or shown. Until it is called, a start after a crash gives the last answer
// again when the code is scanned again.
func (s *Store) Answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.journal.Load(); j != nil && !s.closed && len(s.resume) == 0 {
		s.answered = j.Head().Seq
		s.mark.set(j.Head())
	}
}
