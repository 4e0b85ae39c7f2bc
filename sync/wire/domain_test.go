package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// throughJSON sends a message as the wire does.
func throughJSON[T any](t interface{ Fatalf(string, ...any) }, v T) T {
	b, err := wire.EncodeBody(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	var back T
	if err := wire.DecodeBody(bytes.NewReader(b), "gzip", &back); err != nil {
		t.Fatalf("decode: %v", err)
	}
	return back
}

func drawTime(t *rapid.T, name string) time.Time {
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" ns")).UTC()
}

func drawSource(t *rapid.T) kiosk.Source {
	return kiosk.Source{
		Event: kiosk.EventID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "event")), Terminal: kiosk.TerminalID(drawText().Draw(t, "terminal")),
		Seq: rapid.Uint64().Draw(t, "seq"), At: drawTime(t, "at"),
	}
}

func drawText() *rapid.Generator[string] { return rapid.StringN(0, 20, 60) }

func drawRedemptions(t *rapid.T) []kiosk.Redemption {
	var out []kiosk.Redemption
	for range rapid.IntRange(0, 2).Draw(t, "redemptions") {
		r := kiosk.Redemption{Source: drawSource(t), Method: rapid.SampledFrom([]kiosk.Method{kiosk.MethodAlone, kiosk.MethodLeader}).Draw(t, "method"), By: drawText().Draw(t, "by")}
		for range rapid.IntRange(0, 2).Draw(t, "handed") {
			r.Lines = append(r.Lines, kiosk.Handed{Line: kiosk.LineID(drawText().Draw(t, "line")), Handed: rapid.Int().Draw(t, "n"), Short: rapid.Int().Draw(t, "s"), Damaged: rapid.Int().Draw(t, "d")})
		}
		if rapid.Bool().Draw(t, "proxy") {
			r.Proxy = kiosk.ProxyID(rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "proxy code"))
		}
		if rapid.Bool().Draw(t, "undone") {
			r.Undone = &kiosk.Undo{Source: drawSource(t), By: drawText().Draw(t, "undone by"), Reason: drawText().Draw(t, "reason")}
		}
		out = append(out, r)
	}
	return out
}

// anyOrder draws an order that is valid.
func anyOrder(t *rapid.T) kiosk.Order {
	text := drawText()
	o := kiosk.Order{
		ID: kiosk.OrderID(rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`).Draw(t, "id")), Version: rapid.Uint64().Draw(t, "version"), Point: "P001",
		Status: rapid.SampledFrom(kiosk.Statuses()).Draw(t, "status"), PickupNumber: text.Draw(t, "number"), Shelf: text.Draw(t, "shelf"),
		Due: kiosk.Fen(rapid.Int64Range(0, 1e9).Draw(t, "due")), Consignment: text.Draw(t, "consignment"),
		SealedDesk: rapid.SliceOf(rapid.Byte()).Draw(t, "desk"), SealedFull: rapid.SliceOf(rapid.Byte()).Draw(t, "full"),
		NameIndex: rapid.SliceOf(rapid.Byte()).Draw(t, "name"), Settled: drawRedemptions(t),
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		o.Lines = append(o.Lines, kiosk.Line{
			ID: kiosk.LineID(fmt.Sprint(i)), Product: "x" + text.Draw(t, "product"), Spec: text.Draw(t, "spec"), Unit: text.Draw(t, "unit"),
			Quantity: rapid.IntRange(1, kiosk.MaxQuantity).Draw(t, "quantity"), Supplier: text.Draw(t, "supplier"),
			UnitPrice: kiosk.Fen(rapid.Int64Range(0, 1e9).Draw(t, "price")),
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "lookups") {
		o.Lookups = append(o.Lookups, kiosk.Lookup(rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "lookup")))
	}
	for _, to := range []*time.Time{&o.ValidFrom, &o.CollectBy, &o.ExpectedAt} {
		if rapid.Bool().Draw(t, "has time") {
			*to = drawTime(t, "time")
		}
	}
	return o
}

func TestOrdersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := anyOrder(t)
		back, err := throughJSON(t, wire.NewOrder(o)).Domain()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(o, back, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-sent +received):\n%s", diff)
		}
	})
}

func TestBatchesAndAcksRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := kiosk.Batch{Terminal: "T1", Prev: kiosk.Head{Seq: rapid.Uint64Range(0, 1<<62).Draw(t, "prev"), Hash: kiosk.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))}}
		ack := kiosk.Ack{At: drawTime(t, "acked")}
		for i := range rapid.IntRange(1, 5).Draw(t, "records") {
			seq := b.Prev.Seq + uint64(i) + 1
			b.Records = append(b.Records, kiosk.Record{Epoch: rapid.Uint32().Draw(t, "epoch"), Seq: seq, Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload")})
			ack.Receipts = append(ack.Receipts, kiosk.Receipt{
				Seq: seq, Event: kiosk.EventID{byte(i)}, Settlement: rapid.SampledFrom(kiosk.Settlements()).Draw(t, "settlement"),
				Against: drawRedemptions(t), Detail: drawText().Draw(t, "detail"),
			})
		}
		got, err := throughJSON(t, wire.NewBatch(b)).Domain("T1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("batch (-sent +received):\n%s", diff)
		}
		ack.Head = b.Head()
		ack = wire.SignAck(ack, "T1", hqKey())
		gotAck, err := throughJSON(t, wire.NewAck(ack)).Domain()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ack, gotAck, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("ack (-sent +received):\n%s", diff)
		}
	})
}

func TestBrokenBatches(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*wire.Batch)
		want  error
	}{
		"no records":       {func(b *wire.Batch) { b.Records = nil }, wire.ErrMalformed},
		"gap":              {func(b *wire.Batch) { b.Records[1].Seq++ }, wire.ErrBrokenChain},
		"twice":            {func(b *wire.Batch) { b.Records[1].Seq-- }, wire.ErrBrokenChain},
		"not after prev":   {func(b *wire.Batch) { b.Prev.Seq++ }, wire.ErrBrokenChain},
		"other prev":       {func(b *wire.Batch) { b.Prev.Hash = b.Head.Hash }, wire.ErrBrokenChain},
		"changed payload":  {func(b *wire.Batch) { b.Records[0].Payload = []byte("5ive") }, wire.ErrBrokenChain},
		"changed epoch":    {func(b *wire.Batch) { b.Records[0].Epoch++ }, wire.ErrBrokenChain},
		"short head hash":  {func(b *wire.Batch) { b.Head.Hash = "ab" }, wire.ErrMalformed},
		"prev is no hash":  {func(b *wire.Batch) { b.Prev.Hash = string(bytes.Repeat([]byte("z"), 64)) }, wire.ErrMalformed},
		"too many records": {func(b *wire.Batch) { b.Records = make([]wire.Record, wire.MaxRecords+1) }, wire.ErrTooLarge},
		"a huge record":    {func(b *wire.Batch) { b.Records[0].Payload = make([]byte, wire.MaxPayloadBytes+1) }, wire.ErrTooLarge},
	} {
		b := wire.NewBatch(sampleBatch())
		c.spoil(&b)
		if _, err := b.Domain("T1"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := wire.NewBatch(sampleBatch()).Domain("T2"); !errors.Is(err, wire.ErrBrokenChain) {
		t.Errorf("another terminal's batch: %v", err)
	}
}

func TestBrokenAcks(t *testing.T) {
	for name, spoil := range map[string]func(*wire.Ack){
		"head":       func(a *wire.Ack) { a.Head.Hash = "" },
		"settlement": func(a *wire.Ack) { a.Receipts[0].Settlement = "maybe" },
		"event":      func(a *wire.Ack) { a.Receipts[0].Event = "12" },
		"method":     func(a *wire.Ack) { a.Receipts[1].Against[0].Method = "robot" },
		"source":     func(a *wire.Ack) { a.Receipts[1].Against[0].Source.Event = "zz" },
		"undo":       func(a *wire.Ack) { a.Receipts[1].Against[0].Undone.Source.Event = "zz" },
	} {
		a := wire.NewAck(sampleAck())
		spoil(&a)
		if _, err := a.Domain(); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenOrders(t *testing.T) {
	for name, spoil := range map[string]func(*wire.Order){
		"status":   func(o *wire.Order) { o.Status = "eaten" },
		"no lines": func(o *wire.Order) { o.Lines = nil },
		"lookup":   func(o *wire.Order) { o.Lookups[1] = []byte{1} },
		"settled":  func(o *wire.Order) { o.Settled[0].Source.Event = "" },
		"no id":    func(o *wire.Order) { o.ID = "" },
	} {
		o := wire.NewOrder(sampleOrder())
		spoil(&o)
		if _, err := o.Domain(); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenPoints(t *testing.T) {
	for name, spoil := range map[string]func(*wire.Point){
		"no id":        func(p *wire.Point) { p.ID = "" },
		"handover":     func(p *wire.Point) { p.Policy.Handover = "drone" },
		"role":         func(p *wire.Point) { p.Leaders[0].Role = "king" },
		"negative":     func(p *wire.Point) { p.Policy.DebounceMs = -1 },
		"unmeasurable": func(p *wire.Point) { p.Policy.UndoWindowMs = 1 << 62 },
	} {
		p := wire.NewPoint(samplePoint())
		spoil(&p)
		if _, err := p.Domain(); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := wire.Point{ID: "P9"}.Domain()
	if err != nil || p.Policy.WithDefaults().Handover != kiosk.HandoverAlone {
		t.Errorf("a bare point: %+v, %v", p, err)
	}
}

func TestEnrolment(t *testing.T) {
	good := wire.Enrolment{Terminal: "T1", Point: "P001", PointSecret: make([]byte, 32), HQKey: make([]byte, 32)}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*wire.Enrolment){
		"terminal": func(e *wire.Enrolment) { e.Terminal = `a"b` },
		"point":    func(e *wire.Enrolment) { e.Point = "" },
		"secret":   func(e *wire.Enrolment) { e.PointSecret = nil },
		"key":      func(e *wire.Enrolment) { e.HQKey = []byte{1} },
	} {
		e := good
		spoil(&e)
		if err := e.Check(); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		spoil func(*wire.EnrolRequest)
		want  error
	}{
		"other code": {func(r *wire.EnrolRequest) { r.Code = "B" }, wire.ErrBadSignature},
		"other name": {func(r *wire.EnrolRequest) { r.Name = "B" }, wire.ErrBadSignature},
		"other key":  {func(r *wire.EnrolRequest) { r.PublicKey = bytes.Repeat([]byte{1}, 32) }, wire.ErrBadSignature},
		"short key":  {func(r *wire.EnrolRequest) { r.PublicKey = []byte{1} }, wire.ErrMalformed},
		"no code":    {func(r *wire.EnrolRequest) { r.Code = "" }, wire.ErrMalformed},
	} {
		r := wire.NewEnrolRequest("A", "A", deviceKey())
		c.spoil(&r)
		if _, err := r.Key(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
