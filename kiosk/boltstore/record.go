package boltstore

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// begin makes sure that the store can record; the caller holds the lock. After
// a fault it opens the journal anew and reads what is there.
func (s *Store) begin() error {
	if s.closed {
		return ErrClosed
	}
	if s.doubt != nil {
		return fmt.Errorf("%w: %w", ErrOutOfOrder, s.doubt)
	}
	if err := s.ready(); err != nil {
		return err
	}
	if s.journal.Load() != nil {
		return nil
	}
	if err := s.reopen(); err != nil {
		s.fault.Store(&fault{err})
		return fmt.Errorf("%w: %w", ErrOutOfOrder, err)
	}
	return nil
}

func (s *Store) reopen() error {
	head, _, _ := s.states.status()
	j, err := s.openJournal(head.Seq)
	if err != nil {
		return err
	}
	here, ok, err := j.HeadAt(head.Seq)
	if err == nil && (!ok || here != head) {
		err = fmt.Errorf("%w: event %d", ErrJournalLost, head.Seq)
	}
	if err == nil {
		err = s.catchUp(j)
	}
	if err != nil {
		return errors.Join(err, j.Close())
	}
	s.journal.Store(j)
	s.fault.Store(nil)
	s.o.Observer.Replaced() // events may be on disk of which nobody was told
	return nil
}

// reader gives the journal for reading.
func (s *Store) reader() (*journal.Journal, error) {
	if j := s.journal.Load(); j != nil {
		return j, nil
	}
	return nil, ErrOutOfOrder
}

// record makes bodies durable in one append and folds them in; the caller
// holds the lock and may know this terminal's states of the orders. When the
// outcome of the write is unknown it reads what is there and records what is
// missing, once.
func (s *Store) record(at kiosk.Moment, version uint64, known map[kiosk.OrderID]kiosk.OrderState, bodies ...kiosk.Body) ([]kiosk.Event, error) {
	events := make([]kiosk.Event, len(bodies))
	for i, body := range bodies {
		events[i] = kiosk.Event{At: at, SetVersion: version, Body: body}
		if _, err := io.ReadFull(s.o.Random, events[i].ID[:]); err != nil {
			return nil, fmt.Errorf("%w: no random numbers: %w", ErrOutOfOrder, err)
		}
	}
	written, err := s.append(events, known)
	if errors.Is(err, journal.ErrUnknownOutcome) {
		written, err = s.recordAgain(events)
	}
	switch {
	case err == nil:
		s.fault.Store(nil)
	case errors.Is(err, journal.ErrRefused):
		return nil, err // the event's fault, not the disk's
	default:
		s.fault.Store(&fault{err})
		return nil, fmt.Errorf("%w: %w", ErrOutOfOrder, err)
	}
	for _, e := range written {
		s.o.Observer.Recorded(e)
	}
	if slices.ContainsFunc(bodies, func(b kiosk.Body) bool { return b.Subject() != "" }) {
		clear(s.resume)
	}
	last := written[len(written)-1].Seq
	if len(s.resume) == 0 {
		s.answered = last
	}
	if last >= s.noteAt {
		s.noteAt = last + seenEvery
		select {
		case s.note <- struct{}{}:
		default: // it is asked for already
		}
	}
	if _, _, pending := s.states.status(); pending >= s.o.CheckpointEvery {
		select {
		case s.kick <- struct{}{}:
		default: // it is asked for already
		}
	}
	return written, nil
}

// append writes events and folds them in.
func (s *Store) append(events []kiosk.Event, known map[kiosk.OrderID]kiosk.OrderState) ([]kiosk.Event, error) {
	j := s.journal.Load()
	written, err := j.Append(events...)
	if err != nil {
		if errors.Is(err, journal.ErrUnknownOutcome) {
			s.journal.Store(nil)
			_ = j.Close() // it has failed already
		}
		return nil, err
	}
	head := j.Head()
	for i, e := range written {
		after := head
		if i+1 < len(written) {
			after = kiosk.Head{Seq: e.Seq, Hash: written[i+1].Prev}
		}
		if err := s.states.apply(e, after, known); err != nil {
			// On disk, but the state cannot follow: read all of it again.
			s.journal.Store(nil)
			_ = j.Close() // its events are synced
			return nil, fmt.Errorf("%w: %w", journal.ErrUnknownOutcome, err)
		}
	}
	return written, nil
}

// recordAgain finds out which of the events are on disk and appends the rest.
// The first few of an append may have been kept, never a later one alone.
func (s *Store) recordAgain(events []kiosk.Event) ([]kiosk.Event, error) {
	applied, _, _ := s.states.status()
	if err := s.reopen(); err != nil {
		return nil, err
	}
	var found []kiosk.Event
	err := s.journal.Load().Read(min(applied.Seq, s.answered)+1, func(e journal.Entry) error {
		if len(found) < len(events) && e.Event.ID == events[len(found)].ID {
			found = append(found, e.Event)
		}
		return nil
	})
	if err != nil || len(found) == len(events) {
		return found, err
	}
	rest, err := s.append(events[len(found):], nil)
	return append(found, rest...), err
}
