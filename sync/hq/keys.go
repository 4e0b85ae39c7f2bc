package hq

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
)

// SigningKey is one of HQ's keys.
type SigningKey struct {
	Seed  []byte    `cbor:"1,keyasint"` // of the Ed25519 key
	From  time.Time `cbor:"2,keyasint,omitzero"`
	Until time.Time `cbor:"3,keyasint,omitzero"` // zero: the newest
	Proof []byte    `cbor:"4,keyasint,omitempty"`
}

func (k SigningKey) private() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(k.Seed) }

func (k SigningKey) public() ed25519.PublicKey {
	return k.private().Public().(ed25519.PublicKey)
}

// keys are all keys, the oldest first.
func (i Identity) keys() []SigningKey {
	if len(i.Keys) == 0 {
		return []SigningKey{{Seed: i.Seed}}
	}
	return i.Keys
}

// Key is the newest key: what HQ says now is signed with it. A terminal that does
// not know it yet asks for the chain.
func (i Identity) Key() ed25519.PrivateKey {
	keys := i.keys()
	return keys[len(keys)-1].private()
}

// CodeKey is the key for a code that is good until then: the oldest one that
// outlives the code. Codes are checked offline, so a new key is not used for them
// before terminals have had the overlap to learn of it.
func (i Identity) CodeKey(until time.Time) ed25519.PrivateKey {
	for _, k := range i.keys() {
		if k.Until.IsZero() || k.Until.After(until) {
			return k.private()
		}
	}
	return i.Key()
}

// Chain is the public keys with their proofs.
func (i Identity) Chain() []kiosk.HQKey {
	var chain []kiosk.HQKey
	for _, k := range i.keys() {
		chain = append(chain, kiosk.HQKey{Key: k.public(), From: k.From, Until: k.Until, Proof: k.Proof})
	}
	return chain
}

// MaxOverlap is how long two keys may count side by side.
const MaxOverlap = 366 * 24 * time.Hour

// KeyRow is a key for the operator.
type KeyRow struct {
	ID     string    `json:"id"`  // as hqring.ID
	Key    []byte    `json:"key"` // public
	From   time.Time `json:"from,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Signs  bool      `json:"signs"`  // what HQ says now
	Counts bool      `json:"counts"` // what it signs or signed, at terminals
}

// Keys lists HQ's keys, the oldest first; also those that no longer count, with
// which old acknowledgements are checked.
func (h *HQ) Keys(ctx context.Context) (rows []KeyRow, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		id, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		rows = rowsOf(id, h.at())
		return nil
	})
	return rows, err
}

func rowsOf(id Identity, now time.Time) (rows []KeyRow) {
	keys := id.keys()
	for i, k := range keys {
		rows = append(rows, KeyRow{
			ID: hqring.ID(k.public()), Key: k.public(), From: k.From, Until: k.Until,
			Signs: i == len(keys)-1, Counts: k.Until.IsZero() || now.Before(k.Until),
		})
	}
	return rows
}

// RotateKey makes a new key, signed by the one before, with which HQ signs from now
// on. What the one before has signed counts for the overlap. It gives all keys. It
// returns ErrInput for an overlap that is negative or too long, while the last change
// is still under way, and when terminals could not follow any more keys.
func (h *HQ) RotateKey(ctx context.Context, overlap time.Duration) (rows []KeyRow, err error) {
	if overlap < 0 || overlap > MaxOverlap {
		return nil, fmt.Errorf("%w: the overlap can be 0 to %d days", ErrInput, MaxOverlap/(24*time.Hour))
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(h.random, seed); err != nil {
		return nil, fmt.Errorf("make HQ's key: %w", err)
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		id, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		now, keys := h.at(), id.keys()
		switch last := len(keys) - 1; {
		case len(keys) == hqring.MaxKeys:
			return fmt.Errorf("%w: terminals follow at most %d keys, and there are as many", ErrInput, hqring.MaxKeys)
		case last > 0 && now.Before(keys[last-1].Until):
			return fmt.Errorf("%w: the key before still counts until %s; retire it first, or wait", ErrInput, keys[last-1].Until.Format(time.RFC3339))
		}
		id.Keys = slices.Clone(keys)
		before := &id.Keys[len(id.Keys)-1]
		before.Until = now.Add(overlap)
		next := SigningKey{Seed: seed, From: now}
		next.Proof = hqring.Prove(before.private(), next.public())
		id.Keys = append(id.Keys, next)
		rows = rowsOf(id, now)
		return tx.PutIdentity(id)
	})
	return rows, err
}

// RetireKey ends the time of a key now, because it is known to others. It gives all
// keys. It returns ErrInput for an unknown key, for one that no longer counts, and
// for the newest, in whose place another must come first.
func (h *HQ) RetireKey(ctx context.Context, name string) (rows []KeyRow, err error) {
	err = h.store.Update(ctx, func(tx Tx) error {
		id, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		now := h.at()
		rows = rowsOf(id, now)
		for i, row := range rows {
			switch {
			case row.ID != name:
				continue
			case row.Signs:
				return fmt.Errorf("%w: HQ signs with this key; make another one first: hq keys rotate", ErrInput)
			case !row.Counts:
				return fmt.Errorf("%w: this key has not counted since %s", ErrInput, row.Until.Format(time.RFC3339))
			}
			id.Keys = slices.Clone(id.Keys)
			id.Keys[i].Until = now
			rows = rowsOf(id, now)
			return tx.PutIdentity(id)
		}
		return fmt.Errorf("%w: HQ has no key %.40q", ErrInput, cmp.Or(name, "without a name"))
	})
	return rows, err
}
