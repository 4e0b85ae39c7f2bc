package kiosk_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

var update = flag.Bool("update", false, "write testdata/events.hex anew; only for new event types")

func id16(b byte) kiosk.EventID { return kiosk.EventID(bytes.Repeat([]byte{b}, 16)) }

// samples has every body, full and as empty as it may be.
func samples() []kiosk.Body {
	return []kiosk.Body{
		kiosk.OrderHeld{Order: "O1", Reason: kiosk.PaymentDue, Source: "serial"},
		kiosk.OrderHeld{Order: "订单一", Reason: kiosk.Held},
		kiosk.HoldRejected{Order: "O1", Hold: id16(2), By: "L1"},
		kiosk.HoldRejected{Order: "O1", Hold: id16(2)},
		kiosk.Redeemed{
			Order: "O1", Method: kiosk.MethodLeader, By: "L1", Hold: id16(2), Source: "camera",
			Lines: []kiosk.Handed{{Line: "1", Handed: 2, Short: 1}, {Line: "2", Damaged: 1}},
		},
		kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone},
		kiosk.RedemptionUndone{Order: "O1", Redemption: id16(3), By: "L1", Reason: "拿错了"},
		kiosk.RedemptionUndone{Order: "O1", Redemption: id16(3), By: "L1"},
		kiosk.PaymentCollected{Order: "O1", Amount: 1_280, Means: "cash", By: "L1"},
		kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader},
		kiosk.ClockChanged{Jump: -90 * time.Minute, Quality: kiosk.ClockSuspect},
		kiosk.AttemptFailed{Kind: kiosk.AttemptPIN},
		kiosk.AfterSaleRegistered{
			Order: "O1", Kind: kiosk.AfterSaleReturn, Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.ReasonSpoilt,
			By: "L1", Report: id16(4), Note: "坏了",
		},
		kiosk.GoodsReceived{Consignment: "C7", By: "L1", Note: "司机少带", Lines: []kiosk.ReceivedLine{
			{Product: "牛奶", Spec: "950 ml", Supplier: "光明", Expected: 40, Good: 37, Damaged: 1, Reason: kiosk.ReasonShort},
		}},
		kiosk.Rated{Order: "O1", Redemption: id16(3), Goods: 5, Service: 4, Logistics: 1, Tags: []kiosk.RatingTag{kiosk.TagLate}},
		kiosk.InvoiceRequested{Order: "O1", Company: true, Sealed: []byte{1, 2, 3}},
		kiosk.InvoiceRequested{Order: "O1"},
		kiosk.MissingReported{Order: "O1", Redemption: id16(3), Lines: []kiosk.Handed{{Line: "1", Short: 1, Reason: kiosk.ReasonShort}}},
		kiosk.ReminderAsked{Order: "O1", By: "L1"},
		kiosk.SentBack{Order: "O1", Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.ReasonOverdue, By: "L1"},
		kiosk.DayClosed{
			Day: "2026-11-23", Totals: kiosk.DayTotals{Orders: 2, Units: 5, Alone: 1, Value: 9_900, Cash: 500, Commission: 99},
			Head: kiosk.Head{Seq: 7, Hash: kiosk.Hash{9}}, Pending: 1, Differ: 1, Counted: 500, By: "L1", Note: "对上了",
		},
		kiosk.SettingsChanged{By: "L1", Settings: []kiosk.Setting{{Name: "camera.device", Value: "auto"}}},
		kiosk.ConflictNoted{Event: id16(3), Note: "客人两处都取了", By: "L1"},
		kiosk.ReportDismissed{Order: "O1", Report: id16(4), By: "L1", Note: "找到了"},
		kiosk.LeaseReleased{Order: "O1", To: "K2"},
		kiosk.UnknownBody{Code: 4_000, Raw: []byte{0xa1, 0x01, 0x63, 'n', 'e', 'w'}},
		kiosk.OrderHeld{Order: "O1", Reason: kiosk.Held, Proxy: &kiosk.Proxy{Code: kiosk.ProxyID{1, 2}, Lines: []kiosk.LineID{"2"}}, Replaces: id16(5)},
		kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Proxy: kiosk.ProxyID{1, 2}},
		kiosk.LeaseReleased{Order: "O1", To: "K2", Version: 7},
		kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "2", Handed: 1}}, Method: kiosk.MethodLeader, By: "L1", Home: "K2"},
	}
}

// sample is an event around a body; only what the payload holds is set.
func sample(b kiosk.Body) kiosk.Event {
	return kiosk.Event{
		ID: id16(1), Body: b, SetVersion: 1_204,
		At: kiosk.Moment{Wall: noon().Add(123 * time.Millisecond), Mono: 61_005 * time.Millisecond, Clock: kiosk.ClockSynced},
	}
}

// The bytes of events are in journals, in chain hashes and at HQ for years. If
// this test fails, the format was changed: give the event a new type instead.
func TestEventBytesNeverChange(t *testing.T) {
	file := filepath.Join("testdata", "events.hex")
	if *update {
		var b strings.Builder
		for _, body := range samples() {
			p, _, err := kiosk.EncodeEvent(sample(body))
			if err != nil {
				t.Fatal(err)
			}
			h := kiosk.ChainHash(kiosk.Hash{1}, "K1", 2, 3, p)
			fmt.Fprintf(&b, "%s %x %s\n", body.Type(), p, h)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(golden))
	for _, body := range samples() {
		if !lines.Scan() {
			t.Fatalf("%s has no line in %s", body.Type(), file)
		}
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || fields[0] != string(body.Type()) {
			t.Fatalf("line %q for %s", lines.Text(), body.Type())
		}
		p, _, err := kiosk.EncodeEvent(sample(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(p); got != fields[1] {
			t.Errorf("%s is written as\n%s, was\n%s", body.Type(), got, fields[1])
		}
		if got := kiosk.ChainHash(kiosk.Hash{1}, "K1", 2, 3, p).String(); got != fields[2] {
			t.Errorf("%s has the chain hash\n%s, had\n%s", body.Type(), got, fields[2])
		}
		was, err := hex.DecodeString(fields[1])
		if err != nil {
			t.Fatal(err)
		}
		back, err := kiosk.DecodeEvent(was)
		if err != nil {
			t.Fatalf("%s is not read: %v", body.Type(), err)
		}
		same(t, "read from the file", sample(body), back)
	}
	if lines.Scan() {
		t.Errorf("%s has more lines than there are samples", file)
	}
}

func drawBody(t *rapid.T) kiosk.Body {
	text := rapid.StringN(0, 20, 60)
	order := kiosk.OrderID(rapid.StringN(1, 20, 60).Draw(t, "order"))
	id := rapid.Custom(func(t *rapid.T) kiosk.EventID {
		return kiosk.EventID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
	})
	n := rapid.Int()
	switch rapid.IntRange(0, 20).Draw(t, "body") {
	case 0:
		reason := rapid.SampledFrom(kiosk.Verdicts()).Draw(t, "reason")
		return kiosk.OrderHeld{Order: order, Reason: reason, Source: text.Draw(t, "source")}
	case 1:
		return kiosk.HoldRejected{Order: order, Hold: id.Draw(t, "hold"), By: text.Draw(t, "by")}
	case 2:
		b := kiosk.Redeemed{
			Order: order, Method: kiosk.Method(rapid.Byte().Draw(t, "method")), By: text.Draw(t, "by"),
			Hold: id.Draw(t, "hold"), Source: text.Draw(t, "source"),
		}
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			b.Lines = append(b.Lines, kiosk.Handed{
				Line: kiosk.LineID(text.Draw(t, "line")), Handed: n.Draw(t, "h"), Short: n.Draw(t, "s"), Damaged: n.Draw(t, "d"),
			})
		}
		return b
	case 3:
		return kiosk.RedemptionUndone{
			Order: order, Redemption: id.Draw(t, "redemption"), By: text.Draw(t, "by"), Reason: text.Draw(t, "reason"),
		}
	case 4:
		return kiosk.PaymentCollected{
			Order: order, Amount: kiosk.Fen(rapid.Int64().Draw(t, "amount")), Means: text.Draw(t, "means"), By: text.Draw(t, "by"),
		}
	case 5:
		return kiosk.SignedIn{By: text.Draw(t, "by"), Role: kiosk.Role(text.Draw(t, "role"))}
	case 6:
		return kiosk.ClockChanged{
			Jump: time.Duration(rapid.Int64().Draw(t, "jump")), Quality: kiosk.ClockQuality(rapid.Byte().Draw(t, "quality")),
		}
	case 7:
		return kiosk.AttemptFailed{Kind: kiosk.AttemptKind(text.Draw(t, "kind"))}
	case 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18:
		return drawCounterBody(t)
	}
	raw := append([]byte{0x58, 0}, rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "raw")...) // a byte string
	raw[1] = byte(len(raw) - 2)
	return kiosk.UnknownBody{Code: rapid.Uint64Min(1_000).Draw(t, "code"), Raw: raw}
}

func TestEventRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := kiosk.Event{
			ID:   kiosk.EventID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
			Body: drawBody(t), SetVersion: rapid.Uint64().Draw(t, "set version"),
			At: kiosk.Moment{
				Wall:  time.UnixMilli(rapid.Int64Range(-62_135_596_800_000, 253_402_300_799_999).Draw(t, "wall")).UTC(),
				Mono:  time.Duration(rapid.Int64Range(0, 1<<40).Draw(t, "mono")) * time.Millisecond,
				Clock: kiosk.ClockQuality(rapid.IntRange(0, 2).Draw(t, "clock")),
			},
		}
		p, _, err := kiosk.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		back, err := kiosk.DecodeEvent(p)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "read again", e, back)
		again, _, err := kiosk.EncodeEvent(back)
		if err != nil || !bytes.Equal(p, again) {
			t.Fatalf("written again: %x, was %x (%v)", again, p, err)
		}
		// Whatever can be read as an event must leave a state that can be read too.
		s := fold(kiosk.OrderState{}, back)
		same(t, "its state", s, throughDisk(t, s))
	})
}

func TestUnreadableEventsAreNotWritten(t *testing.T) {
	change := func(f func(*kiosk.Event)) kiosk.Event {
		e := sample(kiosk.SignedIn{By: "L1"})
		f(&e)
		return e
	}
	for name, e := range map[string]kiosk.Event{
		"no body":       change(func(e *kiosk.Event) { e.Body = nil }),
		"no order":      sample(kiosk.Redeemed{Lines: []kiosk.Handed{{Line: "1", Handed: 1}}}),
		"a huge reason": sample(kiosk.RedemptionUndone{Order: "O1", Reason: strings.Repeat("拿", 30_000)}),
		"no UTF-8":      sample(kiosk.RedemptionUndone{Order: "O1", Reason: "\xff"}),
		"negative mono": change(func(e *kiosk.Event) { e.At.Mono = -time.Second }),
		"endless mono":  change(func(e *kiosk.Event) { e.At.Mono = 1<<63 - 1 }),
		"clock quality": change(func(e *kiosk.Event) { e.At.Clock = 3 }),
		"year 10000":    change(func(e *kiosk.Event) { e.At.Wall = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) }),
		"year 0":        change(func(e *kiosk.Event) { e.At.Wall = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }),
		"no CBOR":       sample(kiosk.UnknownBody{Code: 99, Raw: []byte{0xff}}),
		"half CBOR":     sample(kiosk.UnknownBody{Code: 99, Raw: []byte{0x82, 0x01}}),
	} {
		t.Run(name, func(t *testing.T) {
			if p, _, err := kiosk.EncodeEvent(e); !errors.Is(err, kiosk.ErrMalformedEvent) || p != nil {
				t.Errorf("%d bytes, %v", len(p), err)
			}
		})
	}
}

func TestDecodeEventRefuses(t *testing.T) {
	good, _, err := kiosk.EncodeEvent(sample(samples()[0]))
	if err != nil {
		t.Fatal(err)
	}
	zeros := "0150" + strings.Repeat("00", 16)
	for name, text := range map[string]string{
		"nothing":           "",
		"a number":          "01",
		"trailing bytes":    hex.EncodeToString(good) + "00",
		"cut short":         hex.EncodeToString(good[:len(good)-1]),
		"short id":          "a5" + "01420000" + "0206" + "03a0" + "0400" + "0500",
		"no id":             "a4" + "0206" + "03a0" + "0400" + "0500",
		"no body":           "a4" + zeros + "021863" + "0400" + "0500",
		"key twice":         "a6" + zeros + "0206" + "03a0" + "0400" + "0500" + "0500",
		"a tag":             "a5" + zeros + "0206" + "03c1a0" + "0400" + "0500",
		"indefinite length": "bf" + zeros + "0206" + "03a0" + "0400" + "0500" + "ff",
		"deep nesting":      "a5" + zeros + "021863" + "03" + strings.Repeat("81", 20) + "00" + "0400" + "0500",
		"mono negative":     "a5" + zeros + "0206" + "03a0" + "0400" + "0520",
		"wall beyond":       "a5" + zeros + "0206" + "03a0" + "041b7fffffffffffffff" + "0500",
		"body of no map":    "a5" + zeros + "0206" + "0301" + "0400" + "0500",
		"no order":          "a5" + zeros + "0203" + "03a0" + "0400" + "0500",
		"order null":        "a5" + zeros + "0203" + "03f6" + "0400" + "0500",
		"65 KiB":            strings.Repeat("00", 64<<10+1),
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			if e, err := kiosk.DecodeEvent(raw); !errors.Is(err, kiosk.ErrMalformedEvent) {
				t.Errorf("read as %+v, %v", e, err)
			}
		})
	}
	plain, err := hex.DecodeString("a5" + zeros + "0206" + "03a0" + "0400" + "0500")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kiosk.DecodeEvent(plain); err != nil {
		t.Errorf("the base of these cases is refused itself: %v", err)
	}
}

func TestChainHashBindsEverything(t *testing.T) {
	p := []byte("payload")
	seen := map[kiosk.Hash]string{}
	for name, h := range map[string]kiosk.Hash{
		"base":     kiosk.ChainHash(kiosk.Hash{}, "K1", 1, 2, p),
		"previous": kiosk.ChainHash(kiosk.Hash{31: 1}, "K1", 1, 2, p),
		"terminal": kiosk.ChainHash(kiosk.Hash{}, "K2", 1, 2, p),
		"epoch":    kiosk.ChainHash(kiosk.Hash{}, "K1", 2, 2, p),
		"seq":      kiosk.ChainHash(kiosk.Hash{}, "K1", 1, 3, p),
		"swapped":  kiosk.ChainHash(kiosk.Hash{}, "K1", 2, 1, p),
		"payload":  kiosk.ChainHash(kiosk.Hash{}, "K1", 1, 2, []byte("payloae")),
		"empty":    kiosk.ChainHash(kiosk.Hash{}, "K1", 1, 2, nil),
	} {
		if other, dup := seen[h]; dup || len(h.String()) != 64 {
			t.Errorf("%s and %s have the hash %s", name, other, h)
		}
		seen[h] = name
	}
}

// Law: a typed refusal, or an event that is written and read again without a
// change; bytes in the one canonical form come out as they went in.
func FuzzDecodeEvent(f *testing.F) {
	canonical := map[string]bool{}
	for _, b := range samples() {
		p, _, err := kiosk.EncodeEvent(sample(b))
		if err != nil {
			f.Fatal(err)
		}
		canonical[string(p)] = true
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := kiosk.DecodeEvent(raw)
		if err != nil {
			if !errors.Is(err, kiosk.ErrMalformedEvent) {
				t.Fatalf("an untyped refusal: %v", err)
			}
			return
		}
		p, _, err := kiosk.EncodeEvent(e)
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		if canonical[string(raw)] && !bytes.Equal(p, raw) {
			t.Fatalf("%x is written as %x", raw, p)
		}
		back, err := kiosk.DecodeEvent(p)
		if err != nil {
			t.Fatalf("written, but not read: %v", err)
		}
		same(t, "read again", e, back)
		if again, _, err := kiosk.EncodeEvent(back); err != nil || !bytes.Equal(again, p) {
			t.Fatalf("%x is written as %x, %v", p, again, err)
		}
		s := fold(kiosk.OrderState{}, e)
		same(t, "its state", s, throughDisk(t, s))
	})
}

func TestAnUnknownBodyMustBeCBOR(t *testing.T) {
	for _, raw := range [][]byte{nil, {0x61}, {0x01, 0x02}, {0xff}} {
		e := kiosk.Event{ID: kiosk.EventID{1}, At: kiosk.Moment{Wall: time.Unix(1, 0)}, Body: kiosk.UnknownBody{Code: 99, Raw: raw}}
		if b, _, err := kiosk.EncodeEvent(e); !errors.Is(err, kiosk.ErrMalformedEvent) {
			t.Errorf("% x became % x, %v", raw, b, err)
		}
	}
}
