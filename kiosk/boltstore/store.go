package boltstore

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal"
)

const (
	journalDir = "journal"
	ordersFile = "orders.db"
	stateFile  = "state.db"
	// DefaultCheckpointEvery is how many events a start may have to read again.
	// Fewer would cost the scans more: each checkpoint writes most of the pages
	// that the last ones wrote.
	DefaultCheckpointEvery = 5000
	// progressEvery is how many events lie between two reports of progress.
	progressEvery          = 1000
	defaultCheckpointPause = 30 * time.Second
)

// Options say where a store lies and whose it is.
type Options struct {
	Dir      string // the data folder; made when missing
	Terminal kiosk.TerminalID
	Point    kiosk.PointID                 // that the terminal serves; empty: any
	Lookup   func(kiosk.Code) kiosk.Lookup // seal.PointKey.Lookup
	// RotationKey is seal.PointKey.RotationKey; nil: no rotating code is taken.
	RotationKey func(opaque kiosk.Code) []byte
	MACKey      []byte // authenticates journal and records; at least journal.MinKeyBytes
	// HQKey checks HQ's acknowledgements, which are then kept as evidence, and the
	// codes that HQ signed. nil: none are kept, and no such code is taken.
	HQKey ed25519.PublicKey
	// HQ is HQKey with the keys that follow from it, for others who check what HQ
	// signed; the store has it learn what the point's settings and the evidence say.
	// nil: the store's own.
	HQ     *hqring.Ring
	Random io.Reader        // for event ids: crypto/rand.Reader
	Now    func() time.Time // dates local imports; events bring their own time
	// Warn is told what the store repaired or could not do in the background.
	// nil: nobody is. It must not call the store.
	Warn func(error)
	// Progress is told how many events of how many a start has read again, when
	// it must read more than a few. nil: nobody is. It must not call the store.
	Progress func(done, total uint64)
	// Examine reads a bbolt file in a process of its own that is ended when it
	// takes too long, as ExamineFile does, and returns ErrDamaged when that
	// failed. It is asked only after a run that did not end by Close. nil: pages
	// are checked in this process alone, by code that damage cannot harm.
	Examine func(path string) error
	// Observer is told what changes; nil: nobody is.
	Observer Observer
	// The rest is for tests and benchmarks; zero values are right.
	FS              journal.FS
	SegmentBytes    int64
	CheckpointEvery int
	CheckpointPause time.Duration // after one that failed
	CheckAlways     int64         // up to which size orders.db is checked at every start, in bytes
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Lookup == nil, o.Random == nil, o.Now == nil:
		return o, errors.New("open the store: Lookup, Random and Now are needed")
	case len(o.MACKey) < journal.MinKeyBytes:
		return o, fmt.Errorf("open the store: the key has %d bytes, fewer than %d", len(o.MACKey), journal.MinKeyBytes)
	}
	if o.HQ == nil && o.HQKey != nil {
		o.HQ = hqring.New(o.HQKey)
	}
	if o.Warn == nil {
		o.Warn = func(error) {}
	}
	if o.Progress == nil {
		o.Progress = func(uint64, uint64) {}
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	if o.FS == nil {
		o.FS = journal.OS()
	}
	if o.CheckpointEvery == 0 {
		o.CheckpointEvery = DefaultCheckpointEvery
	}
	if o.CheckpointPause == 0 {
		o.CheckpointPause = defaultCheckpointPause
	}
	if o.CheckAlways == 0 {
		o.CheckAlways = walkAlways
	}
	return o, nil
}

// Store is an open store. It implements desk.Ledger and is safe for use by
// several goroutines.
type Store struct {
	o      Options
	orders *orderSet
	states *states

	mu       sync.Mutex                     // the one lock over deciding, recording and applying
	answered uint64                         // sequence up to which every event's caller was answered
	resume   map[kiosk.EventID]kiosk.Moment // when the events happened whose answer may never have been given
	mark     *answeredMark
	doubt    error  // HQ's signature contradicts the journal
	referred refer  // of the last proxy code
	noteAt   uint64 // sequence from which on the head is noted again
	closed   bool
	granted  map[kiosk.OrderID]kiosk.Grant // by HQ, lately

	acks     *journal.Acks // nil: without HQ
	was      seen          // what the last run left
	seenFile journal.File  // nil: not yet open

	journal   atomic.Pointer[journal.Journal] // nil: out of order
	fault     atomic.Pointer[fault]           // why
	suspended atomic.Pointer[fault]           // by Suspend

	kick         chan struct{} // asks for a checkpoint
	note         chan struct{} // asks for a note of the head
	stop         chan struct{}
	checkpointer sync.WaitGroup // all that runs in the background
	maintaining  sync.Mutex     // one Maintain at a time
}

type fault struct{ err error }

// Open opens a data folder, or makes one, and recovers it: what cannot be read
// of the disposable files is set aside and built again.
func Open(o Options) (*Store, error) { return open(o, false) }

func open(o Options, rebuild bool) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := makeDir(o.Dir); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	s := &Store{o: o, kick: make(chan struct{}, 1), note: make(chan struct{}, 1), stop: make(chan struct{})}
	s.was = s.readSeen()
	atLeast := s.atLeast()
	if rebuild {
		atLeast = 0
	}
	j, err := s.openJournal(atLeast) // first: its lock keeps other processes out of all the files
	if err != nil {
		return nil, errors.Join(err, s.closeFiles(false))
	}
	s.journal.Store(j)
	if err := s.recover(j, rebuild); err != nil {
		return nil, errors.Join(err, s.closeFiles(false))
	}
	s.checkpointer.Go(s.checkpoints)
	return s, nil
}

// openJournal returns ErrJournalLost for a journal of fewer events than are known
// to be on disk.
func (s *Store) openJournal(atLeast uint64) (*journal.Journal, error) {
	j, err := journal.Open(journal.Options{
		Dir: filepath.Join(s.o.Dir, journalDir), Terminal: s.o.Terminal, MACKey: s.o.MACKey,
		FS: s.o.FS, SegmentBytes: s.o.SegmentBytes, AtLeast: atLeast,
	})
	if errors.Is(err, journal.ErrShort) {
		return nil, fmt.Errorf("%w: %w", ErrJournalLost, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	for _, name := range j.Torn() {
		s.o.Warn(fmt.Errorf("the last write to the journal was interrupted; what it left is kept as %s", name))
	}
	if err := s.attested(j); err != nil {
		return nil, errors.Join(fmt.Errorf("open the data folder: %w", err), j.Close())
	}
	return j, nil
}

func (s *Store) recover(j *journal.Journal, rebuild bool) (err error) {
	if err := s.openSeen(); err != nil {
		return err
	}
	path := filepath.Join(s.o.Dir, stateFile)
	var kept kiosk.Ack
	if rebuild {
		if kept, err = s.setStatesAside(path); err != nil {
			return err
		}
	}
	if s.states, err = openStates(path, s.o.Terminal, s.o.MACKey, s.checkStates, s.o.Warn); err != nil {
		return err
	}
	w := owner{key: s.o.MACKey, terminal: s.o.Terminal, home: s.o.Point, head: s.states.applied}
	if s.orders, err = openOrderSet(filepath.Join(s.o.Dir, ordersFile), w, s.checkOrders, s.o.Warn); err != nil {
		return err
	}
	s.orders.emptied = s.o.Observer.Replaced
	s.adopt(s.Point())
	if err := s.witnessed(j, rebuild); err != nil {
		return err
	}
	if err := s.states.refold(); err != nil {
		return err
	}
	if s.states.made && j.Head().Seq > 0 {
		s.o.Warn(fmt.Errorf("state.db is built again from %d events of the journal", j.Head().Seq))
	}
	answered := filepath.Join(s.o.Dir, journalDir, answeredFile)
	if s.mark, err = openAnswered(s.o.FS, answered, s.o.Terminal); err != nil {
		return err
	}
	if rebuild && readAnswered(s.o.FS, answered, s.o.Terminal) > j.Head().Seq {
		s.mark.set(j.Head()) // what was answered later is lost, and known to be
	}
	if s.answered, err = s.lastAnswered(j); err != nil {
		return err
	}
	if err := s.catchUp(j); err != nil || !rebuild {
		return err
	}
	return s.bringBack(j, kept)
}

// witnessed compares the journal with what is known of it elsewhere. A rebuild
// goes on with what is left.
func (s *Store) witnessed(j *journal.Journal, rebuild bool) error {
	head, m, _ := s.states.status()
	here, ok, err := j.HeadAt(head.Seq)
	if err != nil {
		return err
	}
	if !ok || here != head {
		return fmt.Errorf("%w: state.db knows event %d", ErrJournalLost, head.Seq)
	}
	if m.Acked.Seq > j.Head().Seq {
		return fmt.Errorf("%w: HQ acknowledged event %d", ErrJournalLost, m.Acked.Seq)
	}
	if rebuild {
		return nil
	}
	_, set := s.orders.current()
	if err := missed(j, ordersFile, set.Seen, s.o.Warn); err != nil {
		return err
	}
	return missed(j, seenFile, s.was.head, s.o.Warn)
}

// catchUp applies the events that the state lacks, and notes those that were
// never answered. A damaged state.db is built again.
func (s *Store) catchUp(j *journal.Journal) error {
	err := s.applyFrom(j)
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	if err := s.states.replaceDamaged(err); err != nil {
		return err
	}
	return s.applyFrom(j)
}

func (s *Store) applyFrom(j *journal.Journal) error {
	s.resume = map[kiosk.EventID]kiosk.Moment{}
	applied, _, _ := s.states.status()
	from, total := min(applied.Seq, s.answered)+1, j.Head().Seq-applied.Seq
	return j.Read(from, func(e journal.Entry) error {
		done := e.Head.Seq - min(applied.Seq, e.Head.Seq)
		if done > 0 && done%progressEvery == 0 {
			s.o.Progress(done, total)
		}
		if e.Head.Seq > s.answered && e.Event.Body.Subject() != "" {
			s.resume[e.Event.ID] = e.Event.At
		}
		if e.Head.Seq <= applied.Seq {
			return nil
		}
		if err := s.states.apply(e.Event, e.Head, nil); err != nil {
			return err
		}
		if _, _, pending := s.states.status(); pending < s.o.CheckpointEvery {
			return nil
		}
		return s.states.checkpoint(nil)
	})
}

// checkpoints runs in the background until the store closes: checkpoints, and
// notes of the head. A checkpoint that fails stays in memory and is tried again
// after a pause; redemptions go on.
func (s *Store) checkpoints() {
	rest := s.resting(context.Background(), checkpointRest)
	for {
		select {
		case <-s.stop:
			return
		case <-s.kick:
			for err := s.checkpoint(rest); err != nil; err = s.checkpoint(rest) {
				if errors.Is(err, ErrClosed) {
					return // Close makes the last one
				}
				s.o.Warn(fmt.Errorf("what was recorded is in the journal alone for now: %w", err))
				pause := time.NewTimer(s.o.CheckpointPause)
				select {
				case <-s.stop:
					pause.Stop()
					return
				case <-pause.C:
				}
			}
		case <-s.note:
			s.noteSeen()
		}
	}
}

// checkpoint brings the states to disk, into a file built again if need be.
func (s *Store) checkpoint(rest func() error) error {
	err := s.states.checkpoint(rest)
	if errors.Is(err, ErrDamaged) {
		if err = s.renewStates(err); err == nil {
			err = s.states.checkpoint(nil)
		}
	}
	return err
}

// Point gives the point's settings as HQ last sent them; the zero Point before
// that.
func (s *Store) Point() kiosk.Point {
	p, _ := s.orders.current()
	return p
}

// Attempts gives what the journal says of failed attempts. Like the orders'
// states it is kept in state.db and built again with it, so that opening need
// not look for them.
func (s *Store) Attempts() kiosk.Attempts { return s.states.attempts() }

// Status says how much is stored, how fresh it is, and what is wrong.
func (s *Store) Status() desk.Status {
	_, set := s.orders.current()
	head, m, _ := s.states.status()
	st := desk.Status{
		Cache: set.Cache, Orders: set.Count, Expected: set.Expected, Refused: set.Loss.Refused,
		Unsent: head.Seq - min(m.Acked.Seq, head.Seq), Conflict: m.Others, Head: head.Seq,
	}
	f := s.fault.Load()
	if f == nil {
		f = s.suspended.Load()
	}
	if f != nil {
		st.Disk, st.Fault = f.err, FaultOf(f.err)
	}
	return st
}

// Close writes a last checkpoint and closes the files. Every event was on disk
// before.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	s.checkpointer.Wait()
	err := errors.Join(s.checkpoint(nil), s.orders.note())
	return errors.Join(err, s.closeFiles(err == nil))
}

// closeFiles closes what is open. clean says that everything was written.
func (s *Store) closeFiles(clean bool) error {
	var errs []error
	if s.orders != nil {
		errs = append(errs, s.orders.close())
	}
	if s.states != nil {
		errs = append(errs, s.states.db.Close(), s.states.pages.close())
	}
	if s.mark != nil {
		errs = append(errs, s.mark.file.Close())
	}
	if s.acks != nil {
		errs = append(errs, s.acks.Close())
	}
	if s.seenFile != nil {
		if clean && errors.Join(errs...) == nil {
			errs = append(errs, s.endSeen())
		}
		errs = append(errs, s.seenFile.Close())
	}
	if j := s.journal.Load(); j != nil { // last: it holds the lock
		errs = append(errs, j.Close())
	}
	return errors.Join(errs...)
}
