package pgstore

import (
	"bytes"
	"maps"
	"slices"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
)

// Doc finds a document. An Update that found it is the only one to change it; one
// that did not must still not find it when it commits what it put there.
func (t *transaction) Doc(k hq.DocKey) ([]byte, bool, error) {
	value, known := t.seen.docs[k]
	if !known {
		var err error
		point, collection, key := []byte(k.Point), []byte(k.Collection), []byte(k.Key)
		if t.update {
			value, err = none(t.q.LockDoc(t.ctx, db.LockDocParams{Point: point, Collection: collection, Key: key}))
		} else {
			value, err = none(t.q.GetDoc(t.ctx, db.GetDocParams{Point: point, Collection: collection, Key: key}))
		}
		if err != nil {
			return nil, false, err
		}
		t.seen.docs[k] = value
	}
	return bytes.Clone(value), value != nil, nil
}

// Peek finds a document and locks nothing.
func (t *transaction) Peek(k hq.DocKey) ([]byte, bool, error) {
	value, known := t.seen.docs[k]
	if !known {
		var err error
		value, err = none(t.q.GetDoc(t.ctx, db.GetDocParams{Point: []byte(k.Point), Collection: []byte(k.Collection), Key: []byte(k.Key)}))
		if err != nil {
			return nil, false, err
		}
	}
	return bytes.Clone(value), value != nil, nil
}

// PrefetchDocs finds documents with one query for each point.
func (t *transaction) PrefetchDocs(keys []hq.DocKey) error {
	byPoint := map[kiosk.PointID]*db.LockChosenDocsParams{}
	for _, k := range keys {
		if _, known := t.seen.docs[k]; known {
			continue
		}
		t.seen.docs[k] = nil // until it is found
		if byPoint[k.Point] == nil {
			byPoint[k.Point] = &db.LockChosenDocsParams{Point: []byte(k.Point)}
		}
		a := byPoint[k.Point]
		a.Collections, a.Keys = append(a.Collections, []byte(k.Collection)), append(a.Keys, []byte(k.Key))
	}
	for _, point := range slices.Sorted(maps.Keys(byPoint)) {
		found := func(collection, key, value []byte) {
			t.seen.docs[hq.DocKey{Collection: string(collection), DocPlace: hq.DocPlace{Point: point, Key: string(key)}}] = value
		}
		if !t.update {
			rows, err := t.q.ListChosenDocs(t.ctx, db.ListChosenDocsParams(*byPoint[point]))
			if err != nil {
				return err
			}
			for _, r := range rows {
				found(r.Collection, r.Key, r.Value)
			}
			continue
		}
		rows, err := t.q.LockChosenDocs(t.ctx, *byPoint[point])
		if err != nil {
			return err
		}
		for _, r := range rows {
			found(r.Collection, r.Key, r.Value)
		}
	}
	return nil
}

// PutDoc keeps a document.
func (t *transaction) PutDoc(k hq.DocKey, value []byte) error {
	value = append([]byte{}, value...) // an empty document is there
	old, known := t.seen.docs[k]
	if p := t.puts.docs[k]; p != nil {
		p.value = value
	} else {
		t.puts.docs[k] = &put{value: value, fresh: known && old == nil}
	}
	t.seen.docs[k] = value
	return nil
}

// DeleteDoc takes a document away.
func (t *transaction) DeleteDoc(k hq.DocKey) error {
	if p := t.puts.docs[k]; p != nil {
		p.value = nil
	} else {
		t.puts.docs[k] = &put{}
	}
	t.seen.docs[k] = nil
	return nil
}

// Docs lists the documents of a collection at a point.
func (t *transaction) Docs(collection string, point kiosk.PointID, after string, limit int) (list []hq.Doc, err error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	rows, err := t.q.ListDocs(t.ctx, db.ListDocsParams{Point: []byte(point), Collection: []byte(collection), After: []byte(after), Most: int64(limit)})
	for _, r := range rows {
		list = append(list, hq.Doc{DocPlace: hq.DocPlace{Point: point, Key: string(r.Key)}, Value: r.Value})
	}
	return list, err
}

// AllDocs lists the documents of a collection.
func (t *transaction) AllDocs(collection string, after hq.DocPlace, limit int) (list []hq.Doc, err error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	rows, err := t.q.ListAllDocs(t.ctx, db.ListAllDocsParams{
		Collection: []byte(collection), First: after == hq.DocPlace{}, Point: []byte(after.Point), After: []byte(after.Key), Most: int64(limit),
	})
	for _, r := range rows {
		list = append(list, hq.Doc{DocPlace: hq.DocPlace{Point: kiosk.PointID(r.Point), Key: string(r.Key)}, Value: r.Value})
	}
	return list, err
}

// Collections lists the collections.
func (t *transaction) Collections() (names []string, err error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListCollections(t.ctx)
	for _, name := range raw {
		names = append(names, string(name))
	}
	return names, err
}
