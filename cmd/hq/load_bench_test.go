package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
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
	program := filepath.Join(dir, "hq")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "hexiao/cmd/hq")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		db := filepath.Join(dir, "hq.db")
		var errs bytes.Buffer
		load := exec.Command(program, "--db", db, "load", "--kiosks", "50", "--orders", "20000", "--events", "20000", "--json")
		load.Stderr = &errs
		out, err := load.Output()
		var g loadFigures
		if err != nil || json.Unmarshal(out, &g) != nil || g.Settled != g.Events {
			b.Fatalf("%v: %s\n%s", err, out, &errs)
		}
		b.ReportMetric(g.SettledPerSecond, "settled_per_s")
		b.ReportMetric(g.Push.P99, "push_p99_ms")
		b.ReportMetric(g.HQMemoryMB, "hq_mb")
		if err := os.Remove(db); err != nil {
			b.Fatal(err)
		}
	}
}
