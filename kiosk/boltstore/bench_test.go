package boltstore_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// Benchmarks measure against what the disk and bbolt can do in the same run:
//
//	go test -run '^$' -bench . -benchtime 1x -timeout 30m ./kiosk/boltstore
//
// HEXIAO_BENCH_ORDERS is the size of the set, 1,000,000 unless set, and
// HEXIAO_BENCH_EVENTS the length of the journal, 730,000 unless set: smaller
// ones are for a quick look. HEXIAO_BENCH_DIR is where the files go, the
// temporary folder unless set.

// benchNumber is a size from the environment.
func benchNumber(b *testing.B, name string, usual int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s is %q, not a number", name, text)
	}
	return n
}

func benchOrders(b *testing.B) int { return benchNumber(b, "HEXIAO_BENCH_ORDERS", 1_000_000) }

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
	o.SealedDesk, o.SealedFull, o.NameIndex = make([]byte, 20), make([]byte, 27), make([]byte, 4)
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

func benchOptions(dir string) boltstore.Options {
	o := options(dir)
	o.SegmentBytes = 0
	return o
}

// entry is a key and a value for bbolt.
type entry struct{ key, value []byte }

// loadBare writes the same keys and values, sorted, into a bare bbolt file in
// transactions of the same size.
func loadBare(b *testing.B, path string, orders, lookups []entry) time.Duration {
	b.Helper()
	begin := time.Now()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, pairs := range map[string][]entry{"orders": orders, "lookups": lookups} {
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

func sortedPairs(b *testing.B, pages [][]kiosk.Order) (orders, lookups []entry) {
	b.Helper()
	for _, page := range pages {
		for _, o := range page {
			value, err := kiosk.EncodeOrder(o)
			if err != nil {
				b.Fatal(err)
			}
			orders = append(orders, entry{[]byte(o.ID), append(make([]byte, 8, 8+len(value)), value...)})
			for _, l := range o.Lookups {
				lookups = append(lookups, entry{append(l[:], o.ID...), nil})
			}
		}
	}
	slices.SortFunc(lookups, func(a, b entry) int { return slices.Compare(a.key, b.key) })
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

func percentile(d []time.Duration, p int) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[min(len(d)-1, len(d)*p/100)]
}
