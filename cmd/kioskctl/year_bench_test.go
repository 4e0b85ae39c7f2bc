package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/boltstore/yeartest"
	"hexiao/kiosk/kiosktest"
)

// BenchmarkMemory runs the program over a folder with 1,000,000 orders and the
// events of a year and has it answer scans: hwm_mb is the most memory that it
// ever had, start_s the time from its start to the first answer.
// HEXIAO_BENCH_ORDERS and HEXIAO_BENCH_EVENTS make it smaller.
func BenchmarkMemory(b *testing.B) {
	dir, err := os.MkdirTemp(os.Getenv("HEXIAO_BENCH_DIR"), "hexiao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	orders, events := number(b, "HEXIAO_BENCH_ORDERS", 1_000_000), number(b, "HEXIAO_BENCH_EVENTS", yeartest.Events)
	y := makeYear(b, filepath.Join(dir, "terminal"), orders, min(events, orders/100*73))
	const scans = 10_000
	codes := make([]string, 0, scans)
	waiting := y.Waiting(y.Orders)
	for n := range min(scans, len(waiting)) {
		i := n * (len(waiting) / min(scans, len(waiting))) // from all over the set
		codes = append(codes, kiosktest.Code(waiting[i]).Text)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "run", "--data", filepath.Join(dir, "terminal"), "--stdin", "--offline")
	cmd.Env = append(os.Environ(), asKioskctl+"=1")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var first time.Duration
	for i, code := range codes {
		if _, err := fmt.Fprintln(in, code); err != nil || !lines.Scan() {
			b.Fatalf("scan %d: %v %s", i, err, errs.String())
		}
		if i == 0 {
			first = time.Since(begin)
		}
		if !strings.Contains(lines.Text(), string(kiosk.Accepted)) {
			b.Fatalf("scan %d: %s", i, lines.Text())
		}
	}
	rss, hwm := memory(b, cmd.Process.Pid)
	if err := in.Close(); err != nil {
		b.Fatal(err)
	}
	if lines.Scan() {
		b.Errorf("one answer too many: %s", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v: %s", err, errs.String())
	}
	b.ReportMetric(rss, "rss_mb")
	b.ReportMetric(hwm, "hwm_mb")
	b.ReportMetric(first.Seconds(), "start_s")
}

// makeYear makes the folder of a terminal without HQ.
func makeYear(b *testing.B, path string, orders, events int) yeartest.Year {
	b.Helper()
	f, err := terminal.EnsureLocal(path, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	f.Config.Point = kiosktest.Point().ID // of the orders that are made
	if err := f.Config.Write(f.Path); err != nil {
		b.Fatal(err)
	}
	y := yeartest.Year{Orders: orders, Events: events, Lookup: f.Point.Lookup}
	o := boltstore.Options{
		Dir: f.Path, Terminal: f.Config.Terminal, Lookup: f.Point.Lookup, MACKey: f.Keys.Journal, Random: rand.Reader, Now: time.Now,
	}
	if err := y.Make(o); err != nil {
		b.Fatal(err)
	}
	s, err := boltstore.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	s.Answered()
	if err := cmp.Or(s.SetPoint(kiosktest.Point()), s.Close()); err != nil {
		b.Fatal(err)
	}
	return y
}

func number(b *testing.B, name string, usual int) int {
	b.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(name), strconv.Itoa(usual)))
	if err != nil || n < 1 {
		b.Fatalf("%s is not a number", name)
	}
	return n
}

// memory gives a process's resident memory, and the most it ever had, in MB.
func memory(b *testing.B, pid int) (rss, hwm float64) {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmHWM: %f kB", &kb); err == nil {
			hwm = kb / 1024
		}
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			rss = kb / 1024
		}
		if strings.HasPrefix(line, "Rss") {
			b.Log(strings.Join(strings.Fields(line), " "))
		}
	}
	return rss, hwm
}
