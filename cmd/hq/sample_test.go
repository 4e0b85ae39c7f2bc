package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
)

func sampleTime() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

// What a terminal says to the sample's orders, by the domain's own rules.
func TestSampleVerdicts(t *testing.T) {
	at := kiosk.Moment{Wall: sampleTime().Add(time.Hour), Clock: kiosk.ClockSynced}
	cache := kiosk.Cache{AsOf: sampleTime(), Complete: true}
	strict := kiosk.Point{ID: samplePoint, Policy: kiosk.Policy{Handover: kiosk.HandoverBelow, AloneBelow: leaderFrom}}
	lines := map[int]int{}
	n := 0
	for e := range sampleOrders(context.Background(), 3000, 0, sampleTime()) {
		e.Order.Point = samplePoint
		if err := e.Order.Validate(); err != nil {
			t.Fatal(err)
		}
		stale := kiosk.Context{Point: kiosk.Point{ID: samplePoint}, At: at} // not even with an old set and a doubtful clock
		stale.At.Clock = kiosk.ClockSuspect
		for _, c := range []kiosk.Context{{Point: strict, At: at, Cache: cache}, stale} {
			if out, _ := kiosk.DecideScan(e.Order, kiosk.OrderState{}, c); out.Verdict != kiosk.Accepted {
				t.Fatalf("order %s: %s", e.Order.ID, out.Verdict)
			}
		}
		if e.Name == "" || len(e.Phone) != 11 || e.Order.PickupNumber == "" || e.Order.Shelf == "" || e.Order.Consignment == "" {
			t.Fatalf("order %s lacks something", e.Order.ID)
		}
		lines[len(e.Order.Lines)]++
		n++
	}
	if n != 3000 || lines[1] == 0 || lines[2] == 0 || lines[3] == 0 || lines[4] == 0 || len(lines) != 4 {
		t.Errorf("%d orders with lines %v", n, lines)
	}
	var got []kiosk.Verdict
	for e := range sampleOrders(context.Background(), 0, 9, sampleTime()) {
		e.Order.Point = samplePoint
		out, _ := kiosk.DecideScan(e.Order, kiosk.OrderState{}, kiosk.Context{Point: strict, At: at, Cache: cache})
		got = append(got, out.Verdict)
	}
	want := []kiosk.Verdict{
		kiosk.NotArrived, kiosk.Cancelled, kiosk.RefundInProgress, kiosk.PaymentDue, kiosk.Expired, kiosk.TooEarly, kiosk.Held,
		kiosk.NotArrived, kiosk.Cancelled,
	}
	if !slices.Equal(got, want) {
		t.Errorf("troubled orders: %v, want %v", got, want)
	}
}

func TestSampleIsTheSameEveryTime(t *testing.T) {
	collect := func() []ordertable.Entry {
		return slices.Collect(sampleOrders(context.Background(), 50, 9, sampleTime()))
	}
	a, b := collect(), collect()
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Order.Value() != b[i].Order.Value() {
			t.Fatalf("order %s differs", a[i].Order.ID)
		}
	}
	if !slices.IsSortedFunc(a, func(x, y ordertable.Entry) int { return strings.Compare(string(x.Order.ID), string(y.Order.ID)) }) {
		t.Error("the orders are not in the order of their ids")
	}
}

func TestSampleEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for range sampleOrders(ctx, 100, 100, sampleTime()) {
		if n++; n == 3 {
			cancel()
		}
	}
	if n != 3 {
		t.Errorf("%d orders", n)
	}
}

func BenchmarkSample(b *testing.B) {
	const orders = 100_000
	for b.Loop() {
		store, err := boltstore.Open(filepath.Join(b.TempDir(), "hq.db"))
		if err != nil {
			b.Fatal(err)
		}
		h, err := hq.New(b.Context(), hq.Config{Store: store, Now: sampleTime, Random: rand.Reader})
		if err != nil {
			b.Fatal(err)
		}
		p := &program{ctx: b.Context(), now: sampleTime}
		if err := fillSample(p, h, orders, 0, slog.New(slog.DiscardHandler)); err != nil {
			b.Fatal(err)
		}
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(orders*float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}
