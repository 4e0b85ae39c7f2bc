package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// errOne ends a reading of the journal after one event.
var errOne = errors.New("one event")

// Withheld gives at most so many of the events that HQ acknowledged without having
// seen them, the oldest first, each as a batch of its own.
func (s *Store) Withheld(most int) ([]kiosk.Batch, error) {
	j, err := s.reader()
	if err != nil {
		return nil, err
	}
	var list []kiosk.Batch
	err = s.Receipts(func(r kiosk.Receipt) error {
		if !r.Withheld {
			return nil
		}
		if len(list) == most {
			return errEnough
		}
		prev, _, err := j.HeadAt(r.Seq - 1)
		if err != nil {
			return err
		}
		err = j.Read(r.Seq, func(e journal.Entry) error {
			list = append(list, kiosk.Batch{Terminal: s.o.Terminal, Prev: prev, Records: []kiosk.Record{e.Record}})
			return errOne
		})
		if errors.Is(err, errOne) {
			err = nil
		}
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, fmt.Errorf("read the withheld events: %w", err)
	}
	return list, nil
}

// Resolve keeps HQ's verdict on an event that was withheld and got through after
// all. It changes nothing where the event is not kept as withheld.
func (s *Store) Resolve(r kiosk.Receipt) error {
	t := newTagger(s.o.MACKey)
	err := s.states.update(func(tx *bolt.Tx, m *stateMeta) error {
		b, k := tx.Bucket([]byte(bucketReceipts)), binary.BigEndian.AppendUint64(nil, r.Seq)
		kept := b.Get(k)
		if kept == nil {
			return nil
		}
		value, err := t.open(bucketReceipts, k, kept)
		var was kiosk.Receipt
		if err == nil {
			err = json.Unmarshal(value, &was)
		}
		if err != nil || !was.Withheld || r.Withheld {
			return err
		}
		if !telling(r) {
			m.Others--
			return m.remove(b, k)
		}
		if value, err = json.Marshal(r); err != nil {
			return err
		}
		return m.put(b, k, t.seal(bucketReceipts, k, value))
	})
	if err != nil {
		return fmt.Errorf("keep HQ's verdict: %w", err)
	}
	s.o.Observer.Settled()
	return nil
}
