package seal_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

func TestNameKeys(t *testing.T) {
	k, other := pointKey(t, 1), pointKey(t, 2)
	keys := k.NameKeys("单晓明")
	has := func(spelling string) bool {
		return slices.ContainsFunc(keys, func(b []byte) bool { return bytes.Equal(b, k.NameKey(spelling)) })
	}
	for _, spelling := range []string{"shanxiaoming", "danxiaoming", "DanXiaoMing", "sxm", "dxm"} {
		if !has(spelling) {
			t.Errorf("%s does not find the name", spelling)
		}
	}
	for _, spelling := range []string{"", "shan", "xiaoming", "xm", "单晓明"} {
		if has(spelling) {
			t.Errorf("%q finds the name", spelling)
		}
	}
	if !slices.IsSortedFunc(keys, bytes.Compare) || len(slices.CompactFunc(slices.Clone(keys), bytes.Equal)) != len(keys) {
		t.Errorf("keys %x", keys)
	}
	if bytes.Equal(k.NameKey("sxm"), other.NameKey("sxm")) || bytes.Equal(k.NameKey("sxm"), k.NameIndex("sxm")) {
		t.Error("an index of one use or point is that of another")
	}
	if keys := k.NameKeys("…"); keys != nil {
		t.Errorf("a name that cannot be spelled has %x", keys)
	}
}

func TestInvoiceRoundTrip(t *testing.T) {
	k, other := pointKey(t, 1), pointKey(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		id := kiosk.OrderID(rapid.String().Draw(t, "order"))
		i := seal.Invoice{Title: rapid.String().Draw(t, "title"), TaxNumber: rapid.String().Draw(t, "tax number")}
		sealed, err := k.SealInvoice(id, i)
		if err != nil {
			t.Fatal(err)
		}
		if len(i.Title) > 8 && bytes.Contains(sealed, []byte(i.Title)) {
			t.Fatal("the title can be read")
		}
		if got, err := k.OpenInvoice(id, sealed); err != nil || got != i {
			t.Fatalf("opened %+v, %v", got, err)
		}
		for name, open := range map[string]func() error{
			"another order": func() error { _, err := k.OpenInvoice(id+"x", sealed); return err },
			"another point": func() error { _, err := other.OpenInvoice(id, sealed); return err },
			"a desk's":      func() error { _, err := k.OpenDesk(id, sealed); return err },
		} {
			if err := open(); !errors.Is(err, seal.ErrSealed) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}
