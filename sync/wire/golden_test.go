package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/wire"
)

var update = flag.Bool("update", false, "write the golden messages anew")

// golden compares a message with its file: what this version writes, and what
// terminals and platforms in the field have on their wires.
func golden(t *testing.T, name string, have []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, have, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(have)); diff != "" {
		t.Errorf("%s (-golden +written):\n%s", name, diff)
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read[T any](t *testing.T, name string) T {
	t.Helper()
	var v T
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := wire.DecodeBody(bytes.NewReader(b), "", &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGoldenMessages(t *testing.T) {
	t.Run("batch", func(t *testing.T) {
		golden(t, "batch.json", indented(t, wire.NewBatch(sampleBatch())))
		got, err := read[wire.Batch](t, "batch.json").Domain("T1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, sampleBatch(), got)
	})
	t.Run("ack", func(t *testing.T) {
		ack := wire.SignAck(sampleAck(), "T1", hqKey())
		golden(t, "ack.json", indented(t, wire.NewAck(ack)))
		got, err := read[wire.Ack](t, "ack.json").Domain()
		if err != nil {
			t.Fatal(err)
		}
		same(t, ack, got)
	})
	t.Run("condition", func(t *testing.T) {
		c := kiosk.Condition{Fault: "E-JOURNAL", Event: 17, Clock: kiosk.ClockSuspect, SpaceLow: true, Refused: 300, Version: "v0.3.0"}
		golden(t, "condition.json", indented(t, wire.NewCondition(c)))
		got, err := read[wire.Condition](t, "condition.json").Domain()
		if err != nil {
			t.Fatal(err)
		}
		same(t, c, got)
		for _, q := range []kiosk.ClockQuality{kiosk.ClockUnchecked, kiosk.ClockSynced} {
			if got, err := wire.NewCondition(kiosk.Condition{Clock: q}).Domain(); err != nil || got != (kiosk.Condition{Clock: q}) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		for _, bad := range []wire.Condition{
			{Clock: "fine"}, {}, {Clock: wire.ClockSynced, Fault: "磁盘"}, {Clock: wire.ClockSynced, Version: "v1\n"},
			{Clock: wire.ClockSynced, Fault: strings.Repeat("E", 65)},
		} {
			if _, err := bad.Domain(); !errors.Is(err, wire.ErrMalformed) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
	t.Run("point", func(t *testing.T) {
		golden(t, "point.json", indented(t, wire.NewPoint(samplePoint())))
		got, err := read[wire.Point](t, "point.json").Domain()
		if err != nil {
			t.Fatal(err)
		}
		same(t, samplePoint(), got)
	})
	t.Run("enrolment", func(t *testing.T) {
		req := wire.NewEnrolRequest("7KQ4-M2PX", "门口终端", deviceKey())
		golden(t, "enrol-request.json", indented(t, req))
		key, err := read[wire.EnrolRequest](t, "enrol-request.json").Key()
		if err != nil || !key.Equal(deviceKey().Public()) {
			t.Errorf("key %x, %v", key, err)
		}
		answer := wire.Enrolment{Terminal: "T1", Point: "P001", PointSecret: bytes.Repeat([]byte{7}, 32), HQKey: hqKey().Public().(ed25519.PublicKey)}
		golden(t, "enrolment.json", indented(t, answer))
		same(t, answer, read[wire.Enrolment](t, "enrolment.json"))
	})
	t.Run("head", func(t *testing.T) {
		ack := sampleAck()
		ack.Receipts = nil
		answer := wire.NewAck(wire.SignAck(ack, "T1", hqKey()))
		answer.Differs = true
		golden(t, "head.json", indented(t, answer))
		same(t, answer, read[wire.Ack](t, "head.json"))
	})
	t.Run("time", func(t *testing.T) {
		golden(t, "server-time.json", indented(t, wire.ServerTime{At: at(5)}))
		same(t, wire.ServerTime{At: at(5)}, read[wire.ServerTime](t, "server-time.json"))
	})
	t.Run("keys", func(t *testing.T) {
		first, second := hqKey(), ed25519.NewKeyFromSeed([]byte("HQ's second key, also 32 bytes.."))
		next := second.Public().(ed25519.PublicKey)
		chain := []kiosk.HQKey{
			{Key: first.Public().(ed25519.PublicKey), Until: at(30)}, {Key: next, From: at(3), Proof: hqring.Prove(first, next)},
		}
		golden(t, "key-chain.json", indented(t, wire.NewKeyChain(chain)))
		got, err := read[wire.KeyChain](t, "key-chain.json").Domain()
		if err != nil {
			t.Fatal(err)
		}
		same(t, chain, got)
	})
	t.Run("leases", func(t *testing.T) {
		asked := []kiosk.OrderID{"HX20261123-0001", "HX20261123-0002"}
		golden(t, "lease-request.json", indented(t, wire.NewLeaseRequest(asked, 2*time.Second)))
		same(t, asked, read[wire.LeaseRequest](t, "lease-request.json").Domain())
		leases := []kiosk.Lease{{Order: asked[0], Home: "T1", Until: at(30)}, {Order: asked[1], Home: "T2", Until: at(9)}}
		order := plainOrder(string(asked[0]))
		order.Home = "T1"
		answer := wire.NewLeaseAnswer(leases, []kiosk.Order{order})
		golden(t, "lease-answer.json", indented(t, answer))
		orders, err := read[wire.LeaseAnswer](t, "lease-answer.json").Domain()
		if err != nil {
			t.Fatal(err)
		}
		same(t, []kiosk.Order{order}, orders)
		got, err := wire.DomainLeases(read[wire.LeaseAnswer](t, "lease-answer.json").Leases)
		if err != nil {
			t.Fatal(err)
		}
		same(t, leases, got)
	})
	t.Run("problem", func(t *testing.T) {
		_, p := wire.ProblemOf(&wire.Refusal{Reason: wire.ErrWrongHead, Message: "HQ has events up to 3", Head: kiosk.Head{Seq: 3}})
		golden(t, "problem-wrong-head.json", indented(t, p))
	})
	t.Run("orders", func(t *testing.T) {
		var b bytes.Buffer
		w := wire.NewOrdersWriter(&b, signer())
		for _, err := range []error{
			w.Order(sampleOrder()), w.Page("c1"), w.Order(plainOrder("HX20261123-0002")), w.Gone("HX20261122-0009"), w.Watermark(sampleMark(), "c2"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		golden(t, "orders.ndjson", b.Bytes())
		pages, mark, err := readAll(strings.NewReader(goldenOrders(t)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, sampleMark(), mark)
		same(t, []kiosk.Page{
			{Orders: []kiosk.Order{sampleOrder()}, Cursor: "c1"},
			{Orders: []kiosk.Order{plainOrder("HX20261123-0002")}, Gone: []kiosk.OrderID{"HX20261122-0009"}, Cursor: "c2"},
		}, pages)
	})
}
