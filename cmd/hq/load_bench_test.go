package main

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkEmbedded has 50 terminals redeem and push as fast as they can at a server
// with a file: settled_per_s is what it settles, durably, in batches of 50.
func BenchmarkEmbedded(b *testing.B) {
	dir, err := os.MkdirTemp(os.Getenv("HEXIAO_BENCH_DIR"), "hexiao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := buildHQ(b, dir)
	for b.Loop() {
		db := filepath.Join(dir, "hq.db")
		g := loaded(b, program, db, "--kiosks", "50", "--orders", "20000", "--events", "20000")
		b.ReportMetric(g.SettledPerSecond, "settled_per_s")
		b.ReportMetric(g.Push.P99, "push_p99_ms")
		b.ReportMetric(g.HQMemoryMB, "hq_mb")
		if err := os.Remove(db); err != nil {
			b.Fatal(err)
		}
	}
}
