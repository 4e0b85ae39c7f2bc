package pgstore

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"hexiao/sync/hq/pgstore/db"
)

// flushLists sends cases, requests and enrolments.
func (t *transaction) flushLists(p puts) error {
	for hash, raw := range p.enrolments {
		if err := t.q.PutEnrolment(t.ctx, db.PutEnrolmentParams{Hash: hash[:], Data: raw}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.counters)) {
		if err := t.q.PutCounter(t.ctx, db.PutCounterParams{Name: name, Value: p.counters[name]}); err != nil {
			return err
		}
	}
	for _, c := range p.cases {
		id, raw, err := t.row(c)
		if err != nil {
			return err
		}
		if err := t.q.InsertCase(t.ctx, db.InsertCaseParams{Point: []byte(c.Point), ID: id, Number: after(c.Number), Data: raw}); err != nil {
			return err
		}
	}
	for _, r := range p.requests {
		id, raw, err := t.row(r)
		if err != nil {
			return err
		}
		if err := t.q.InsertRequest(t.ctx, db.InsertRequestParams{Point: []byte(r.Point), ID: id, Number: after(r.Number), Data: raw}); err != nil {
			return err
		}
	}
	if err := t.flushCopies(p); err != nil {
		return err
	}
	for _, c := range p.decided {
		raw, err := t.codec.encode(c)
		if err != nil {
			return err
		}
		if err := t.q.UpdateCase(t.ctx, db.UpdateCaseParams{Point: []byte(c.Point), Number: after(c.Number), Data: raw}); err != nil {
			return err
		}
	}
	return nil
}

// row is a value with a key of its own, by time (UUIDv7), so that rows that come
// together lie together.
func (t *transaction) row(v any) (uuid.UUID, []byte, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, nil, err
	}
	raw, err := t.codec.encode(v)
	return id, raw, err
}

// flushCopies sends what has its numbers from another store.
func (t *transaction) flushCopies(p puts) error {
	for _, c := range p.copies {
		id, raw, err := t.row(c)
		if err != nil {
			return err
		}
		if err := t.q.PutCase(t.ctx, db.PutCaseParams{Point: []byte(c.Point), ID: id, Number: after(c.Number), Data: raw}); err != nil {
			return err
		}
		if err := t.q.RaiseCounter(t.ctx, db.RaiseCounterParams{Name: counterCases, Value: after(c.Number)}); err != nil {
			return err
		}
	}
	for _, r := range p.requestCopies {
		id, raw, err := t.row(r)
		if err != nil {
			return err
		}
		if err := t.q.PutRequest(t.ctx, db.PutRequestParams{Point: []byte(r.Point), ID: id, Number: after(r.Number), Data: raw}); err != nil {
			return err
		}
		if err := t.q.RaiseCounter(t.ctx, db.RaiseCounterParams{Name: counterRequests, Value: after(r.Number)}); err != nil {
			return err
		}
	}
	return nil
}
