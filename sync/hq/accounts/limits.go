package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"hexiao/sync/hq"
)

// How many mistakes there may be in a window.
const (
	window         = 15 * time.Minute
	mostFromOne    = 10  // wrong passwords of an account from one address
	mostForAccount = 100 // wrong passwords of an account from all addresses
	mostByAddress  = 50  // wrong passwords from an address
	mostCodes      = 10  // wrong second codes of an account
)

const triesAre = "accounts/tries"

// tries counts what may have been mistakes since a time.
type tries struct {
	Since time.Time `cbor:"1,keyasint"`
	Count int       `cbor:"2,keyasint"`
}

// bound is a counter and how far it may go.
type bound struct {
	key  string
	most int
}

// passwordTries are the counters of a try with a password. Names and addresses come
// from outside, so they are hashed into keys of one length.
func passwordTries(name, address string) []bound {
	name = Canonical(name)
	return []bound{
		{hashed("from", name, address), mostFromOne},
		{hashed("account", name), mostForAccount},
		{hashed("address", address), mostByAddress},
	}
}

func codeTries(name string) []bound { return []bound{{hashed("code", Canonical(name)), mostCodes}} }

func hashed(kind string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return kind + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}

// guess counts a try before it is looked at, so that many at once are all counted. It
// returns ErrSlowDown where one of the bounds is reached, and counts nothing then: who
// is refused here shall not use up what others have.
func (a *Accounts) guess(ctx context.Context, bounds []bound) error {
	return a.hq.Update(ctx, func(tx hq.Tx) error {
		at := a.hq.Now()
		counts := make([]tries, len(bounds))
		for i, b := range bounds {
			t := &counts[i]
			if _, err := get(tx, triesKey(b.key), t); err != nil {
				return err
			}
			if !at.Before(t.Since.Add(window)) || at.Before(t.Since) { // also where the clock was set back
				*t = tries{Since: at}
			}
			if t.Count >= b.most {
				return ErrSlowDown
			}
			t.Count++
		}
		for i, b := range bounds {
			if err := put(tx, triesKey(b.key), counts[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgive takes back what guess counted, as the try was no mistake: the first bound
// begins anew, the others lose one.
func (a *Accounts) forgive(ctx context.Context, bounds []bound) error {
	return a.hq.Update(ctx, func(tx hq.Tx) error {
		for i, b := range bounds {
			var t tries
			if _, err := get(tx, triesKey(b.key), &t); err != nil {
				return err
			}
			if t.Count--; i == 0 || t.Count <= 0 {
				if err := tx.DeleteDoc(triesKey(b.key)); err != nil {
					return err
				}
				continue
			}
			if err := put(tx, triesKey(b.key), t); err != nil {
				return err
			}
		}
		return nil
	})
}

func triesKey(key string) hq.DocKey {
	return hq.DocKey{Collection: triesAre, DocPlace: hq.DocPlace{Key: key}}
}
