package kiosk

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What plainOrder reads is what the general decoder reads, and it reads what is
// plain. Changed bytes are read by both alike, or by the general one alone.
func TestPlainOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 9, 30)
		some := rapid.SliceOfN(rapid.Byte(), 1, 40)
		moment := func(name string) (at time.Time) {
			if rapid.Bool().Draw(t, name) {
				at = time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, name)).UTC()
			}
			return at
		}
		o := Order{
			ID: OrderID(text.Draw(t, "id")), Version: rapid.Uint64().Draw(t, "version"), Point: PointID(text.Draw(t, "point")), Status: StatusArrived,
			PickupNumber: text.Draw(t, "number"), Shelf: text.Draw(t, "shelf"), Due: Fen(rapid.Int32Min(0).Draw(t, "due")),
			ValidFrom: moment("from"), CollectBy: moment("by"), ExpectedAt: moment("expected"), Consignment: text.Draw(t, "consignment"),
			SealedDesk: some.Draw(t, "desk"), NameIndex: some.Draw(t, "name"), Home: TerminalID(text.Draw(t, "home")),
			HomeVersion: rapid.Uint64().Draw(t, "home version"), HomeBefore: TerminalID(text.Draw(t, "before")), Rotating: rapid.Bool().Draw(t, "rotating"),
		}
		for range rapid.IntRange(1, 30).Draw(t, "lines") {
			o.Lines = append(o.Lines, Line{
				ID: LineID(text.Draw(t, "line")), Product: text.Draw(t, "product"), Spec: text.Draw(t, "spec"), Unit: text.Draw(t, "unit"),
				Quantity: int(rapid.Int32Min(0).Draw(t, "quantity")), Supplier: text.Draw(t, "supplier"), UnitPrice: Fen(rapid.Int32Min(0).Draw(t, "price")),
				Barcode: text.Draw(t, "barcode"),
			})
		}
		for range rapid.IntRange(0, 3).Draw(t, "codes") {
			o.Lookups = append(o.Lookups, Lookup(rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "lookup")))
			o.NameKeys = append(o.NameKeys, some.Draw(t, "key"))
		}
		raw, err := EncodeOrder(o)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := plainOrder(raw)
		if diff := cmp.Diff(o, got); diff != "" || !ok {
			t.Fatalf("plain %t (-want +got):\n%s", ok, diff)
		}
		changed := bytes.Clone(raw)
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			changed[rapid.IntRange(0, len(changed)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "to")
		}
		agree(t, changed[:rapid.IntRange(0, len(changed)).Draw(t, "cut")])
		agree(t, changed)
	})
}

// agree has both decoders read the same; the plain one may leave it to the other.
func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, raw []byte) {
	t.Helper()
	got, ok := plainOrder(raw)
	if !ok {
		return
	}
	var want Order
	if err := decode(raw, &want); err != nil {
		t.Fatalf("plain, and the general decoder says: %v\n%x", err, raw)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("of %x (-general +plain):\n%s", raw, diff)
	}
}

func FuzzPlainOrder(f *testing.F) {
	o := Order{ID: "A1", Version: 3, Point: "P", Status: StatusPaid, Lines: []Line{{ID: "1", Product: "鸡蛋", Quantity: 2}}, Lookups: []Lookup{{1}}, NameKeys: [][]byte{{1, 2}}}
	raw, err := EncodeOrder(o)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) { agree(t, raw) })
}
