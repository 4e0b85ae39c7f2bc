package boltstore

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// maxList bounds the lists of an order to what kiosk.DecodeOrder reads.
const maxList = 1024

// storable refuses what could not be read back.
func storable(o kiosk.Order) error {
	if err := o.Validate(); err != nil {
		return err
	}
	ok := valid(string(o.ID), string(o.Point), o.PickupNumber, o.Shelf, o.Consignment)
	for _, l := range o.Lines {
		ok = ok && valid(string(l.ID), l.Product, l.Spec, l.Unit, l.Supplier, l.Barcode)
	}
	if !ok {
		return fmt.Errorf("%w: order %s has text that is not UTF-8", kiosk.ErrInvalidOrder, o.ID)
	}
	if max(len(o.Lookups), len(o.Settled), len(o.NameKeys)) > maxList {
		return fmt.Errorf("%w: order %s has more than %d codes, handovers or ways to type a name", kiosk.ErrInvalidOrder, o.ID, maxList)
	}
	return nil
}

// valid reports whether all texts are UTF-8.
func valid(text ...string) bool {
	for _, t := range text {
		if !utf8.ValidString(t) {
			return false
		}
	}
	return true
}

// setWriter changes single orders of a set within a transaction, in both
// buckets, and keeps count and digest.
type setWriter struct {
	tx      *bolt.Tx
	orders  *bolt.Bucket
	lookups *bolt.Bucket
	tagger  *tagger
	meta    *setMeta
	digest  kiosk.SetDigest
}

func newSetWriter(tx *bolt.Tx, m *setMeta, key []byte) (*setWriter, error) {
	d, err := kiosk.ParseSetDigest(m.Digest)
	return &setWriter{
		tx: tx, orders: tx.Bucket([]byte(bucketOrders)), lookups: tx.Bucket([]byte(bucketLookups)),
		tagger: newTagger(key), meta: m, digest: d,
	}, err
}

// finish puts count and digest into the set's record.
func (w *setWriter) finish() { w.meta.Digest = w.digest.String() }

// put adds an order or replaces an older one.
func (w *setWriter) put(o kiosk.Order) error {
	old, known, err := getOrder(w.tx, w.tagger, []byte(o.ID))
	if err != nil || known && old.Version > o.Version {
		return err
	}
	if known && old.Version == o.Version && bare(old) {
		strip(&o) // HQ sends again what was forgotten here
	}
	return w.replace(old, known, o)
}

// putLocal adds an order, or replaces one that differs in anything but its
// version. It reports whether there was something to do.
// The customer of an order that is done, and was forgotten, stays forgotten.
func (w *setWriter) putLocal(o kiosk.Order, done func(kiosk.Order) (bool, error)) (bool, error) {
	old, known, err := getOrder(w.tx, w.tagger, []byte(o.ID))
	if err != nil {
		return false, err
	}
	o.Version = old.Version
	if known {
		if bare(old) && !bare(o) {
			forgotten, err := done(old)
			if err != nil {
				return false, err
			}
			if forgotten {
				strip(&o)
			}
		}
		before, err := kiosk.EncodeOrder(old)
		if err != nil {
			return false, err
		}
		after, err := kiosk.EncodeOrder(o)
		if err != nil || bytes.Equal(before, after) {
			return false, err
		}
	}
	o.Version++
	return true, w.replace(old, known, o)
}

func (w *setWriter) replace(old kiosk.Order, known bool, o kiosk.Order) error {
	if known {
		if err := w.forget(old, o.Lookups); err != nil {
			return err
		}
	}
	value, err := kiosk.EncodeOrder(o)
	if err != nil {
		return err
	}
	if err := w.orders.Put([]byte(o.ID), w.tagger.seal(bucketOrders, []byte(o.ID), value)); err != nil {
		return err
	}
	for _, l := range o.Lookups {
		if err := w.lookups.Put(lookupKey(l, o.ID), nil); err != nil {
			return err
		}
	}
	w.digest.Toggle(o.ID, o.Version)
	w.meta.Count++
	return nil
}

// remove takes an order out of the set; an unknown one is no error.
func (w *setWriter) remove(id kiosk.OrderID) error {
	old, known, err := getOrder(w.tx, w.tagger, []byte(id))
	if err != nil || !known {
		return err
	}
	if err := w.forget(old, nil); err != nil {
		return err
	}
	w.meta.Remnants++
	return w.orders.Delete([]byte(id))
}

// forget takes an order out of count, digest and index, but for the lookups
// that stay.
func (w *setWriter) forget(old kiosk.Order, stay []kiosk.Lookup) error {
	for _, l := range old.Lookups {
		if slices.Contains(stay, l) {
			continue
		}
		if err := w.lookups.Delete(lookupKey(l, old.ID)); err != nil {
			return err
		}
	}
	w.digest.Toggle(old.ID, old.Version)
	w.meta.Count--
	return nil
}

func lookupKey(l kiosk.Lookup, id kiosk.OrderID) []byte {
	return append(append(make([]byte, 0, lookupBytes+len(id)), l[:]...), id...)
}
