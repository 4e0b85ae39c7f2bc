package pgstore

import (
	"cmp"
	"maps"
	"slices"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
)

// puts is what a transaction has put and not sent.
type puts struct {
	identity   *change
	touches    map[kiosk.PointID]bool
	points     map[kiosk.PointID]*put
	orders     map[orderKey]*orderRow
	codes      map[codeKey]kiosk.OrderID
	terminals  map[kiosk.TerminalID]terminalPut
	events     map[eventKey]eventPut
	docs       map[hq.DocKey]*put
	enrolments map[[32]byte][]byte
	counters   map[string]int64
	cases      []hq.Case // to add
	requests   []hq.Request
	decided    []hq.Case // to replace
	// copies and requestCopies come from another store with their numbers.
	copies        []hq.Case
	requestCopies []hq.Request
}

type change struct{ old, new []byte }

type put struct {
	value []byte // nil: to be deleted
	fresh bool   // it was not there when it was looked for
}

type terminalPut struct {
	point kiosk.PointID
	value []byte
}

type eventPut struct{ day, value []byte }

func newPuts() puts {
	return puts{
		touches: map[kiosk.PointID]bool{}, points: map[kiosk.PointID]*put{}, orders: map[orderKey]*orderRow{}, codes: map[codeKey]kiosk.OrderID{},
		terminals: map[kiosk.TerminalID]terminalPut{}, events: map[eventKey]eventPut{}, docs: map[hq.DocKey]*put{},
		enrolments: map[[32]byte][]byte{}, counters: map[string]int64{},
	}
}

// committed lets the process remember what it may.
func (t *transaction) committed() {
	if t.puts.identity != nil {
		t.store.identity.committed(t.puts.identity.new)
	}
	for id, point := range t.seen.places {
		if point != "" {
			t.store.places.add(id, point)
		}
	}
}

// flush has the puts sent with the next query or the commit, always in the same
// order, so that transactions wait for each other and seldom in a circle.
func (t *transaction) flush() error {
	p := t.puts
	identity := p.identity
	t.puts = newPuts()
	t.puts.identity = identity // until it is committed, others read it
	// The identity first, as an Update locks it that reads it: touches come after it
	// everywhere, and nobody waits in a circle.
	if identity != nil {
		if err := t.flushIdentity(identity); err != nil {
			return err
		}
	}
	for _, step := range []func(puts) error{
		t.flushPoints, t.flushTerminals, t.flushOrders, t.flushEvents, t.flushLists, t.flushDocs, t.flushTouches,
	} {
		if err := step(p); err != nil {
			return err
		}
	}
	return nil
}

// flushIdentity must know at once whether the identity is still the one that was
// read.
func (t *transaction) flushIdentity(c *change) error {
	sql, args := db.UpdateIdentity, []any{c.new, c.old}
	if c.old == nil {
		sql, args = db.InsertIdentity, []any{c.new}
	}
	n, err := t.session.affected(t.ctx, sql, args...)
	if err == nil && n == 0 {
		t.store.identity.forget()
		err = errStale
	}
	c.old = c.new
	return err
}

func (t *transaction) flushPoints(p puts) error {
	for _, id := range slices.Sorted(maps.Keys(p.points)) {
		v := p.points[id]
		var err error
		if v.fresh {
			err = t.q.InsertPoint(t.ctx, db.InsertPointParams{Point: []byte(id), Data: v.value})
		} else {
			err = t.q.PutPoint(t.ctx, db.PutPointParams{Point: []byte(id), Data: v.value})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) flushTouches(p puts) error {
	if len(p.touches) == 0 {
		return nil
	}
	var ids [][]byte
	for _, id := range slices.Sorted(maps.Keys(p.touches)) {
		ids = append(ids, []byte(id))
	}
	return t.q.PutTouches(t.ctx, ids)
}

func (t *transaction) flushTerminals(p puts) error {
	for _, id := range slices.Sorted(maps.Keys(p.terminals)) {
		v := p.terminals[id]
		if err := t.q.PutTerminal(t.ctx, db.PutTerminalParams{Point: []byte(v.point), ID: []byte(id), Data: v.value}); err != nil {
			return err
		}
		if known, ok := t.seen.places[id]; !ok || known != v.point {
			t.seen.places[id] = v.point
		}
	}
	return nil
}

func (t *transaction) flushOrders(p puts) error {
	if err := t.takeIn(p.orders); err != nil {
		return err
	}
	keys := slices.SortedFunc(maps.Keys(p.orders), func(a, b orderKey) int {
		return cmp.Or(cmp.Compare(a.point, b.point), cmp.Compare(a.id, b.id))
	})
	for len(keys) > 0 {
		a := db.PutOrdersParams{Point: []byte(keys[0].point)}
		for len(keys) > 0 && string(a.Point) == string(keys[0].point) {
			row := p.orders[keys[0]]
			version, err := number(row.version)
			if err != nil {
				return err
			}
			a.Ids, a.Versions = append(a.Ids, []byte(keys[0].id)), append(a.Versions, version)
			a.Terms, a.States, a.More = append(a.Terms, row.terms), append(a.States, row.state), append(a.More, row.more)
			keys = keys[1:]
		}
		if err := t.q.PutOrders(t.ctx, a); err != nil {
			return err
		}
	}
	return t.flushCodes(p)
}

func (t *transaction) flushCodes(p puts) error {
	keys := slices.SortedFunc(maps.Keys(p.codes), func(a, b codeKey) int {
		return cmp.Or(cmp.Compare(a.point, b.point), cmp.Compare(a.digits, b.digits))
	})
	for len(keys) > 0 {
		a := db.PutCodesParams{Point: []byte(keys[0].point)}
		for len(keys) > 0 && string(a.Point) == string(keys[0].point) {
			a.Digits, a.Orders = append(a.Digits, []byte(keys[0].digits)), append(a.Orders, []byte(p.codes[keys[0]]))
			keys = keys[1:]
		}
		if err := t.q.PutCodes(t.ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) flushEvents(p puts) error {
	keys := slices.SortedFunc(maps.Keys(p.events), func(a, b eventKey) int {
		return cmp.Or(cmp.Compare(a.point, b.point), cmp.Compare(a.terminal, b.terminal), cmp.Compare(a.seq, b.seq))
	})
	for len(keys) > 0 {
		a := db.PutEventsParams{Point: []byte(keys[0].point)}
		for len(keys) > 0 && string(a.Point) == string(keys[0].point) {
			v := p.events[keys[0]]
			seq, err := number(keys[0].seq)
			if err != nil {
				return err
			}
			a.Terminals, a.Seqs = append(a.Terminals, []byte(keys[0].terminal)), append(a.Seqs, seq)
			a.Days, a.Data = append(a.Days, v.day), append(a.Data, v.value)
			keys = keys[1:]
		}
		if err := t.q.PutEvents(t.ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) flushDocs(p puts) error {
	keys := slices.SortedFunc(maps.Keys(p.docs), func(a, b hq.DocKey) int {
		return cmp.Or(cmp.Compare(a.Collection, b.Collection), cmp.Compare(a.Point, b.Point), cmp.Compare(a.Key, b.Key))
	})
	for _, k := range keys {
		v := p.docs[k]
		point, collection, key := []byte(k.Point), []byte(k.Collection), []byte(k.Key)
		var err error
		switch {
		case v.value == nil:
			err = t.q.DeleteDoc(t.ctx, db.DeleteDocParams{Point: point, Collection: collection, Key: key})
		case v.fresh:
			err = t.q.InsertDoc(t.ctx, db.InsertDocParams{Point: point, Collection: collection, Key: key, Value: v.value})
		default:
			err = t.q.PutDoc(t.ctx, db.PutDocParams{Point: point, Collection: collection, Key: key, Value: v.value})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
