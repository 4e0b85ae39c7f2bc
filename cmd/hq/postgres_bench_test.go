package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hexiao/sync/hq/hqtest/pgtest"
)

// loaded runs hq load and gives its figures; they count only when all was settled.
func loaded(b *testing.B, program, db string, args ...string) loadFigures {
	b.Helper()
	var errs bytes.Buffer
	load := exec.Command(program, append([]string{"--db", db, "load", "--json"}, args...)...)
	load.Stderr = &errs
	out, err := load.Output()
	var g loadFigures
	if err != nil || json.Unmarshal(out, &g) != nil || g.Settled != g.Events {
		b.Fatalf("%v: %s\n%s", err, out, &errs)
	}
	return g
}

// buildHQ makes the program that is measured.
func buildHQ(b *testing.B, dir string) string {
	b.Helper()
	program := filepath.Join(dir, "hq")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "hexiao/cmd/hq")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return program
}

// What the tables of events and orders are without HQ: the same columns, keys and
// indexes.
const bareTables = `
CREATE TABLE bare_events (LIKE events INCLUDING ALL);
CREATE TABLE bare_orders (LIKE orders INCLUDING ALL)`

// bareBatch is the transaction of pgbench: the rows of a push, of the sizes that
// HQ's have. The server makes the values itself, which is less work for it than to
// be sent them, so the comparison is rather too hard than too easy. Unlike HQ's, an
// order is not there before, and nothing is looked up.
const bareBatch = `\set n :n + 1
BEGIN;
INSERT INTO bare_events (point, terminal, seq, day, data)
SELECT convert_to('load-abcdef-' || :client_id, 'UTF8'), convert_to('K' || :client_id, 'UTF8'), :n * 50 + i, '2026-11-24', convert_to(repeat('e', %d), 'UTF8')
FROM generate_series(1, 50) i;
INSERT INTO bare_orders (point, id, version, terms, state, more)
SELECT convert_to('load-abcdef-' || :client_id, 'UTF8'), convert_to('abcdef-00000-' || :n * 50 + i, 'UTF8'), :n * 50 + i,
	convert_to(repeat('t', %d), 'UTF8'), convert_to(repeat('s', %d), 'UTF8'), convert_to(repeat('m', %d), 'UTF8')
FROM generate_series(1, 50) i;
COMMIT;
`

// pgbench gives the rows of events that it inserts a second, on as many connections
// as HQ has, in so many transactions on each.
func pgbench(b *testing.B, dir, address string, transactions int) float64 {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), address)
	if err != nil {
		b.Fatal(err)
	}
	var event, terms, state, more int
	err = conn.QueryRow(b.Context(), `SELECT (SELECT avg(length(data))::int FROM events),
		avg(length(terms))::int, avg(length(state))::int, avg(length(more))::int FROM orders`).Scan(&event, &terms, &state, &more)
	if err != nil {
		b.Fatal(err)
	}
	if err := conn.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := pgtest.Exec(address, "DROP TABLE IF EXISTS bare_events, bare_orders", bareTables); err != nil {
		b.Fatal(err)
	}
	script := filepath.Join(dir, "batch.sql")
	if err := os.WriteFile(script, fmt.Appendf(nil, bareBatch, event, terms, state, more), 0o600); err != nil {
		b.Fatal(err)
	}
	bench := exec.Command("pgbench", "-n", "-M", "prepared", "-c", "16", "-j", "2", "-t", strconv.Itoa(transactions), "-D", "n=0", "-f", script, address)
	out, err := bench.CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	m := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if m == nil || strings.Contains(string(out), "aborted") {
		b.Fatalf("pgbench says\n%s", out)
	}
	tps, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return tps * 50
}

// BenchmarkSettlePostgres has 50 terminals redeem and push as fast as they can at
// one server on a durable PostgreSQL, in batches of 50: settled_per_s. of_pgbench is
// that by what pgbench inserts on the same server, before and after, of the same
// rows in the same batches without any logic, terminals, signatures or HTTP: the
// better of the two times.
func BenchmarkSettlePostgres(b *testing.B) {
	dir := b.TempDir()
	program := buildHQ(b, dir)
	address := pgtest.StartDurable(b, "shared_buffers=256MB")
	loaded(b, program, address, "--kiosks", "50", "--orders", "2500", "--events", "2500") // makes tables, and rows to measure
	for b.Loop() {
		bare := pgbench(b, dir, address, 200)
		g := loaded(b, program, address, "--kiosks", "50", "--orders", "50000", "--events", "50000")
		bare = max(bare, pgbench(b, dir, address, 200))
		b.ReportMetric(g.SettledPerSecond, "settled_per_s")
		b.ReportMetric(bare, "pgbench_per_s")
		b.ReportMetric(g.SettledPerSecond/bare, "of_pgbench")
		b.ReportMetric(g.Push.P99, "push_p99_ms")
		b.ReportMetric(g.HQMemoryMB, "hq_mb")
	}
}

// BenchmarkPeak has HEXIAO_BENCH_KIOSKS terminals, 10,000 unless set, at as many
// points with 100 orders each, of which two minutes of a peak hour push in batches of
// 50: a day's redemptions, all orders, in an hour. push_p99_ms counts from when a push
// was due. Making the points takes minutes.
func BenchmarkPeak(b *testing.B) {
	kiosks := benchNumber(b, "HEXIAO_BENCH_KIOSKS", 10_000)
	program := buildHQ(b, b.TempDir())
	for b.Loop() {
		address := pgtest.StartDurable(b, "shared_buffers=256MB")
		orders := 100 * kiosks
		events := max(1, orders/30/50) * 50
		g := loaded(b, program, address,
			"--kiosks", strconv.Itoa(kiosks), "--orders", strconv.Itoa(orders), "--events", strconv.Itoa(events), "--duration", "2m")
		b.ReportMetric(g.Push.P50, "push_p50_ms")
		b.ReportMetric(g.Push.P99, "push_p99_ms")
		b.ReportMetric(g.HQMemoryMB, "hq_mb")
	}
}
