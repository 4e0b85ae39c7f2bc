package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
)

// transaction is an hq.Tx. What it puts is collected, and sent before a list is
// asked for and with the commit.
type transaction struct {
	ctx     context.Context // of the whole transaction
	store   *Store
	codec   codec
	session *session
	q       *db.Queries
	update  bool
	careful bool

	seen seen
	puts puts
}

// seen is what the transaction knows of the database, its own puts included. A value
// of nil is not there.
type seen struct {
	locked   map[kiosk.PointID]bool // of these nobody else changes anything
	identity *[]byte
	points   map[kiosk.PointID][]byte
	orders   map[orderKey]*orderRow
	asked    map[kiosk.OrderID]bool // prefetched, and not looked for at other points
	homes    map[kiosk.OrderID]kiosk.PointID
	homeless map[kiosk.OrderID]bool // were at no point when asked for
	codes    map[codeKey]kiosk.OrderID
	// codesAsked counts questions for codes of a point; of those in codesWhole all are
	// among codes.
	codesAsked map[kiosk.PointID]int
	codesWhole map[kiosk.PointID]bool
	places     map[kiosk.TerminalID]kiosk.PointID
	terminals  map[kiosk.TerminalID][]byte
	events     map[eventKey][]byte
	docs       map[hq.DocKey][]byte
	counters   map[string]int64
	cases      map[uint64]bool // found or not
}

type orderKey struct {
	point kiosk.PointID
	id    kiosk.OrderID
}

type codeKey struct {
	point  kiosk.PointID
	digits string
}

type eventKey struct {
	point    kiosk.PointID
	terminal kiosk.TerminalID
	seq      uint64
}

func (s *Store) transaction(ctx context.Context, update bool) *transaction {
	t := &transaction{ctx: ctx, store: s, codec: s.codec, update: update}
	t.session = &session{pool: s.pool, begin: beginView}
	if update {
		t.session.begin = beginUpdate
	}
	t.q = db.New(t.session)
	t.seen = seen{
		locked: map[kiosk.PointID]bool{}, points: map[kiosk.PointID][]byte{}, orders: map[orderKey]*orderRow{},
		asked: map[kiosk.OrderID]bool{}, homes: map[kiosk.OrderID]kiosk.PointID{}, homeless: map[kiosk.OrderID]bool{}, codes: map[codeKey]kiosk.OrderID{},
		codesAsked: map[kiosk.PointID]int{}, codesWhole: map[kiosk.PointID]bool{},
		places: map[kiosk.TerminalID]kiosk.PointID{}, terminals: map[kiosk.TerminalID][]byte{}, events: map[eventKey][]byte{},
		docs: map[hq.DocKey][]byte{}, counters: map[string]int64{}, cases: map[uint64]bool{},
	}
	t.puts = newPuts()
	return t
}

// none makes nil of no row.
func none[T any](v T, err error) (T, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		var nothing T
		return nothing, nil
	}
	return v, err
}

// lock makes an Update the only one that reads or changes anything of a point, from
// its next query on. It brings the point's record with it.
func (t *transaction) lock(point kiosk.PointID) {
	if !t.update || point == "" || t.seen.locked[point] {
		return
	}
	t.seen.locked[point] = true
	read := func(results pgx.BatchResults) error {
		var raw []byte
		err := results.QueryRow().Scan(&raw)
		if raw, err = none(raw, err); err != nil {
			return err
		}
		if _, put := t.seen.points[point]; !put {
			t.seen.points[point] = raw
		}
		return nil
	}
	t.session.waiting = append(t.session.waiting, statement{sql: db.LockPoint, args: []any{[]byte(point)}, read: read})
}

func get[T any](t *transaction, raw []byte) (v T, ok bool, err error) {
	if raw == nil {
		return v, false, nil
	}
	err = t.codec.decode(raw, &v)
	return v, err == nil, err
}

// Identity gives what HQ is known by: as this process read it in the last second,
// for a change of it is refused when it was another one meanwhile.
func (t *transaction) Identity() (hq.Identity, bool, error) {
	if t.seen.identity == nil {
		raw, count := t.store.identity.get()
		if raw == nil || t.careful {
			var err error
			if t.careful {
				raw, err = none(t.q.LockIdentity(t.ctx))
			} else if raw, err = none(t.q.GetIdentity(t.ctx)); raw != nil {
				t.store.identity.found(raw, count)
			}
			if err != nil {
				return hq.Identity{}, false, err
			}
		}
		t.seen.identity = &raw
	}
	return get[hq.Identity](t, *t.seen.identity)
}

// PutIdentity keeps what HQ is known by, unless it is another one than was read.
func (t *transaction) PutIdentity(v hq.Identity) error {
	raw, err := t.codec.encode(v)
	if err != nil {
		return err
	}
	if t.seen.identity == nil {
		if _, _, err := t.Identity(); err != nil {
			return err
		}
	}
	if t.puts.identity == nil {
		t.puts.identity = &change{old: *t.seen.identity}
	}
	t.puts.identity.new = raw
	t.seen.identity = &raw
	return t.Touch("")
}

// Touch notes a point for those who follow it.
func (t *transaction) Touch(id kiosk.PointID) error {
	t.puts.touches[id] = true
	return nil
}

// Point finds a point.
func (t *transaction) Point(id kiosk.PointID) (hq.PointRecord, bool, error) {
	t.lock(id)
	raw, known := t.seen.points[id]
	if !known {
		var err error
		if t.update {
			err = t.session.run(t.ctx)
			raw = t.seen.points[id]
		} else {
			raw, err = none(t.q.GetPoint(t.ctx, []byte(id)))
		}
		if err != nil {
			return hq.PointRecord{}, false, err
		}
		t.seen.points[id] = raw
	}
	return get[hq.PointRecord](t, raw)
}

// PutPoint keeps a point. One that was looked for and not there must not be there
// at the commit either.
func (t *transaction) PutPoint(v hq.PointRecord) error {
	raw, err := t.codec.encode(v)
	if err != nil {
		return err
	}
	id := v.Point.ID
	old, known := t.seen.points[id]
	if p := t.puts.points[id]; p != nil {
		p.value = raw
	} else {
		t.puts.points[id] = &put{value: raw, fresh: known && old == nil}
	}
	t.seen.points[id] = raw
	return t.Touch(id)
}

// Points lists points by id.
func (t *transaction) Points(after kiosk.PointID, limit int) ([]hq.PointRecord, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListPoints(t.ctx, db.ListPointsParams{After: []byte(after), Most: int64(limit)})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.PointRecord](t.codec, raw)
}
