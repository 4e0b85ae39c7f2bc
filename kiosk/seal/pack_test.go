package seal_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

// Whatever stands where a name and a phone belong comes back as it was, also what
// is not of the usual form.
func TestUnusualPeople(t *testing.T) {
	k := pointKey(t, 1)
	part := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{0,20}`), rapid.StringMatching(`[张王*\x{1f600}]{0,5}`))
	rapid.Check(t, func(t *rapid.T) {
		m := kiosk.Masked{Name: part.Draw(t, "name"), Tail: part.Draw(t, "tail")}
		sealed, err := k.SealDesk("O1", m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.OpenDesk("O1", sealed); err != nil || got != m {
			t.Fatalf("opened %+v, %v, sealed %+v", got, err, m)
		}
		p := seal.Personal{Name: part.Draw(t, "full name"), Phone: part.Draw(t, "phone")}
		full, err := seal.SealFull(opaque(1), "O1", p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := seal.OpenFull(opaque(1), "O1", full, kiosk.Mask(p.Name, p.Phone)); err != nil || got != p {
			t.Fatalf("opened %+v, %v, sealed %+v", got, err, p)
		}
	})
}

// The sizes that the package comment promises.
func TestSealsAreSmall(t *testing.T) {
	k := pointKey(t, 1)
	desk, err := k.SealDesk("O1", kiosk.Mask("王小明", "13812345678"))
	if err != nil || len(desk) != 16+2+2 {
		t.Errorf("a desk value has %d bytes, %v", len(desk), err)
	}
	full, err := seal.SealFull(opaque(1), "O1", seal.Personal{Name: "王小明", Phone: "13812345678"})
	if err != nil || len(full) != 16+1+3+4 {
		t.Errorf("a full value has %d bytes, %v", len(full), err)
	}
}

// A full value opens beside its own desk value only.
func TestFullBelongsToItsDesk(t *testing.T) {
	full, err := seal.SealFull(opaque(1), "O1", seal.Personal{Name: "张三", Phone: "13812345678"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []kiosk.Masked{{}, kiosk.Mask("王三", "13812345678"), kiosk.Mask("张三", "13812345679")} {
		if p, err := seal.OpenFull(opaque(1), "O1", full, m); !errors.Is(err, seal.ErrSealed) || p != (seal.Personal{}) {
			t.Errorf("beside %+v: %+v, %v", m, p, err)
		}
	}
}

// Two values that were cut or joined in another place are not the same bytes to
// the tag: level and order carry their lengths.
func TestLevelAndOrderAreApart(t *testing.T) {
	k := pointKey(t, 1)
	a, err := k.SealInvoice("O1", seal.Invoice{Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range []kiosk.OrderID{"1", "eO1", "invoiceO1", "O"} {
		if _, err := k.OpenInvoice(order, a); err == nil {
			t.Errorf("it opens as order %s", order)
		}
	}
}
