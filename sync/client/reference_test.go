package client_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/client"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

func record(t *testing.T, seq uint64, body kiosk.Body) kiosk.Record {
	t.Helper()
	payload, _, err := kiosk.EncodeEvent(kiosk.Event{ID: kiosk.EventID{byte(seq), 1}, At: kiosk.Moment{Wall: time.Unix(1_800_000_000, 0)}, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return kiosk.Record{Epoch: 1, Seq: seq, Payload: payload}
}

// The reference platform and this client mean the same by the contract, from
// the enrolment to the withdrawal.
func TestAgainstTheReferencePlatform(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	for i := range 3 {
		server.Import("P001", hqtest.Entry(kiosk.OrderID(fmt.Sprint("order-", i))))
	}
	ctx := t.Context()
	e, err := client.Enrol(ctx, client.EnrolOptions{Address: server.URL, Code: server.Code("P001"), Name: "门口", Key: deviceKey()})
	if err != nil {
		t.Fatal(err)
	}
	hq, err := client.New(client.Options{Address: server.URL, Terminal: e.Terminal, Point: e.Point, Key: deviceKey(), HQ: hqring.New(e.HQKey), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer hq.Close()
	signed := func(ack kiosk.Ack) bool {
		return ed25519.Verify(e.HQKey, kiosk.AckBytes(e.Terminal, ack.Head, ack.At), ack.Signature)
	}

	if at, err := hq.Time(ctx); err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("time %v, %v", at, err)
	}
	point, tag, err := hq.Point(ctx, "")
	if err != nil || point.ID != "P001" || len(point.Leaders) != 1 || tag == "" {
		t.Errorf("point %+v, %q, %v", point, tag, err)
	}
	if p, again, err := hq.Point(ctx, tag); err != nil || p.ID != "" || again != tag {
		t.Errorf("unchanged point %+v, %q, %v", p, again, err)
	}

	var digest kiosk.SetDigest
	var got []kiosk.Order
	last := ""
	take := func(p kiosk.Page) error {
		got, last = append(got, p.Orders...), p.Cursor
		return nil
	}
	mark, err := hq.Orders(ctx, "", take)
	if err != nil || mark.Count != 3 || len(got) != 3 {
		t.Fatalf("%d orders, %+v, %v", len(got), mark, err)
	}
	for _, o := range got {
		digest.Toggle(o.ID, o.Version)
	}
	if digest != mark.Digest {
		t.Error("the digest is not that of the orders")
	}

	b := kiosk.Batch{Terminal: e.Terminal, Records: []kiosk.Record{
		record(t, 1, kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}),
		record(t, 2, kiosk.Redeemed{Order: "order-1", Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone}),
		record(t, 3, kiosk.Redeemed{Order: "nobody's", Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone}),
	}}
	for round, want := range []kiosk.Settlement{kiosk.SettledAccepted, kiosk.SettledReplay} {
		ack, err := hq.Push(ctx, b)
		if err != nil || !signed(ack) || ack.Head != b.Head() || len(ack.Receipts) != 3 ||
			ack.Receipts[1].Settlement != want || ack.Receipts[2].Settlement != kiosk.SettledUnknown {
			t.Errorf("push %d: %+v, %v", round, ack, err)
		}
	}
	if head, err := hq.Head(ctx); err != nil || head.Head != b.Head() || !signed(head) {
		t.Errorf("head %+v, %v", head, err)
	}
	if head, differs, err := hq.Compare(ctx, b.Head()); err != nil || differs || head.Head != b.Head() || !signed(head) {
		t.Errorf("compared %+v, %v, %v", head, differs, err)
	}
	got = nil
	if _, err := hq.Orders(ctx, last, take); err != nil || len(got) != 1 || got[0].ID != "order-1" || len(got[0].Settled) != 1 {
		t.Errorf("after the redemption %+v, %v", got, err)
	}
	if _, err := hq.Orders(ctx, "made up", take); !errors.Is(err, wire.ErrCursorExpired) {
		t.Errorf("a cursor that HQ never gave: %v", err)
	}

	gap := kiosk.Batch{Terminal: e.Terminal, Prev: kiosk.Head{Seq: 9}, Records: []kiosk.Record{record(t, 10, kiosk.SignedIn{By: "L1"})}}
	var refusal *wire.Refusal
	if _, err := hq.Push(ctx, gap); !errors.Is(err, wire.ErrWrongHead) || !errors.As(err, &refusal) || refusal.Head != b.Head() {
		t.Errorf("a gap: %v", err)
	}
	stranger, err := client.New(client.Options{Address: server.URL, Terminal: e.Terminal, Point: "P002", Key: deviceKey(), HQ: hqring.New(e.HQKey), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	if _, _, err := stranger.Point(ctx, ""); !errors.Is(err, wire.ErrForbidden) {
		t.Errorf("another point's settings: %v", err)
	}
	forged := kiosk.Batch{Terminal: e.Terminal, Records: []kiosk.Record{record(t, 1, kiosk.SignedIn{By: "L2"})}}
	if _, err := hq.Push(ctx, forged); !errors.Is(err, wire.ErrForked) || !errors.As(err, &refusal) || refusal.Doubtful != 1 {
		t.Errorf("a second journal: %v", err)
	}
	if _, differs, err := hq.Compare(ctx, forged.Head()); err != nil || !differs {
		t.Errorf("a second journal: %v, %v", differs, err)
	}
	if err := server.HQ.Revoke(ctx, e.Terminal); err != nil {
		t.Fatal(err)
	}
	if _, err := hq.Head(ctx); !errors.Is(err, wire.ErrRevoked) {
		t.Errorf("withdrawn: %v", err)
	}
}
