package main

import (
	"bytes"

	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net"

	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	terminalstore "hexiao/kiosk/boltstore"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/seal"
	hqclient "hexiao/sync/client"
	"hexiao/sync/engine"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
)

// sampleHQ is an HQ in this process, with so many sample orders, behind a socket
// whose bytes are counted.
type sampleHQ struct {
	hq     *hq.HQ
	url    string
	orders int
	bytes  *atomic.Int64 // both ways
	dir    string
}

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

// startSample makes an HQ with HEXIAO_BENCH_ORDERS orders, 1,000,000 unless set,
// in HEXIAO_BENCH_DIR.
func startSample(b *testing.B) *sampleHQ {
	b.Helper()
	dir, err := os.MkdirTemp(os.Getenv("HEXIAO_BENCH_DIR"), "hexiao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	store, err := boltstore.Open(filepath.Join(dir, "hq.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	h, err := hq.New(b.Context(), hq.Config{Store: store, Now: time.Now, Random: rand.Reader})
	if err != nil {
		b.Fatal(err)
	}
	s := &sampleHQ{hq: h, orders: benchNumber(b, "HEXIAO_BENCH_ORDERS", 1_000_000), bytes: new(atomic.Int64), dir: dir}
	p := &program{ctx: b.Context(), now: time.Now, stderr: &bytes.Buffer{}}
	if err := fillSample(p, h, s.orders, 0, slog.New(slog.DiscardHandler)); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewUnstartedServer(h.Handler())
	server.Listener = counted{server.Listener, s.bytes}
	server.Start()
	b.Cleanup(server.Close)
	b.Cleanup(h.EndStreams)
	s.url = server.URL
	return s
}

// counted counts the bytes of its connections.
type counted struct {
	net.Listener
	n *atomic.Int64
}

func (l counted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return countedConn{c, l.n}, err
}

type countedConn struct {
	net.Conn
	n *atomic.Int64
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (c countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.n.Add(int64(n))
	return n, err
}

// benchTerminal is a terminal in this process.
type benchTerminal struct {
	store  *terminalstore.Store
	hq     *hqclient.HQ
	engine *engine.Engine
}

func (s *sampleHQ) terminal(b *testing.B, dir string, report func(engine.Status)) *benchTerminal {
	b.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	code, _, err := s.hq.EnrolmentCode(b.Context(), samplePoint)
	if err != nil {
		b.Fatal(err)
	}
	e, err := hqclient.Enrol(b.Context(), hqclient.EnrolOptions{Address: s.url, Code: code, Key: key})
	if err != nil {
		b.Fatal(err)
	}
	point, err := seal.NewPointKey(e.PointSecret)
	if err != nil {
		b.Fatal(err)
	}
	isHQ := func(message, signature []byte) bool { return ed25519.Verify(e.HQKey, message, signature) }
	t := &benchTerminal{}
	if t.hq, err = hqclient.New(hqclient.Options{Address: s.url, Terminal: e.Terminal, Point: e.Point, Key: key, Now: time.Now, HQ: hqring.New(e.HQKey)}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(t.hq.Close)
	t.store, err = terminalstore.Open(terminalstore.Options{
		Dir: dir, Terminal: e.Terminal, Lookup: point.Lookup, MACKey: make([]byte, 32), Random: rand.Reader, Now: time.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	t.engine, err = engine.New(engine.Config{Outbox: t.store, Orders: t.store, Remote: t.hq, Verify: isHQ, Now: time.Now, Report: report})
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// pairs reads the records of a terminal's orders.db, in the order of their keys.
func pairs(b *testing.B, path string) map[string][][2][]byte {
	b.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	all := map[string][][2][]byte{}
	err = db.View(func(tx *bolt.Tx) error {
		for _, name := range []string{"orders", "lookups"} {
			err := tx.Bucket([]byte(name)).ForEach(func(k, v []byte) error {
				all[name] = append(all[name], [2][]byte{bytes.Clone(k), bytes.Clone(v)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	return all
}

// loadBare writes the same records, sorted, into a bare bbolt, in transactions of
// the size that the terminal's have.
func loadBare(b *testing.B, path string, all map[string][][2][]byte) time.Duration {
	b.Helper()
	begin := time.Now()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"orders", "lookups"} {
		for chunk := range slices.Chunk(all[name], 40_000) {
			err := db.Update(func(tx *bolt.Tx) error {
				bucket, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil {
					return err
				}
				bucket.FillPercent = 0.9
				for _, p := range chunk {
					if err := bucket.Put(p[0], p[1]); err != nil {
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

// BenchmarkFirstSet has kioskctl sync, a new terminal's, fetch all orders from an HQ
// on the same machine. load_ratio is the time that the program takes, HQ's part
// included, by the time in which a bare bbolt loads the same records, sorted, in
// this process; rss_mb is the program's most memory, and bytes_per_order what went
// over its socket, both ways. hq_cpu_s and kiosk_cpu_s are what the two computed
// meanwhile, and bare_cpu_s what bare bbolt did.
func BenchmarkFirstSet(b *testing.B) {
	s := startSample(b)
	b.ResetTimer()
	for b.Loop() {
		easeCollector(os.Getenv) // as hq serve does
		data := filepath.Join(s.dir, "data")
		before := computed(b)
		took := s.program(b, data)
		b.ReportMetric(computed(b)-before, "hq_cpu_s")
		debug.SetMemoryLimit(math.MaxInt64) // what HQ sets is not the bare load's, which has all records in memory
		debug.SetGCPercent(100)
		all := pairs(b, filepath.Join(data, "orders.db"))
		unix.Sync() // neither pays for what the other left to be written
		before = computed(b)
		bare := loadBare(b, filepath.Join(s.dir, "bare.db"), all)
		b.ReportMetric(computed(b)-before, "bare_cpu_s")
		b.ReportMetric(took.Seconds(), "set_s")
		b.ReportMetric(bare.Seconds(), "bare_s")
		b.ReportMetric(took.Seconds()/bare.Seconds(), "load_ratio")
		if err := errors.Join(os.RemoveAll(data), os.Remove(filepath.Join(s.dir, "bare.db"))); err != nil {
			b.Fatal(err)
		}
	}
}

// computed gives the seconds that this process has computed.
func computed(b *testing.B) float64 {
	b.Helper()
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// program enrols a terminal and gives how long its first synchronisation takes.
func (s *sampleHQ) program(b *testing.B, data string) time.Duration {
	b.Helper()
	kioskctl := filepath.Join(s.dir, "kioskctl")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", kioskctl, "hexiao/cmd/kioskctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	code, _, err := s.hq.EnrolmentCode(b.Context(), samplePoint)
	if err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command(kioskctl, "enrol", "--data", data, "--hq", s.url, "--code", code).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	before := s.bytes.Load()
	sync := exec.Command(kioskctl, "sync", "--data", data)
	var out bytes.Buffer
	sync.Stdout = &out
	unix.Sync() // see above
	begin := time.Now()
	if err := sync.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- sync.Wait() }()
	most, running := 0.0, true
	// Not the usage that wait gives: it begins with this process's own.
	for tick := time.Tick(20 * time.Millisecond); running; {
		select {
		case err = <-ended:
			running = false
		case <-tick:
			most = max(most, peakMB(sync.Process.Pid))
		}
	}
	took := time.Since(begin)
	b.ReportMetric((sync.ProcessState.UserTime() + sync.ProcessState.SystemTime()).Seconds(), "kiosk_cpu_s")
	var report engine.Report
	if err != nil || json.Unmarshal(bytes.TrimSpace(out.Bytes()), &report) != nil || report.Orders != s.orders || !report.Complete {
		b.Fatalf("%v: %s", err, &out)
	}
	b.ReportMetric(float64(s.bytes.Load()-before)/float64(s.orders), "bytes_per_order")
	b.ReportMetric(most, "rss_mb")
	return took
}
