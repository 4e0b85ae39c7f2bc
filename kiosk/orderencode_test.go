package kiosk

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What appendPlain writes is what the general encoder writes, byte for byte; what
// it leaves to that one comes out all the same.
func TestAppendOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 9, 300)
		some := rapid.SliceOfN(rapid.Byte(), 0, 300)
		moment := func(name string) (at time.Time) {
			switch rapid.IntRange(0, 9).Draw(t, name) {
			case 0:
				at = time.Unix(rapid.Int64Range(-1e12, 1e12).Draw(t, name), 0) // years before 0 and after 9999 among them
			case 1, 2, 3:
				at = time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 1e9-1).Draw(t, name)).In(time.FixedZone("", 8*3600))
			case 4, 5:
				at = time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, name)).UTC()
			}
			return at
		}
		o := Order{
			ID: OrderID(text.Draw(t, "id")), Version: rapid.Uint64().Draw(t, "version"), Point: PointID(text.Draw(t, "point")), Status: Status(text.Draw(t, "status")),
			PickupNumber: text.Draw(t, "number"), Shelf: text.Draw(t, "shelf"), Due: Fen(rapid.Int64().Draw(t, "due")),
			ValidFrom: moment("from"), CollectBy: moment("by"), ExpectedAt: moment("expected"), Consignment: text.Draw(t, "consignment"),
			SealedDesk: some.Draw(t, "desk"), SealedFull: some.Draw(t, "full"), NameIndex: some.Draw(t, "name"), Home: TerminalID(text.Draw(t, "home")),
			HomeVersion: rapid.Uint64().Draw(t, "home version"), HomeBefore: TerminalID(text.Draw(t, "home before")), Rotating: rapid.Bool().Draw(t, "rotating"),
		}
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			o.Lines = append(o.Lines, Line{
				ID: LineID(text.Draw(t, "line")), Product: text.Draw(t, "product"), Spec: text.Draw(t, "spec"), Unit: text.Draw(t, "unit"),
				Quantity: rapid.Int().Draw(t, "quantity"), Supplier: text.Draw(t, "supplier"), UnitPrice: Fen(rapid.Int64().Draw(t, "price")),
				Barcode: text.Draw(t, "barcode"),
			})
		}
		for range rapid.IntRange(0, 3).Draw(t, "codes") {
			o.Lookups = append(o.Lookups, Lookup(rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "lookup")))
			o.NameKeys = append(o.NameKeys, rapid.OneOf(some, rapid.Just([]byte(nil))).Draw(t, "key"))
		}
		if rapid.IntRange(0, 5).Draw(t, "handed over") == 0 {
			o.Settled = []Redemption{{}}
		}
		want, wantErr := encode(o)
		before := []byte("before")
		got, err := AppendOrder(bytes.Clone(before), o)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, the general encoder says %v", err, wantErr)
		}
		if !bytes.Equal(got, append(before, want...)) {
			t.Fatalf("got  %x\nwant %x", got, append(before, want...))
		}
		if whole, _ := EncodeOrder(o); !bytes.Equal(whole, want) {
			t.Fatalf("EncodeOrder gives %x\nwant %x", whole, want)
		}
	})
}

// An order that nothing has happened to is plain, or the encoder would be for
// nothing.
func TestAppendPlainTakes(t *testing.T) {
	o := Order{ID: "A1", Version: 3, Point: "P", Status: StatusPaid, Lines: []Line{{ID: "1", Product: "鸡蛋", Quantity: 2}}, CollectBy: time.UnixMilli(1.7e12)}
	if _, ok := appendPlain(nil, &o); !ok {
		t.Error("it was left to the general encoder")
	}
	spare := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { _, _ = AppendOrder(spare, o) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
