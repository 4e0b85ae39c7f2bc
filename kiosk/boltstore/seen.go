package boltstore

import (
	"crypto/hmac"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// seenFile remembers, outside of journal and databases, what they were: so that
// one that is gone, cut or put back is missed. It is written without a sync, in
// the background, and synced by Close; a power cut may set it back, never ahead.
const seenFile = "seen"

const (
	seenMagic = "HXSEEN01"
	seenBytes = 8 + 8 + 32 + 8 + 2*24 + tagBytes
	// seenEvery is after how many events it is written again. The first event of
	// a run is noted at once.
	seenEvery = 256
)

// fileState is what a database was when it was closed.
type fileState struct {
	size  uint64 // bytes
	mtime uint64 // nanoseconds
	tx    uint64 // the last transaction's number
}

// stateOf gives the zero fileState for a file that cannot be read.
func stateOf(path string) fileState {
	file, err := os.Open(path)
	if err != nil {
		return fileState{}
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return fileState{}
	}
	m, err := readMetas(file)
	if err != nil {
		return fileState{}
	}
	return fileState{uint64(info.Size()), uint64(info.ModTime().UnixNano()), m.tx}
}

// seen is what the file says.
type seen struct {
	head    kiosk.Head // of the journal
	unclean uint64     // starts in a row that no Close followed; 0: the last one ended well
	orders  fileState  // when it ended well
	states  fileState
}

// encode: magic, sequence and chain hash of the head, unclean, the two files'
// states (size, mtime, transaction), tag. Numbers are big-endian.
func (s seen) encode(t *tagger, terminal kiosk.TerminalID) []byte {
	b := append(make([]byte, 0, seenBytes), seenMagic...)
	b = binary.BigEndian.AppendUint64(b, s.head.Seq)
	b = append(b, s.head.Hash[:]...)
	for _, n := range []uint64{s.unclean, s.orders.size, s.orders.mtime, s.orders.tx, s.states.size, s.states.mtime, s.states.tx} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return append(b, t.tag(seenFile, []byte(terminal), b)...)
}

// decodeSeen reports ok false for anything that this terminal did not write.
func decodeSeen(b []byte, t *tagger, terminal kiosk.TerminalID) (s seen, ok bool) {
	body := len(b) - tagBytes
	if len(b) != seenBytes || string(b[:8]) != seenMagic || !hmac.Equal(t.tag(seenFile, []byte(terminal), b[:body]), b[body:]) {
		return s, false
	}
	s.head = kiosk.Head{Seq: binary.BigEndian.Uint64(b[8:]), Hash: kiosk.Hash(b[16:48])}
	at := 48
	for _, n := range []*uint64{&s.unclean, &s.orders.size, &s.orders.mtime, &s.orders.tx, &s.states.size, &s.states.mtime, &s.states.tx} {
		*n, at = binary.BigEndian.Uint64(b[at:]), at+8
	}
	return s, true
}

// readSeen gives what the last run left; a missing or unreadable file counts as
// an end that was not clean.
func (s *Store) readSeen() seen {
	none := seen{unclean: 1}
	file, err := s.o.FS.OpenFile(filepath.Join(s.o.Dir, seenFile), os.O_RDONLY, 0)
	if err != nil {
		return none
	}
	defer func() { _ = file.Close() }() // it was only read
	b := make([]byte, seenBytes)
	if n, _ := file.ReadAt(b, 0); n < len(b) {
		return none
	}
	if was, ok := decodeSeen(b, newTagger(s.o.MACKey), s.o.Terminal); ok {
		return was
	}
	s.o.Warn(fmt.Errorf("%s cannot be read; it is written anew", seenFile))
	return none
}

// openSeen opens the file for writing and notes that this run has not ended
// well yet. The caller has the journal's lock.
func (s *Store) openSeen() error {
	file, err := s.o.FS.OpenFile(filepath.Join(s.o.Dir, seenFile), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return fmt.Errorf("open %s: %w", seenFile, err)
	}
	s.seenFile = file
	s.writeSeen(seen{head: s.was.head, unclean: s.was.unclean + 1})
	return nil
}

// noteSeen writes the head, which is on disk. It runs in the background.
func (s *Store) noteSeen() {
	head, _, _ := s.states.status()
	s.writeSeen(seen{head: head, unclean: s.was.unclean + 1})
}

// writeSeen tells of a failure and goes on: nothing depends on the file while
// everything else is well.
func (s *Store) writeSeen(now seen) {
	if _, err := s.seenFile.WriteAt(now.encode(newTagger(s.o.MACKey), s.o.Terminal), 0); err != nil {
		s.o.Warn(fmt.Errorf("write %s: %w", seenFile, err))
	}
}

// endSeen notes a clean end. The databases are closed; the lock is still held.
func (s *Store) endSeen() error {
	head, _, _ := s.states.status()
	s.writeSeen(seen{
		head: head, orders: stateOf(filepath.Join(s.o.Dir, ordersFile)), states: stateOf(filepath.Join(s.o.Dir, stateFile)),
	})
	return s.seenFile.Datasync()
}

// atLeast is how many events the journal must have, by what lies outside of the
// databases.
func (s *Store) atLeast() uint64 {
	return max(s.was.head.Seq, readAnswered(s.o.FS, filepath.Join(s.o.Dir, journalDir, answeredFile), s.o.Terminal))
}

// missed returns ErrJournalLost when the journal lacks an event that somebody
// has seen: it was cut, deleted, or replaced and gone on with.
func missed(j *journal.Journal, witness string, head kiosk.Head, warn func(error)) error {
	here, ok, err := j.HeadAt(head.Seq)
	if err != nil {
		warn(fmt.Errorf("event %d, which %s knows, cannot be read: %w", head.Seq, witness, err))
		return nil // opening does not read so far back; verify finds it
	}
	if !ok || here != head {
		return fmt.Errorf("%w: %s knows event %d", ErrJournalLost, witness, head.Seq)
	}
	return nil
}
