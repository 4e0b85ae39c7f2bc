package boltstore

import (
	"errors"
	"io/fs"
	"os"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// Rebuild makes state.db again from the whole journal and gives the number of
// events. The old file is kept beside it; what HQ acknowledged is brought over
// from it as far as it can be read and is in the journal's chain. It also
// opens a folder that Open refuses with ErrJournalLost, without the events
// that are lost, unless HQ's signature says that it has them.
func Rebuild(o Options) (events uint64, err error) {
	s, err := open(o, true)
	if err != nil {
		return 0, err
	}
	events = s.Status().Head
	return events, s.Close()
}

// setStatesAside keeps state.db under another name and gives what it held that
// the journal does not: what HQ said.
func (s *Store) setStatesAside(path string) (kept kiosk.Ack, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	}
	old := &states{terminal: s.o.Terminal, key: s.o.MACKey}
	if old.db, err = openSound(path, func(path string) error { return checkFile(path, old.add) }, old.load); err == nil {
		before := &Store{o: s.o, states: old}
		err = before.Receipts(func(r kiosk.Receipt) error {
			kept.Receipts = append(kept.Receipts, r)
			return nil
		})
		kept.Head = old.meta.Acked
		err = errors.Join(err, old.db.Close())
	}
	if err != nil {
		s.o.Warn(err) // it is disposable
	}
	_, err = setAside(path)
	return kept, err
}

// bringBack keeps what HQ said before, if HQ's head is in the chain.
func (s *Store) bringBack(j *journal.Journal, ack kiosk.Ack) error {
	here, ok, err := j.HeadAt(ack.Head.Seq)
	if err != nil {
		return err
	}
	if !ok || here != ack.Head {
		s.o.Warn(ErrForked)
		return nil
	}
	return s.states.update(func(tx *bolt.Tx, m *stateMeta) error {
		m.Acked = ack.Head
		return keepReceipts(tx, m, newTagger(s.o.MACKey), ack)
	})
}
