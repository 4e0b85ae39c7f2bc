package boltstore_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// Benchmarks measure against what the disk and bbolt can do in the same run:
//
//	go test -run '^$' -bench . -benchtime 20000x ./kiosk/boltstore   (Redeem)
//	go test -run '^$' -bench 'Load|Start' -benchtime 1x ./kiosk/boltstore
//
// HEXIAO_BENCH_ORDERS is the size of the set, 1,000,000 unless set;
// HEXIAO_BENCH_DIR is where the files go, the temporary folder unless set.

// benchOrders is how many orders the set has.
func benchOrders(b *testing.B) int {
	b.Helper()
	text := os.Getenv("HEXIAO_BENCH_ORDERS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("HEXIAO_BENCH_ORDERS is %q, not a number of orders", text)
	}
	return n
}

func benchDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp(os.Getenv("HEXIAO_BENCH_DIR"), "hexiao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			b.Error(err)
		}
	})
	return dir
}

const benchPage = 1000

func benchPages(n int) [][]kiosk.Order {
	var pages [][]kiosk.Order
	for from := 0; from < n; from += benchPage {
		page := make([]kiosk.Order, 0, benchPage)
		for i := from; i < min(n, from+benchPage); i++ {
			page = append(page, kiosktest.Order(i, sealed, kiosktest.OpenedBy(kiosk.NewTyped(uint32(i)))))
		}
		pages = append(pages, page)
	}
	return pages
}

// sealed gives an order as much sealed data as real ones have.
func sealed(o *kiosk.Order) {
	o.SealedDesk, o.SealedFull = make([]byte, 52), make([]byte, 64)
	o.NameIndex, o.TailIndex = make([]byte, 4), make([]byte, 4)
}

func markOf(pages [][]kiosk.Order) kiosk.Watermark {
	return watermark(1, kiosktest.Start(), slices.Concat(pages...)...)
}

// load fills a store as the engine does, page by page.
func load(b *testing.B, s *boltstore.Store, pages [][]kiosk.Order, w kiosk.Watermark) time.Duration {
	b.Helper()
	begin := time.Now()
	for i, page := range pages {
		if err := s.Stage(kiosk.Page{Orders: page, Cursor: strconv.Itoa(i)}); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Switch(w); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// loadAll fills a store and lets go of the orders.
func loadAll(b *testing.B, s *boltstore.Store, n int) {
	b.Helper()
	pages := benchPages(n)
	load(b, s, pages, markOf(pages))
}

func benchOptions(dir string) boltstore.Options {
	o := options(dir)
	o.SegmentBytes = 0
	return o
}

// pair is a key and a value for bbolt.
type pair struct{ key, value []byte }

// loadBare writes the same keys and values, sorted, into a bare bbolt file in
// transactions of the same size.
func loadBare(b *testing.B, path string, orders, lookups []pair) time.Duration {
	b.Helper()
	begin := time.Now()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, pairs := range map[string][]pair{"orders": orders, "lookups": lookups} {
		for chunk := range slices.Chunk(pairs, 40_000) {
			err := db.Update(func(tx *bolt.Tx) error {
				bucket, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil {
					return err
				}
				bucket.FillPercent = 0.9
				for _, p := range chunk {
					if err := bucket.Put(p.key, p.value); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

func sortedPairs(b *testing.B, pages [][]kiosk.Order) (orders, lookups []pair) {
	b.Helper()
	for _, page := range pages {
		for _, o := range page {
			value, err := kiosk.EncodeOrder(o)
			if err != nil {
				b.Fatal(err)
			}
			orders = append(orders, pair{[]byte(o.ID), append(make([]byte, 8, 8+len(value)), value...)})
			for _, l := range o.Lookups {
				lookups = append(lookups, pair{append(l[:], o.ID...), nil})
			}
		}
	}
	slices.SortFunc(lookups, func(a, b pair) int { return slices.Compare(a.key, b.key) })
	return orders, lookups
}

// BenchmarkLoad takes in a full set: load_ratio is its time by that of a bare
// bbolt with the same records, already encoded and sorted. Goal: 1.5.
func BenchmarkLoad(b *testing.B) {
	pages := benchPages(benchOrders(b))
	w := markOf(pages)
	orders, lookups := sortedPairs(b, pages)
	var ours, bare []time.Duration
	for b.Loop() {
		dir := benchDir(b)
		bare = append(bare, loadBare(b, filepath.Join(dir, "bare.db"), orders, lookups))
		s := open(b, benchOptions(filepath.Join(dir, "store")))
		if err := s.SetPoint(kiosktest.Point()); err != nil {
			b.Fatal(err)
		}
		ours = append(ours, load(b, s, pages, w))
		shut(b, s)
		for _, name := range []string{"bare.db", "store/orders.db"} {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(percentile(ours, 50).Seconds(), "load_s")
	b.ReportMetric(percentile(bare, 50).Seconds(), "bare_s")
	b.ReportMetric(float64(percentile(ours, 50))/float64(percentile(bare, 50)), "load_ratio")
	b.ReportMetric(float64(w.Count)/percentile(ours, 50).Seconds(), "orders/s")
}

// BenchmarkRedeem scans codes of orders in no order, each followed by a plain
// 4 KiB write and fdatasync of a file of the same disk: p50_ratio and p99_ratio
// are the percentiles of a scan, from the text to the answer, by the median of
// the plain write. Goals: 1.5 and 6.
func BenchmarkRedeem(b *testing.B) {
	dir := benchDir(b)
	n := benchOrders(b)
	o := benchOptions(filepath.Join(dir, "store"))
	s := open(b, o)
	if err := s.SetPoint(kiosktest.Point()); err != nil {
		b.Fatal(err)
	}
	loadAll(b, s, n)
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	codes := make([]kiosk.Code, min(b.N, n))
	for i := range codes {
		codes[i] = kiosktest.Code(order[i])
	}
	raw, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	const pages4k = 4096
	block := make([]byte, 4096)
	for range pages4k {
		if _, err := raw.Write(block); err != nil {
			b.Fatal(err)
		}
	}
	if err := raw.Sync(); err != nil {
		b.Fatal(err)
	}
	var scans, writes []time.Duration
	b.ResetTimer()
	for i := range b.N {
		if i >= len(codes) {
			b.Fatalf("%d scans of %d orders: set -benchtime lower", b.N, n)
		}
		scan := kiosktest.Scan(codes[i], time.Duration(i)*time.Millisecond)
		begin := time.Now()
		a, err := s.Redeem(scan)
		scans = append(scans, time.Since(begin))
		if err != nil || a.Verdict != kiosk.Accepted {
			b.Fatalf("scan %d: %s, %v", i, a.Verdict, err)
		}
		begin = time.Now()
		if _, err := raw.WriteAt(block, int64(i%pages4k)*4096); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(raw.Fd())); err != nil {
			b.Fatal(err)
		}
		writes = append(writes, time.Since(begin))
	}
	b.StopTimer()
	plain := percentile(writes, 50)
	b.ReportMetric(float64(percentile(scans, 50).Microseconds()), "p50_us")
	b.ReportMetric(float64(percentile(scans, 99).Microseconds()), "p99_us")
	b.ReportMetric(float64(plain.Microseconds()), "raw_p50_us")
	b.ReportMetric(float64(percentile(writes, 99).Microseconds()), "raw_p99_us")
	b.ReportMetric(float64(percentile(scans, 50))/float64(plain), "p50_ratio")
	b.ReportMetric(float64(percentile(scans, 99))/float64(plain), "p99_ratio")
}

// BenchmarkStart opens the data folder of a killed process, with a full set and
// as many events that are not in state.db as there can be. Goal: 1 s.
func BenchmarkStart(b *testing.B) {
	o := benchOptions(filepath.Join(benchDir(b), "store"))
	s := open(b, o)
	if err := s.SetPoint(kiosktest.Point()); err != nil {
		b.Fatal(err)
	}
	loadAll(b, s, benchOrders(b))
	events := min(benchOrders(b), 4*boltstore.DefaultCheckpointEvery)
	last := events - events/4
	for i := range last {
		redeem(b, s, i, 0)
	}
	shut(b, s)
	o.CheckpointEvery = events + 1 // no more of them
	s = open(b, o)
	for i := last; i < events-1; i++ {
		redeem(b, s, i, 0)
	}
	crash(b, s)
	var starts []time.Duration
	for b.Loop() {
		begin := time.Now()
		s, err := boltstore.Open(o)
		starts = append(starts, time.Since(begin))
		if err != nil {
			b.Fatal(err)
		}
		crash(b, s)
	}
	b.ReportMetric(percentile(starts, 50).Seconds(), "start_s")
}

func percentile(d []time.Duration, p int) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[min(len(d)-1, len(d)*p/100)]
}
