package pgstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
)

// refundElsewhere has a terminal follow one HQ and another HQ over the same database
// refund an order, and gives how long after that commit the terminal had it.
func refundElsewhere(t testing.TB, address string) time.Duration {
	t.Helper()
	open := func() *pgstore.Store {
		s, err := pgstore.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() }) // the database goes with the test
		return s
	}
	a := serve(t, open(), "P001")
	a.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	b := serve(t, open())
	c, _ := enrol(t, b, "P001")
	ctx, end := context.WithCancel(t.Context())
	defer end()
	begun, heard, ended := make(chan struct{}, 100), make(chan time.Time, 1), make(chan error, 1)
	go func() {
		ended <- c.Follow(ctx, "", "", kiosk.Feed{
			Page: func(p kiosk.Page) error {
				for _, o := range p.Orders {
					if o.ID == "A" && o.Status == kiosk.StatusRefunded {
						heard <- time.Now()
					}
				}
				return nil
			},
			Settings: func(kiosk.Point, string) error { return nil },
			Mark:     func(kiosk.Watermark) error { begun <- struct{}{}; return nil },
			Alive:    func() {},
		})
	}()
	select {
	case <-begun:
	case err := <-ended:
		t.Fatal(err)
	}
	if err := a.HQ.SetStatus(t.Context(), "A", kiosk.StatusRefunded); err != nil {
		t.Fatal(err)
	}
	committed := time.Now()
	select {
	case at := <-heard:
		end()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		return at.Sub(committed)
	case err := <-ended:
		t.Fatalf("the stream ended before the refund came: %v", err)
	}
	return 0
}

// A refund at one HQ reaches the terminals that follow another one.
func TestRefundReachesOtherReplicas(t *testing.T) {
	refundElsewhere(t, pgtest.Start(t))
}

// BenchmarkReplicaRefund measures how long that takes: longest_s, of five.
func BenchmarkReplicaRefund(b *testing.B) {
	var longest time.Duration
	for b.Loop() {
		for range 5 {
			longest = max(longest, refundElsewhere(b, pgtest.StartDurable(b)))
		}
	}
	b.ReportMetric(longest.Seconds(), "longest_s")
}
