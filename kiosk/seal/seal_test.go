package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

func pointKey(t interface{ Fatal(...any) }, b byte) seal.PointKey {
	k, err := seal.NewPointKey(bytes.Repeat([]byte{b}, seal.SecretBytes))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func opaque(b byte) kiosk.Code { return kiosk.NewOpaque([16]byte{b}, "P1") }

func TestDeskRoundTrip(t *testing.T) {
	k := pointKey(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		id := kiosk.OrderID(rapid.String().Draw(t, "order"))
		m := kiosk.Mask(rapid.String().Draw(t, "name"), rapid.String().Draw(t, "phone"))
		sealed, err := k.SealDesk(id, m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.OpenDesk(id, sealed); err != nil || got != m {
			t.Fatalf("opened %+v, %v, sealed %+v", got, err, m)
		}
		if again, err := k.SealDesk(id, m); err != nil || !bytes.Equal(again, sealed) {
			t.Fatal("sealing is not deterministic, so that every sync looks like a change")
		}
	})
}

func TestFullRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := kiosk.NewOpaque([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random")), "P1")
		p := seal.Personal{Name: rapid.String().Draw(t, "name"), Phone: rapid.String().Draw(t, "phone")}
		sealed, err := seal.SealFull(code, "O1", p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := seal.OpenFull(code, "O1", sealed, kiosk.Mask(p.Name, p.Phone)); err != nil || got != p {
			t.Fatalf("opened %+v, %v, sealed %+v", got, err, p)
		}
		if p.Phone != "" && len(p.Phone) > 4 && bytes.Contains(sealed, []byte(p.Phone)) {
			t.Fatal("the phone can be read")
		}
	})
}

func TestSealedOpensOnlyInItsPlace(t *testing.T) {
	k, other := pointKey(t, 1), pointKey(t, 2)
	desk, err := k.SealDesk("O1", kiosk.Mask("张三", "13812345678"))
	if err != nil {
		t.Fatal(err)
	}
	full, err := seal.SealFull(opaque(1), "O1", seal.Personal{Name: "张三", Phone: "13812345678"})
	if err != nil {
		t.Fatal(err)
	}
	openDesk := func(k seal.PointKey, o kiosk.OrderID, b []byte) func() error {
		return func() error {
			m, err := k.OpenDesk(o, b)
			if err != nil && m != (kiosk.Masked{}) {
				t.Errorf("refused, but gives %+v", m)
			}
			return err
		}
	}
	openFull := func(c kiosk.Code, o kiosk.OrderID, b []byte) func() error {
		return func() error {
			p, err := seal.OpenFull(c, o, b, kiosk.Mask("张三", "13812345678"))
			if err != nil && p != (seal.Personal{}) {
				t.Errorf("refused, but gives %+v", p)
			}
			return err
		}
	}
	typed := kiosk.NewTyped(5)
	for name, open := range map[string]func() error{
		"another order":            openDesk(k, "O2", desk),
		"another point":            openDesk(other, "O1", desk),
		"full as desk":             openDesk(k, "O1", full),
		"nothing":                  openDesk(k, "O1", nil),
		"the IV alone":             openDesk(k, "O1", desk[:16]),
		"shorter than an IV":       openDesk(k, "O1", desk[:5]),
		"cut":                      openDesk(k, "O1", desk[:len(desk)-1]),
		"longer":                   openDesk(k, "O1", append(bytes.Clone(desk), 0)),
		"full, another order":      openFull(opaque(1), "O2", full),
		"full, another code":       openFull(opaque(2), "O1", full),
		"desk as full":             openFull(opaque(1), "O1", desk),
		"full, nothing":            openFull(opaque(1), "O1", nil),
		"full with a typed code":   openFull(typed, "O1", full),
		"full with no code at all": openFull(kiosk.Code{}, "O1", full),
	} {
		if err := open(); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range len(desk) * 8 {
		bent := bytes.Clone(desk)
		bent[i/8] ^= 1 << (i % 8)
		if err := openDesk(k, "O1", bent)(); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("bit %d flipped: %v", i, err)
		}
	}
	for i := range len(full) * 8 {
		bent := bytes.Clone(full)
		bent[i/8] ^= 1 << (i % 8)
		if err := openFull(opaque(1), "O1", bent)(); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("bit %d flipped: %v", i, err)
		}
	}
}

// All typed and platform codes can be tried: they must not seal anything.
func TestShortCodesSealNothing(t *testing.T) {
	for _, c := range []kiosk.Code{{}, kiosk.NewTyped(5), {Kind: kiosk.CodePlatform, Text: opaque(1).Text}} {
		if b, err := seal.SealFull(c, "O1", seal.Personal{Name: "n"}); !errors.Is(err, seal.ErrSealed) || b != nil {
			t.Errorf("kind %d: %d bytes, %v", c.Kind, len(b), err)
		}
	}
}

func TestSealingHidesEqualPeople(t *testing.T) {
	k := pointKey(t, 1)
	m := kiosk.Mask("张三", "13812345678")
	a, err := k.SealDesk("O1", m)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.SealDesk("O2", m)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a[:12], b[:12]) || bytes.Equal(a, b) {
		t.Error("two orders of one customer look alike")
	}
}

func TestLookupsAndIndexes(t *testing.T) {
	k, other := pointKey(t, 1), pointKey(t, 2)
	text := kiosk.NewTyped(5).Text
	lookups := map[kiosk.Lookup]string{}
	for name, l := range map[string]kiosk.Lookup{
		"typed":             k.Lookup(kiosk.Code{Kind: kiosk.CodeTyped, Text: text}),
		"platform":          k.Lookup(kiosk.Code{Kind: kiosk.CodePlatform, Text: text}),
		"opaque":            k.Lookup(kiosk.Code{Kind: kiosk.CodeOpaque, Text: text}),
		"another code":      k.Lookup(kiosk.NewTyped(6)),
		"at another point":  other.Lookup(kiosk.Code{Kind: kiosk.CodeTyped, Text: text}),
		"no code":           k.Lookup(kiosk.Code{}),
		"no code elsewhere": other.Lookup(kiosk.Code{}),
	} {
		if was, dup := lookups[l]; dup {
			t.Errorf("%s and %s are looked up alike", name, was)
		}
		lookups[l] = name
	}
	if k.Lookup(opaque(1)) != pointKey(t, 1).Lookup(opaque(1)) {
		t.Error("a lookup changes")
	}

	indexes := map[string]string{}
	for name, ix := range map[string][]byte{
		"name": k.NameIndex("5678"), "typed": k.NameKey("5678"), "name elsewhere": other.NameIndex("5678"),
		"typed elsewhere": other.NameKey("5678"), "another name": k.NameIndex("5679"),
	} {
		if was, dup := indexes[string(ix)]; dup || len(ix) != 4 {
			t.Errorf("%s and %s are indexed alike, %d bytes", name, was, len(ix))
		}
		indexes[string(ix)] = name
	}
	if !bytes.Equal(k.NameIndex(" ｌｉ lei "), k.NameIndex("Li Lei")) {
		t.Error("width, case and ends of a name matter")
	}
}

func TestNewPointKeyWantsItsSecretWhole(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33, 64} {
		if _, err := seal.NewPointKey(make([]byte, n)); err == nil {
			t.Errorf("a secret of %d bytes is taken", n)
		}
	}
}

// What is on disks today must open with the next version too.
func TestSealedFormNeverChanges(t *testing.T) {
	k := pointKey(t, 1)
	sealed, err := k.SealDesk("O1", kiosk.Masked{Name: "张*", Tail: "5678"})
	if err != nil {
		t.Fatal(err)
	}
	full, err := seal.SealFull(opaque(1), "O1", seal.Personal{Name: "张三", Phone: "13812345678"})
	if err != nil {
		t.Fatal(err)
	}
	lookup := k.Lookup(kiosk.NewTyped(5))
	for name, got := range map[string][]byte{
		"desk": sealed, "full": full, "lookup": lookup[:], "name": k.NameIndex("张三"),
	} {
		if want := golden()[name]; want != hexOf(got) {
			t.Errorf("%s is %s, was %s", name, hexOf(got), want)
		}
	}
}
