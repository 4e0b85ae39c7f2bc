package pgstore

import (
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
)

const (
	counterCases    = "cases"
	counterRequests = "requests"
)

// next gives the next number. Who counts holds the counter until its commit: so
// numbers become visible in their order, and nobody who asks for what is behind a
// number misses one that is committed late.
func (t *transaction) next(counter string) (uint64, error) {
	n, known := t.seen.counters[counter]
	if !known {
		err := t.flush() // of what came with its number
		if err != nil {
			return 0, err
		}
		if n, err = t.q.LockCounter(t.ctx, counter); err != nil {
			return 0, err
		}
	}
	n++
	t.seen.counters[counter], t.puts.counters[counter] = n, n
	return uint64(n), nil
}

// AddCase numbers a case.
func (t *transaction) AddCase(v hq.Case) (uint64, error) {
	n, err := t.next(counterCases)
	if err != nil {
		return 0, err
	}
	v.Number = n
	t.puts.cases = append(t.puts.cases, v)
	return n, nil
}

// Case finds a case. No other Update decides it meanwhile.
func (t *transaction) Case(n uint64) (hq.Case, bool, error) {
	if err := t.flush(); err != nil {
		return hq.Case{}, false, err
	}
	find := t.q.GetCase
	if t.update {
		find = t.q.LockCase
	}
	raw, err := none(find(t.ctx, after(n)))
	if err != nil {
		return hq.Case{}, false, err
	}
	t.seen.cases[n] = raw != nil
	return get[hq.Case](t, raw)
}

// PutCase keeps a case, in the place of one that was found, or with its number.
func (t *transaction) PutCase(v hq.Case) error {
	if t.seen.cases[v.Number] {
		t.puts.decided = append(t.puts.decided, v)
		return nil
	}
	t.puts.copies = append(t.puts.copies, v)
	return nil
}

// Cases lists cases by number.
func (t *transaction) Cases(number uint64, limit int) ([]hq.Case, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListCases(t.ctx, db.ListCasesParams{After: after(number), Most: int64(limit)})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.Case](t.codec, raw)
}

// AddRequest numbers a request.
func (t *transaction) AddRequest(v hq.Request) (uint64, error) {
	n, err := t.next(counterRequests)
	if err != nil {
		return 0, err
	}
	v.Number = n
	t.puts.requests = append(t.puts.requests, v)
	return n, nil
}

// PutRequest keeps a request with its number.
func (t *transaction) PutRequest(v hq.Request) error {
	t.puts.requestCopies = append(t.puts.requestCopies, v)
	return nil
}

// Requests lists requests by number.
func (t *transaction) Requests(number uint64, limit int) ([]hq.Request, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListRequests(t.ctx, db.ListRequestsParams{After: after(number), Most: int64(limit)})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.Request](t.codec, raw)
}

// Enrolment finds a code by its hash. No other Update uses it meanwhile.
func (t *transaction) Enrolment(hash [32]byte) (hq.Enrolment, bool, error) {
	if err := t.flush(); err != nil {
		return hq.Enrolment{}, false, err
	}
	find := t.q.GetEnrolment
	if t.update {
		find = t.q.LockEnrolment
	}
	raw, err := none(find(t.ctx, hash[:]))
	if err != nil {
		return hq.Enrolment{}, false, err
	}
	return get[hq.Enrolment](t, raw)
}

// PutEnrolment keeps a code.
func (t *transaction) PutEnrolment(v hq.Enrolment) error {
	raw, err := t.codec.encode(v)
	t.puts.enrolments[v.Hash] = raw
	return err
}

// Enrolments lists codes by hash.
func (t *transaction) Enrolments(after [32]byte, limit int) ([]hq.Enrolment, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListEnrolments(t.ctx, db.ListEnrolmentsParams{After: after[:], Most: int64(limit)})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.Enrolment](t.codec, raw)
}
