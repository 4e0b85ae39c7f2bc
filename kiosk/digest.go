package kiosk

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// SetDigest is an order-independent digest of an order set, kept up to date by
// adding and removing single orders: the XOR of SHA-256(order id 00 version).
// It finds an order that was lost or left behind on the way; it is no defence
// against somebody who forges orders on purpose.
type SetDigest [32]byte

// Toggle adds an order at a version that is not in the set, or removes one
// that is.
func (d *SetDigest) Toggle(id OrderID, version uint64) {
	var text [maxIDBytes + 9]byte
	b := binary.BigEndian.AppendUint64(append(append(text[:0], id...), 0), version)
	for i, b := range sha256.Sum256(b) {
		d[i] ^= b
	}
}

// String gives 64 hex digits.
func (d SetDigest) String() string { return hex.EncodeToString(d[:]) }

// ParseSetDigest reads 64 hex digits.
func ParseSetDigest(s string) (SetDigest, error) {
	var d SetDigest
	if b, err := hex.DecodeString(s); err != nil || copy(d[:], b) != len(d) || len(b) != len(d) {
		return SetDigest{}, fmt.Errorf("a set digest has %d hex digits", 2*len(d))
	}
	return d, nil
}
