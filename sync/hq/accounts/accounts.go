package accounts

import (
	"fmt"
	"io"

	"hexiao/sync/hq"
)

// Accounts are HQ's accounts. It is safe for use by several goroutines, and several
// over one store see the same.
type Accounts struct {
	hq     *hq.HQ
	random io.Reader
	// hashing holds a place for each hash that may be computed at once.
	hashing chan struct{}
	// nobody is a hash that no password has, for names that nobody has.
	nobody string
}

// New takes the accounts that HQ's store has; random is crypto/rand.Reader outside of
// tests.
func New(h *hq.HQ, random io.Reader) (*Accounts, error) {
	key := make([]byte, saltBytes+keyBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("make a hash for names that nobody has: %w", err)
	}
	return &Accounts{hq: h, random: random, hashing: make(chan struct{}, hashesAtOnce), nobody: phc(key[:saltBytes], key[saltBytes:])}, nil
}
