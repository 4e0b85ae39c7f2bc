package seal

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
)

// What is sealed comes a million times to a terminal over a thin line, and cannot
// be compressed any more. So names are UTF-16, where a Chinese character has two
// bytes, and digits are a number. Whatever is not of the usual form is CBOR.

const (
	asCBOR = 0xff // in the first byte
	noTail = 10_000
	// starsShift is where the number of stars is, above the tail of at most noTail.
	starsShift = 14
)

// packMasked gives a masked name and tail: two bytes, the tail and above it the
// number of stars, and the name's first character.
func packMasked(m kiosk.Masked) ([]byte, error) {
	first := strings.TrimRight(m.Name, "*")
	stars := len(m.Name) - len(first)
	tail, ok := uint64(noTail), m.Tail == ""
	if !ok {
		tail, ok = number(m.Tail)
		ok = ok && len(m.Tail) == 4
	}
	if !ok || stars > 3 || !utf8.ValidString(first) {
		return packAny(m)
	}
	b := binary.BigEndian.AppendUint16(nil, uint16(stars<<starsShift|int(tail)))
	return appendUTF16(b, first), nil
}

func unpackMasked(b []byte) (kiosk.Masked, error) {
	if len(b) > 0 && b[0] == asCBOR {
		return unpackAny[kiosk.Masked](b)
	}
	if len(b) < 2 {
		return kiosk.Masked{}, ErrSealed
	}
	n := binary.BigEndian.Uint16(b)
	name, err := fromUTF16(b[2:])
	if err != nil {
		return kiosk.Masked{}, err
	}
	m := kiosk.Masked{Name: name + strings.Repeat("*", int(n>>starsShift))}
	if tail := n & (1<<starsShift - 1); tail < noTail {
		m.Tail = fmt.Sprintf("%04d", tail)
	}
	return m, nil
}

// packPersonal gives what masking left out of name and phone: the number of the
// phone's digits before the last four, these as a number of so many bytes as it
// takes, and the name behind its first character.
func packPersonal(p Personal, masked kiosk.Masked) ([]byte, error) {
	name, found := strings.CutPrefix(p.Name, first(masked))
	phone, ends := strings.CutSuffix(p.Phone, masked.Tail)
	n, ok := number(phone)
	if phone == "" {
		ok = true
	}
	if !ok || !found || !ends || len(phone) > 18 || !utf8.ValidString(name) {
		return packAny(p)
	}
	b := []byte{byte(len(phone))}
	size := numberBytes(len(phone))
	b = append(b, binary.BigEndian.AppendUint64(nil, n)[8-size:]...)
	return appendUTF16(b, name), nil
}

// first is the first character of a name that was masked.
func first(m kiosk.Masked) string {
	_, size := utf8.DecodeRuneInString(m.Name)
	return m.Name[:size]
}

func unpackPersonal(b []byte, masked kiosk.Masked) (Personal, error) {
	if len(b) == 0 || b[0] > 18 && b[0] != asCBOR {
		return Personal{}, ErrSealed
	}
	if b[0] == asCBOR {
		return unpackAny[Personal](b)
	}
	digits := int(b[0])
	size := numberBytes(digits)
	if len(b) < 1+size {
		return Personal{}, ErrSealed
	}
	name, err := fromUTF16(b[1+size:])
	if err != nil {
		return Personal{}, err
	}
	p := Personal{Name: first(masked) + name, Phone: masked.Tail}
	if digits > 0 {
		var wide [8]byte
		copy(wide[8-size:], b[1:1+size])
		p.Phone = fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint64(wide[:])) + masked.Tail
	}
	return p, nil
}

// number reads 1 to 18 digits.
func number(s string) (uint64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return n, err == nil
}

// numberBytes is how many bytes the largest number of so many digits takes.
func numberBytes(digits int) int {
	size := 0
	for most := pow10(digits) - 1; most > 0; most >>= 8 {
		size++
	}
	return size
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

func appendUTF16(b []byte, s string) []byte {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return b
}

func fromUTF16(b []byte) (string, error) {
	if len(b)%2 != 0 {
		return "", ErrSealed
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

func packAny(v any) ([]byte, error) {
	b, err := cbor.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append([]byte{asCBOR}, b...), nil
}

func unpackAny[T any](b []byte) (T, error) {
	var v T
	if len(b) == 0 {
		return v, ErrSealed
	}
	if err := cbor.Unmarshal(b[1:], &v); err != nil {
		return v, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	return v, nil
}
