package nettest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hexiao/kiosk"
)

var (
	secondsFlag = flag.Int("seconds", 10, "of trouble")
	seedFlag    = flag.Uint64("seed", 0, "of the troubles; 0: any")
)

const terminals = 3

// world is everything on the network.
type world struct {
	t        *testing.T
	net      *network
	hq       *platform
	counters []*counter
	orders   int

	mu   sync.Mutex
	said map[string]int // troubles
}

// TestNetwork has customers come while the network fails and processes are killed.
func TestNetwork(t *testing.T) {
	net := newNetwork(t, terminals)
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	length := time.Duration(*secondsFlag) * time.Second
	w := newWorld(t, net, 40*int(length/time.Second))
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var all sync.WaitGroup
	for i, c := range w.counters {
		c.dice, c.pause = rand.New(rand.NewPCG(seed, uint64(i))), 50*time.Millisecond
		codes := w.codes(i, c.dice)
		all.Go(func() {
			if err := c.serve(ctx, codes); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range terminals + 1 {
		all.Go(func() { w.trouble(ctx, rand.New(rand.NewPCG(seed, uint64(100+i))), i) })
	}
	all.Wait()
	w.mend()
	w.judge()
	for i, c := range w.counters {
		t.Logf("terminal %d: started %d times, answers %v", i, c.starts, c.answers)
	}
	t.Logf("troubles: %v", w.said)
}

func newWorld(t *testing.T, net *network, orders int) *world {
	t.Helper()
	bin, dir := programs(t), t.TempDir()
	log := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = f.Close() // nobody writes any more
			if text, err := os.ReadFile(f.Name()); err == nil && t.Failed() {
				t.Logf("%s:\n%s", name, text)
			}
		})
		return f
	}
	w := &world{t: t, net: net, orders: orders, said: map[string]int{}}
	w.hq = &platform{t: t, net: net, bin: bin, db: filepath.Join(dir, "hq.db"), errs: log("hq.log")}
	w.hq.admin("point", "add", "P001", "幸福里", "--pin", "2580")
	var table strings.Builder
	table.WriteString("订单号,商品,规格,数量,货架,提货号,姓名,手机,核销码\n")
	for i := range orders {
		fmt.Fprintf(&table, "%s,鸡蛋,30 枚,1,B-12,86,张小明,13800130417,%s\n", orderOf(i), codeOf(i))
	}
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	w.hq.admin("orders", "import", "--point", "P001", file)
	if err := w.hq.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.hq.end(syscall.SIGKILL) })
	for i := range terminals {
		c := &counter{t: t, net: net, number: i, bin: bin, data: filepath.Join(dir, fmt.Sprint("terminal-", i)), answers: map[kiosk.Verdict]int{}}
		c.errs = log(fmt.Sprintf("terminal-%d.log", i))
		code := w.hq.admin("kiosk", "code", "--point", "P001")
		for _, args := range [][]string{{"enrol", "--data", c.data, "--hq", net.address(i), "--code", code}, {"sync", "--data", c.data}} {
			if _, err := c.run(t.Context(), args...); err != nil {
				t.Fatal(err)
			}
		}
		w.counters = append(w.counters, c)
	}
	return w
}

func orderOf(i int) kiosk.OrderID { return kiosk.OrderID(fmt.Sprintf("K%06d", i)) }
func codeOf(i int) string         { return fmt.Sprintf("880077%06d", i) }

// codes are what customers show at one of the terminals: a third of the orders,
// and now and then one that is shown elsewhere as well, at about the same time.
func (w *world) codes(terminal int, dice *rand.Rand) (codes []string) {
	for i := range w.orders {
		if i%terminals == terminal || dice.IntN(8) == 0 {
			codes = append(codes, codeOf(i))
		}
	}
	return codes
}

// trouble makes trouble with one terminal, or with HQ, until ctx ends, and mends
// each before the next.
func (w *world) trouble(ctx context.Context, dice *rand.Rand, who int) {
	wait := func(least, most time.Duration) {
		select {
		case <-time.After(least + time.Duration(dice.Int64N(int64(most-least)))):
		case <-ctx.Done():
		}
	}
	for wait(300*time.Millisecond, 2*time.Second); ctx.Err() == nil; wait(300*time.Millisecond, 2*time.Second) {
		if who == terminals {
			wait(time.Second, 3*time.Second)
			w.count("HQ killed")
			w.hq.end(syscall.SIGKILL)
			wait(0, time.Second)
			if err := w.hq.start(); err != nil {
				w.t.Error(err)
				return
			}
			continue
		}
		switch dice.IntN(5) {
		case 0:
			w.count("link down")
			w.net.setLink(who, "down")
			wait(500*time.Millisecond, 3*time.Second)
			w.net.setLink(who, "up")
		case 1:
			w.count("a third of the packets lost")
			w.net.filter(who, "%in numgen random mod 10 < 3 drop\n%out numgen random mod 10 < 3 drop")
			wait(time.Second, 5*time.Second)
			w.net.filter(who, "")
		case 2:
			w.count("connections reset")
			w.net.filter(who, "%in meta l4proto tcp numgen random mod 4 < 1 reject with tcp reset")
			wait(500*time.Millisecond, 3*time.Second)
			w.net.filter(who, "")
		case 3:
			w.count("64 kbit/s")
			w.net.slow(who, true)
			wait(time.Second, 5*time.Second)
			w.net.slow(who, false)
		case 4:
			w.count("terminal killed")
			w.counters[who].kill()
		}
	}
}

func (w *world) count(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said[what]++
}

// mend lets every terminal send what it has, twice: the first to speak hears of
// what the last one sent.
func (w *world) mend() {
	for range 2 {
		for _, c := range w.counters {
			if _, err := c.run(w.t.Context(), "sync", "--data", c.data); err != nil {
				w.t.Error(err)
			}
		}
	}
	w.hq.end(syscall.SIGTERM)
}
