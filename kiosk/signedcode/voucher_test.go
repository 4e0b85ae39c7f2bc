package signedcode_test

import (
	"crypto/ed25519"
	"encoding/base32"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

func voucher(order kiosk.OrderID) kiosk.Voucher {
	from := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	return kiosk.Voucher{Order: order, Point: "P1", Value: 123_456, Units: 12, From: from, Until: from.Add(48 * time.Hour)}
}

func points() []kiosk.PointID { return []kiosk.PointID{"P1", "P2", "P3"} }

func sign(t testing.TB, v kiosk.Voucher) (string, kiosk.Voucher) {
	t.Helper()
	text, id, err := signedcode.EncodeVoucher(v, key(1))
	if err != nil {
		t.Fatal(err)
	}
	v.Code = id
	return text, v
}

func TestVoucherRoundTrip(t *testing.T) {
	for id, most := range map[kiosk.OrderID]int{
		"7": 160, "P001-2026-000017": 160, "9223372036854775807": 160, "231123-123456789012345": 170, "007": 160, "O.1_2-3": 160,
		"订单十二三四五六七八九": 195, kiosk.OrderID(strings.Repeat("x", 33)): 195,
	} {
		text, v := sign(t, voucher(id))
		if len(text) > most || !signedcode.IsVoucher(text) {
			t.Errorf("%s: %d characters, more than %d", id, len(text), most)
		}
		back, err := signedcode.DecodeVoucher(text, points(), public(key(2)), nil, public(key(1)))
		if diff := cmp.Diff(v, back); err != nil || diff != "" {
			t.Errorf("%s: %v, %s", id, err, diff)
		}
		codes, err := kiosk.ParseCode(strings.ToLower(text[:40])+" - "+text[40:], nil)
		if err != nil || len(codes) != 1 || codes[0] != (kiosk.Code{Kind: kiosk.CodeSigned, Text: text}) {
			t.Errorf("%s as a scan: %v, %v", id, codes, err)
		}
		if _, err := signedcode.Decode(text, public(key(1))); !errors.Is(err, signedcode.ErrMalformed) {
			t.Errorf("%s as a proxy code: %v", id, err)
		}
	}
	if proxy := encode(t, grant()); signedcode.IsVoucher(proxy) || signedcode.IsVoucher("H1") {
		t.Error("a proxy code is a voucher")
	}
}

// The least that a voucher can say is a code to the scan.
func TestShortestVoucherIsOneToTheScan(t *testing.T) {
	from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	text, _ := sign(t, kiosk.Voucher{Order: "1", Point: "P1", Units: 1, From: from, Until: from.Add(time.Minute)})
	if codes, err := kiosk.ParseCode(text, nil); err != nil || codes[0].Kind != kiosk.CodeSigned {
		t.Errorf("%d characters: %v", len(text), err)
	}
}

func TestVoucherOfAnyID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := kiosk.OrderID(rapid.StringMatching(`[0-9]{1,21}|[0-9A-Z_.-]{1,30}|[ -~]{1,33}`).Draw(t, "id"))
		v := voucher(id)
		v.Value = kiosk.Fen(rapid.Int64Range(0, 5_000_000).Draw(t, "value"))
		text, name, err := signedcode.EncodeVoucher(v, key(1))
		if err != nil {
			t.Fatal(err)
		}
		v.Code = name
		back, err := signedcode.DecodeVoucher(text, points(), public(key(1)))
		if diff := cmp.Diff(v, back); err != nil || diff != "" {
			t.Errorf("%v, %s", err, diff)
		}
	})
}

func TestVoucherIsOfItsPointAndKey(t *testing.T) {
	text, v := sign(t, voucher("O1"))
	other := voucher("O1")
	other.Point = "P2"
	there, _ := sign(t, other)
	if there == text {
		t.Error("the same code for two points")
	}
	if got, err := signedcode.DecodeVoucher(there, points(), public(key(1))); err != nil || got.Point != "P2" {
		t.Errorf("a neighbour's: %s, %v", got.Point, err)
	}
	if _, err := signedcode.DecodeVoucher(text, []kiosk.PointID{"P9"}, public(key(1))); !errors.Is(err, signedcode.ErrUnknownKey) {
		t.Errorf("at a stranger's: %v", err)
	}
	if _, err := signedcode.DecodeVoucher(text, points(), public(key(2))); !errors.Is(err, signedcode.ErrUnknownKey) {
		t.Errorf("another HQ's: %v", err)
	}
	if got, err := signedcode.DecodeVoucher(text, points(), public(key(2)), public(key(1))); err != nil || got != v {
		t.Errorf("with two live keys: %v", err)
	}
}

func TestEncodeVoucherRefuses(t *testing.T) {
	for name, change := range map[string]func(*kiosk.Voucher){
		"seconds": func(v *kiosk.Voucher) { v.From = v.From.Add(time.Second) }, "no time": func(v *kiosk.Voucher) { v.Until = v.From },
		"too long": func(v *kiosk.Voucher) { v.Until = v.From.Add((signedcode.MaxMinutes + 1) * time.Minute) },
		"no id":    func(v *kiosk.Voucher) { v.Order = "" }, "a long id": func(v *kiosk.Voucher) { v.Order = kiosk.OrderID(strings.Repeat("x", 48)) },
		"no units": func(v *kiosk.Voucher) { v.Units = 0 }, "units": func(v *kiosk.Voucher) { v.Units = math.MaxInt32 },
		"owed": func(v *kiosk.Voucher) { v.Value = -1 },
	} {
		v := voucher("O1")
		change(&v)
		if text, _, err := signedcode.EncodeVoucher(v, key(1)); !errors.Is(err, signedcode.ErrGrant) || text != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := signedcode.EncodeVoucher(voucher("O1"), nil); !errors.Is(err, signedcode.ErrGrant) {
		t.Errorf("no key: %v", err)
	}
}

func TestDecodeVoucherRefuses(t *testing.T) {
	text, _ := sign(t, voucher("O1"))
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	raw, err := enc.DecodeString(text[2:])
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		changed := append([]byte{}, raw...)
		changed[i] ^= 1
		if _, err := signedcode.DecodeVoucher("H1"+enc.EncodeToString(changed), points(), public(key(1))); err == nil {
			t.Errorf("byte %d changed: taken", i)
		}
	}
	seal := func(payload ...byte) string {
		sum := ed25519.Sign(key(1), append([]byte("hexiao signed voucher v1\x00P1\x00"), payload...))
		return "H1" + enc.EncodeToString(append(payload, sum...))
	}
	payload := raw[:len(raw)-ed25519.SignatureSize]
	if _, err := signedcode.DecodeVoucher(seal(payload...), points(), public(key(1))); err != nil {
		t.Fatal(err)
	}
	// Payload: array, kind, key of 4 bytes (5), the id "O1" as 2 bytes (3), value (5), units (1), from (5), minutes (3).
	with := func(i int, b ...byte) string {
		return seal(append(append(append([]byte{}, payload[:i]...), b...), payload[i+len(b):]...)...)
	}
	spelt := append(append(append([]byte{}, payload[:7]...), 0x62, 'O', '1'), payload[10:]...)
	for name, bad := range map[string]string{
		"the id spelt in another way": seal(spelt...), "no such character": with(8, 0xff, 0xff), "an odd id": seal(append(append(append([]byte{}, payload[:7]...), 0x41, 1), payload[10:]...)...),
		"an id that is a list": seal(append(append(append([]byte{}, payload[:7]...), 0x82, 1, 1), payload[10:]...)...),
		"another kind":         with(1, 1), "bytes after it": seal(append(append([]byte{}, payload...), 0)...), "no units": with(15, 0),
		"a gap in the id": with(8, 0x00, 0x28), "no CBOR": seal(0xff), "too long": text + strings.Repeat("A", 60),
	} {
		if _, err := signedcode.DecodeVoucher(bad, points(), public(key(1))); !errors.Is(err, signedcode.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
