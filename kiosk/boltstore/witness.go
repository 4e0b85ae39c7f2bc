package boltstore

import (
	"errors"
	"fmt"
	"path/filepath"
	"sort"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// DoubtError says that HQ's signature contradicts the journal. It wraps
// [ErrJournalLost] where the journal ends too early and [ErrForked] where it
// holds another event. The terminal must not go on: it would hand out again what
// the events that it lacks handed out.
type DoubtError struct {
	Seq  uint64 // the first event that may not be the one that HQ has
	HQ   uint64 // HQ acknowledged the events up to this
	Last uint64 // the journal's last event
	kind error
}

func (e *DoubtError) Error() string {
	what := fmt.Sprintf("HQ acknowledged another event %d of this terminal than its journal holds", e.HQ)
	if errors.Is(e.kind, ErrJournalLost) {
		what = fmt.Sprintf("HQ acknowledged event %d of this terminal, its journal ends with event %d", e.HQ, e.Last)
	}
	return fmt.Sprintf("%s; by what HQ signed, event %d is the first in doubt; put the right journal back, or export this one, have HQ revoke the terminal and enrol it anew in an empty folder", what, e.Seq)
}

// Unwrap gives ErrJournalLost or ErrForked.
func (e *DoubtError) Unwrap() error { return e.kind }

// Forked tells the engine that the journal contradicts HQ.
func (e *DoubtError) Forked() bool { return true }

// openAcks opens what HQ acknowledged, once.
func (s *Store) openAcks() (err error) {
	if s.o.HQ == nil || s.acks != nil {
		return nil
	}
	s.acks, err = journal.OpenAcks(s.o.FS, filepath.Join(s.o.Dir, journalDir), s.o.Terminal, s.o.HQ)
	return err
}

// attested makes sure that the journal holds all that HQ is known to have
// acknowledged. It returns a *DoubtError.
func (s *Store) attested(j *journal.Journal) error {
	if err := s.openAcks(); err != nil || s.acks == nil {
		return err
	}
	return s.inChain(j, s.acks.Newest().Head)
}

// inChain makes sure that HQ's head is a place in the journal.
func (s *Store) inChain(j *journal.Journal, head kiosk.Head) error {
	here, ok, err := j.HeadAt(head.Seq)
	if err != nil || ok && here == head {
		return err
	}
	d := &DoubtError{HQ: head.Seq, Last: j.Head().Seq, Seq: 1, kind: ErrForked}
	if !ok {
		d.kind = ErrJournalLost
	}
	if s.acks == nil {
		return d
	}
	// A chain that agrees with HQ in one place agrees before it.
	heads := s.acks.All()
	differs := sort.Search(len(heads), func(i int) bool {
		here, ok, err := j.HeadAt(heads[i].Seq)
		return err != nil || !ok || here != heads[i]
	})
	if differs > 0 {
		d.Seq = heads[differs-1].Seq + 1
	}
	return d
}

// Terminal is whose store it is.
func (s *Store) Terminal() kiosk.TerminalID { return s.o.Terminal }

// Head is the journal's last event. It returns ErrOutOfOrder.
func (s *Store) Head() (kiosk.Head, error) {
	j, err := s.reader()
	if err != nil {
		return kiosk.Head{}, err
	}
	return j.Head(), nil
}

// HeadAt is the place of an event in the chain; ok is false beyond the last.
func (s *Store) HeadAt(seq uint64) (head kiosk.Head, ok bool, err error) {
	j, err := s.reader()
	if err != nil {
		return kiosk.Head{}, false, err
	}
	return j.HeadAt(seq)
}

// Witness takes HQ's signed word that it has the events up to a head, and keeps
// it, without moving the acknowledged head. When the journal does not hold that
// head it returns a [*DoubtError], and with a signature that is HQ's the store
// is out of order from then on, also after a restart.
func (s *Store) Witness(ack kiosk.Ack) error {
	j, err := s.reader()
	if err != nil {
		return err
	}
	err = s.inChain(j, ack.Head)
	doubt, doubtful := errors.AsType[*DoubtError](err)
	if s.acks == nil || err != nil && !doubtful {
		return err
	}
	if kept := s.acks.Keep(ack); errors.Is(kept, journal.ErrNotSigned) || kept != nil && !doubtful {
		return errors.Join(err, kept)
	} else if kept != nil {
		s.o.Warn(kept) // this run knows it, and the next one asks HQ again
	}
	if !doubtful {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doubt = doubt
	s.fault.Store(&fault{doubt})
	return err
}
