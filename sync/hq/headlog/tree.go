package headlog

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the log's size, what it takes to go on with it, and HQ's signature.
type tree struct {
	Size int64 `cbor:"1,keyasint"`
	// Edge are the roots of the whole subtrees from left to right, one for each bit of
	// the size: all that new leaves are hashed with.
	Edge []tlog.Hash `cbor:"2,keyasint"`
	Note []byte      `cbor:"3,keyasint"` // the signed checkpoint
}

// add adds a leaf and gives the hashes that it completes, as [tlog.StoredHashes].
func (t *tree) add(h tlog.Hash) (made []tlog.Hash) {
	made = append(made, h)
	for n := t.Size; n&1 == 1; n >>= 1 {
		rest := len(t.Edge) - 1
		h = tlog.NodeHash(t.Edge[rest], h)
		t.Edge = t.Edge[:rest]
		made = append(made, h)
	}
	t.Edge = append(t.Edge, h)
	t.Size++
	return made
}

// root is the tree's hash (RFC 6962, 2.1).
func (t *tree) root() tlog.Hash {
	if len(t.Edge) == 0 {
		return sha256.Sum256(nil)
	}
	h := t.Edge[len(t.Edge)-1]
	for i := len(t.Edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.Edge[i], h)
	}
	return h
}
