package hqring_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
)

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(n byte) ed25519.PublicKey { return key(n).Public().(ed25519.PublicKey) }

func start() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

// chain is keys 1 to n, each in use for a day and counting for another.
func chain(n byte) []kiosk.HQKey {
	var list []kiosk.HQKey
	for i := byte(1); i <= n; i++ {
		k := kiosk.HQKey{Key: public(i)}
		if i > 1 {
			k.Proof, k.From = hqring.Prove(key(i-1), public(i)), start().AddDate(0, 0, int(i))
		}
		if i < n {
			k.Until = start().AddDate(0, 0, int(i)+2)
		}
		list = append(list, k)
	}
	return list
}

func signs(r *hqring.Ring, n byte, at time.Time) bool {
	return r.Verify([]byte("message"), ed25519.Sign(key(n), []byte("message")), at)
}

func TestAChainIsWalked(t *testing.T) {
	r := hqring.New(public(2)) // enrolled when the second key was HQ's
	if !signs(r, 2, start()) || signs(r, 1, start()) || signs(r, 3, start()) {
		t.Fatal("a new ring trusts other keys than its own")
	}
	if err := r.Adopt(chain(4)); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[byte]bool{1: false, 2: true, 3: true, 4: true, 5: false} {
		if got := signs(r, n, start()); got != want {
			t.Errorf("key %d counts: %v", n, got)
		}
	}
	if got := r.Chain(); len(got) != 3 || !r.Keys()[2].Equal(public(4)) || !got[2].From.Equal(start().AddDate(0, 0, 4)) {
		t.Errorf("%+v", got)
	}
	if err := r.Adopt(nil); err != nil || len(r.Keys()) != 3 {
		t.Errorf("settings without keys: %v", err)
	}
}

func TestKeysHaveTheirTime(t *testing.T) {
	r := hqring.New(public(1))
	if err := r.Adopt(chain(2)); err != nil {
		t.Fatal(err)
	}
	end := start().AddDate(0, 0, 3)
	if !signs(r, 1, end.Add(-time.Second)) || signs(r, 1, end) || !signs(r, 2, end.AddDate(50, 0, 0)) {
		t.Error("the old key does not count until its end, or the new one not for ever")
	}
	if k, known := r.Find(hqring.ID(public(1)), end); k != nil || !known {
		t.Errorf("the retired key: %x, known %v", k, known)
	}
	if k, known := r.Find(hqring.ID(public(2)), end); !public(2).Equal(k) || !known {
		t.Errorf("the live key: %x, known %v", k, known)
	}
	if k, known := r.Find(hqring.ID(public(3)), end); k != nil || known {
		t.Errorf("a strange key: %x, known %v", k, known)
	}
	// A clock that was set back brings no key back to life, once HQ was heard.
	r.Heard(end)
	r.Heard(start())
	if signs(r, 1, start()) {
		t.Error("with the clock set back the old key counts again")
	}
	if len(r.Keys()) != 2 {
		t.Error("what the old key signed can no longer be proved")
	}
}

func TestChainsThatDoNotFollow(t *testing.T) {
	forged := chain(3)
	forged[2].Proof = hqring.Prove(key(9), public(3))
	stolen := append(chain(1), kiosk.HQKey{Key: public(9), Proof: hqring.Prove(key(1), public(9))})
	short := chain(3)
	short[2].Key = short[2].Key[:31]
	long := chain(2)
	for len(long) <= hqring.MaxKeys {
		long = append(long, long[1])
	}
	for name, c := range map[string][]kiosk.HQKey{
		"of another HQ": {{Key: public(9)}}, "forged": forged, "by a key before the newest": stolen, "unproven": {{Key: public(2)}, {Key: public(3)}},
		"a short key": short, "too long": long,
	} {
		r := hqring.New(public(1))
		if err := r.Adopt(chain(2)); err != nil {
			t.Fatal(err)
		}
		if err := r.Adopt(c); !errors.Is(err, hqring.ErrChain) || len(r.Keys()) != 2 {
			t.Errorf("%s: %v, %d keys", name, err, len(r.Keys()))
		}
	}
}

// Many short pieces do not get past the limit either.
func TestARingEnds(t *testing.T) {
	all := chain(hqring.MaxKeys + 1)
	r := hqring.New(public(1))
	for i := range hqring.MaxKeys - 1 {
		if err := r.Adopt(all[i : i+2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Adopt(all[hqring.MaxKeys-1:]); !errors.Is(err, hqring.ErrChain) || len(r.Keys()) != hqring.MaxKeys {
		t.Errorf("%v, %d keys", err, len(r.Keys()))
	}
}

func TestNoRing(t *testing.T) {
	var r *hqring.Ring
	if len(r.Keys()) != 0 || len(r.Chain()) != 0 || len(r.Live(start())) != 0 {
		t.Error("a terminal without HQ trusts keys")
	}
}
