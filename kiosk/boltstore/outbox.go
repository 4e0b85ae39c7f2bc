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

// errEnough ends a reading of the journal.
var errEnough = errors.New("enough")

// Pending gives up to limit durable events after HQ's acknowledged head, in
// order; none when HQ has them all. It returns a [*DoubtError] when they do not
// follow from that head.
func (s *Store) Pending(limit int) (kiosk.Batch, error) {
	j, err := s.reader()
	if err != nil {
		return kiosk.Batch{}, err
	}
	b := kiosk.Batch{Terminal: s.o.Terminal, Prev: s.AckedHead()}
	if limit <= 0 {
		return b, nil
	}
	err = j.Read(b.Prev.Seq+1, func(e journal.Entry) error {
		if len(b.Records) == 0 && e.Event.Prev != b.Prev.Hash {
			// HQ could not tell: it would chain them to what it has.
			if err := s.inChain(j, b.Prev); err != nil {
				return err
			}
		}
		if b.Records = append(b.Records, e.Record); len(b.Records) == limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return kiosk.Batch{}, fmt.Errorf("read the events for HQ: %w", err)
	}
	return b, nil
}

// AckedHead is the last event that HQ acknowledged.
func (s *Store) AckedHead() kiosk.Head {
	_, m, _ := s.states.status()
	return m.Acked
}

// Acknowledge keeps HQ's head and its verdicts. The caller has checked the
// signature. A head before the one known is taken, too: an HQ that came back
// from a backup wants the events after it again. It returns what [Store.Witness]
// returns when the head is not in this terminal's chain.
func (s *Store) Acknowledge(ack kiosk.Ack) error {
	if err := s.Witness(ack); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	err := s.states.update(func(tx *bolt.Tx, m *stateMeta) error {
		m.Acked = ack.Head
		return keepReceipts(tx, m, newTagger(s.o.MACKey), ack)
	})
	if errors.Is(err, ErrDamaged) {
		// Not tried again: the file begins without HQ's verdicts, and they all come with the next push.
		err = errors.Join(err, s.renewStates(err))
	}
	s.o.Observer.Settled()
	if err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

// keepReceipts adds the verdicts that say more than that HQ has the event.
func keepReceipts(tx *bolt.Tx, m *stateMeta, t *tagger, ack kiosk.Ack) error {
	b := tx.Bucket([]byte(bucketReceipts))
	for _, r := range ack.Receipts {
		if r.Seq > ack.Head.Seq || !telling(r) {
			continue
		}
		value, err := json.Marshal(r)
		if err != nil {
			return err
		}
		k := binary.BigEndian.AppendUint64(nil, r.Seq)
		if b.Get(k) == nil {
			m.Others++
		} else if r.Settlement == kiosk.SettledReplay {
			continue // the first verdict says more
		}
		if err := m.put(b, k, t.seal(bucketReceipts, k, value)); err != nil {
			return err
		}
	}
	return nil
}

// telling reports whether a receipt says more than that HQ has the event.
func telling(r kiosk.Receipt) bool {
	switch r.Settlement {
	case kiosk.SettledAccepted:
		return false
	case kiosk.SettledReplay:
		return len(r.Against) > 0
	}
	return true
}

// Receipts calls fn with HQ's verdicts on events that it settled otherwise than
// accepted, by sequence, until fn returns an error, which Receipts then returns.
func (s *Store) Receipts(fn func(kiosk.Receipt) error) error {
	var list []kiosk.Receipt
	t := newTagger(s.o.MACKey)
	err := s.states.view(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucketReceipts)).ForEach(func(k, kept []byte) error {
			value, err := t.open(bucketReceipts, k, kept)
			if err != nil {
				return err
			}
			var r kiosk.Receipt
			if err := json.Unmarshal(value, &r); err != nil {
				return fmt.Errorf("%w: a receipt: %w", ErrDamaged, err)
			}
			list = append(list, r)
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("read HQ's verdicts: %w", err)
	}
	for _, r := range list {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}
