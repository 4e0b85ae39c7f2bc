package damagetest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexiao/kiosk"
)

// shortCases are run unless DAMAGE_CASES says otherwise.
const shortCases = 3000

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s is %q, not a number", variable, text)
	}
	return n
}

// scratch is a folder in memory where the machine has one: cases lay many files.
func scratch(t *testing.T) string {
	t.Helper()
	if dir, err := os.MkdirTemp("/dev/shm", "hexiao-damage-"); err == nil {
		t.Cleanup(func() {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		})
		return dir
	}
	return t.TempDir()
}

// tally counts outcomes by kind.
type tally struct {
	mu     sync.Mutex
	counts map[string]map[string]int
}

func (c *tally) add(kind, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts[kind] == nil {
		c.counts[kind] = map[string]int{}
	}
	c.counts[kind][outcome]++
}

func (c *tally) String() string {
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(c.counts)) {
		n := 0
		for _, k := range c.counts[kind] {
			n += k
		}
		fmt.Fprintf(&b, "\n%-24s %6d:", kind, n)
		for _, outcome := range slices.Sorted(maps.Keys(c.counts[kind])) {
			fmt.Fprintf(&b, "  %s %d", outcome, c.counts[kind][outcome])
		}
	}
	return b.String()
}

func TestDamage(t *testing.T) {
	sh := newShop(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, cases := uint64(0), number(t, "DAMAGE_CASES", shortCases)
	if one := number(t, "DAMAGE_CASE", 0); one > 0 {
		from, cases = one-1, 1
		t.Log(newHarm(sh, one))
	}
	begin := time.Now()
	counts, violations := run(t, sh, workers(t, program, 2), from, cases, 20)
	t.Logf("%d cases in %v, %d violations%s", cases, time.Since(begin).Round(time.Second), len(violations), counts)
	for _, v := range violations {
		t.Error(v)
	}
}

// run does cases from number from+1 on and gives their outcomes and up to limit
// violations, after which it stops.
func run(t *testing.T, sh *shop, workers []*worker, from, cases uint64, limit int) (*tally, []string) {
	t.Helper()
	counts := &tally{counts: map[string]map[string]int{}}
	root := scratch(t)
	var next, found atomic.Int64
	var mu sync.Mutex
	var violations []string
	var all sync.WaitGroup
	for _, w := range workers {
		all.Go(func() {
			for {
				n := uint64(next.Add(1))
				if n > cases || found.Load() >= int64(limit) {
					return
				}
				h := newHarm(sh, from+n)
				dir := filepath.Join(root, strconv.FormatUint(n, 10))
				outcome, violation := try(sh, w, h, dir)
				counts.add(h.kind, outcome)
				if violation != "" {
					found.Add(1)
					mu.Lock()
					violations = append(violations, fmt.Sprintf("case %d, %s: %s", from+n, h, violation))
					mu.Unlock()
				}
				if err := os.RemoveAll(dir); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	return counts, violations
}

// try lays a case's folder and starts the store on it twice.
func try(sh *shop, w *worker, h *harm, dir string) (outcome, violation string) {
	if err := h.files.lay(dir); err != nil {
		return "", err.Error()
	}
	known := sh.truths[h.base]
	task := task{Dir: dir, Trust: h.trust, Codes: shopOrders}
	first, died, err := w.do(task)
	switch {
	case err != nil:
		return "", err.Error()
	case died != "" && (!h.trust || h.base != "clean" || !slices.Contains(h.changed, "orders.db")):
		return "died", died
	case died != "":
		outcome = "ended once, "
		if err := h.foundAgain(dir); err != nil {
			return "", err.Error()
		}
		if first, died, err = w.do(task); err != nil || died != "" {
			return "died", fmt.Sprint("twice: ", died, err)
		}
	}
	again, died, err := w.do(task)
	if err != nil || died != "" {
		return "died", fmt.Sprint("at the second start: ", died, err)
	}
	if v := judge(known, first, again); v != "" {
		return "wrong", v
	}
	if first.Refused != "" && !h.journal {
		return "wrong", "it refuses, and the journal is sound: " + first.Refused
	}
	if v := h.kept(dir, first.Warned); v != "" {
		return "wrong", v
	}
	switch {
	case first.Refused != "":
		outcome += first.Refused
	case len(first.Warned) > 0:
		outcome += "mended"
	default:
		outcome += "works"
	}
	return outcome, ""
}

// judge compares what two starts in a row answered with what was known before.
func judge(known truth, first, again report) string {
	for _, r := range []report{first, again} {
		if r.Untyped != "" {
			return "an error that nobody can act on: " + r.Untyped
		}
		if r.Missed != "" {
			return r.Missed
		}
	}
	for _, a := range slices.Concat(first.Answers, again.Answers) {
		if a.Altered {
			return fmt.Sprintf("the answer %s to code %d shows an order %q that HQ never sent so", a.Verdict, a.Code, a.Order)
		}
	}
	if first.Refused != again.Refused {
		return fmt.Sprintf("the first start: %q, the second: %q", first.Refused, again.Refused)
	}
	accepted := map[kiosk.OrderID]bool{}
	for _, a := range first.Answers {
		if a.Verdict != kiosk.Accepted {
			continue
		}
		if event, was := known.collected[a.Order]; was && (!a.Resumed || a.Event != event || !known.last[event]) {
			return fmt.Sprintf("order %s was collected with event %s and is accepted again, resumed %t; %s", a.Order, event, a.Resumed, first.Warned)
		}
		if accepted[a.Order] {
			return fmt.Sprintf("order %s is accepted twice", a.Order)
		}
		accepted[a.Order] = true
	}
	for _, a := range again.Answers {
		if a.Verdict == kiosk.Accepted && (accepted[a.Order] || known.collected[a.Order] != (kiosk.EventID{})) {
			return fmt.Sprintf("order %s is accepted again by the second start", a.Order)
		}
	}
	return ""
}

// foundAgain has the file that ended a start count as that start left it: it was
// trusted and written to before its damage was met, and only what is found damaged
// can be kept as it was found. It must not have gone.
func (h *harm) foundAgain(dir string) error {
	const name = "orders.db"
	path := filepath.Join(dir, name)
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("a start that ended took %s away: %w", name, err)
	}
	b, err := os.ReadFile(path)
	h.files[name] = newFile(b, info.ModTime())
	return err
}

// kept makes sure that a damaged file that is no longer in use still exists.
func (h *harm) kept(dir string, warned []string) string {
	for _, name := range h.changed {
		says := func(w string) bool {
			// Bbolt may have changed what it finds damaged only when it writes.
			return strings.HasPrefix(w, name+" is kept as") && !strings.Contains(w, ": write "+name)
		}
		if !slices.ContainsFunc(warned, says) {
			continue // it is in use; a torn end of the journal is a part of a file
		}
		damaged := h.files[name]
		aside, err := filepath.Glob(filepath.Join(dir, name+".damaged-*"))
		if err != nil {
			return err.Error()
		}
		found := false
		for _, path := range aside {
			same, err := damaged.is(path)
			if err != nil {
				return err.Error()
			}
			found = found || same
		}
		if !found {
			return fmt.Sprintf("%s is said to be kept and is not", name)
		}
	}
	return ""
}
