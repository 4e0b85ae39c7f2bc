package intake

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// errKey is returned for a key that does not count. It says no more to whoever
// tries keys.
var errKey = errors.New("the key is missing, wrong or withdrawn")

// keyPrefix lets scanners of leaked secrets tell a key.
const keyPrefix = "hxk_"

// Key is what lets another system ask, as HQ keeps it: not the key itself, but its
// hash.
type Key struct {
	ID   string   `cbor:"1,keyasint" json:"id"`
	Name string   `cbor:"2,keyasint" json:"name"` // of the other system
	Hash [32]byte `cbor:"3,keyasint" json:"-"`    // of the secret part, which is random enough to need no slow hash
	// Point is the only one that the key is good for; empty: all.
	Point kiosk.PointID `cbor:"4,keyasint,omitempty" json:"point,omitempty"`
	// Merchant makes a key that only reads, and only lines of this supplier.
	Merchant string    `cbor:"5,keyasint,omitempty" json:"merchant,omitempty"`
	Created  time.Time `cbor:"6,keyasint" json:"created"`
	Revoked  time.Time `cbor:"7,keyasint,omitzero" json:"revoked,omitzero"`
}

// NewKey asks for a key.
type NewKey struct {
	Name     string        `json:"name"`
	Point    kiosk.PointID `json:"point,omitempty"`
	Merchant string        `json:"merchant,omitempty"`
}

// MadeKey is a key when it was made: the only time that it is shown.
type MadeKey struct {
	Key
	Token string `json:"token"`
}

// AddKey makes a key. It returns hq.ErrNoPoint, or hq.ErrInput for a name that is
// empty or long.
func (i *Intake) AddKey(ctx context.Context, n NewKey) (MadeKey, error) {
	if !plain(n.Name, 1, 80) || !plain(n.Merchant, 0, 200) {
		return MadeKey{}, fmt.Errorf("%w: a key's name has 1 to 80 characters and a merchant's at most 200, none of them control characters", hq.ErrInput)
	}
	var random [24]byte
	if _, err := io.ReadFull(i.random, random[:]); err != nil {
		return MadeKey{}, fmt.Errorf("make a key: %w", err)
	}
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
	id, secret := text[:10], text[10:] // 50 bits to name it, 140 to prove it
	made := MadeKey{Token: keyPrefix + id + "_" + secret, Key: Key{
		ID: id, Name: strings.TrimSpace(n.Name), Point: n.Point, Merchant: strings.TrimSpace(n.Merchant),
		Hash: sha256.Sum256([]byte(secret)), Created: whole(i.hq.Now()),
	}}
	err := i.hq.Update(ctx, func(tx hq.Tx) error {
		if n.Point != "" {
			if _, err := hq.MustPoint(tx, n.Point); err != nil {
				return err
			}
		}
		return putDoc(tx, docKey(keyDocs, "", id), made.Key)
	})
	return made, err
}

// Keys lists the keys, withdrawn ones among them.
func (i *Intake) Keys(ctx context.Context) ([]Key, error) {
	return listDocs[Key](ctx, i.hq, keyDocs)
}

// RevokeKey ends a key for good. It returns hq.ErrNotFound.
func (i *Intake) RevokeKey(ctx context.Context, id string) error {
	return i.hq.Update(ctx, func(tx hq.Tx) error {
		k, ok, err := getDoc[Key](tx, docKey(keyDocs, "", id))
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("key %q: %w", id, hq.ErrNotFound)
		}
		if k.Revoked.IsZero() {
			k.Revoked = whole(i.hq.Now())
		}
		return putDoc(tx, docKey(keyDocs, "", id), k)
	})
}

// checkKey finds the key of a token. It returns errKey.
func (i *Intake) checkKey(ctx context.Context, token string) (k Key, err error) {
	rest, ok := strings.CutPrefix(token, keyPrefix)
	id, secret, both := strings.Cut(rest, "_")
	if !ok || !both || len(id) != 10 || len(secret) > 100 || !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return Key{}, errKey
	}
	err = i.hq.View(ctx, func(tx hq.Tx) (err error) {
		k, ok, err = getDoc[Key](tx, docKey(keyDocs, "", id))
		return err
	})
	given := sha256.Sum256([]byte(secret))
	switch {
	case err != nil:
		return Key{}, err
	case !ok, subtle.ConstantTimeCompare(given[:], k.Hash[:]) != 1, !k.Revoked.IsZero():
		return Key{}, errKey
	}
	return k, nil
}

// plain reports whether a text has so many characters and none that controls.
func plain(s string, least, most int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	return utf8.ValidString(s) && n >= least && n <= most && !strings.ContainsFunc(s, unicode.IsControl)
}
