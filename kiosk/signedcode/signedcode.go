package signedcode

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
)

const (
	// MaxChars is the length of the longest code.
	MaxChars = 195
	// MaxLines is how many of an order's lines can be named.
	MaxLines = 8 * maxMask
	// MaxMinutes is how long a code may be good for.
	MaxMinutes = 1<<16 - 1

	prefix    = "H1"
	context   = "hexiao signed code v1\x00"
	kindProxy = 1
	maxMask   = 23
	maxFrom   = 100_000_000 // minutes: the year 2210
)

// Returned by Decode and Encode.
var (
	// ErrMalformed is returned for a text that Encode cannot have made.
	ErrMalformed = errors.New("no signed code")
	// ErrUnknownKey is returned for a code that another HQ signed.
	ErrUnknownKey = errors.New("signed by another HQ")
	// ErrSignature is returned for a code that was changed or forged.
	ErrSignature = errors.New("the signature is wrong")
	// ErrGrant is returned for what no code can say.
	ErrGrant = errors.New("no code can say this")
)

// Reference stands for an order in a code: the first 8 bytes of SHA-256("hexiao
// order ref v1" 00 point 00 order id). It names no order to those who do not know
// the ids.
type Reference [8]byte

// ReferenceOf is the reference of an order at a point.
func ReferenceOf(point kiosk.PointID, id kiosk.OrderID) Reference {
	b := make([]byte, 0, 160)
	b = append(append(append(b, "hexiao order ref v1\x00"...), point...), 0)
	sum := sha256.Sum256(append(b, id...))
	return Reference(sum[:8])
}

// Grant is what a proxy code says.
type Grant struct {
	Code  kiosk.ProxyID
	Order Reference
	Lines []byte    // a bit for each line; empty: all
	From  time.Time // in whole minutes, UTC
	Until time.Time // in whole minutes, UTC; the code is good before it
}

// payload is a Grant as it is signed.
type payload struct {
	_       struct{} `cbor:",toarray"`
	Kind    uint64
	Key     [4]byte
	Order   Reference
	Code    kiosk.ProxyID
	Lines   []byte
	From    uint32
	Minutes uint16
}

func keyID(key ed25519.PublicKey) [4]byte {
	sum := sha256.Sum256(key)
	return [4]byte(sum[:4])
}

// publicOf returns ErrGrant for what is no key.
func publicOf(key ed25519.PrivateKey) (ed25519.PublicKey, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("%w: the key is no Ed25519 key", ErrGrant)
	}
	return ed25519.PublicKey(key[ed25519.PrivateKeySize-ed25519.PublicKeySize:]), nil
}

func epoch() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }

// Encode signs a grant. It returns ErrGrant for times that are no whole minutes,
// out of order, before 2020 or too far apart, and for lines that cannot be named.
func Encode(g Grant, key ed25519.PrivateKey) (string, error) {
	from, minutes, err := term(g.From, g.Until)
	if err != nil {
		return "", err
	}
	if !goodMask(g.Lines) {
		return "", fmt.Errorf("%w: its lines are not among the first %d", ErrGrant, MaxLines)
	}
	public, err := publicOf(key)
	if err != nil {
		return "", err
	}
	b, err := marshal(payload{
		Kind: kindProxy, Key: keyID(public), Order: g.Order, Code: g.Code, Lines: append([]byte{}, g.Lines...),
		From: from, Minutes: minutes,
	})
	if err != nil {
		return "", err
	}
	return prefix + encoding().EncodeToString(append(b, ed25519.Sign(key, signed(b))...)), nil
}

// Decode reads a code, in the form that kiosk.ParseCode gives it, and checks its
// signature. It returns ErrMalformed, ErrUnknownKey or ErrSignature. Whether the
// code is good now is not its business.
func Decode(text string, keys ...ed25519.PublicKey) (Grant, error) {
	raw, b, err := split(text)
	if err != nil {
		return Grant{}, err
	}
	var p payload
	if err := cbor.Unmarshal(b, &p); err != nil {
		return Grant{}, ErrMalformed // its words could quote the code
	}
	again, err := marshal(p)
	if err != nil || !bytes.Equal(again, b) || p.Kind != kindProxy || p.Minutes == 0 || p.From > maxFrom || !goodMask(p.Lines) {
		return Grant{}, ErrMalformed
	}
	i := slices.IndexFunc(keys, func(k ed25519.PublicKey) bool { return len(k) == ed25519.PublicKeySize && keyID(k) == p.Key })
	if i < 0 {
		return Grant{}, ErrUnknownKey
	}
	if !ed25519.Verify(keys[i], signed(b), raw[len(b):]) {
		return Grant{}, ErrSignature
	}
	from := epoch().Add(time.Duration(p.From) * time.Minute)
	g := Grant{Code: p.Code, Order: p.Order, From: from, Until: from.Add(time.Duration(p.Minutes) * time.Minute)}
	if len(p.Lines) > 0 {
		g.Lines = p.Lines
	}
	return g, nil
}

// split gives the bytes of a code, and the payload before its signature.
func split(text string) (raw, payload []byte, err error) {
	if len(text) > MaxChars || len(text) < len(prefix) || text[:len(prefix)] != prefix {
		return nil, nil, ErrMalformed
	}
	raw, err = encoding().DecodeString(text[len(prefix):])
	n := len(raw) - ed25519.SignatureSize
	// Bits that encode nothing may not differ: each code has one text.
	if err != nil || n <= 0 || encoding().EncodeToString(raw) != text[len(prefix):] {
		return nil, nil, ErrMalformed
	}
	return raw, raw[:n:n], nil
}

// term gives the times of a code as it carries them.
func term(start, end time.Time) (from uint32, minutes uint16, err error) {
	after, span := start.Sub(epoch()), end.Sub(start)
	switch {
	case after%time.Minute != 0 || span%time.Minute != 0:
		return 0, 0, fmt.Errorf("%w: its times are no whole minutes", ErrGrant)
	case after < 0 || after/time.Minute > maxFrom || span <= 0 || span > MaxMinutes*time.Minute:
		return 0, 0, fmt.Errorf("%w: it would not be good for 1 to %d minutes between 2020 and 2210", ErrGrant, MaxMinutes)
	}
	return uint32(after / time.Minute), uint16(span / time.Minute), nil
}

// Mask gives the bits of an order's lines; nil for no ids, which means all lines.
// It returns kiosk.ErrUnknownLine, and ErrGrant for a line after the 184th.
func Mask(o kiosk.Order, ids ...kiosk.LineID) ([]byte, error) {
	var mask []byte
	for _, id := range ids {
		i := slices.IndexFunc(o.Lines, func(l kiosk.Line) bool { return l.ID == id })
		switch {
		case i < 0:
			return nil, fmt.Errorf("order %s, line %q: %w", o.ID, id, kiosk.ErrUnknownLine)
		case i >= MaxLines:
			return nil, fmt.Errorf("order %s, line %q: %w: only the first %d lines can be named", o.ID, id, ErrGrant, MaxLines)
		}
		for len(mask) <= i/8 {
			mask = append(mask, 0)
		}
		mask[i/8] |= 1 << (i % 8)
	}
	return mask, nil
}

// Proxy is what the grant means for its order; false where it names a line that
// the order does not have.
func (g Grant) Proxy(o kiosk.Order) (kiosk.Proxy, bool) {
	p := kiosk.Proxy{Code: g.Code, From: g.From, Until: g.Until}
	for i := range 8 * len(g.Lines) {
		if g.Lines[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		if i >= len(o.Lines) {
			return kiosk.Proxy{}, false
		}
		p.Lines = append(p.Lines, o.Lines[i].ID)
	}
	return p, true
}

// goodMask reports whether there is no other mask of the same meaning.
func goodMask(m []byte) bool { return len(m) == 0 || len(m) <= maxMask && m[len(m)-1] != 0 }

func encoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

func signed(payload []byte) []byte { return append([]byte(context), payload...) }

func marshal(v any) ([]byte, error) { return mode().Marshal(v) }

// mode is the deterministic encoding. Making one costs more than an encoding, and
// a forged code needs several; made once, it is a constant.
//
//nolint:gochecknoglobals // see above
var mode = sync.OnceValue(func() cbor.EncMode {
	m, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // the options are the library's own
	}
	return m
})
