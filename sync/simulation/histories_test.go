package simulation

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	seedFlag       = flag.Uint64("seed", 1, "the first history's seed; each next history has the next one")
	historiesFlag  = flag.Int("histories", 200, "how many histories")
	operationsFlag = flag.Int("operations", 60, "how many steps each of them has")
)

// memory gives a folder for the histories' files, in memory where there is such a
// place: syncing a real disk would cost more than all the rest.
func memory(t *testing.T) string {
	if dir, err := os.MkdirTemp("/dev/shm", "hexiao-simulation-"); err == nil {
		t.Cleanup(func() {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		})
		return dir
	}
	return t.TempDir()
}

// campaign plays histories on all cores.
type campaign struct {
	t       *testing.T
	dir     string
	address string // of the database that HQ's are copies of; empty: HQ's store is embedded
	started time.Time

	mu     sync.Mutex
	next   uint64
	done   map[uint64]bool // above low
	low    uint64          // all seeds below it are done
	counts map[string]int
	failed bool
	said   time.Time
}

// TestHistories plays histories, and tells the first that breaks a rule as short
// as it can be told.
func TestHistories(t *testing.T) {
	now := time.Now()
	c := &campaign{t: t, dir: memory(t), address: template(t), started: now, said: now, next: *seedFlag, low: *seedFlag, done: map[uint64]bool{}, counts: map[string]int{}}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(c.work)
	}
	workers.Wait()
	t.Logf("%d histories of %d steps: %s", c.low-*seedFlag, *operationsFlag, listed(c.counts))
	if !c.failed && *historiesFlag >= 200 {
		c.triedAll()
	}
}

func listed(counts map[string]int) string {
	var list []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%s %d", what, counts[what]))
	}
	return strings.Join(list, ", ")
}

func (c *campaign) work() {
	for {
		c.mu.Lock()
		seed := c.next
		if c.failed || seed-*seedFlag >= uint64(*historiesFlag) {
			c.mu.Unlock()
			return
		}
		c.next++
		c.mu.Unlock()
		p := generate(seed, *operationsFlag)
		out := play(c.t, filepath.Join(c.dir, fmt.Sprint(seed)), c.address, p)
		if len(out.broken) > 0 {
			c.tell(p)
			return
		}
		c.note(seed, out)
	}
}

// note counts a history that went well, and now and then says how far the
// campaign is.
func (c *campaign) note(seed uint64, out outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[seed] = true
	for c.done[c.low] {
		delete(c.done, c.low)
		c.low++
	}
	for what, n := range out.counts {
		c.counts[what] += n
	}
	if now := time.Now(); now.Sub(c.said) > 20*time.Second && testing.Verbose() {
		c.said = now
		n := c.low - *seedFlag
		fmt.Printf("%d of %d histories are sound, %.1f a second; go on from here with SEED=%d\n", n, *historiesFlag, float64(n)/now.Sub(c.started).Seconds(), c.low)
	}
}

// tell fails the test with the shortest story of the first failure.
func (c *campaign) tell(p plan) {
	c.mu.Lock()
	first := !c.failed
	c.failed = true
	c.mu.Unlock()
	if !first {
		return
	}
	dir := filepath.Join(c.dir, "shrunk")
	short := shrink(p, func(p plan) bool { return len(play(c.t, dir, c.address, p).broken) > 0 })
	out := play(c.t, dir, c.address, short)
	c.t.Errorf("a rule is broken. The shortest story of it has %d steps and %d terminals:\n%s\nand then:\n%s\n\nThe whole of it: go test ./sync/simulation -run TestHistories -args -histories 1 -seed %d -operations %d",
		len(short.ops), short.terminals, strings.Join(out.story, "\n"), strings.Join(out.broken, "\n"), p.seed, len(p.ops))
}

// triedAll sees to it that the histories met what they are made for: rules about
// things that never happen are never broken.
func (c *campaign) triedAll() {
	for _, what := range []string{
		"accepted", "conflict", "late-revoked", "unknown", "handovers", "undos", "forged codes", "stops",
		"answers lost", "decided by the clocks", "decided by persons", "leases asked for", "leases given back", "handovers with a lease", "requests doubled", "copies refused",
		"provisional handovers", "vouchers taken", "codes that change", "withdrawn codes", "codes of old keys", "changes of HQ's key",
		"consignments signed for", "handovers before HQ has them arrived", "withheld",
	} {
		if c.counts[what] == 0 {
			c.t.Errorf("no history has met: %s", what)
		}
	}
}
