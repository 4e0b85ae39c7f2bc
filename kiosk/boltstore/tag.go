package boltstore

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
)

const tagBytes = 8

// tagger authenticates records. It is not safe for several goroutines.
type tagger struct {
	mac hash.Hash
	sum []byte
}

func newTagger(key []byte) *tagger { return &tagger{mac: hmac.New(sha256.New, key)} }

func (t *tagger) tag(bucket string, key, value []byte) []byte {
	t.mac.Reset()
	t.sum = append(t.sum[:0], bucket...)
	t.sum = append(t.sum, 0)
	t.sum = append(t.sum, key...)
	t.sum = append(t.sum, 0)
	t.mac.Write(t.sum)
	t.mac.Write(value)
	t.sum = t.mac.Sum(t.sum[:0])
	return t.sum[:tagBytes]
}

// seal gives a record as it is kept.
func (t *tagger) seal(bucket string, key, value []byte) []byte {
	out := make([]byte, 0, tagBytes+len(value))
	return append(append(out, t.tag(bucket, key, value)...), value...)
}

// sealTail puts the tag of a record into b, in which the value begins tagBytes behind
// a place and goes on to the end.
func (t *tagger) sealTail(bucket string, key, b []byte, at int) {
	copy(b[at:], t.tag(bucket, key, b[at+tagBytes:]))
}

// open gives the value of a kept record, a part of it, or ErrDamaged.
func (t *tagger) open(bucket string, key, kept []byte) ([]byte, error) {
	if len(kept) < tagBytes || !hmac.Equal(kept[:tagBytes], t.tag(bucket, key, kept[tagBytes:])) {
		return nil, fmt.Errorf("%w: a record in %s", ErrDamaged, bucket)
	}
	return kept[tagBytes:], nil
}
