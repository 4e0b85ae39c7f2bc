package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
)

// Killed with SIGKILL again and again, at random moments of its life, under
// load, the terminal forgets no answer, gives none twice and changes none.
//
// HEXIAO_KILL_CYCLES says how often, 300 times otherwise; two terminals at a
// time. make soak runs it long.
func TestKilledAgainAndAgain(t *testing.T) {
	const terminals = 2
	cycles := 300
	if text := os.Getenv("HEXIAO_KILL_CYCLES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("HEXIAO_KILL_CYCLES: %v", err)
		}
		cycles = n
	}
	for n := range terminals {
		t.Run(fmt.Sprintf("terminal %d", n+1), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			v := &victim{t: t, r: rand.New(rand.NewPCG(seed, uint64(n)))}
			v.live(cycles / terminals)
		})
	}
}

// What a data folder sees before it is settled and the next one begins: the
// first start of a folder is worth being killed at, too.
const (
	killOrders  = 400 // taken in at a time
	killBatches = 60  // in the life of a folder: a journal of more than one segment
)

// victim is a terminal that is killed, and what it said.
type victim struct {
	t       *testing.T
	r       *rand.Rand
	data    string
	batches int // taken in
	orders  int // of them, how many have been scanned
	pending []int
	said    map[kiosk.OrderID]answer // accepted, as printed
	seen    map[kiosk.Verdict]int
	resumed int
	folders int
}

func (v *victim) live(cycles int) {
	began := time.Now()
	v.seen = map[kiosk.Verdict]int{}
	for n := range cycles {
		if v.data == "" {
			v.begin()
		}
		v.cycle()
		switch {
		case n%50 == 49:
			v.compare()
		case v.batches >= killBatches && v.orders == v.batches*killOrders && len(v.pending) == 0:
			v.settle()
		}
		if n%500 == 499 {
			v.t.Logf("%d of %d cycles, %.1f ms each, answers %v, %d resumed",
				n+1, cycles, float64(time.Since(began).Milliseconds())/float64(n+1), v.seen, v.resumed)
		}
		if v.t.Failed() {
			return
		}
	}
	v.settle()
	v.t.Logf("%d cycles, %.1f ms each, %d folders, answers %v, %d resumed",
		cycles, float64(time.Since(began).Milliseconds())/float64(cycles), v.folders, v.seen, v.resumed)
}

// begin makes a new data folder.
func (v *victim) begin() {
	v.folders++
	v.data = filepath.Join(v.t.TempDir(), fmt.Sprintf("terminal-%d", v.folders))
	v.batches, v.orders, v.said = 0, 0, map[kiosk.OrderID]answer{}
	v.takeIn()
}

// takeIn imports the next orders.
func (v *victim) takeIn() {
	v.t.Helper()
	var b strings.Builder
	b.WriteString("订单号,商品,规格,数量,货架,提货号,姓名,手机,核销码\n")
	for i := v.batches * killOrders; i < (v.batches+1)*killOrders; i++ {
		fmt.Fprintf(&b, "%s,鸡蛋,30 枚,1,B-12,86,张小明,13800130417,%s\n", orderOf(i), codeOf(i))
	}
	file := filepath.Join(filepath.Dir(v.data), "orders.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		v.t.Fatal(err)
	}
	if _, errs, code := call(v.t, "", "orders", "import", "--data", v.data, file); code != 0 {
		v.t.Fatalf("import: exit %d: %s", code, errs)
	}
	v.batches++
}

func orderOf(i int) kiosk.OrderID { return kiosk.OrderID(fmt.Sprintf("K%06d", i)) }
func codeOf(i int) string         { return fmt.Sprintf("880077%06d", i) }

// next is the order to scan now: one whose answer nobody saw, for that customer
// scans again; else a new one, now and then one that has been collected.
func (v *victim) next(sent int) int {
	switch {
	case sent < len(v.pending):
		return v.pending[sent]
	case v.orders > 0 && v.r.IntN(12) == 0:
		return v.r.IntN(v.orders)
	case v.orders == v.batches*killOrders:
		return v.r.IntN(v.orders) // all of them are collected
	}
	v.orders++
	return v.orders - 1
}

// cycle is one life of the process.
func (v *victim) cycle() {
	v.t.Helper()
	if v.orders == v.batches*killOrders && v.batches < killBatches {
		v.takeIn()
	}
	c := spawn(v.t, v.data, "--stdin", "--offline")
	defer func() { _ = c.cmd.Process.Kill() }() // is dead already, unless the test failed
	var open []int                              // scanned, not answered
	scan := func(i int) {
		open = append(open, i)
		c.scan(codeOf(i))
	}
	hear := func(a answer) {
		if len(open) == 0 || a.Order != orderOf(open[0]) {
			v.t.Errorf("an answer to order %s that nobody scanned; waiting are %v", a.Order, open)
			return
		}
		open = open[1:]
		v.check(a)
	}
	sent := 0
	var wait time.Duration
	switch how, n := v.r.IntN(20), v.r.IntN(25); {
	case how < 4: // while it starts, or shortly after; customers queue already
		for ; sent < n; sent++ {
			scan(v.next(sent))
		}
		wait = time.Duration(v.r.Int64N(int64(60 * time.Millisecond)))
	case how < 17: // between a scan and its answer
		for ; sent < n; sent++ {
			scan(v.next(sent))
			a, ok := c.next()
			if !ok {
				v.t.Fatalf("the terminal ended by itself: %s", &c.errs)
			}
			hear(a)
		}
		scan(v.next(sent))
		sent++
		wait = time.Duration(v.r.Int64N(int64(1500 * time.Microsecond)))
	default: // while it ends, with its last checkpoint
		for ; sent < n; sent++ {
			scan(v.next(sent))
			a, ok := c.next()
			if !ok {
				v.t.Fatalf("the terminal ended by itself: %s", &c.errs)
			}
			hear(a)
		}
		if err := c.stdin.Close(); err != nil {
			v.t.Fatal(err)
		}
		wait = time.Duration(v.r.Int64N(int64(15 * time.Millisecond)))
	}
	<-time.After(wait)
	c.kill()
	for _, a := range c.wait() {
		hear(a)
	}
	left := v.pending[min(sent, len(v.pending)):]
	v.pending = append(open, left...)
}

// check takes an answer as the customer does.
func (v *victim) check(a answer) {
	v.t.Helper()
	v.seen[a.Verdict]++
	before, known := v.said[a.Order]
	switch {
	case a.Verdict == kiosk.Accepted && !known:
		v.said[a.Order] = a
	case a.Verdict == kiosk.Accepted && a.Resumed && a.Event == before.Event && a.Seq == before.Seq: // printed, but not noted
	case a.Verdict == kiosk.AlreadyCollected && known && a.First.Event == before.Event:
	default:
		v.t.Errorf("order %s is answered %+v; before that, %v: %+v", a.Order, a, known, before)
	}
	if a.Resumed {
		v.resumed++
	}
}

// compare reads the journal: each order once, each answer as it was printed,
// and nothing but what a customer still waits for that nobody was told.
func (v *victim) compare() {
	v.t.Helper()
	found := map[kiosk.OrderID]bool{}
	_, err := journal.Verify(filepath.Join(v.data, "journal"), journal.VerifyOptions{Each: func(e journal.Entry) error {
		order := e.Event.Body.Subject()
		if e.Event.Body.Type() != kiosk.TypeRedeemed || found[order] {
			v.t.Errorf("event %d is %s of order %s, redeemed before: %v", e.Event.Seq, e.Event.Body.Type(), order, found[order])
		}
		found[order] = true
		said, ok := v.said[order]
		if ok && (said.Event != e.Event.ID.String() || said.Seq != e.Event.Seq) {
			v.t.Errorf("order %s was answered %+v, the journal has event %s at %d", order, said, e.Event.ID, e.Event.Seq)
		}
		if !ok && (len(v.pending) == 0 || order != orderOf(v.pending[0])) {
			v.t.Errorf("order %s is in the journal, and nobody was told", order)
		}
		return nil
	}})
	if err != nil {
		v.t.Fatal(err)
	}
	for order := range v.said {
		if !found[order] {
			v.t.Errorf("the answer to order %s is not in the journal", order)
		}
	}
}

// settle ends a folder: who waits is answered, the state is built again from
// the journal alone, and says of every order what its customer was told.
func (v *victim) settle() {
	v.t.Helper()
	v.scanAll(v.pending)
	v.pending = nil
	v.compare()
	out, errs, code := call(v.t, "", "rebuild", "--data", v.data)
	if want := fmt.Sprintf("from %d events", len(v.said)); code != 0 || !strings.Contains(out, want) {
		v.t.Errorf("rebuild: exit %d, %s%s, want %q", code, out, errs, want)
	}
	all := make([]int, v.orders)
	for i := range all {
		all[i] = i
	}
	v.scanAll(all) // check compares each with what was said
	if v.compare(); len(v.said) != v.orders {
		v.t.Errorf("%d orders were scanned, %d answers were given", v.orders, len(v.said))
	}
	if err := os.RemoveAll(v.data); err != nil {
		v.t.Fatal(err)
	}
	v.data = ""
}

// scanAll scans orders at a terminal that is left alone.
func (v *victim) scanAll(list []int) {
	v.t.Helper()
	c := spawn(v.t, v.data, "--stdin", "--offline")
	defer func() { _ = c.cmd.Process.Kill() }() // has ended, unless the test failed
	for _, i := range list {
		c.scan(codeOf(i))
		a, ok := c.next()
		if !ok || a.Order != orderOf(i) {
			v.t.Fatalf("order %d is answered %+v, %v: %s", i, a, ok, &c.errs)
		}
		v.check(a)
	}
	if err := c.stdin.Close(); err != nil {
		v.t.Fatal(err)
	}
	if left := c.wait(); len(left) > 0 || c.cmd.ProcessState.ExitCode() != 0 {
		v.t.Errorf("it ended with %v, answers to nothing: %v\n%s", c.cmd.ProcessState, left, &c.errs)
	}
}
