package kiosk_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

func TestFenString(t *testing.T) {
	for f, want := range map[kiosk.Fen]string{
		0: "0.00", 5: "0.05", 99: "0.99", 1_280: "12.80", -5: "-0.05", -1_280: "-12.80",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := f.String(); got != want {
			t.Errorf("%d fen is %q, want %q", int64(f), got, want)
		}
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct{ name, phone, wantName, wantTail string }{
		{"张三", "13812345678", "张*", "5678"},
		{"欧阳建国", "+86 138-1234-0000", "欧***", "0000"},
		{"张", "5678", "张*", "5678"},
		{"  李四 ", "678", "李*", ""},
		{"", "", "", ""},
		{" ", "no phone", "", ""},
		{"Elizabeth Windsor", "1 2 3 4", "E***", "1234"},
		{"\xff\xfe", "１２３４", "\ufffd*", ""},
	} {
		got := kiosk.Mask(c.name, c.phone)
		if got.Name != c.wantName || got.Tail != c.wantTail {
			t.Errorf("%q, %q: %+v", c.name, c.phone, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name, phone := rapid.String().Draw(t, "name"), rapid.String().Draw(t, "phone")
		got := kiosk.Mask(name, phone)
		if n := len([]rune(got.Name)); n > 4 || len(got.Tail) != 0 && len(got.Tail) != 4 {
			t.Fatalf("%q, %q shows %+v", name, phone, got)
		}
	})
}

func TestSetDigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := rapid.MapOfN(rapid.StringN(1, 5, 10), rapid.Uint64(), 1, 10).Draw(t, "set")
		var d, reverse kiosk.SetDigest
		var ids []string
		for id := range set {
			ids = append(ids, id)
			d.Toggle(kiosk.OrderID(id), set[id])
		}
		for i := range ids {
			id := ids[len(ids)-1-i]
			reverse.Toggle(kiosk.OrderID(id), set[id])
		}
		if d != reverse {
			t.Fatal("the digest depends on the order of adding")
		}
		back, err := kiosk.ParseSetDigest(d.String())
		if err != nil || back != d {
			t.Fatalf("%s reads as %s, %v", d, back, err)
		}
		changed := d
		changed.Toggle(kiosk.OrderID(ids[0]), set[ids[0]])
		changed.Toggle(kiosk.OrderID(ids[0]), set[ids[0]]+1)
		if changed == d {
			t.Fatal("another version gives the same digest")
		}
		for _, id := range ids {
			d.Toggle(kiosk.OrderID(id), set[id])
		}
		if d != (kiosk.SetDigest{}) {
			t.Fatal("the empty set has a digest")
		}
	})
	for _, bad := range []string{"", "00", strings.Repeat("0", 63), strings.Repeat("0", 66), strings.Repeat("g", 64)} {
		if _, err := kiosk.ParseSetDigest(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func TestPolicyDefaults(t *testing.T) {
	same(t, "an empty policy", kiosk.DefaultPolicy(), kiosk.Policy{}.WithDefaults())
	set := kiosk.Policy{
		Handover: kiosk.HandoverBelow, AloneBelow: 1, MaxCacheAge: 2, StaleValue: 3, Debounce: 4, UndoWindow: 5,
		CollectGrace: 6, ResultTime: 7, IdleTime: 8, TypedAttempts: 9, TypedWindow: 10,
		CodeFormats: []kiosk.CodeFormat{{URLPrefix: "shop.example", URLParam: "c"}}, TimeZone: "UTC", Retention: 11, LeaseTerm: 12,
	}
	same(t, "a full policy", set, set.WithDefaults())
	one := kiosk.Policy{UndoWindow: time.Hour}.WithDefaults()
	want := kiosk.DefaultPolicy()
	want.UndoWindow = time.Hour
	same(t, "one setting", want, one)
	d := kiosk.DefaultPolicy()
	if d.MaxCacheAge <= 0 || d.StaleValue <= 0 || d.TypedAttempts <= 0 || d.TypedWindow <= 0 || d.UndoWindow <= 0 || d.Retention <= 0 {
		t.Errorf("a default leaves a cap open: %+v", d)
	}
}

func TestOrderValidate(t *testing.T) {
	long := strings.Repeat("x", 65)
	for name, change := range map[string]func(*kiosk.Order){
		"no id":               func(o *kiosk.Order) { o.ID = "" },
		"long id":             func(o *kiosk.Order) { o.ID = kiosk.OrderID(long) },
		"control in id":       func(o *kiosk.Order) { o.ID = "O\n1" },
		"DEL in id":           func(o *kiosk.Order) { o.ID = "O\x7f1" },
		"no UTF-8 in id":      func(o *kiosk.Order) { o.ID = "O\xff" },
		"no point":            func(o *kiosk.Order) { o.Point = "" },
		"no status":           func(o *kiosk.Order) { o.Status = "" },
		"unknown status":      func(o *kiosk.Order) { o.Status = "collected" },
		"no lines":            func(o *kiosk.Order) { o.Lines = nil },
		"too many lines":      func(o *kiosk.Order) { o.Lines = make([]kiosk.Line, kiosk.MaxLines+1) },
		"negative due":        func(o *kiosk.Order) { o.Due = -1 },
		"absurd due":          func(o *kiosk.Order) { o.Due = kiosk.MaxPrice + 1 },
		"no line id":          func(o *kiosk.Order) { o.Lines[0].ID = "" },
		"line twice":          func(o *kiosk.Order) { o.Lines[1].ID = o.Lines[0].ID },
		"no product":          func(o *kiosk.Order) { o.Lines[0].Product = "" },
		"no quantity":         func(o *kiosk.Order) { o.Lines[0].Quantity = 0 },
		"negative quantity":   func(o *kiosk.Order) { o.Lines[0].Quantity = -1 },
		"too large":           func(o *kiosk.Order) { o.Lines[0].Quantity = kiosk.MaxQuantity + 1 },
		"negative price":      func(o *kiosk.Order) { o.Lines[0].UnitPrice = -1 },
		"price that overruns": func(o *kiosk.Order) { o.Lines[0].UnitPrice = math.MaxInt64 / 2 },
	} {
		o := order()
		change(&o)
		if err := o.Validate(); !errors.Is(err, kiosk.ErrInvalidOrder) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// The largest order that is taken has a value that does not wrap.
	huge := order()
	huge.Lines, huge.Due = nil, kiosk.MaxPrice
	for i := range kiosk.MaxLines {
		id := kiosk.LineID(strings.Repeat("x", 61)) + kiosk.LineID([]rune{rune('a' + i/26), rune('a' + i%26)})
		huge.Lines = append(huge.Lines, kiosk.Line{ID: id, Product: "p", Quantity: kiosk.MaxQuantity, UnitPrice: kiosk.MaxPrice})
	}
	if err := huge.Validate(); err != nil {
		t.Fatal(err)
	}
	if v := huge.Value(); v != kiosk.MaxPrice*kiosk.MaxQuantity*kiosk.MaxLines || v <= 0 {
		t.Errorf("the largest order is worth %s yuan", v)
	}
	// Its handover can be written and read.
	huge.Due = 0
	_, body := kiosk.DecideScan(huge, kiosk.OrderState{}, scene())
	if _, _, err := kiosk.EncodeEvent(sample(body)); err != nil {
		t.Errorf("the handover of the largest order: %v", err)
	}
	if o := order(); o.Value() != 5_000 || o.Units() != 4 {
		t.Errorf("value %s, %d units", o.Value(), o.Units())
	}
	if kiosk.Status("collected").Known() || len(kiosk.Statuses()) != 6 {
		t.Error("the statuses are not the closed set")
	}
}

func TestOrderAndPointCodec(t *testing.T) {
	tm := terminal{name: "K1", at: noon().Add(7 * time.Millisecond)}
	redeemed := tm.event(kiosk.Redeemed{Order: "O1", Lines: whole(order()), Method: kiosk.MethodAlone})
	undone := tm.event(kiosk.RedemptionUndone{Order: "O1", Redemption: redeemed.ID, By: "L1", Reason: "拿错了"})
	o := order()
	o.Due, o.ValidFrom, o.CollectBy, o.ExpectedAt = 5, noon(), noon().Add(time.Hour), noon().Add(-time.Hour)
	o.Consignment, o.Lookups = "C1", []kiosk.Lookup{{1}, {2}}
	o.SealedDesk, o.SealedFull, o.NameIndex = []byte{1}, []byte{2}, []byte{3}
	o.Settled = fold(kiosk.OrderState{}, redeemed, undone).Redemptions
	b, err := kiosk.EncodeOrder(o)
	if err != nil {
		t.Fatal(err)
	}
	back, err := kiosk.DecodeOrder(b)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "order", o, back)
	p := kiosk.Point{
		ID: "P1", Name: "一号", Policy: kiosk.DefaultPolicy(), Leaders: []kiosk.Leader{leader(), staff()},
		Neighbours: make([]kiosk.PointRef, 3_000),
	}
	if b, err = kiosk.EncodePoint(p); err != nil {
		t.Fatal(err)
	}
	point, err := kiosk.DecodePoint(b)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "point", p, point)
	for _, bad := range [][]byte{nil, {0xff}, {0x01}, b[:len(b)-1]} {
		if _, err := kiosk.DecodeOrder(bad); err == nil {
			t.Errorf("%x is read as an order", bad)
		}
		if _, err := kiosk.DecodeState(bad); err == nil {
			t.Errorf("%x is read as a state", bad)
		}
		if _, err := kiosk.DecodePoint(bad); err == nil {
			t.Errorf("%x is read as a point", bad)
		}
	}
}

func TestEventIDText(t *testing.T) {
	type evidence struct {
		Event kiosk.EventID `json:"event,omitzero"`
	}
	b, err := json.Marshal(evidence{id16(0xab)})
	if err != nil || string(b) != `{"event":"`+strings.Repeat("ab", 16)+`"}` {
		t.Fatalf("%s, %v", b, err)
	}
	var back evidence
	if err := json.Unmarshal(b, &back); err != nil || back.Event != id16(0xab) {
		t.Errorf("%v, %v", back.Event, err)
	}
	if b, _ := json.Marshal(evidence{}); string(b) != "{}" {
		t.Errorf("no event is shown as %s", b)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("ab", 17), strings.Repeat("xy", 16)} {
		if err := new(kiosk.EventID).UnmarshalText([]byte(bad)); !errors.Is(err, kiosk.ErrMalformedEvent) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestBodiesNameTypeAndOrder(t *testing.T) {
	seen := map[kiosk.EventType]bool{}
	for _, b := range samples() {
		seen[b.Type()] = true
		switch b.(type) {
		case kiosk.SignedIn, kiosk.ClockChanged, kiosk.AttemptFailed, kiosk.GoodsReceived, kiosk.DayClosed, kiosk.SettingsChanged, kiosk.ConflictNoted,
			kiosk.UnknownBody:
			if b.Subject() != "" {
				t.Errorf("%s is of order %s", b.Type(), b.Subject())
			}
		default:
			if b.Subject() == "" {
				t.Errorf("%s is of no order", b.Type())
			}
		}
	}
	if len(seen) != len(bodyTypes(t)) || !seen["type-4000"] {
		t.Errorf("types: %v", seen)
	}
}

func TestBatchHeadAndAckBytes(t *testing.T) {
	b := kiosk.Batch{Terminal: "K1", Prev: kiosk.Head{Seq: 4, Hash: kiosk.Hash{1}}}
	same(t, "head of nothing", b.Prev, b.Head())
	b.Records = []kiosk.Record{{Epoch: 2, Seq: 5, Payload: []byte("a")}, {Epoch: 3, Seq: 6, Payload: []byte("b")}}
	five := kiosk.ChainHash(b.Prev.Hash, "K1", 2, 5, []byte("a"))
	same(t, "head", kiosk.Head{Seq: 6, Hash: kiosk.ChainHash(five, "K1", 3, 6, []byte("b"))}, b.Head())

	beijing := time.FixedZone("CST", 8*3600)
	got := string(kiosk.AckBytes("K1", kiosk.Head{Seq: 6, Hash: kiosk.Hash{0xab}}, noon().In(beijing)))
	want := "hexiao ack v1\nK1\nab" + strings.Repeat("00", 31) + "\n6\n2026-03-14T04:00:00Z\n"
	if got != want {
		t.Errorf("signed is\n%s, want\n%s", got, want)
	}
}
