package wire

import (
	"crypto/ed25519"

	"hexiao/kiosk"
)

func newHQKeys(list []kiosk.HQKey) []HQKey {
	var out []HQKey
	for _, k := range list {
		out = append(out, HQKey{Key: k.Key, From: k.From.UTC(), Until: k.Until.UTC(), Proof: k.Proof})
	}
	return out
}

func domainHQKeys(list []HQKey) ([]kiosk.HQKey, error) {
	var out []kiosk.HQKey
	for _, k := range list {
		if len(k.Key) != ed25519.PublicKeySize {
			return nil, malformed("a key of HQ has %d bytes, not %d", len(k.Key), ed25519.PublicKeySize)
		}
		out = append(out, kiosk.HQKey{Key: k.Key, From: k.From.UTC(), Until: k.Until.UTC(), Proof: k.Proof})
	}
	return out, nil
}
