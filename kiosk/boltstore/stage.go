package boltstore

import (
	"errors"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

const (
	stagedSuffix = ".staged"
	// stageBytes are gathered before they are written in one transaction.
	stageBytes = 8 << 20
	// indexBatch is how many index entries are written in one transaction.
	indexBatch = 100_000
)

// staging is a full set on its way into orders.db.staged. Orders gather in
// memory and are written in large transactions in the order of their keys,
// while the next ones come in. The index is written last, sorted: in the order
// in which codes come, bbolt would take twelve times as long.
type staging struct {
	owner
	path string
	db   *bolt.DB

	meta   setMeta // with all that came, written or not
	digest kiosk.SetDigest
	last   kiosk.OrderID // the greatest id that came
	tagger *tagger

	batch   *stagedBatch
	spare   *stagedBatch // that was written, and is filled next
	writing chan error   // of the transaction that is under way; nil: none

	index []indexEntry   // of the orders in batch, unless partial
	runs  [][]indexEntry // of the orders before them, each sorted by the write
	ids   *idList        // of the orders that these mean
	// partial: the index lacks orders that came in an earlier run, or that came
	// twice; it is read from the orders in the end.
	partial bool
}

// stagedBatch is records of orders, in the order of their ids, in one piece of
// memory, which is used again: a set is hundreds of millions of bytes.
type stagedBatch struct {
	bytes []byte // id and sealed record of each
	ends  []stagedEnd
}

// stagedEnd is where in the bytes an id and its record end.
type stagedEnd struct{ id, record int }

func (b *stagedBatch) reset() { b.bytes, b.ends = b.bytes[:0], b.ends[:0] }

func (b *stagedBatch) add(t *tagger, o kiosk.Order) error {
	from := len(b.bytes)
	b.bytes = append(b.bytes, o.ID...)
	id := len(b.bytes)
	whole, err := kiosk.AppendOrder(append(b.bytes, make([]byte, tagBytes)...), o)
	if err != nil {
		b.bytes = b.bytes[:from]
		return err
	}
	t.sealTail(bucketOrders, whole[from:id], whole, id)
	b.bytes, b.ends = whole, append(b.ends, stagedEnd{id, len(whole)})
	return nil
}

// put writes all records; the transaction must end before the batch is used again.
func (b *stagedBatch) put(bucket *bolt.Bucket) error {
	from := 0
	for _, end := range b.ends {
		if err := bucket.Put(b.bytes[from:end.id], b.bytes[end.id:end.record]); err != nil {
			return err
		}
		from = end.record
	}
	return nil
}

// openStaging goes on with the set that an earlier run left, or begins one.
func openStaging(path string, w owner, warn func(error)) (*staging, error) {
	st := &staging{path: path, owner: w, tagger: newTagger(w.key), ids: &idList{}, batch: &stagedBatch{}, spare: &stagedBatch{}}
	db, made, err := openBolt(path, w.initOrders, CheckFile, st.load, warn)
	if err != nil {
		return nil, err
	}
	st.db = db
	if made {
		err = db.View(st.load)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return st, nil
}

func (st *staging) load(tx *bolt.Tx) (err error) {
	if st.meta, err = st.readMeta(tx); err != nil {
		return err
	}
	k, _ := tx.Bucket([]byte(bucketOrders)).Cursor().Last()
	st.last, st.partial = kiosk.OrderID(k), k != nil
	st.digest, err = kiosk.ParseSetDigest(st.meta.Digest)
	return err
}

// add takes a page. Only ids beyond all that came before are new for certain.
func (st *staging) add(p kiosk.Page) error {
	for _, o := range p.Orders {
		if err := storable(o); err != nil {
			return err
		}
	}
	for _, o := range p.Orders {
		if o.ID <= st.last {
			if err := st.replace(o); err != nil {
				return err
			}
			continue
		}
		if err := st.batch.add(st.tagger, o); err != nil {
			return err
		}
		if !st.partial {
			n := st.ids.add(string(o.ID))
			for _, l := range o.Lookups {
				st.index = append(st.index, newIndexEntry(l, n))
			}
		}
		st.digest.Toggle(o.ID, o.Version)
		st.meta.Count++
		st.last = o.ID
	}
	st.last = kiosk.OrderID(strings.Clone(string(st.last))) // it may be a part of its page
	for _, id := range p.Gone {
		if err := st.change(func(w *setWriter) error { return w.remove(id) }); err != nil {
			return err
		}
	}
	st.meta.Cursor = p.Cursor
	if len(st.batch.bytes) < stageBytes {
		return nil
	}
	return st.flush()
}

// replace takes an order that came out of order, or again.
func (st *staging) replace(o kiosk.Order) error {
	return st.change(func(w *setWriter) error { return w.put(o) })
}

// change does to the written orders what cannot be done by adding. It is slow,
// and HQ seldom makes it necessary.
func (st *staging) change(do func(*setWriter) error) error {
	if err := st.flush(); err != nil {
		return err
	}
	if err := st.wait(); err != nil {
		return err
	}
	st.index, st.runs, st.ids, st.partial = nil, nil, nil, true
	m := st.meta
	return st.update(func(tx *bolt.Tx) error {
		m.Digest = st.digest.String()
		w, err := newSetWriter(tx, &m, st.key)
		if err != nil {
			return err
		}
		if err := do(w); err != nil {
			return err
		}
		w.finish()
		st.meta, st.digest = m, w.digest
		return st.putMeta(tx, m)
	})
}

func (st *staging) update(fn func(*bolt.Tx) error) error {
	return change(st.db, fn)
}

// flush begins to write what has gathered, after the write before it has ended.
func (st *staging) flush() error {
	if err := st.wait(); err != nil {
		return err
	}
	if len(st.batch.ends) == 0 {
		return nil
	}
	st.meta.Digest = st.digest.String()
	batch, meta := st.batch, st.meta
	st.batch, st.spare = st.spare, batch
	st.batch.reset()
	run := st.index
	st.runs, st.index = append(st.runs, run), make([]indexEntry, 0, len(run))
	done := make(chan error, 1)
	st.writing = done
	go func() {
		slices.SortFunc(run, indexEntry.compare)
		done <- st.update(func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte(bucketOrders))
			b.FillPercent = fillPercent
			if err := batch.put(b); err != nil {
				return err
			}
			return st.putMeta(tx, meta)
		})
	}()
	return nil
}

// wait gives the outcome of the write that is under way.
func (st *staging) wait() error {
	if st.writing == nil {
		return nil
	}
	err := <-st.writing
	st.writing = nil
	return err
}

// gather writes the rest of the orders and makes the index whole, in memory.
func (st *staging) gather() error {
	if err := errors.Join(st.flush(), st.wait()); err != nil || !st.partial {
		return err
	}
	if err := st.collectIndex(); err != nil {
		return err
	}
	st.partial = false
	return nil
}

// finish writes the rest, the index and the set's record.
func (st *staging) finish(m setMeta, point kiosk.Point) error {
	if err := st.gather(); err != nil {
		return err
	}
	if err := st.writeIndex(); err != nil {
		return err
	}
	return st.update(func(tx *bolt.Tx) error {
		if err := st.putPoint(tx, point); err != nil {
			return err
		}
		return st.putMeta(tx, m)
	})
}

// close keeps what has gathered for the next run.
func (st *staging) close() error {
	return errors.Join(st.flush(), st.wait(), st.db.Close())
}

// discard deletes the staging: HQ sends it anew.
func (st *staging) discard() error {
	_ = st.wait()          // it is thrown away
	_ = guard(st.db.Close) // likewise
	return removeFile(st.path)
}
