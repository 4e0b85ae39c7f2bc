package ordertable

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

func TestParseMoney(t *testing.T) {
	for in, want := range map[string]kiosk.Fen{
		"12.80": 1280, "12.8": 1280, "12": 1200, "0.05": 5, ".5": 50, "¥12.80": 1280, "１２．８０": 1280, "12.800": 1280,
		"1,234,567.8": 123456780, "3元": 300, "rmb 7": 700, "10000000": maxPrice,
	} {
		if got, err := parseMoney(in); got != want || err != nil {
			t.Errorf("parseMoney(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-1", "+1", "12,80", "1,23", ",123", "12.801", "1e3", "10000000.01", "99999999999999999999", "a", "1.2.3", "元", "."} {
		if got, err := parseMoney(in); !errors.Is(err, errMoney) {
			t.Errorf("parseMoney(%q) = %d, %v, want a refusal", in, got, err)
		}
	}
}

func TestMoneyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := kiosk.Fen(rapid.Int64Range(0, maxPrice).Draw(t, "fen"))
		if got, err := parseMoney(want.String()); got != want || err != nil {
			t.Fatalf("parseMoney(%s) = %d, %v", want, got, err)
		}
	})
}

func TestParseQuantity(t *testing.T) {
	for in, want := range map[string]int{"1": 1, "２": 2, "3.0": 3, "+4": 4, "100000": 100000} {
		if got, err := parseQuantity(in); got != want || err != nil {
			t.Errorf("parseQuantity(%q) = %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "0", "-1", "1.5", "100001", "2份", "1e2"} {
		if _, err := parseQuantity(in); !errors.Is(err, errWhole) {
			t.Errorf("parseQuantity(%q): %v, want a refusal", in, err)
		}
	}
}

func TestParseStatusKnowsEveryStatus(t *testing.T) {
	for _, s := range kiosk.Statuses() {
		if got, err := parseStatus(strings.ToUpper(string(s))); got != s || err != nil {
			t.Errorf("parseStatus(%q) = %q, %v", s, got, err)
		}
	}
}

func TestParseTime(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	at := time.Date(2026, 11, 30, 10, 30, 0, 0, time.UTC)
	for _, in := range []string{"2026-11-30 18:30", "2026/11/30  18:30:00", "2026年11月30日 18:30", "2026-11-30T18:30", "2026-11-30T10:30:00Z", "2026-11-30T19:30:00+09:00"} {
		if got, err := parseTime(in, zone, true); !got.Equal(at) || err != nil {
			t.Errorf("parseTime(%q) = %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "soon", "2026-13-01", "1899-01-01", "2026-02-30", "99999-1-1"} {
		if _, err := parseTime(in, zone, true); !errors.Is(err, errTime) {
			t.Errorf("parseTime(%q): %v, want a refusal", in, err)
		}
	}
}

func TestSpreadsheetNumbers(t *testing.T) {
	in := row{}
	in.cell[colOrder], in.cell[colPhone], in.cell[colCode] = "2.0261123000000001E+16", "1.3800001234E+10", "12345678"
	in.cell[colName], in.cell[colSpec], in.cell[colSupplier] = "Eve", "1e400", "1.5e0"
	in.cell[colPrice], in.cell[colDue] = "0.30000000000000004", "a"
	in.cell[colCollectBy], in.cell[colValidFrom], in.cell[colExpected] = "46356.75", "46356", "-1"
	want := in
	want.cell[colOrder], want.cell[colPhone] = "20261123000000000", "13800001234"
	want.cell[colPrice] = "0.300000"
	want.cell[colCollectBy], want.cell[colValidFrom] = "2026-11-30 18:00:00", "2026-11-30"
	if got := fromSpreadsheet(in, false); got != want {
		t.Errorf("got  %q\nwant %q", got.cell, want.cell)
	}
}

func TestNamesAreUnambiguous(t *testing.T) {
	seen := map[string]column{}
	for c, list := range names() {
		for _, name := range list {
			if other, taken := seen[foldName(name)]; taken && other != column(c) {
				t.Errorf("%q names both %s and %s", name, other.title(), column(c).title())
			}
			seen[foldName(name)] = column(c)
		}
	}
}

func TestSeal(t *testing.T) {
	key, err := seal.NewPointKey([]byte(strings.Repeat("k", seal.SecretBytes)))
	if err != nil {
		t.Fatal(err)
	}
	opaque, typed := kiosk.NewOpaque([16]byte{1}, "P1"), kiosk.NewTyped(7)
	e := Entry{Order: kiosk.Order{ID: "A1"}, Name: "张伟", Phone: "13800001234"}
	o, err := Seal(e, key, []kiosk.Code{typed, opaque, typed})
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Lookups) != 2 || string(o.Lookups[0][:]) >= string(o.Lookups[1][:]) {
		t.Errorf("lookups %v: want both codes, sorted, once", o.Lookups)
	}
	if m, err := key.OpenDesk("A1", o.SealedDesk); err != nil || m != (kiosk.Masked{Name: "张*", Tail: "1234"}) {
		t.Errorf("desk %v, %v", m, err)
	}
	if p, err := seal.OpenFull(opaque, "A1", o.SealedFull, kiosk.Mask("张伟", "13800001234")); err != nil || p.Name != "张伟" || p.Phone != "13800001234" {
		t.Errorf("the full data do not open: %v", err)
	}
	if string(o.NameIndex) != string(key.NameIndex("张伟")) {
		t.Error("the indexes are not the key's")
	}
	// Without an opaque code there is no key for the full data; without a person nothing is sealed.
	if o, err = Seal(e, key, []kiosk.Code{typed}); err != nil || o.SealedFull != nil || o.SealedDesk == nil {
		t.Errorf("typed code only: %v, %v", o, err)
	}
	if o, err = Seal(Entry{Order: kiosk.Order{ID: "A1", SealedDesk: []byte{1}}}, key, nil); err != nil || o.SealedDesk != nil || o.NameIndex != nil {
		t.Errorf("nobody: %v, %v", o, err)
	}
}
