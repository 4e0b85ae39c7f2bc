package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20"

	"hexiao/kiosk"
)

// sivBytes is the length of the synthetic IV, which is also the tag.
const sivBytes = 16

// sealKey is the pair of keys of one use: one for the IV, one for the stream.
type sealKey struct{ mac, stream []byte }

// newSealKey derives both from a secret.
func newSealKey(secret []byte, label string) (sealKey, error) {
	b, err := hkdf.Key(sha256.New, secret, nil, "hexiao "+label+" v2", sha256.Size+chacha20.KeySize)
	if err != nil {
		return sealKey{}, fmt.Errorf("derive the key of %s: %w", label, err)
	}
	return sealKey{b[:sha256.Size], b[sha256.Size:]}, nil
}

// place is what a sealed value is bound to: its level, its order, and what is
// needed besides to make sense of it. It opens nowhere else.
type place struct {
	level  string
	order  kiosk.OrderID
	beside string
}

// iv is the PRF over place and plaintext. The place's parts are preceded by their
// lengths, so that no two different ones are the same bytes.
func (k sealKey) iv(at place, plain []byte) []byte {
	h := hmac.New(sha256.New, k.mac)
	for _, s := range []string{at.level, string(at.order), at.beside} {
		h.Write(binary.AppendUvarint(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	h.Write(plain)
	return h.Sum(nil)[:sivBytes]
}

func (k sealKey) xor(iv, text []byte) error {
	nonce := make([]byte, chacha20.NonceSizeX)
	copy(nonce, iv)
	c, err := chacha20.NewUnauthenticatedCipher(k.stream, nonce)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	c.XORKeyStream(text, text)
	return nil
}

// seal gives the IV and the encrypted plaintext, which it takes over.
func (k sealKey) seal(at place, plain []byte) ([]byte, error) {
	iv := k.iv(at, plain)
	if err := k.xor(iv, plain); err != nil {
		return nil, err
	}
	return append(iv, plain...), nil
}

// open gives the plaintext, or ErrSealed.
func (k sealKey) open(at place, sealed []byte) ([]byte, error) {
	if len(sealed) < sivBytes {
		return nil, ErrSealed
	}
	plain := append([]byte(nil), sealed[sivBytes:]...)
	if err := k.xor(sealed[:sivBytes], plain); err != nil {
		return nil, err
	}
	if !hmac.Equal(sealed[:sivBytes], k.iv(at, plain)) {
		return nil, ErrSealed
	}
	return plain, nil
}
