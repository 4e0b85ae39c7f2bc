package wire

import (
	"crypto/ed25519"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
)

// NewKeyChain and Domain carry HQ's keys.
func NewKeyChain(list []kiosk.HQKey) KeyChain { return KeyChain{Keys: newHQKeys(list)} }

// Domain returns ErrMalformed for what is no key, or for none.
func (k KeyChain) Domain() ([]kiosk.HQKey, error) {
	if len(k.Keys) == 0 {
		return nil, malformed("no key of HQ")
	}
	return domainHQKeys(k.Keys)
}

func newHQKeys(list []kiosk.HQKey) []HQKey {
	var out []HQKey
	for _, k := range list {
		out = append(out, HQKey{Key: k.Key, From: k.From.UTC(), Until: k.Until.UTC(), Proof: k.Proof})
	}
	return out
}

func domainHQKeys(list []HQKey) ([]kiosk.HQKey, error) {
	if len(list) > hqring.MaxKeys {
		return nil, malformed("%d keys of HQ, more than %d", len(list), hqring.MaxKeys)
	}
	var out []kiosk.HQKey
	for _, k := range list {
		if len(k.Key) != ed25519.PublicKeySize {
			return nil, malformed("a key of HQ has %d bytes, not %d", len(k.Key), ed25519.PublicKeySize)
		}
		out = append(out, kiosk.HQKey{Key: k.Key, From: k.From.UTC(), Until: k.Until.UTC(), Proof: k.Proof})
	}
	return out, nil
}
