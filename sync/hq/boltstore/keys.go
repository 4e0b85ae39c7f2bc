package boltstore

import (
	"encoding/binary"

	"go.etcd.io/bbolt"
)

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// below is the key of something that belongs to an owner: a point's order, a
// terminal's event. Ids hold no zero byte.
func below[O, K ~string | ~[]byte](owner O, key K) []byte {
	b := make([]byte, 0, len(owner)+1+len(key))
	return append(append(append(b, owner...), 0), key...)
}

// following is where a list after an id begins.
func following[K ~string](after K) []byte {
	if after == "" {
		return nil
	}
	return append([]byte(after), 0)
}

// scan calls fn for the entries of an owner after a key, in key order, until
// limit.
func scan[O, K ~string | ~[]byte](b *bbolt.Bucket, owner O, after K, limit int, fn func(key, value []byte) error) error {
	start := below(owner, after)
	prefix := start[:len(owner)+1]
	c := b.Cursor()
	k, v := c.Seek(start)
	if string(k) == string(start) {
		k, v = c.Next()
	}
	for ; limit > 0 && len(k) > len(prefix) && string(k[:len(prefix)]) == string(prefix); k, v = c.Next() {
		if err := fn(k[len(prefix):], v); err != nil {
			return err
		}
		limit--
	}
	return nil
}
