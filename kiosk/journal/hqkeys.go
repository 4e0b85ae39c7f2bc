package journal

import (
	"crypto/ed25519"
	"encoding/binary"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
)

// keyMagic begins a record of a key among the acknowledgements. It is as long as
// one, so that a reader which knows no such records passes over it.
const keyMagic = "HXJK"

// encodeKey keeps a key of HQ that another one has signed for: magic, checksum, key,
// signature, zeros.
func encodeKey(k kiosk.HQKey) []byte {
	b := make([]byte, ackBytes)
	copy(b, keyMagic)
	copy(b[8:40], k.Key)
	copy(b[40:104], k.Proof)
	binary.BigEndian.PutUint32(b[4:], checksum(b[8:]))
	return b
}

// parseKey reports whether b holds a whole key; whether it is HQ's, its proof says.
func parseKey(b []byte) (kiosk.HQKey, bool) {
	if len(b) < ackBytes || string(b[:4]) != keyMagic || binary.BigEndian.Uint32(b[4:]) != checksum(b[8:ackBytes]) || !allZero(b[104:ackBytes]) {
		return kiosk.HQKey{}, false
	}
	return kiosk.HQKey{Key: slices.Clone(b[8:40]), Proof: slices.Clone(b[40:104])}, true
}

// keysFrom are the keys to check acknowledgements with: one that is trusted, and
// those kept beside them that follow from it. nil: any key, on its word.
func keysFrom(trusted ed25519.PublicKey, kept []kiosk.HQKey) []ed25519.PublicKey {
	if trusted == nil {
		return nil
	}
	ring := hqring.New(trusted)
	follow(ring, kept)
	return ring.Keys()
}

// follow has a ring trust the kept keys that follow from its own; they come in the
// order of their proofs. What does not follow is passed over.
func follow(ring *hqring.Ring, kept []kiosk.HQKey) {
	for _, k := range kept[:min(len(kept), 4*hqring.MaxKeys)] {
		trusted := ring.Chain()
		_ = ring.Adopt([]kiosk.HQKey{{Key: trusted[len(trusted)-1].Key}, k})
	}
}

// keptOf is how many of a chain need no record any more; the first never does.
func keptOf(chain, kept []kiosk.HQKey) int {
	for i, k := range chain {
		if i > 0 && !slices.ContainsFunc(kept, func(there kiosk.HQKey) bool { return slices.Equal(there.Key, k.Key) }) {
			return i
		}
	}
	return len(chain)
}

// signedByAny reports whether one of the keys signed it for the terminal.
func (a ack) signedByAny(keys []ed25519.PublicKey, terminal kiosk.TerminalID) bool {
	return slices.ContainsFunc(keys, func(k ed25519.PublicKey) bool { return a.signedBy(k, terminal) })
}
