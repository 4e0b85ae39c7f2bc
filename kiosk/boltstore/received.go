package boltstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// received is the first signature for a consignment: from then on its orders are
// at the point, whether HQ has heard of it or not.
type received struct {
	Seq uint64
	At  time.Time // wall clock
}

// sign notes a signature; the caller holds mu.
func (st *states) sign(e kiosk.Event) {
	b, ok := e.Body.(kiosk.GoodsReceived)
	if _, known := st.received[b.Consignment]; !ok || known {
		return
	}
	r := received{Seq: e.Seq, At: e.At.Wall.UTC()}
	st.received[b.Consignment] = r
	st.signed[b.Consignment] = r
}

// isReceived reports whether somebody signed for an order's consignment.
func (st *states) isReceived(o kiosk.Order) bool {
	if o.Consignment == "" {
		return false
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	_, ok := st.received[o.Consignment]
	return ok
}

// putSigned writes signatures.
func putSigned(tx *bolt.Tx, m *stateMeta, t *tagger, signed map[string]received) error {
	b := tx.Bucket([]byte(bucketReceived))
	for _, consignment := range slices.Sorted(maps.Keys(signed)) {
		value, err := json.Marshal(signed[consignment])
		if err != nil {
			return err
		}
		if err := m.put(b, []byte(consignment), t.seal(bucketReceived, []byte(consignment), value)); err != nil {
			return err
		}
	}
	return nil
}

// loadReceived reads all signatures: there are a few a day.
func (st *states) loadReceived(tx *bolt.Tx) error {
	st.received, st.signed = map[string]received{}, map[string]received{}
	b := tx.Bucket([]byte(bucketReceived))
	if b == nil { // before format 3
		return nil
	}
	t := newTagger(st.key)
	return b.ForEach(func(k, kept []byte) error {
		value, err := t.open(bucketReceived, k, kept)
		if err != nil {
			return err
		}
		var r received
		if err := json.Unmarshal(value, &r); err != nil {
			return fmt.Errorf("%w: a signature: %w", ErrDamaged, err)
		}
		st.received[string(k)] = r
		return nil
	})
}

// refold brings a file of an older format up: the program that wrote it did not
// know every event of today, so all of the journal is folded in again. What was
// folded in before stays as it is.
func (st *states) refold() error {
	if st.meta.Format >= stateFormat {
		return nil
	}
	err := st.update(func(tx *bolt.Tx, m *stateMeta) error {
		m.Format, m.Head, m.Attempts, m.Risk = stateFormat, kiosk.Head{}, kiosk.Attempts{}, kiosk.Risk{}
		_, err := tx.CreateBucketIfNotExists([]byte(bucketReceived))
		return err
	})
	st.mu.Lock()
	defer st.mu.Unlock()
	if err == nil {
		st.head, st.failed = kiosk.Head{}, tally{}
	}
	return err
}

// pruneReceived forgets signatures that are older than a time and that HQ
// accepted, of consignments that no order of the set names any more.
func (s *Store) pruneReceived(before time.Time, rest func() error) error {
	st := s.states
	st.mu.Lock()
	old := maps.Clone(st.received)
	st.mu.Unlock()
	maps.DeleteFunc(old, func(_ string, r received) bool { return !r.At.Before(before) })
	if len(old) == 0 {
		return nil
	}
	if err := st.undisputed(old); err != nil {
		return err
	}
	for after := kiosk.OrderID(""); len(old) > 0; {
		orders, err := s.orders.page(after, sweepPage)
		if err != nil {
			return err
		}
		if len(orders) == 0 {
			break
		}
		for _, o := range orders {
			delete(old, o.Consignment)
		}
		after = orders[len(orders)-1].ID
		if err := rest(); err != nil {
			return err
		}
	}
	if len(old) == 0 {
		return nil
	}
	err := st.update(func(tx *bolt.Tx, m *stateMeta) error {
		b := tx.Bucket([]byte(bucketReceived))
		for consignment := range old {
			if err := m.remove(b, []byte(consignment)); err != nil {
				return err
			}
		}
		return nil
	})
	st.mu.Lock()
	defer st.mu.Unlock()
	if err == nil {
		maps.DeleteFunc(st.received, func(consignment string, _ received) bool { _, gone := old[consignment]; return gone })
	}
	return err
}

// undisputed takes out the signatures that are still on their way to the file, that
// HQ does not have, or that it settled otherwise than accepted.
func (st *states) undisputed(old map[string]received) error {
	_, m, _ := st.status()
	return st.view(func(tx *bolt.Tx) error {
		receipts, b := tx.Bucket([]byte(bucketReceipts)), tx.Bucket([]byte(bucketReceived))
		maps.DeleteFunc(old, func(consignment string, r received) bool {
			return r.Seq > m.Acked.Seq || b.Get([]byte(consignment)) == nil ||
				receipts.Get(binary.BigEndian.AppendUint64(nil, r.Seq)) != nil
		})
		return nil
	})
}
