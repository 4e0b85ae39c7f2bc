package boltstore

import (
	"fmt"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// transaction is an hq.Tx.
type transaction struct {
	tx    *bbolt.Tx
	store *Store
	// touched collects the points that an Update touches.
	touched map[kiosk.PointID]bool
}

func (t transaction) bucket(name string) *bbolt.Bucket { return t.tx.Bucket([]byte(name)) }

func (t transaction) encode(v any) ([]byte, error) {
	b, err := t.store.enc.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("store %T: %w", v, err)
	}
	return b, nil
}

func (t transaction) decode(raw []byte, v any) error {
	if err := t.store.dec.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%w: %T is damaged; restore the store from a backup: %w", hq.ErrNotAStore, v, err)
	}
	return nil
}

func get[T any](t transaction, bucket string, key []byte) (v T, ok bool, err error) {
	raw := t.bucket(bucket).Get(key)
	if raw == nil {
		return v, false, nil
	}
	err = t.decode(raw, &v)
	return v, err == nil, err
}

func put[T any](t transaction, bucket string, key []byte, v T) error {
	raw, err := t.encode(v)
	if err != nil {
		return err
	}
	return t.bucket(bucket).Put(key, raw)
}

// list decodes at most limit entries from a key on.
func list[T any](t transaction, bucket string, from []byte, limit int) (out []T, err error) {
	c := t.bucket(bucket).Cursor()
	for k, raw := c.Seek(from); k != nil && len(out) < limit; k, raw = c.Next() {
		var v T
		if err := t.decode(raw, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Identity gives what HQ is known by.
func (t transaction) Identity() (hq.Identity, bool, error) {
	return get[hq.Identity](t, bucketMeta, []byte(keyIdentity))
}

// PutIdentity keeps what HQ is known by.
func (t transaction) PutIdentity(v hq.Identity) error {
	t.touched[""] = true
	return put(t, bucketMeta, []byte(keyIdentity), v)
}

// Point finds a point.
func (t transaction) Point(id kiosk.PointID) (hq.PointRecord, bool, error) {
	return get[hq.PointRecord](t, bucketPoints, []byte(id))
}

// Touch notes a point for those who follow it.
func (t transaction) Touch(id kiosk.PointID) error {
	t.touched[id] = true
	return nil
}

// PutPoint keeps a point.
func (t transaction) PutPoint(v hq.PointRecord) error {
	t.touched[v.Point.ID] = true
	return put(t, bucketPoints, []byte(v.Point.ID), v)
}

// Points lists points by id.
func (t transaction) Points(after kiosk.PointID, limit int) ([]hq.PointRecord, error) {
	return list[hq.PointRecord](t, bucketPoints, following(after), limit)
}

// Terminal finds a terminal.
func (t transaction) Terminal(id kiosk.TerminalID) (hq.Terminal, bool, error) {
	return get[hq.Terminal](t, bucketTerminals, []byte(id))
}

// PutTerminal keeps a terminal.
func (t transaction) PutTerminal(v hq.Terminal) error {
	return put(t, bucketTerminals, []byte(v.ID), v)
}

// Terminals lists terminals by id.
func (t transaction) Terminals(after kiosk.TerminalID, limit int) ([]hq.Terminal, error) {
	return list[hq.Terminal](t, bucketTerminals, following(after), limit)
}

// PointTerminals lists a point's terminals by id. It reads them all: one town's are
// few.
func (t transaction) PointTerminals(point kiosk.PointID) ([]hq.Terminal, error) {
	all, err := list[hq.Terminal](t, bucketTerminals, nil, math.MaxInt)
	return slices.DeleteFunc(all, func(v hq.Terminal) bool { return v.Point != point }), err
}

// Enrolment finds a code by its hash.
func (t transaction) Enrolment(hash [32]byte) (hq.Enrolment, bool, error) {
	return get[hq.Enrolment](t, bucketEnrolments, hash[:])
}

// PutEnrolment keeps a code.
func (t transaction) PutEnrolment(v hq.Enrolment) error {
	return put(t, bucketEnrolments, v.Hash[:], v)
}

// Enrolments lists codes by hash.
func (t transaction) Enrolments(after [32]byte, limit int) (out []hq.Enrolment, err error) {
	from := after[:]
	if after != ([32]byte{}) {
		from = append(from, 0)
	}
	return list[hq.Enrolment](t, bucketEnrolments, from, limit)
}

// AddCase numbers a case.
func (t transaction) AddCase(v hq.Case) (uint64, error) {
	n, err := t.bucket(bucketCases).NextSequence()
	if err != nil {
		return 0, err
	}
	v.Number = n
	return n, put(t, bucketCases, number(n), v)
}

// Case finds a case.
func (t transaction) Case(n uint64) (hq.Case, bool, error) {
	return get[hq.Case](t, bucketCases, number(n))
}

// PutCase keeps a case.
func (t transaction) PutCase(v hq.Case) error {
	return putNumbered(t, bucketCases, v.Number, v)
}

// putNumbered keeps what has a number, and has later numbers go on after it.
func putNumbered[T any](t transaction, bucket string, n uint64, v T) error {
	b := t.bucket(bucket)
	if n > b.Sequence() {
		if err := b.SetSequence(n); err != nil {
			return err
		}
	}
	return put(t, bucket, number(n), v)
}

// AddRequest numbers a request.
func (t transaction) AddRequest(v hq.Request) (uint64, error) {
	n, err := t.bucket(bucketRequests).NextSequence()
	if err != nil {
		return 0, err
	}
	v.Number = n
	return n, put(t, bucketRequests, number(n), v)
}

// PutRequest keeps a request.
func (t transaction) PutRequest(v hq.Request) error {
	return putNumbered(t, bucketRequests, v.Number, v)
}

// Requests lists requests by number.
func (t transaction) Requests(after uint64, limit int) ([]hq.Request, error) {
	return list[hq.Request](t, bucketRequests, number(after+1), limit)
}

// Cases lists cases by number.
func (t transaction) Cases(after uint64, limit int) ([]hq.Case, error) {
	return list[hq.Case](t, bucketCases, number(after+1), limit)
}
