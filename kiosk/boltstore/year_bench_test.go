package boltstore_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/boltstore/yeartest"
	"hexiao/kiosk/kiosktest"
)

const (
	benchScans = 20_000  // of a measurement, where the set has so many
	rawBytes   = 4096    // of a plain write
	rawFile    = 4096    // such writes make up its file
	smallSet   = 10_000  // orders of a usual point
	fewest     = 100     // scans that a percentile is taken of
	crowd      = 270_000 // orders that are asked for at most
)

// BenchmarkYear measures a terminal with a year behind it: its journal holds
// 730,000 events and state.db what they made. Goals stand in .ci/goals.
func BenchmarkYear(b *testing.B) {
	events := benchNumber(b, "HEXIAO_BENCH_EVENTS", yeartest.Events)
	b.Run("usual", func(b *testing.B) {
		y := openYear(b, smallSet, events)
		b.Run("Redeem", y.redeem)
	})
	b.Run("full", func(b *testing.B) {
		orders := benchOrders(b)
		y := openYear(b, orders, min(events, orders/100*73))
		b.Run("Redeem", y.redeem)
		b.Run("Compact", y.compact)
		b.Run("Replace", y.replace)
		b.Run("Start", y.start)
	})
}

// year is an open store with a year behind it.
type year struct {
	yeartest.Year
	dir     string
	o       boltstore.Options
	store   *boltstore.Store
	waiting []int // orders to be collected, in no order
	raw     *os.File
}

func openYear(b *testing.B, orders, events int) *year {
	b.Helper()
	y := &year{Year: yeartest.Year{Orders: orders, Events: events, Lookup: kiosktest.Lookup}, dir: benchDir(b)}
	y.o = benchOptions(filepath.Join(y.dir, "store"))
	begin := time.Now()
	if err := y.Make(y.o); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d orders, %d events, made in %v", orders, events, time.Since(begin).Round(time.Second/10))
	y.store = open(b, y.o)
	if err := y.store.SetPoint(kiosktest.Point()); err != nil {
		b.Fatal(err)
	}
	y.waiting = y.Waiting(crowd)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(y.waiting), func(i, k int) { y.waiting[i], y.waiting[k] = y.waiting[k], y.waiting[i] })
	var err error
	if y.raw, err = os.Create(filepath.Join(y.dir, "raw")); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = y.raw.Close() })
	if _, err := y.raw.Write(make([]byte, rawBytes*rawFile)); err != nil {
		b.Fatal(err)
	}
	unix.Sync() // what was made must not be on its way to the disk any more
	return y
}

// scan redeems the next order.
func (y *year) scan(b *testing.B) time.Duration {
	n := y.waiting[0]
	y.waiting = y.waiting[1:]
	scan := kiosktest.Scan(kiosktest.Code(n), 0)
	begin := time.Now()
	a, err := y.store.Redeem(scan)
	took := time.Since(begin)
	if err != nil || a.Verdict != kiosk.Accepted {
		b.Fatalf("order %d: %s, %v", n, a.Verdict, err)
	}
	return took
}

// plain is a plain write and fdatasync on the same disk.
func (y *year) plain(b *testing.B, i int) time.Duration {
	block := make([]byte, rawBytes)
	begin := time.Now()
	if _, err := y.raw.WriteAt(block, int64(i%rawFile)*rawBytes); err != nil {
		b.Fatal(err)
	}
	if err := unix.Fdatasync(int(y.raw.Fd())); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// redeem scans codes of orders in no order, each followed by a plain 4 KiB write
// and fdatasync of a file of the same disk, while checkpoints go on: p50_ratio
// and p99_ratio are the percentiles of a scan, from the text to the answer, by
// the median of the plain write.
func (y *year) redeem(b *testing.B) {
	var scans, plain []time.Duration
	for i := range min(benchScans, len(y.waiting)*3/4) {
		scans = append(scans, y.scan(b))
		plain = append(plain, y.plain(b, i))
	}
	raw := percentile(plain, 50)
	b.ReportMetric(float64(percentile(scans, 50).Microseconds()), "p50_us")
	b.ReportMetric(float64(percentile(scans, 99).Microseconds()), "p99_us")
	b.ReportMetric(float64(raw.Microseconds()), "raw_p50_us")
	b.ReportMetric(float64(percentile(plain, 99).Microseconds()), "raw_p99_us")
	b.ReportMetric(float64(percentile(scans, 50))/float64(raw), "p50_ratio")
	b.ReportMetric(float64(percentile(scans, 99))/float64(raw), "p99_ratio")
	b.ReportMetric(milliseconds(percentile(scans, 100)), "max_ms")
}

// meanwhile runs work in the background and calls fn until it has ended.
func meanwhile(b *testing.B, work func() error, fn func(i int)) time.Duration {
	b.Helper()
	var background sync.WaitGroup
	done := make(chan error, 1)
	begin := time.Now()
	background.Go(func() { done <- work() })
	defer background.Wait()
	for i := 0; ; i++ {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			return time.Since(begin)
		default:
			fn(i)
		}
	}
}

// compact copies both files while codes are scanned a few milliseconds apart:
// max_ms is the longest that a scan waited.
func (y *year) compact(b *testing.B) {
	var scans []time.Duration
	tick := time.NewTicker(5 * time.Millisecond) // more often than any scanner reads
	defer tick.Stop()
	took := meanwhile(b, func() error { return y.store.Compact(context.Background()) }, func(int) {
		<-tick.C
		if len(y.waiting) > fewest {
			scans = append(scans, y.scan(b))
		}
	})
	b.ReportMetric(took.Seconds(), "compact_s")
	b.ReportMetric(float64(len(scans)), "scans")
	b.ReportMetric(milliseconds(percentile(scans, 50)), "p50_ms")
	b.ReportMetric(milliseconds(percentile(scans, 99)), "p99_ms")
	b.ReportMetric(milliseconds(percentile(scans, 100)), "max_ms")
}

// replace takes a whole set in and switches to it, while codes of collected
// orders and of nobody are scanned: both are refused without a write.
func (y *year) replace(b *testing.B) {
	var lookups []time.Duration
	dice := rand.New(rand.NewPCG(3, 4))
	took := meanwhile(b, func() error { return y.Load(y.store) }, func(i int) {
		n := dice.IntN(y.Orders)
		if !y.Collected(n) {
			n += y.Orders // nobody's
		}
		scan := kiosktest.Scan(kiosktest.Code(n), 0)
		begin := time.Now()
		a, err := y.store.Redeem(scan)
		lookups = append(lookups, time.Since(begin))
		if err != nil || n < y.Orders && a.Verdict != kiosk.AlreadyCollected || n >= y.Orders && a.Verdict != kiosk.Unknown {
			b.Fatalf("order %d: %s, %v", n, a.Verdict, err)
		}
	})
	b.ReportMetric(took.Seconds(), "replace_s")
	b.ReportMetric(milliseconds(percentile(lookups, 50)), "lookup_p50_ms")
	b.ReportMetric(milliseconds(percentile(lookups, 99)), "lookup_p99_ms")
	b.ReportMetric(milliseconds(percentile(lookups, 100)), "lookup_max_ms")
}

// start opens the data folder of a killed process, with as many events that are
// not in state.db as there usually are at most.
func (y *year) start(b *testing.B) {
	for range min(boltstore.DefaultCheckpointEvery, len(y.waiting)-fewest) {
		y.scan(b)
	}
	crash(b, y.store)
	var starts []time.Duration
	for range 5 {
		begin := time.Now()
		s, err := boltstore.Open(y.o)
		starts = append(starts, time.Since(begin))
		if err != nil {
			b.Fatal(err)
		}
		crash(b, s)
	}
	b.ReportMetric(percentile(starts, 50).Seconds(), "start_s")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
