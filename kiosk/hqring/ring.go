// Package hqring is the keys of HQ that a terminal trusts.
//
// A terminal trusts the key that HQ showed at the enrolment, and every key that
// the newest one that it trusts has signed for, and so on: the chain that
// /v1/keys and the point's settings bring. So HQ can change its key while
// terminals are switched off, and a key that was stolen after its time brings
// forth no new one at a terminal that knows its successor.
//
// # Which signature counts
//
// What HQ says now (answers, acknowledgements, pages, codes) counts when it was
// signed by a key whose time is not over, see [Ring.Live]. What is kept as
// evidence counts by any key of the chain: it was checked when it came.
//
// # Limits
//
// Whether a key's time is over is judged by the terminal's clock, but never
// before the latest time that HQ was heard to say ([Ring.Heard]). A terminal that
// has not heard of a key's end takes what that key signs; who has stolen it can
// lead such a terminal astray for good, as HQ could. A proof covers the key, not
// its times: take chains from signed sources only.
package hqring

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hexiao/kiosk"
)

// MaxKeys is the length of the longest chain.
const MaxKeys = 64

// ErrChain is returned for keys that do not follow from the trusted ones.
var ErrChain = errors.New("these keys do not follow from HQ's key that this terminal trusts")

// ID names a key: the first 8 bytes of its SHA-256, in hex.
func ID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// Prove is the signature by which a key makes the next one trusted.
func Prove(key ed25519.PrivateKey, next ed25519.PublicKey) []byte {
	return ed25519.Sign(key, provenBytes(next))
}

func provenBytes(next ed25519.PublicKey) []byte { return append([]byte("hexiao key v1\n"), next...) }

// Ring is what a terminal trusts. It is safe for several goroutines.
type Ring struct {
	mu    sync.RWMutex
	keys  []kiosk.HQKey // from the one of the enrolment on; replaced, never changed
	heard time.Time     // the latest time that HQ said
}

// New trusts the key of the enrolment, of 32 bytes. A nil ring trusts none.
func New(root ed25519.PublicKey) *Ring { return &Ring{keys: []kiosk.HQKey{{Key: root}}} }

// Follow gives a ring that trusts what follows from this one's newest key in a
// chain, and has the times that the chain gives for the keys of both. This ring
// stays as it is. It returns ErrChain.
func (r *Ring) Follow(chain []kiosk.HQKey) (*Ring, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(chain) > MaxKeys {
		return nil, fmt.Errorf("%w: there are more than %d", ErrChain, MaxKeys)
	}
	keys := slices.Clone(r.keys)
	newest := -1
	for i, k := range chain {
		if j := find(keys, k.Key); j >= 0 {
			keys[j].From, keys[j].Until = told(keys[j].From, k.From), told(keys[j].Until, k.Until)
			if j == len(keys)-1 {
				newest = i
			}
		}
	}
	if newest < 0 {
		return nil, fmt.Errorf("%w: the newest of them is missing", ErrChain)
	}
	before := keys[len(keys)-1].Key
	for _, k := range chain[newest+1:] {
		if len(k.Key) != ed25519.PublicKeySize || !ed25519.Verify(before, provenBytes(k.Key), k.Proof) {
			return nil, fmt.Errorf("%w: one is not signed by the one before", ErrChain)
		}
		keys, before = append(keys, k), k.Key
	}
	if len(keys) > MaxKeys {
		return nil, fmt.Errorf("%w: there are more than %d", ErrChain, MaxKeys)
	}
	return &Ring{keys: keys, heard: r.heard}, nil
}

// Adopt follows a chain from a source that HQ signed. It returns ErrChain and
// then changes nothing. No keys say nothing.
func (r *Ring) Adopt(chain []kiosk.HQKey) error {
	if len(chain) == 0 {
		return nil
	}
	next, err := r.Follow(chain)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(next.keys) >= len(r.keys) { // another one may have gone further meanwhile
		r.keys = next.keys
	}
	return nil
}

// Heard notes a time that HQ said, under a signature.
func (r *Ring) Heard(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.After(r.heard) {
		r.heard = at
	}
}

// Chain is the keys from the one of the enrolment on, with their proofs.
func (r *Ring) Chain() []kiosk.HQKey {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.keys)
}

// Keys are all keys, the oldest first, for what was signed in their time.
func (r *Ring) Keys() []ed25519.PublicKey {
	chain := r.Chain()
	keys := make([]ed25519.PublicKey, len(chain))
	for i, k := range chain {
		keys[i] = k.Key
	}
	return keys
}

// Live are the keys whose time is not over at a time, the oldest first.
func (r *Ring) Live(at time.Time) []ed25519.PublicKey {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.heard.After(at) {
		at = r.heard
	}
	var keys []ed25519.PublicKey
	for _, k := range r.keys {
		if k.Until.IsZero() || at.Before(k.Until) {
			keys = append(keys, k.Key)
		}
	}
	return keys
}

// Find gives the live key of a name, and whether the name is known at all.
func (r *Ring) Find(id string, at time.Time) (key ed25519.PublicKey, known bool) {
	for _, k := range r.Live(at) {
		if ID(k) == id {
			return k, true
		}
	}
	return nil, slices.ContainsFunc(r.Keys(), func(k ed25519.PublicKey) bool { return ID(k) == id })
}

// Verify reports whether a live key signed a message.
func (r *Ring) Verify(message, signature []byte, at time.Time) bool {
	return slices.ContainsFunc(r.Live(at), func(k ed25519.PublicKey) bool { return ed25519.Verify(k, message, signature) })
}

// told is a time that a chain gives, or the known one when it gives none.
func told(known, given time.Time) time.Time {
	if given.IsZero() {
		return known
	}
	return given
}

func find(keys []kiosk.HQKey, key []byte) int {
	return slices.IndexFunc(keys, func(k kiosk.HQKey) bool { return slices.Equal(k.Key, key) })
}
