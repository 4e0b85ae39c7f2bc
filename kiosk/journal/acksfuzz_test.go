package journal

import (
	"bytes"
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
)

// FuzzAcks: whatever is in the file, reading it ends, and what it gives is
// written there, byte for byte; only what HQ signed counts.
func FuzzAcks(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	sign := func(seq uint64) ack {
		a := ack{head: kiosk.Head{Seq: seq, Hash: kiosk.Hash{byte(seq)}}, at: time.Unix(1_800_000_000, 5).UTC(), key: idOf(public)}
		copy(a.signature[:], ed25519.Sign(key, kiosk.AckBytes("T1", a.head, a.at)))
		return a
	}
	file := make([]byte, milestonesAt)
	copy(file, sign(700).encode())
	copy(file[slotBytes:], sign(650).encode())
	file = append(append(file, sign(256).encode()...), sign(512).encode()...)
	f.Add(file)
	f.Add(file[:milestonesAt+100])
	f.Add([]byte{})
	honest := []uint64{256, 512, 650, 700}
	f.Fuzz(func(t *testing.T, b []byte) {
		list, _, _ := parseAcks(b)
		if !slices.IsSortedFunc(list, func(a, b ack) int { return int(a.head.Seq>>1) - int(b.head.Seq>>1) }) {
			t.Error("not in order")
		}
		for _, a := range list {
			if !bytes.Contains(b, a.encode()) {
				t.Errorf("%+v stands nowhere in the file", a)
			}
		}
		for _, a := range newProof(list, 0, []ed25519.PublicKey{public}, "T1").acks {
			if !slices.Contains(honest, a.head.Seq) || a != sign(a.head.Seq) {
				t.Errorf("%+v was never signed", a)
			}
		}
	})
}
