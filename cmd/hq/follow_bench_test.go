package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk/ordertable"
	"hexiao/sync/engine"
)

// BenchmarkFollow has a terminal follow an HQ with many orders. changes_s is the
// time from the commit of 1,000 changed orders at HQ to their being confirmed at
// the terminal; idle_bytes_min is what passes the socket in a minute in which
// nothing happens, both ways, over four beats of the stream.
func BenchmarkFollow(b *testing.B) {
	s := startSample(b)
	rounds := make(chan engine.Status, 1000)
	t := s.terminal(b, filepath.Join(s.dir, "terminal"), func(st engine.Status) { rounds <- st })
	defer func() {
		if err := t.store.Close(); err != nil {
			b.Error(err)
		}
	}()
	if _, err := t.engine.Once(b.Context()); err != nil {
		b.Fatal(err)
	}
	ctx, end := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- t.engine.Run(ctx) }()
	defer func() {
		end()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	version := func() uint64 { return t.store.Status().Cache.Version }
	// until waits for a round after which the set is that of a version.
	until := func(want uint64) {
		for version() < want {
			if st := <-rounds; st.DownError != "" {
				b.Fatal(st.DownError)
			}
		}
	}
	changed := func(round int) func(func(ordertable.Entry) bool) {
		return func(yield func(ordertable.Entry) bool) {
			n := 0
			for e := range sampleOrders(ctx, s.orders, 0, time.Now()) {
				if n++; n%max(1, s.orders/1000) == 0 { // from all over the set
					e.Order.Shelf = []string{"9-8", "9-9"}[round%2]
					if !yield(e) {
						return
					}
				}
			}
		}
	}
	change := func(round int) time.Duration {
		var entries []ordertable.Entry
		for e := range changed(round) {
			entries = append(entries, e)
		}
		entries = entries[:min(len(entries), 1000)]
		before := version()
		done, err := s.hq.Import(ctx, samplePoint, func(yield func(ordertable.Entry) bool) {
			for _, e := range entries {
				if !yield(e) {
					return
				}
			}
		})
		began := time.Now()
		if err != nil || done.Changed != len(entries) {
			b.Fatalf("%d of %d changed, %v", done.Changed, len(entries), err)
		}
		until(before + uint64(len(entries)))
		return time.Since(began)
	}
	change(0) // from here on the stream is surely followed
	var longest time.Duration
	var idle float64
	b.ResetTimer()
	for b.Loop() {
		for round := range 5 {
			longest = max(longest, change(round+1))
		}
		for len(rounds) > 0 {
			<-rounds
		}
		const quiet = 100 * time.Second
		before := s.bytes.Load()
		timer := time.NewTimer(quiet)
		<-timer.C
		idle = float64(s.bytes.Load()-before) / quiet.Minutes()
	}
	b.ReportMetric(longest.Seconds(), "changes_s")
	b.ReportMetric(idle, "idle_bytes_min")
}
