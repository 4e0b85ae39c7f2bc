package ordertable

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

func TestBarcodes(t *testing.T) {
	table := "订单号,商品,数量,商品条码,到货批次\n" +
		"A1,鲜牛奶,1,6901234567892,B-1\n" +
		"A2,鲜牛奶,1,,B-1\n" +
		"A3,鲜牛奶,1,6.90123E+12,B-1\n" + // a spreadsheet has rounded it
		"A4,鲜牛奶,1,ABC-123,B-2\n"
	got, err := Read(strings.NewReader(table), CSV, Options{})
	if err != nil || len(got.Entries) != 3 || got.Refused != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []kiosk.Line{{Barcode: "6901234567892"}, {Barcode: ""}, {Barcode: "ABC-123"}} {
		if o := got.Entries[i].Order; o.Lines[0].Barcode != want.Barcode || o.Consignment == "" {
			t.Errorf("order %s: %+v", o.ID, o)
		}
	}
	if p := got.Problems[0].Text; !strings.Contains(p, "line 4: order A3: barcode (条码) must be") || strings.Contains(p, "6.9") {
		t.Errorf("problem %q", p)
	}
	again, err := Read(strings.NewReader(`[{"order":"A1","lines":[{"product":"鲜牛奶","quantity":1,"barcode":"6901234567892"}]}]`), JSON, Options{})
	if err != nil || len(again.Entries) != 1 || again.Entries[0].Order.Lines[0].Barcode != "6901234567892" {
		t.Errorf("%+v, %v", again, err)
	}
}

// A sealed name is found by the ways to type it; an order without a name by none.
func TestSealedNamesCanBeTyped(t *testing.T) {
	key, err := seal.NewPointKey(bytes.Repeat([]byte{7}, seal.SecretBytes))
	if err != nil {
		t.Fatal(err)
	}
	o, err := Seal(Entry{Order: kiosk.Order{ID: "A1"}, Name: "张三", Phone: "13800001234"}, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []string{"zhangsan", "zs"} {
		if !slices.ContainsFunc(o.NameKeys, func(b []byte) bool { return bytes.Equal(b, key.NameKey(spelling)) }) {
			t.Errorf("%s does not find the customer", spelling)
		}
	}
	if o, err = Seal(Entry{Order: kiosk.Order{ID: "A1", NameKeys: [][]byte{{1}}}, Phone: "13800001234"}, key, nil); err != nil || o.NameKeys != nil {
		t.Errorf("without a name: %x, %v", o.NameKeys, err)
	}
}
