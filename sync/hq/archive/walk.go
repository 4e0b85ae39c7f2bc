package archive

import (
	"context"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// page is how many records are read at once.
const page = 1000

// walker goes through a store in an order that depends on what it holds alone.
type walker struct {
	ctx   context.Context // of the walk
	tx    hq.Tx
	enc   cbor.EncMode
	tally *tally
	emit  func(kind, []byte) error
}

// walk calls emit for every record of one state. What others refer to comes first:
// points before their orders, terminals before their events.
func walk(ctx context.Context, tx hq.Tx, t *tally, emit func(kind, []byte) error) error {
	enc, err := encoding()
	if err != nil {
		return err
	}
	w := &walker{ctx, tx, enc, t, emit}
	for _, part := range []func() error{w.points, w.terminals, w.enrolments, w.cases, w.requests, w.docs, w.identity} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) put(k kind, v any) error {
	body, err := w.enc.Marshal(v)
	if err != nil {
		return err
	}
	w.tally.add(k, body)
	return w.emit(k, body)
}

// pages calls fn for each record of a list that comes in pages. list gets the last
// record of the page before, nil for the first one.
func pages[T any](w *walker, list func(last *T) ([]T, error), fn func(T) error) error {
	for last := (*T)(nil); ; {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		some, err := list(last)
		if err != nil {
			return err
		}
		for _, v := range some {
			if err := fn(v); err != nil {
				return err
			}
		}
		if len(some) < page {
			return nil
		}
		last = &some[len(some)-1]
	}
}

func after[T any, K any](last *T, key func(T) K) (k K) {
	if last != nil {
		k = key(*last)
	}
	return k
}

func (w *walker) identity() error {
	id, ok, err := w.tx.Identity()
	if err != nil || !ok {
		return err
	}
	return w.put(kindIdentity, id)
}

func (w *walker) points() error {
	return pages(w, func(last *hq.PointRecord) ([]hq.PointRecord, error) {
		return w.tx.Points(after(last, func(p hq.PointRecord) kiosk.PointID { return p.Point.ID }), page)
	}, w.point)
}

func (w *walker) point(p hq.PointRecord) error {
	if err := w.put(kindPoint, p); err != nil {
		return err
	}
	id := p.Point.ID
	err := pages(w, func(last *hq.OrderRecord) ([]hq.OrderRecord, error) {
		return w.tx.Orders(id, after(last, func(r hq.OrderRecord) kiosk.OrderID { return r.Order.ID }), page)
	}, func(rec hq.OrderRecord) error {
		o, err := newOrder(rec)
		if err != nil {
			return err
		}
		return w.put(kindOrder, o)
	})
	if err != nil {
		return err
	}
	return pages(w, func(last *hq.CodeOwner) ([]hq.CodeOwner, error) {
		return w.tx.CodeOwners(id, after(last, func(o hq.CodeOwner) string { return o.Text }), page)
	}, func(o hq.CodeOwner) error { return w.put(kindCode, owner{id, o.Text, o.Order}) })
}

func (w *walker) terminals() error {
	return pages(w, func(last *hq.Terminal) ([]hq.Terminal, error) {
		return w.tx.Terminals(after(last, func(t hq.Terminal) kiosk.TerminalID { return t.ID }), page)
	}, func(t hq.Terminal) error {
		if err := w.put(kindTerminal, t); err != nil {
			return err
		}
		return pages(w, func(last *hq.StoredEvent) ([]hq.StoredEvent, error) {
			return w.tx.Events(t.ID, after(last, func(e hq.StoredEvent) uint64 { return e.Seq }), page)
		}, func(e hq.StoredEvent) error { return w.put(kindEvent, e) })
	})
}

func (w *walker) enrolments() error {
	return pages(w, func(last *hq.Enrolment) ([]hq.Enrolment, error) {
		return w.tx.Enrolments(after(last, func(e hq.Enrolment) [32]byte { return e.Hash }), page)
	}, func(e hq.Enrolment) error { return w.put(kindEnrolment, e) })
}

func (w *walker) cases() error {
	return pages(w, func(last *hq.Case) ([]hq.Case, error) {
		return w.tx.Cases(after(last, func(c hq.Case) uint64 { return c.Number }), page)
	}, func(c hq.Case) error { return w.put(kindCase, c) })
}

func (w *walker) requests() error {
	return pages(w, func(last *hq.Request) ([]hq.Request, error) {
		return w.tx.Requests(after(last, func(r hq.Request) uint64 { return r.Number }), page)
	}, func(r hq.Request) error { return w.put(kindRequest, r) })
}

func (w *walker) docs() error {
	collections, err := w.tx.Collections()
	if err != nil {
		return err
	}
	for _, name := range collections {
		err := pages(w, func(last *hq.Doc) ([]hq.Doc, error) {
			return w.tx.AllDocs(name, after(last, func(d hq.Doc) hq.DocPlace { return d.DocPlace }), page)
		}, func(d hq.Doc) error { return w.put(kindDoc, document{name, d.Point, d.Key, d.Value}) })
		if err != nil {
			return err
		}
	}
	return nil
}
