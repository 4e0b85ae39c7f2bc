// Package seal keeps personal data unreadable on a stolen machine.
//
// # Two levels
//
// What a leader may see and search (masked name, last four digits of the
// phone) is sealed under the point's key, [PointKey.SealDesk], and the name is found
// by blind indexes, also as it is typed in pinyin. To whom an invoice goes
// is sealed under that key as well, [PointKey.SealInvoice]. The full name and phone are sealed under a key that is derived
// from the customer's opaque pickup code, [SealFull]: without the code in hand
// nobody, not even the terminal, can open them.
//
// # How
//
// Keys come from HKDF-SHA256 (RFC 5869) with a label for each use. Sealing is SIV,
// deterministic authenticated encryption after Rogaway and Shrimpton ("A
// provable-security treatment of the key-wrap problem", EUROCRYPT 2006; RFC 5297
// does it with AES): a pseudorandom function over associated data and plaintext
// gives the synthetic IV, under which the plaintext is encrypted, and which is the
// tag as well: whoever opens computes it again. Here the function is HMAC-SHA256,
// cut to 16 bytes, over the level, the order and what else the value is bound to,
// each preceded by its length, and the plaintext; the cipher is XChaCha20 with the IV, zero-padded, as its nonce.
// The two keys of a use are independent parts of one HKDF output, as the proof asks.
//
// What holds: a forged value passes with 2^-128 a try (XChaCha20-Poly1305, which
// the first version had, proves some 2^-103 for values this short); two values
// share an IV by chance with q^2/2^129, for a thousand million orders 2^-69 (with
// the 12 bytes of before, 2^-37), and only then would their XOR show. No nonce can
// be used wrongly. Equal data of the same order seal equally, which tells only
// that nothing changed. The length of a value tells the length of the name, in
// characters, and of the phone, as it did before.
//
// Values are packed, not padded, because a terminal gets a million of them over a
// thin line: a usual desk value has 20 bytes; a full one, which holds only what
// the desk's has not, 22 or 24.
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

	"golang.org/x/text/unicode/norm"

	"hexiao/kiosk"
	"hexiao/kiosk/pinyin"
)

// SecretBytes is the length of a point's secret.
const SecretBytes = 32

const indexBytes = 4

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
	lookup, index, rotate []byte
	desk                  sealKey
}

// NewPointKey derives the keys of a point from its secret of [SecretBytes].
func NewPointKey(secret []byte) (PointKey, error) {
	if len(secret) != SecretBytes {
		return PointKey{}, fmt.Errorf("a point's secret has %d bytes, not %d", SecretBytes, len(secret))
	}
	var k PointKey
	for label, dst := range map[string]*[]byte{"lookup": &k.lookup, "index": &k.index, "rotate": &k.rotate} {
		key, err := hkdf.Key(sha256.New, secret, nil, "hexiao point "+label+" v1", sha256.Size)
		if err != nil {
			return PointKey{}, fmt.Errorf("derive the point's %s key: %w", label, err)
		}
		*dst = key
	}
	var err error
	k.desk, err = newSealKey(secret, "point desk")
	return k, err
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
	plain, err := packMasked(m)
	if err != nil {
		return nil, err
	}
	return k.desk.seal(place{level: "desk", order: order}, plain)
}

// OpenDesk opens what SealDesk sealed; it returns ErrSealed otherwise.
func (k PointKey) OpenDesk(order kiosk.OrderID, sealed []byte) (kiosk.Masked, error) {
	plain, err := k.desk.open(place{level: "desk", order: order}, sealed)
	if err != nil {
		return kiosk.Masked{}, err
	}
	return unpackMasked(plain)
}

// SealFull seals a customer's name and phone under an opaque code: what of them
// kiosk.Mask leaves out, for the rest is sealed at the desk's level.
func SealFull(code kiosk.Code, order kiosk.OrderID, p Personal) ([]byte, error) {
	key, err := codeKey(code)
	if err != nil {
		return nil, err
	}
	masked := kiosk.Mask(p.Name, p.Phone)
	plain, err := packPersonal(p, masked)
	if err != nil {
		return nil, err
	}
	return key.seal(full(order, masked), plain)
}

// OpenFull opens what SealFull sealed, with what OpenDesk gave of the same order;
// it returns ErrSealed otherwise.
func OpenFull(code kiosk.Code, order kiosk.OrderID, sealed []byte, masked kiosk.Masked) (Personal, error) {
	key, err := codeKey(code)
	if err != nil {
		return Personal{}, err
	}
	plain, err := key.open(full(order, masked), sealed)
	if err != nil {
		return Personal{}, err
	}
	return unpackPersonal(plain, masked)
}

func full(order kiosk.OrderID, masked kiosk.Masked) place {
	return place{level: "full", order: order, beside: masked.Name + "\x00" + masked.Tail}
}

// codeKey refuses short codes: all of them can be tried.
func codeKey(code kiosk.Code) (sealKey, error) {
	if code.Kind != kiosk.CodeOpaque {
		return sealKey{}, fmt.Errorf("only an opaque code can seal personal data: %w", ErrSealed)
	}
	return newSealKey([]byte(code.Text), "code full")
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
