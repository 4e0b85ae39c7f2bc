package kiosk

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxCodeBytes is the longest text that may be a code, before normalising.
const MaxCodeBytes = 512

// Lengths of the codes that HQ issues.
const (
	opaqueChars = 28 // 128 random bits and a 12-bit tag, base32
	opaqueBytes = 16
	typedDigits = 10 // nine random digits and a check digit
	// A signed code has the least and the most that kiosk/signedcode makes.
	signedPrefix         = "H1"
	minSigned, maxSigned = 124, 195
)

// CodeKind says how a code is made; the lookup of a code depends on it, so the
// same text as two kinds opens different orders.
type CodeKind uint8

// The kinds of codes.
const (
	CodeOpaque   CodeKind = 1 // issued by HQ: 28 base32 characters
	CodePlatform CodeKind = 2 // another platform's digits, or a parameter of its URL
	CodeTyped    CodeKind = 3 // ten digits for a keypad
	CodeSigned   CodeKind = 4 // signed by HQ, see kiosk/signedcode; found by what it says
	// CodeRotating is an opaque code with a time step and a MAC over both, against
	// pictures that are passed on; its Text is the whole.
	CodeRotating CodeKind = 5
)

// Code is a normalised pickup code. Its text is a secret of the customer:
// String hides it, so that a log or an error never shows it.
type Code struct {
	Kind CodeKind
	Text string
}

// String gives a short hash of the code, fit for a log.
func (c Code) String() string { return HashText(c.Text) }

// GoString keeps %#v from showing the code.
func (c Code) GoString() string { return c.String() }

// LogValue keeps a structured log, which would show the fields, from showing
// the code.
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// HashText gives the first two bytes of the text's SHA-256 in hex: enough to
// tell two scans apart in a log, too little to find a code by. More bytes would
// name the one typed code of 10^9 that has them.
func HashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return fmt.Sprintf("#%x", sum[:2])
}

// CodeFormat describes codes that another platform prints.
type CodeFormat struct {
	// MinDigits and MaxDigits bound a code of digits alone; 0 switches it off.
	MinDigits int `cbor:"1,keyasint,omitempty" json:"min_digits,omitempty"`
	MaxDigits int `cbor:"2,keyasint,omitempty" json:"max_digits,omitempty"`
	// URLPrefix ("https://shop.example/pick") and URLParam ("code") name the
	// parameter of a URL that holds the code. The prefix is compared without
	// regard to case and scheme.
	URLPrefix string `cbor:"3,keyasint,omitempty" json:"url_prefix,omitempty"`
	URLParam  string `cbor:"4,keyasint,omitempty" json:"url_param,omitempty"`
}

// Normalise brings a scanned or typed text to the form codes are compared in:
// NFKC (full-width digits become digits), one AIM prefix stripped, line ends
// stripped, spaces and hyphens removed, upper case. Normalising again changes
// nothing. It returns ErrMalformedCode for empty or over-long text, for control
// characters and for a second AIM prefix.
func Normalise(raw string) (string, error) {
	s, err := clean(raw)
	if err != nil {
		return "", err
	}
	return fold(s)
}

// clean does the part of Normalise that leaves a URL intact.
func clean(raw string) (string, error) {
	if len(raw) > MaxCodeBytes {
		return "", fmt.Errorf("%w: %d bytes, more than %d", ErrMalformedCode, len(raw), MaxCodeBytes)
	}
	s := strings.Trim(raw, "\r\n\t ")
	s = norm.NFKC.String(s)
	if hasAIM(s) {
		s = s[3:]
	}
	s = strings.TrimSpace(s)
	for _, r := range s {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return "", fmt.Errorf("%w: control character U+%04X", ErrMalformedCode, r)
		}
	}
	if s == "" {
		return "", fmt.Errorf("%w: empty", ErrMalformedCode)
	}
	if len(s) > MaxCodeBytes { // NFKC can lengthen
		return "", fmt.Errorf("%w: %d bytes, more than %d", ErrMalformedCode, len(s), MaxCodeBytes)
	}
	return s, nil
}

// folds is how often composing may bring out another small letter: a small letter without a
// capital, parted from a mark by a hyphen, becomes one that has a capital. Twice is the most known.
const folds = 4

func fold(s string) (string, error) {
	for range folds {
		folded := norm.NFKC.String(strings.Map(foldRune, s)) // what stood apart may compose now
		if folded == s {
			return checkFolded(s)
		}
		s = folded
	}
	return "", fmt.Errorf("%w: no two readings agree", ErrMalformedCode)
}

// foldRune is upper case; spaces, hyphens and what cannot be seen fall out.
func foldRune(r rune) rune {
	if r > ' ' && r < unicode.MaxASCII && r != '-' { // nearly all codes, without a look at tables
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return unicode.ToUpper(r)
}

// checkFolded checks a folded text.
func checkFolded(s string) (string, error) {
	switch {
	case s == "":
		return "", fmt.Errorf("%w: empty", ErrMalformedCode)
	case len(s) > MaxCodeBytes: // upper case can lengthen
		return "", fmt.Errorf("%w: %d bytes, more than %d", ErrMalformedCode, len(s), MaxCodeBytes)
	case hasAIM(s):
		return "", fmt.Errorf("%w: two symbology identifiers", ErrMalformedCode)
	}
	return s, nil
}

// hasAIM reports whether the text begins with an AIM symbology identifier: ],
// a letter and a modifier character.
func hasAIM(s string) bool {
	return len(s) > 3 && s[0] == ']' && isASCIILetter(s[1]) && isASCIIAlnum(s[2])
}

// ParseCode gives the codes that a scanned text may be, most telling first.
// A text can be of two kinds (ten digits may be typed or a platform's), so a
// store looks up all of them. It returns ErrMalformedCode when the text can be
// none; a text of a plain form that is simply nobody's code is not malformed.
func ParseCode(raw string, formats []CodeFormat) ([]Code, error) {
	cleaned, err := clean(raw)
	if err != nil {
		return nil, err
	}
	if isURL(cleaned) {
		return parseURL(cleaned, formats)
	}
	s, err := fold(cleaned)
	if err != nil {
		return nil, err
	}
	var codes []Code
	if isOpaque(s) {
		codes = append(codes, Code{CodeOpaque, s})
	}
	if isSigned(s) {
		codes = append(codes, Code{CodeSigned, s})
	}
	if isRotating(s) {
		codes = append(codes, Code{CodeRotating, s})
	}
	if isDigits(s) {
		if len(s) == typedDigits && damm(s) == 0 {
			codes = append(codes, Code{CodeTyped, s})
		}
		for _, f := range formats {
			if f.MinDigits > 0 && len(s) >= f.MinDigits && len(s) <= f.MaxDigits {
				codes = append(codes, Code{CodePlatform, s})
				break
			}
		}
	}
	if len(codes) == 0 {
		return nil, fmt.Errorf("%w: no form of code that this point uses", ErrMalformedCode)
	}
	return codes, nil
}

// PlatformCode gives the code under which a platform's own text is kept, as
// an order table has it. It is the same normalising that a scan goes through.
func PlatformCode(raw string) (Code, error) {
	s, err := Normalise(raw)
	if err != nil {
		return Code{}, err
	}
	return Code{CodePlatform, s}, nil
}

// NewOpaque makes an opaque code of 128 random bits for a point. The last
// twelve of its 140 bits are a tag over the random bits and the point's id: a
// terminal that does not find the code can tell offline whether it belongs to
// its own point, to a neighbour ([Code.Belongs]), or to none.
func NewOpaque(random [opaqueBytes]byte, point PointID) Code {
	return Code{CodeOpaque, opaqueText(random, opaqueTag(random, point))}
}

// Belongs reports whether an opaque code carries the tag of the point. A code
// of another point passes by chance once in 4,096.
func (c Code) Belongs(point PointID) bool {
	if c.Kind != CodeOpaque {
		return false
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(c.Text)
	if err != nil || len(raw) < opaqueBytes {
		return false
	}
	random := [opaqueBytes]byte(bytes.Clone(raw[:opaqueBytes]))
	return opaqueText(random, opaqueTag(random, point)) == c.Text
}

func opaqueTag(random [opaqueBytes]byte, point PointID) uint16 {
	h := sha256.New()
	h.Write([]byte("hexiao code tag v1\x00"))
	h.Write(random[:])
	h.Write([]byte(point))
	sum := h.Sum(nil)
	return uint16(sum[0])<<4 | uint16(sum[1])>>4
}

func opaqueText(random [opaqueBytes]byte, tag uint16) string {
	b := append(random[:], byte(tag>>4), byte(tag<<4))
	return base32.StdEncoding.EncodeToString(b)[:opaqueChars]
}

// NewTyped makes a typed code of nine digits; n counts modulo 10^9. The tenth
// is Damm's check digit (H. M. Damm, Total anti-symmetrische Quasigruppen,
// 2004): it catches every single wrong digit and every swap of neighbours.
func NewTyped(n uint32) Code {
	s := fmt.Sprintf("%09d", n%1_000_000_000)
	return Code{CodeTyped, s + string(rune('0'+damm(s)))}
}

// TypedCheck reports whether ten digits carry the right check digit, so that a
// keypad can tell a slip of the finger from an unknown code.
func TypedCheck(digits string) bool {
	return len(digits) == typedDigits && isDigits(digits) && damm(digits) == 0
}

// GroupTyped shows a typed code as people read it: 3-3-4.
func GroupTyped(digits string) string {
	var b strings.Builder
	for i, r := range digits {
		if i == 3 || i == 6 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// damm runs the quasigroup of order 10 over the digits; 0 for a number with
// its check digit at the end.
func damm(digits string) int {
	table := [10]string{
		"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
		"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
	}
	interim := 0
	for i := range len(digits) {
		interim = int(table[interim][digits[i]-'0'] - '0')
	}
	return interim
}

func isOpaque(s string) bool {
	if len(s) != opaqueChars {
		return false
	}
	return isBase32(s)
}

// isSigned reports whether a text has the form of a signed code. The signature is
// checked by those who have HQ's key.
func isSigned(s string) bool {
	rest, ok := strings.CutPrefix(s, signedPrefix)
	return ok && len(s) >= minSigned && len(s) <= maxSigned && isBase32(rest)
}

func isBase32(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

func isURL(s string) bool {
	l := strings.ToLower(s)
	return strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://")
}

func parseURL(s string, formats []CodeFormat) ([]Code, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%w: not a readable URL", ErrMalformedCode)
	}
	for _, f := range formats {
		if f.URLPrefix == "" || f.URLParam == "" || !hasURLPrefix(u, f.URLPrefix) {
			continue
		}
		value := u.Query().Get(f.URLParam)
		if value == "" {
			continue
		}
		folded, err := Normalise(value) // percent-encoding can hide control characters
		if err != nil {
			return nil, err
		}
		codes := []Code{{CodePlatform, folded}}
		if isOpaque(folded) {
			codes = append([]Code{{CodeOpaque, folded}}, codes...)
		}
		return codes, nil
	}
	return nil, fmt.Errorf("%w: a web address of no platform that this point knows", ErrMalformedCode)
}

func hasURLPrefix(u *url.URL, prefix string) bool {
	strip := func(s string) string {
		s = strings.ToLower(s)
		return strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	}
	have, want := strip(u.Host+u.Path), strings.TrimSuffix(strip(prefix), "/")
	// The prefix must end where a name ends: shop.example is not shop.example.evil.
	return have == want || strings.HasPrefix(have, want+"/")
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isASCIIAlnum(b byte) bool  { return isASCIILetter(b) || b >= '0' && b <= '9' }
