// Package seal keeps personal data unreadable on a stolen machine.
//
// # Two levels
//
// What a leader may see and search (masked name, last four digits of the
// phone) is sealed under the point's key, [PointKey.SealDesk], and found by
// blind indexes, of the name also as it is typed in pinyin. To whom an invoice goes
// is sealed under that key as well, [PointKey.SealInvoice]. The full name and phone are sealed under a key that is derived
// from the customer's opaque pickup code, [SealFull]: without the code in hand
// nobody, not even the terminal, can open them.
//
// # How
//
// Keys come from HKDF-SHA256 (RFC 5869) with a label for each use. Sealing is
// XChaCha20-Poly1305 with a synthetic nonce: the first 12 bytes of an
// HMAC-SHA256 over associated data and plaintext, zero-padded to 24 bytes, as
// in SIV modes (RFC 5297, section 1). Sealing is therefore deterministic: equal
// data of the same order seal equally, which tells only that nothing changed.
// The associated data bind a sealed value to its level and order.
//
// # PINs
//
// A leader's PIN is kept as an argon2id hash (RFC 9106) of 19 MiB, two passes,
// one lane and 16 bytes of salt, in PHC string format, see [HashPIN]; checking
// one takes some 50 ms. The desk limits attempts at the terminal.
//
// # What a thief has
//
// Of the disk alone, without the folder of the keys (kiosk/config): orders with
// products, shelves and pickup numbers, the journal, the leaders' names and the
// hashes of their PINs, but no customer's name, phone or code. Opaque codes
// have 128 random bits. Typed and platform codes are found by an HMAC whose key
// is not there. The names of customers, whole or masked, cannot be read. PINs of
// four digits are found from their hashes within minutes, whatever the hash
// costs: after a theft the point's leaders need new ones.
//
// Of the whole machine, keys included: besides, the masked names and phone tails
// of the orders that it holds, for those are what the screen shows; and by
// trying all of them, the typed codes (10^9, some minutes), short platform codes,
// and which of a list of names and phones are among the customers. Full names
// and phones need the opaque code, which is neither on the disk nor in the
// keys. At a terminal without HQ the opaque codes of imported orders are derived
// from the point's secret (so that importing a table again gives the same ones):
// there the keys open everything.
//
// Therefore keys belong on another medium than the data folder; the setting keys
// in kiosk.toml names it, and kioskctl doctor advises it. Retention takes away
// orders that were collected long ago. HQ withdraws a stolen terminal: as soon as
// it reaches HQ it deletes the orders and the point's secret. HQ should then give
// the point's other terminals a new secret too; it cannot do that yet but by a
// new point.
//
// # Limits
//
// Lookups are 80 bits and blind indexes 32 bits of HMAC-SHA256: an index may
// match a stranger's order and the opened data decide. Nothing here hides how
// many orders there are, of what, or which belong to one customer whose orders
// share a code.
package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"

	"hexiao/kiosk"
	"hexiao/kiosk/pinyin"
)

// SecretBytes is the length of a point's secret.
const SecretBytes = 32

const (
	nonceBytes = 12
	indexBytes = 4
)

// ErrSealed is returned when sealed data do not open: another key, another
// order, or damage.
var ErrSealed = errors.New("sealed data do not open with this key")

// Personal is what the code's key alone opens.
type Personal struct {
	Name  string `cbor:"1,keyasint,omitempty"`
	Phone string `cbor:"2,keyasint,omitempty"`
}

// PointKey holds the keys of a point, derived from its secret. It is safe for
// use by several goroutines.
type PointKey struct {
	lookup, index, desk, rotate []byte
}

// NewPointKey derives the keys of a point from its secret of [SecretBytes].
func NewPointKey(secret []byte) (PointKey, error) {
	if len(secret) != SecretBytes {
		return PointKey{}, fmt.Errorf("a point's secret has %d bytes, not %d", SecretBytes, len(secret))
	}
	var k PointKey
	for label, dst := range map[string]*[]byte{"lookup": &k.lookup, "index": &k.index, "desk": &k.desk, "rotate": &k.rotate} {
		key, err := hkdf.Key(sha256.New, secret, nil, "hexiao point "+label+" v1", chacha20poly1305.KeySize)
		if err != nil {
			return PointKey{}, fmt.Errorf("derive the point's %s key: %w", label, err)
		}
		*dst = key
	}
	return k, nil
}

// Lookup gives the keyed hash under which the orders of a code are found.
func (k PointKey) Lookup(c kiosk.Code) kiosk.Lookup {
	sum := mac(k.lookup, []byte{byte(c.Kind)}, []byte(c.Text))
	return kiosk.Lookup(sum[:len(kiosk.Lookup{})])
}

// RotationKey gives the key of an opaque code's rotating codes, see
// kiosk.NewRotating. The code alone does not tell it.
func (k PointKey) RotationKey(opaque kiosk.Code) []byte { return mac(k.rotate, []byte(opaque.Text)) }

// NameIndex gives the blind index of a customer's name.
func (k PointKey) NameIndex(name string) []byte {
	name = strings.ToUpper(norm.NFKC.String(strings.TrimSpace(name)))
	return mac(k.index, []byte("name\x00"), []byte(name))[:indexBytes]
}

// TailIndex gives the blind index of a phone's last four digits.
func (k PointKey) TailIndex(tail string) []byte {
	return mac(k.index, []byte("tail\x00"), []byte(tail))[:indexBytes]
}

// NameKey gives the blind index of a way to type a name: its pinyin in full, or
// the initials, as package pinyin spells them.
func (k PointKey) NameKey(spelling string) []byte {
	return mac(k.index, []byte("pinyin\x00"), []byte(strings.ToLower(spelling)))[:indexBytes]
}

// NameKeys gives the blind indexes of all the ways to type a name, sorted, each
// once; nil for a name that cannot be spelled.
func (k PointKey) NameKeys(name string) [][]byte {
	full, initials := pinyin.Spell(name)
	var keys [][]byte
	for _, spelling := range slices.Concat(full, initials) {
		keys = append(keys, k.NameKey(spelling))
	}
	slices.SortFunc(keys, bytes.Compare)
	return slices.CompactFunc(keys, bytes.Equal)
}

// SealDesk seals what a leader may see of an order's customer.
func (k PointKey) SealDesk(order kiosk.OrderID, m kiosk.Masked) ([]byte, error) {
	return sealValue(k.desk, "desk", order, m)
}

// OpenDesk opens what SealDesk sealed; it returns ErrSealed otherwise.
func (k PointKey) OpenDesk(order kiosk.OrderID, sealed []byte) (kiosk.Masked, error) {
	return openValue[kiosk.Masked](k.desk, "desk", order, sealed)
}

// SealFull seals a customer's name and phone under an opaque code.
func SealFull(code kiosk.Code, order kiosk.OrderID, p Personal) ([]byte, error) {
	key, err := codeKey(code)
	if err != nil {
		return nil, err
	}
	return sealValue(key, "full", order, p)
}

// OpenFull opens what SealFull sealed; it returns ErrSealed otherwise.
func OpenFull(code kiosk.Code, order kiosk.OrderID, sealed []byte) (Personal, error) {
	key, err := codeKey(code)
	if err != nil {
		return Personal{}, err
	}
	return openValue[Personal](key, "full", order, sealed)
}

// codeKey refuses short codes: all of them can be tried.
func codeKey(code kiosk.Code) ([]byte, error) {
	if code.Kind != kiosk.CodeOpaque {
		return nil, fmt.Errorf("only an opaque code can seal personal data: %w", ErrSealed)
	}
	return hkdf.Key(sha256.New, []byte(code.Text), nil, "hexiao code full v1", chacha20poly1305.KeySize)
}

func sealValue(key []byte, level string, order kiosk.OrderID, v any) ([]byte, error) {
	plain, err := cbor.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	ad := associated(level, order)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	copy(nonce, mac(key, ad, plain)[:nonceBytes])
	return aead.Seal(nonce[:nonceBytes:nonceBytes], nonce, plain, ad), nil
}

func openValue[T any](key []byte, level string, order kiosk.OrderID, sealed []byte) (T, error) {
	var v T
	if len(sealed) < nonceBytes {
		return v, ErrSealed
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return v, fmt.Errorf("open: %w", err)
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	copy(nonce, sealed[:nonceBytes])
	plain, err := aead.Open(nil, nonce, sealed[nonceBytes:], associated(level, order))
	if err != nil {
		return v, ErrSealed
	}
	if err := cbor.Unmarshal(plain, &v); err != nil {
		return v, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	return v, nil
}

func associated(level string, order kiosk.OrderID) []byte {
	return []byte("hexiao " + level + " v1\x00" + string(order))
}

// mac is HMAC-SHA256 over the parts, each preceded by nothing: callers keep
// the first part of fixed length or NUL-ended.
func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
