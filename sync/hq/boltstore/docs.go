package boltstore

import (
	"bytes"
	"strings"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

func docKey(k hq.DocKey) []byte {
	return below(below(k.Collection, k.Point), k.Key)
}

// Doc finds a document.
func (t transaction) Doc(k hq.DocKey) ([]byte, bool, error) {
	raw := t.bucket(bucketDocs).Get(docKey(k))
	return bytes.Clone(raw), raw != nil, nil
}

// Peek is Doc: an Update is the only one.
func (t transaction) Peek(k hq.DocKey) ([]byte, bool, error) { return t.Doc(k) }

// PrefetchDocs does nothing: everything is near.
func (transaction) PrefetchDocs([]hq.DocKey) error { return nil }

// PutDoc keeps a document.
func (t transaction) PutDoc(k hq.DocKey, value []byte) error {
	return t.bucket(bucketDocs).Put(docKey(k), value)
}

// DeleteDoc takes a document away.
func (t transaction) DeleteDoc(k hq.DocKey) error { return t.bucket(bucketDocs).Delete(docKey(k)) }

// Docs lists the documents of a collection at a point.
func (t transaction) Docs(collection string, point kiosk.PointID, after string, limit int) (list []hq.Doc, err error) {
	err = scan(t.bucket(bucketDocs), below(collection, point), after, limit, func(key, value []byte) error {
		list = append(list, hq.Doc{DocPlace: hq.DocPlace{Point: point, Key: string(key)}, Value: bytes.Clone(value)})
		return nil
	})
	return list, err
}

// AllDocs lists the documents of a collection.
func (t transaction) AllDocs(collection string, after hq.DocPlace, limit int) (list []hq.Doc, err error) {
	from := ""
	if after != (hq.DocPlace{}) {
		from = string(below(after.Point, after.Key))
	}
	err = scan(t.bucket(bucketDocs), collection, from, limit, func(key, value []byte) error {
		point, name, _ := strings.Cut(string(key), "\x00")
		list = append(list, hq.Doc{DocPlace: hq.DocPlace{Point: kiosk.PointID(point), Key: name}, Value: bytes.Clone(value)})
		return nil
	})
	return list, err
}

// Collections lists the collections, skipping from each to the next.
func (t transaction) Collections() (names []string, err error) {
	c := t.bucket(bucketDocs).Cursor()
	for k, _ := c.First(); k != nil; {
		name, _, _ := strings.Cut(string(k), "\x00")
		names = append(names, name)
		k, _ = c.Seek([]byte(name + "\x01"))
	}
	return names, nil
}
