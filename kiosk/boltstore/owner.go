package boltstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// owner is whose an order set is, and what it knows of the journal.
type owner struct {
	key      []byte
	terminal kiosk.TerminalID
	home     kiosk.PointID // the point that it serves; empty: any
	head     func() kiosk.Head
}

func (w owner) initOrders(tx *bolt.Tx) error {
	for _, name := range []string{bucketOrders, bucketLookups, bucketMeta} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return w.putMeta(tx, setMeta{Digest: kiosk.SetDigest{}.String()})
}

// putMeta writes the set's record, with the journal's head as it is now: so a
// journal that is gone is missed although state.db is gone as well.
func (w owner) putMeta(tx *bolt.Tx, m setMeta) error {
	m.Format, m.Terminal, m.Seen = setFormat, w.terminal, w.head()
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return w.put(tx, keySet, b)
}

func (w owner) put(tx *bolt.Tx, key string, value []byte) error {
	return tx.Bucket([]byte(bucketMeta)).Put([]byte(key), newTagger(w.key).seal(bucketMeta, []byte(key), value))
}

// get gives a record of the bucket meta; nil when it is not there.
func (w owner) get(tx *bolt.Tx, key string) ([]byte, error) {
	kept := tx.Bucket([]byte(bucketMeta)).Get([]byte(key))
	if kept == nil {
		return nil, nil
	}
	return newTagger(w.key).open(bucketMeta, []byte(key), kept)
}

// readMeta returns ErrDamaged for a file that is no order set of this terminal.
func (w owner) readMeta(tx *bolt.Tx) (m setMeta, err error) {
	for _, name := range []string{bucketOrders, bucketLookups, bucketMeta} {
		if tx.Bucket([]byte(name)) == nil {
			return m, fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
		}
	}
	format := setFormat
	b, err := w.get(tx, keySet)
	if err != nil { // with format 1 it had no tag
		format, b = setFormat1, tx.Bucket([]byte(bucketMeta)).Get([]byte(keySet))
	}
	if broken := json.Unmarshal(b, &m); broken != nil || m.Format != format {
		return m, fmt.Errorf("%w: the record of the set cannot be read: %w", ErrDamaged, errors.Join(err, broken))
	}
	if _, err := kiosk.ParseSetDigest(m.Digest); err != nil {
		return m, fmt.Errorf("%w: the record of the set: %w", ErrDamaged, err)
	}
	if format == setFormat && m.Terminal != w.terminal {
		return m, fmt.Errorf("%w: it is of terminal %s", ErrDamaged, m.Terminal)
	}
	return m, nil
}

func (w owner) putPoint(tx *bolt.Tx, p kiosk.Point) error {
	b, err := kiosk.EncodePoint(p)
	if err != nil {
		return err
	}
	if err := tx.Bucket([]byte(bucketMeta)).Delete([]byte(keyOldPoint)); err != nil {
		return err
	}
	return w.put(tx, keyPoint, b)
}

// readPoint gives the point's settings, the zero Point before HQ sent any.
func (w owner) readPoint(tx *bolt.Tx) (p kiosk.Point, err error) {
	b, err := w.get(tx, keyPoint)
	if b == nil && err == nil {
		b = tx.Bucket([]byte(bucketMeta)).Get([]byte(keyOldPoint))
	}
	if b == nil || err != nil {
		return p, err
	}
	if p, err = kiosk.DecodePoint(bytes.Clone(b)); err != nil {
		return p, fmt.Errorf("%w: the point's settings: %w", ErrDamaged, err)
	}
	if w.home != "" && p.ID != "" && p.ID != w.home {
		return p, fmt.Errorf("%w: it is of point %s, this is %s", ErrDamaged, p.ID, w.home)
	}
	return p, nil
}
