package boltstore

import (
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// indexEntry is a lookup in two numbers, which compare faster than bytes, and the
// number of its order: there are two million of them, so that each byte counts.
type indexEntry struct {
	high  uint64
	low   uint16
	order uint32 // in the order of the ids
}

func newIndexEntry(l kiosk.Lookup, order uint32) indexEntry {
	return indexEntry{binary.BigEndian.Uint64(l[:8]), binary.BigEndian.Uint16(l[8:]), order}
}

func (e indexEntry) compare(f indexEntry) int {
	if e.high != f.high {
		return cmp.Compare(e.high, f.high)
	}
	return cmp.Or(cmp.Compare(e.low, f.low), cmp.Compare(e.order, f.order))
}

func (e indexEntry) appendKey(b []byte, ids *idList) []byte {
	b = binary.BigEndian.AppendUint64(b, e.high)
	b = binary.BigEndian.AppendUint16(b, e.low)
	return append(b, ids.at(e.order)...)
}

// idList holds many ids, or keys, in little room, by their numbers from 0.
type idList struct {
	text []byte
	ends []uint32
}

// add gives the number of an id.
func (l *idList) add(id string) uint32 {
	l.text = append(l.text, id...)
	l.ends = append(l.ends, uint32(len(l.text)))
	return uint32(len(l.ends) - 1)
}

func (l *idList) at(n uint32) []byte {
	from := uint32(0)
	if n > 0 {
		from = l.ends[n-1]
	}
	return l.text[from:l.ends[n]]
}

// mergedRuns is a heap of sorted runs, none of them empty, by their first entry.
type mergedRuns [][]indexEntry

func (r mergedRuns) Len() int           { return len(r) }
func (r mergedRuns) Less(i, j int) bool { return r[i][0].compare(r[j][0]) < 0 }
func (r mergedRuns) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *mergedRuns) Push(run any)      { *r = append(*r, run.([]indexEntry)) }
func (r *mergedRuns) Pop() any {
	last := len(*r) - 1
	run := (*r)[last]
	*r = (*r)[:last]
	return run
}

// next takes the least entry of all runs.
func (r *mergedRuns) next() indexEntry {
	e := (*r)[0][0]
	if (*r)[0] = (*r)[0][1:]; len((*r)[0]) == 0 {
		heap.Pop(r)
	} else {
		heap.Fix(r, 0)
	}
	return e
}

// writeIndex merges the runs into the lookups' bucket. The next keys are made
// while the last ones are being written.
func (st *staging) writeIndex() error {
	runs := mergedRuns(slices.DeleteFunc(st.runs, func(r []indexEntry) bool { return len(r) == 0 }))
	ids := st.ids
	st.runs, st.ids = nil, nil
	batches, free := make(chan *idList, 1), make(chan *idList, 2)
	free <- &idList{}
	free <- &idList{}
	go func() {
		defer close(batches)
		heap.Init(&runs)
		for len(runs) > 0 {
			keys := <-free
			keys.text, keys.ends = keys.text[:0], keys.ends[:0]
			for len(keys.ends) < indexBatch && len(runs) > 0 {
				keys.text = runs.next().appendKey(keys.text, ids)
				keys.ends = append(keys.ends, uint32(len(keys.text)))
			}
			batches <- keys
		}
	}()
	var err error
	for keys := range batches { // to the end, so that the goroutine ends
		if err == nil {
			err = st.update(func(tx *bolt.Tx) error {
				b := tx.Bucket([]byte(bucketLookups))
				b.FillPercent = fillPercent
				for n := range keys.ends {
					if err := b.Put(keys.at(uint32(n)), nil); err != nil {
						return err
					}
				}
				return nil
			})
		}
		free <- keys
	}
	return err
}

// collectIndex reads the index from the written orders, and makes sure that all
// of them are there.
func (st *staging) collectIndex() error {
	run, ids := []indexEntry{}, &idList{}
	var digest kiosk.SetDigest
	count := 0
	err := guard(func() error {
		return st.db.View(func(tx *bolt.Tx) error {
			return tx.Bucket([]byte(bucketOrders)).ForEach(func(k, kept []byte) error {
				value, err := st.tagger.open(bucketOrders, k, kept)
				if err != nil {
					return err
				}
				o, err := kiosk.DecodeOrder(bytes.Clone(value))
				if err != nil {
					return fmt.Errorf("%w: a staged order: %w", ErrDamaged, err)
				}
				digest.Toggle(o.ID, o.Version)
				count++
				n := ids.add(string(o.ID))
				for _, l := range o.Lookups {
					run = append(run, newIndexEntry(l, n))
				}
				return nil
			})
		})
	})
	if err == nil && (count != st.meta.Count || digest != st.digest) {
		err = fmt.Errorf("%w: %d staged orders are there, not those %d that were written", ErrDamaged, count, st.meta.Count)
	}
	slices.SortFunc(run, indexEntry.compare)
	st.index, st.runs, st.ids = nil, [][]indexEntry{run}, ids // and the next one goes on from here
	return err
}
