package signedcode_test

import (
	"crypto/ed25519"
	"encoding/base32"
	"errors"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

var mutants = flag.Int("mutants", 3_000, "how many changed codes are tried")

func key(b byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = b
	return ed25519.NewKeyFromSeed(seed)
}

func public(k ed25519.PrivateKey) ed25519.PublicKey {
	p, _ := k.Public().(ed25519.PublicKey)
	return p
}

func grant(lines ...byte) signedcode.Grant {
	from := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	return signedcode.Grant{
		Code: kiosk.ProxyID{1, 2, 3, 4, 5, 6}, Order: signedcode.ReferenceOf("P1", "O1"), Lines: lines, From: from, Until: from.Add(48 * time.Hour),
	}
}

func encode(t testing.TB, g signedcode.Grant) string {
	t.Helper()
	text, err := signedcode.Encode(g, key(1))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRoundTrip(t *testing.T) {
	long := make([]byte, 23)
	long[22] = 0x80
	for name, c := range map[string]struct {
		g    signedcode.Grant
		most int
	}{
		"all lines": {grant(), 160}, "the first": {grant(1), 160}, "the sixteenth": {grant(0, 0x80), 160},
		"the 184th": {grant(long...), signedcode.MaxChars},
	} {
		t.Run(name, func(t *testing.T) {
			text := encode(t, c.g)
			if len(text) > c.most {
				t.Errorf("%d characters, more than %d", len(text), c.most)
			}
			back, err := signedcode.Decode(text, public(key(2)), public(key(1)))
			if diff := cmp.Diff(c.g, back); err != nil || diff != "" {
				t.Errorf("%v, %s", err, diff)
			}
			codes, err := kiosk.ParseCode(strings.ToLower(text[:40])+" - "+text[40:], nil)
			if err != nil || len(codes) != 1 || codes[0] != (kiosk.Code{Kind: kiosk.CodeSigned, Text: text}) {
				t.Errorf("as a scan: %v, %v", codes, err)
			}
		})
	}
}

func TestShortestCodeIsOneToTheScan(t *testing.T) {
	g := grant()
	g.From = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	g.Until = g.From.Add(time.Minute)
	text := encode(t, g)
	if codes, err := kiosk.ParseCode(text, nil); err != nil || codes[0].Kind != kiosk.CodeSigned {
		t.Errorf("%d characters: %v", len(text), err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, change := range map[string]func(*signedcode.Grant){
		"seconds":       func(g *signedcode.Grant) { g.From = g.From.Add(time.Second) },
		"no time":       func(g *signedcode.Grant) { g.Until = g.From },
		"backwards":     func(g *signedcode.Grant) { g.Until = g.From.Add(-time.Minute) },
		"too long":      func(g *signedcode.Grant) { g.Until = g.From.Add((signedcode.MaxMinutes + 1) * time.Minute) },
		"before 2020":   func(g *signedcode.Grant) { g.From = g.From.AddDate(-10, 0, 0); g.Until = g.From.Add(time.Hour) },
		"in 3000":       func(g *signedcode.Grant) { g.From = g.From.AddDate(1000, 0, 0); g.Until = g.From.Add(time.Hour) },
		"lines, padded": func(g *signedcode.Grant) { g.Lines = []byte{1, 0} },
		"lines, many":   func(g *signedcode.Grant) { g.Lines = append(make([]byte, 23), 1) },
	} {
		g := grant()
		change(&g)
		if text, err := signedcode.Encode(g, key(1)); !errors.Is(err, signedcode.ErrGrant) || text != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	text := encode(t, grant(1))
	if _, err := signedcode.Decode(text, public(key(2)), nil); !errors.Is(err, signedcode.ErrUnknownKey) {
		t.Errorf("another HQ's: %v", err)
	}
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	raw, err := enc.DecodeString(text[2:])
	if err != nil {
		t.Fatal(err)
	}
	// Whatever is changed in what was signed is found, or is no code any more.
	for i := range raw {
		changed := append([]byte{}, raw...)
		changed[i] ^= 1
		_, err := signedcode.Decode("H1"+enc.EncodeToString(changed), public(key(1)))
		if !errors.Is(err, signedcode.ErrSignature) && !errors.Is(err, signedcode.ErrMalformed) && !errors.Is(err, signedcode.ErrUnknownKey) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	// What is signed, and was not made by Encode, is no code either.
	sign := func(payload ...byte) string {
		sum := ed25519.Sign(key(1), append([]byte("hexiao signed code v1\x00"), payload...))
		return "H1" + enc.EncodeToString(append(payload, sum...))
	}
	payload := raw[:len(raw)-ed25519.SignatureSize]
	if _, err := signedcode.Decode(sign(payload...), public(key(1))); err != nil {
		t.Fatal(err)
	}
	kind2 := append([]byte{}, payload...)
	kind2[1] = 2
	padded := append(append([]byte{}, payload[:23]...), 0x42, 1, 0)
	padded = append(padded, payload[25:]...)
	// The kind as a number of two bytes: the same meaning, but not in core deterministic encoding.
	spelt := append([]byte{payload[0], 0x18, payload[1]}, payload[2:]...)
	for name, bad := range map[string]string{
		"another spelling": sign(spelt...),
		"empty":            "", "another prefix": "H2" + text[2:], "no base32": "H1!!!!", "only a signature": sign(), "no CBOR": sign(0xff),
		"another kind": sign(kind2...), "bytes after it": sign(append(append([]byte{}, payload...), 0)...), "a line that is none": sign(padded...),
		"too long": text + strings.Repeat("A", 60), "cut": text[:len(text)-1], "a character more": text + "A",
	} {
		if _, err := signedcode.Decode(bad, public(key(1))); !errors.Is(err, signedcode.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A code has one text: the bits that stand for nothing are 0.
func TestSpareBitsAreNotFree(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	for _, lines := range [][]byte{nil, {1}, {0, 1}, {0, 0, 1}, {0, 0, 0, 1}} {
		text := encode(t, grant(lines...))
		good := 0
		for _, c := range alphabet {
			if _, err := signedcode.Decode(text[:len(text)-1]+string(c), public(key(1))); err == nil {
				good++
			}
		}
		if good != 1 {
			t.Errorf("%d last characters are good", good)
		}
	}
}

func TestNoMutantIsTaken(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	random := rand.New(rand.NewPCG(1, 2))
	text := encode(t, grant(3))
	for range *mutants {
		b := []byte(text)
		for range 1 + random.IntN(3) {
			b[2+random.IntN(len(b)-2)] = alphabet[random.IntN(len(alphabet))]
		}
		if string(b) == text {
			continue
		}
		if _, err := signedcode.Decode(string(b), public(key(1))); err == nil {
			t.Fatalf("%s is taken for %s", b, text)
		}
	}
}

func TestLines(t *testing.T) {
	o := kiosk.Order{ID: "O1"}
	for i := range 190 {
		o.Lines = append(o.Lines, kiosk.Line{ID: kiosk.LineID(rune('a' + i))})
	}
	named := []kiosk.LineID{o.Lines[0].ID, o.Lines[9].ID, o.Lines[183].ID}
	mask, err := signedcode.Mask(o, named...)
	if err != nil {
		t.Fatal(err)
	}
	g := grant(mask...)
	p, whole := g.Proxy(o)
	if diff := cmp.Diff(kiosk.Proxy{Code: g.Code, Lines: named, From: g.From, Until: g.Until}, p); diff != "" || !whole {
		t.Errorf("%v, %s", whole, diff)
	}
	if all, err := signedcode.Mask(o); err != nil || all != nil {
		t.Errorf("no lines: %v, %v", all, err)
	}
	if p, whole := grant().Proxy(o); !whole || p.Lines != nil {
		t.Errorf("all lines: %v", p.Lines)
	}
	if _, err := signedcode.Mask(o, "none"); !errors.Is(err, kiosk.ErrUnknownLine) {
		t.Errorf("no such line: %v", err)
	}
	if _, err := signedcode.Mask(o, o.Lines[184].ID); !errors.Is(err, signedcode.ErrGrant) {
		t.Errorf("the 185th: %v", err)
	}
	o.Lines = o.Lines[:100]
	if p, whole := g.Proxy(o); whole || p.Lines != nil {
		t.Errorf("lines that are gone: %v", p)
	}
}

// Law: a typed refusal, or a code that says the same again.
func FuzzDecode(f *testing.F) {
	for _, lines := range [][]byte{nil, {1}, {0, 2}} {
		f.Add(encode(f, grant(lines...)))
	}
	f.Add("H1")
	f.Add("H1AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := signedcode.Decode(text, public(key(1)))
		if err != nil {
			if !errors.Is(err, signedcode.ErrMalformed) && !errors.Is(err, signedcode.ErrSignature) && !errors.Is(err, signedcode.ErrUnknownKey) {
				t.Fatal(err)
			}
			return
		}
		if again := encode(t, g); again != text {
			t.Errorf("%s says the same as %s", text, again)
		}
	})
}
