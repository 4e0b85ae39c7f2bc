package crashtest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/kiosktest"
)

// Do names what a step asks of the store.
type Do string

// The steps of a scenario.
const (
	DoOpen        Do = "open"        // with a checkpoint every N events; 0: the usual
	DoRebuild     Do = "rebuild"     // Rebuild, then open
	DoPoint       Do = "point"       // settings, version N
	DoStage       Do = "stage"       // page Page of set N
	DoSwitch      Do = "switch"      // to set N
	DoApply       Do = "apply"       // the changes from set N-1 to set N
	DoConfirmSet  Do = "confirm set" // N by its watermark
	DoImport      Do = "import"      // set N, without any HQ
	DoScan        Do = "scan"        // code N
	DoAnswered    Do = "answered"
	DoConfirm     Do = "confirm" // the hold of order N; Page 1: a part of it
	DoReject      Do = "reject"  // the hold of order N
	DoUndo        Do = "undo"    // the last handover of order N
	DoRecord      Do = "record"  // the N-th kind of what a leader records, of order Page where it is of one
	DoAcknowledge Do = "acknowledge"
	DoWipe        Do = "wipe"
	DoMaintain    Do = "maintain" // N days later: customers are forgotten, files copied
	DoClose       Do = "close"
	DoKill        Do = "kill" // the process ends at once; the page cache stays
)

// Step is one thing that a driver does.
type Step struct {
	Do   Do
	N    int `json:",omitempty"`
	Page int `json:",omitempty"`
}

func (s Step) String() string { return fmt.Sprintf("%s %d/%d", s.Do, s.N, s.Page) }

const (
	orderCount = 12
	pageOrders = 5
	// manyOrders are in the set of that number; it comes in one page.
	manyOrders = 200
	// sharedCode plus k opens three orders: 3k, 3k+1 and 3k+2.
	sharedCode = 1000
)

// Small, so that everything happens often.
const (
	segmentBytes    = 4 << 10
	checkpointEvery = 5
)

// point is the point's settings in their N-th version: odd ones let a leader
// confirm every handover.
func point(n int) kiosk.Point {
	p := kiosktest.Point()
	p.Name = fmt.Sprintf("%s %d", p.Name, n)
	if n%2 == 1 {
		p.Policy.Handover = kiosk.HandoverLeader
	}
	return p
}

// orderIn gives an order as it stands in a version of the set. Each version
// changes a third of the orders.
func orderIn(set, n int) kiosk.Order {
	return kiosktest.Order(n, kiosktest.OpenedBy(kiosktest.Code(sharedCode+n/3)), func(o *kiosk.Order) {
		changed := 0
		for v := 2; v <= set && set != manyOrders; v++ {
			if n%3 == v%3 {
				changed = v
			}
		}
		o.Version = uint64(1 + changed)
		o.Shelf = fmt.Sprintf("%d-%d", changed, n)
		if n%6 == 4 && set != manyOrders {
			o.Due = 500
		}
		if n == orderCount-1 && changed > 0 { // handed over at another terminal meanwhile
			src := kiosk.Source{Event: kiosk.EventID{9, byte(n)}, Terminal: "T2", Seq: 7, At: kiosktest.Start()}
			o.Settled = []kiosk.Redemption{{Source: src, Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone}}
		}
	})
}

// has reports whether a version of the set holds an order: one of them goes
// and comes again.
func has(set, n int) bool { return n != set%orderCount || set < 2 }

func ordersOf(set int) []kiosk.Order {
	var list []kiosk.Order
	if set == manyOrders {
		for n := range manyOrders {
			list = append(list, orderIn(set, n))
		}
		return list
	}
	for n := range orderCount {
		if has(set, n) {
			list = append(list, orderIn(set, n))
		}
	}
	return list
}

// pagesOf is how many pages a full set comes in.
func pagesOf(set int) int {
	if set == manyOrders {
		return 1
	}
	return (len(ordersOf(set)) + pageOrders - 1) / pageOrders
}

func pageOf(set, n int) kiosk.Page {
	all := ordersOf(set)
	if set == manyOrders {
		return kiosk.Page{Orders: all, Cursor: "s200.0"}
	}
	return kiosk.Page{
		Orders: all[n*pageOrders : min(len(all), (n+1)*pageOrders)],
		Cursor: fmt.Sprintf("s%d.%d", set, n),
	}
}

// pageAfter reads a cursor of pageOf.
func pageAfter(cursor string) (set, next int, err error) {
	a, b, ok := strings.Cut(strings.TrimPrefix(cursor, "s"), ".")
	if !ok {
		return 0, 0, fmt.Errorf("cursor %q is of no page", cursor)
	}
	if set, err = strconv.Atoi(a); err == nil {
		next, err = strconv.Atoi(b)
	}
	return set, next + 1, err
}

// changesTo is what leads from the set before to this one.
func changesTo(set int) kiosk.Page {
	p := kiosk.Page{Cursor: fmt.Sprintf("c%d", set)}
	for n := range orderCount {
		before, after := has(set-1, n), has(set, n)
		switch {
		case before && !after:
			p.Gone = append(p.Gone, kiosktest.OrderID(n))
		case after && (!before || orderIn(set, n).Version != orderIn(set-1, n).Version):
			p.Orders = append(p.Orders, orderIn(set, n))
		}
	}
	return p
}

func watermarkOf(set int) kiosk.Watermark {
	w := kiosk.Watermark{Version: uint64(set), At: kiosktest.Start()}
	for _, o := range ordersOf(set) {
		w.Count++
		w.Digest.Toggle(o.ID, o.Version)
	}
	return w
}

// Scenario is a life of a store: its processes, one after the other, each a
// list of steps.
type Scenario struct {
	Name string
	// Steps of each process; the dice are seeded.
	Steps func(dice *rand.Rand) [][]Step
	// Recovers: the disk begins as a power cut in another scenario left it.
	Recovers bool

	errors   *diskErrors // that the disk has; nil: none
	patience int
}

// full loads a set of a version, as HQ sends it when there is none.
func full(set int) []Step {
	var steps []Step
	for n := range pagesOf(set) {
		steps = append(steps, Step{Do: DoStage, N: set, Page: n})
	}
	return append(steps, Step{Do: DoSwitch, N: set})
}

func begin(settings int) []Step {
	return append([]Step{{Do: DoOpen}, {Do: DoPoint, N: settings}}, full(1)...)
}

// scans are some orders' codes in any order, some of them twice, some answers
// noted as given.
func scans(dice *rand.Rand, codes ...int) []Step {
	var steps []Step
	dice.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	for _, n := range codes {
		steps = append(steps, Step{Do: DoScan, N: n})
		if dice.IntN(2) == 0 {
			steps = append(steps, Step{Do: DoAnswered})
		}
		if dice.IntN(5) == 0 {
			steps = append(steps, Step{Do: DoScan, N: n})
		}
	}
	return steps
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func join(parts ...[]Step) []Step {
	var all []Step
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func one(do Do, n ...int) []Step {
	s := Step{Do: do}
	if len(n) > 0 {
		s.N = n[0]
	}
	return []Step{s}
}

// records makes the journal longer without needing orders.
func records(n int) []Step {
	steps := make([]Step, n)
	for i := range steps {
		steps[i] = Step{Do: DoRecord}
	}
	return steps
}

// Scenarios are the lives that are recorded.
func Scenarios() []Scenario {
	return []Scenario{
		{Name: "first opening", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{one(DoOpen), join(begin(2), scans(dice, upTo(3)...), one(DoClose))}
		}},
		{Name: "redemptions", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{join(begin(2), scans(dice, upTo(orderCount)...), records(20), one(DoClose))}
		}},
		{Name: "several orders by one code", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{join(begin(2), records(dice.IntN(8)), scans(dice, sharedCode, sharedCode+1, sharedCode+2, sharedCode+3, 50), one(DoClose))}
		}},
		{Name: "after the handover", Steps: afterHandover},
		{Name: "holds", Steps: holds},
		{Name: "acknowledgements", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{join(begin(2), scans(dice, 0, 1, 2), one(DoAcknowledge), scans(dice, 3, 5, 6), one(DoAcknowledge),
				records(6), one(DoAcknowledge), scans(dice, 7, 8), one(DoClose))}
		}},
		{Name: "order set", Steps: orderSetSteps},
		{Name: "local import", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{join(one(DoOpen), one(DoImport, 1), scans(dice, 0, 1, 2), one(DoImport, 2), scans(dice, 3, 5), one(DoImport, 3), one(DoWipe), one(DoClose))}
		}},
		{Name: "close and reopen", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{
				join(begin(2), scans(dice, 0, 1, 2, 3), one(DoClose)),
				join(one(DoOpen), scans(dice, 2, 3, 5, 6), one(DoClose)),
				join(one(DoOpen), scans(dice, 6, 7, 8), records(10), one(DoClose)),
			}
		}},
		{Name: "kill and reopen", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{
				// Each but the last ends in the middle of a checkpoint, most times.
				join(begin(2), scans(dice, 0, 1, 2, 3), records(1), one(DoKill)),
				join(one(DoOpen), scans(dice, 2, 3, 5, 6), records(checkpointEvery*(1+dice.IntN(2))-2), one(DoKill)),
				join(one(DoOpen), scans(dice, 6, 7, 8), records(2), one(DoKill)),
				join(one(DoOpen), records(checkpointEvery), one(DoClose)),
			}
		}},
		{Name: "upkeep", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{
				join(begin(2), scans(dice, 0, 1, 2, 3), one(DoApply, 2), one(DoAcknowledge), one(DoMaintain, 40), scans(dice, 5, 6), one(DoApply, 3), one(DoKill)),
				join(one(DoOpen), one(DoMaintain, 80), scans(dice, 7), one(DoClose)),
			}
		}},
		// More states than a checkpoint writes at once.
		{Name: "long checkpoint", Steps: func(*rand.Rand) [][]Step {
			steps := join(one(DoOpen, 30), one(DoPoint, 2), full(manyOrders))
			for n := range 14 {
				steps = append(steps, Step{Do: DoScan, N: sharedCode + n})
			}
			return [][]Step{join(steps, one(DoClose))}
		}},
		{Name: "rebuild", Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{
				join(begin(2), scans(dice, 0, 1, 2, 3), one(DoAcknowledge), records(3), one(DoClose)),
				join(one(DoRebuild), scans(dice, 5, 6), one(DoClose)),
			}
		}},
		{Name: "recovery", Recovers: true, Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{
				join(one(DoOpen), scans(dice, 0, 3, 7, 9, sharedCode+2), records(3), one(DoKill)),
				join(one(DoOpen), scans(dice, 1), one(DoClose)),
			}
		}},
	}
}

func holds(dice *rand.Rand) [][]Step {
	steps := begin(1)
	for _, n := range []int{0, 1, 2, 4, 5} {
		steps = append(steps, Step{Do: DoScan, N: n})
		switch dice.IntN(4) {
		case 0:
			steps = append(steps, Step{Do: DoReject, N: n}, Step{Do: DoScan, N: n}, Step{Do: DoConfirm, N: n})
		case 1:
			steps = append(steps, Step{Do: DoConfirm, N: n, Page: 1}, Step{Do: DoScan, N: n}, Step{Do: DoConfirm, N: n})
		case 2:
			steps = append(steps, Step{Do: DoConfirm, N: n}, Step{Do: DoAnswered}, Step{Do: DoUndo, N: n}, Step{Do: DoScan, N: n})
		default:
			steps = append(steps, Step{Do: DoConfirm, N: n})
		}
	}
	return [][]Step{join(steps, one(DoPoint, 2), scans(dice, 6, 7, 10), one(DoUndo, 6), scans(dice, 6), one(DoClose))}
}

func orderSetSteps(dice *rand.Rand) [][]Step {
	return [][]Step{
		join(begin(2), scans(dice, 0, 1), one(DoApply, 2), one(DoConfirmSet, 2), scans(dice, 3, sharedCode), full(3)[:1], scans(dice, 5), one(DoClose)),
		join(one(DoOpen), full(3)[1:], scans(dice, 6, 7), one(DoPoint, 4), one(DoApply, 4), one(DoConfirmSet, 4), one(DoWipe), full(4), one(DoClose)),
	}
}
