package boltstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"
)

// A tag proves what a record says, not that a record is there: an order whose
// state is gone looks like one that nobody has collected. Therefore state.db
// keeps a sum over all its records, which changes with them and is compared at
// each opening.

// weigh gives what a tagged record adds to the sum.
func weigh(key, kept []byte) uint64 {
	if len(kept) < tagBytes {
		return 1 // no record of ours: the sum does not fit
	}
	table := crc32.MakeTable(crc32.Castagnoli) // the package's own, not computed again
	x := binary.BigEndian.Uint64(kept) + uint64(crc32.Update(crc32.Checksum(key, table), table, kept))<<32
	// SplitMix64's last steps: two changes must not cancel each other.
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// put writes a tagged record.
func (m *stateMeta) put(b *bolt.Bucket, key, kept []byte) error {
	if old := b.Get(key); old != nil {
		m.Sum -= weigh(key, old)
	}
	m.Sum += weigh(key, kept)
	return b.Put(key, kept)
}

// remove deletes a record.
func (m *stateMeta) remove(b *bolt.Bucket, key []byte) error {
	if old := b.Get(key); old != nil {
		m.Sum -= weigh(key, old)
	}
	return b.Delete(key)
}

// add is the visitor that makes the sum of a file again.
func (st *states) add(bucket string, key, kept []byte) error {
	switch bucket {
	case bucketStates, bucketReceipts, bucketReceived:
		st.sum += weigh(key, kept)
	case bucketMeta:
	default:
		return fmt.Errorf("%w: bucket %q is not of the states", ErrDamaged, bucket)
	}
	return nil
}
