package terminal

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

const (
	simScripts = 1000
	simSteps   = 30
	simOrders  = 64               // of each kind
	simSegment = 32 << 10         // bytes; the journal's own size would fill the disk
	simSlack   = 35 * time.Second // what HQ's word tolerates, and the clock since
	simGrace   = time.Hour
	simFloor   = 31 * time.Second // the wall and HQ agree within that
)

// simKind is what an order of a script is for.
type simKind int

const (
	simPlain simKind = iota // no term, cheap
	simTimed                // with a term
	simDear                 // no term, dear enough for a stale set to call the leader
	simKinds
)

// simOrder is the n-th order. Terms lie around the start of the scripts.
func simOrder(kind simKind, n int) kiosk.Order {
	return kiosktest.Order(int(kind)*simOrders+n, func(o *kiosk.Order) {
		switch kind {
		case simTimed:
			dice := rand.New(rand.NewPCG(uint64(n), 7))
			o.ValidFrom = simStart().Add(time.Duration(dice.Int64N(int64(60*day))) - 40*day).Truncate(time.Second)
			o.CollectBy = o.ValidFrom.Add(time.Hour + time.Duration(dice.Int64N(int64(30*day)))).Truncate(time.Second)
		case simDear:
			o.Lines[0].UnitPrice = kiosk.DefaultPolicy().StaleValue
		case simPlain, simKinds:
		}
	})
}

func simStart() time.Time { return time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC) }

// simFolder is a terminal with HQ and all orders, which scripts copy.
func simFolder(t *testing.T) (Folder, kiosk.Watermark) {
	f, _ := localFolder(t, 0, kiosk.Policy{})
	f.Config.HQ.URL = "https://hq.invalid"
	f.Config.Point = kiosktest.Point().ID
	w := kiosk.Watermark{Version: 9, At: simStart()}
	var all []kiosk.Order
	for kind := range simKinds {
		for n := range simOrders {
			o := simOrder(kind, n)
			o.Lookups = []kiosk.Lookup{f.Point.Lookup(kiosktest.Code(int(kind)*simOrders + n))}
			all = append(all, o)
			w.Digest.Toggle(o.ID, o.Version)
		}
	}
	w.Count = len(all)
	if err := os.RemoveAll(filepath.Join(f.Path, "journal")); err != nil { // its segments are large
		t.Fatal(err)
	}
	store := simStore(t, f, time.Now)
	point := kiosktest.Point()
	point.Policy = kiosk.Policy{CollectGrace: simGrace}
	err := errors.Join(store.SetPoint(point), store.Stage(kiosk.Page{Orders: all, Cursor: "c"}), store.Switch(w), store.Close())
	if err != nil {
		t.Fatal(err)
	}
	return f, w
}

func simStore(t *testing.T, f Folder, now func() time.Time) *boltstore.Store {
	o := storeOptions(f, kiosktest.Random(1), now, slog.New(slog.DiscardHandler))
	o.SegmentBytes = simSegment
	store, err := boltstore.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// sim is one script: a terminal among clocks that lie, and what is true.
type sim struct {
	t    *testing.T
	seed uint64
	dice *rand.Rand
	log  []string // what was done, for the report of a failure

	folder Folder
	mark   kiosk.Watermark
	random io.Reader
	term   *Terminal
	left   []*Terminal // killed, and to be closed

	// What is true, and nobody tells the terminal.
	now   time.Time
	ran   time.Duration // how long the machine ran in all
	drift float64       // of the boot clock against true time; nobody can find it

	// What the terminal can read.
	wall  time.Time
	mono  time.Duration
	boot  byte
	creep float64 // of the wall clock against the boot clock

	// What the rules make of that.
	base     time.Time     // when the machine booted, by the wall clock as last believed
	jumps    int           // recorded in this hour of the boot clock
	hour     time.Duration // its beginning
	suspect  bool
	err      time.Duration // how wrong the wall clock may be without anybody's fault
	floor    time.Time     // at the last step
	measured int
	asOf     time.Duration // ran when HQ last confirmed the orders
	lost     bool          // the clock file, since then

	head  uint64 // of the journal
	used  [simKinds]int
	done  []simDone
	stats map[string]int
}

// simDone is an order that was accepted.
type simDone struct {
	id    kiosk.OrderID
	event kiosk.EventID
	boot  byte
	mono  time.Duration
	ran   time.Duration
	lost  bool
}

func (s *sim) failf(format string, args ...any) {
	s.t.Helper()
	for _, l := range s.log {
		s.t.Log(l)
	}
	s.t.Fatalf("script %d: %s", s.seed, fmt.Sprintf(format, args...))
}

func (s *sim) say(format string, args ...any) { s.log = append(s.log, fmt.Sprintf(format, args...)) }

func (s *sim) open() {
	store := simStore(s.t, s.folder, func() time.Time { return s.wall })
	o := Options{
		Folder: s.folder, Now: func() time.Time { return s.wall }, Random: s.random, Offline: true, Log: slog.New(slog.DiscardHandler),
		Boot: BootClock{ID: kiosk.BootID{s.boot}, Since: func() time.Duration { return s.mono }},
	}
	var err error
	if s.term, err = assemble(o); err == nil {
		err = s.term.attach(recall(s.folder, store))
	}
	if err != nil {
		s.failf("open: %v", err)
	}
}

// between is a random span, small and large ones alike.
func (s *sim) between(least, most time.Duration) time.Duration {
	for span := least; ; span *= 4 {
		if span*4 >= most {
			return span + time.Duration(s.dice.Int64N(int64(most-span)+1))
		}
		if s.dice.IntN(3) == 0 {
			return span + time.Duration(s.dice.Int64N(int64(3*span)))
		}
	}
}

// pass lets the machine run.
func (s *sim) pass(d time.Duration) {
	s.now, s.ran = s.now.Add(d), s.ran+d
	boot := d + time.Duration(float64(d)*s.drift)
	s.mono += boot
	s.wall = s.wall.Add(boot + time.Duration(float64(boot)*s.creep))
	s.err += time.Duration(float64(d) * 0.0002)
}

// floorNow is what the terminal holds to have passed.
func (s *sim) floorNow() time.Time { return s.term.clock.past().floor }

// set sets the wall clock.
func (s *sim) set(to time.Time) {
	s.say("  the wall is set by %v to %v", to.Sub(s.wall), to)
	s.wall = to.UTC()
}

func (s *sim) jump() {
	odd := []time.Time{time.Unix(0, 0), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2038, 1, 19, 3, 14, 7, 0, time.UTC), s.now}
	if n := s.dice.IntN(12); n < len(odd) {
		s.set(odd[n])
		return
	}
	by := s.between(time.Second, 3653*day)
	if s.dice.IntN(2) == 0 {
		by = -by
	}
	s.set(s.wall.Add(by))
}

// hq has HQ answer, as far from the truth as half a round trip.
func (s *sim) hq() {
	s.observe() // the terminal looks before it takes a report
	s.measured++
	off := time.Duration(s.dice.Int64N(int64(2*time.Second))) - time.Second
	s.term.linked(statusAt(s.measured, s.now.Add(off), s.mono))
	s.drain()
	if s.dice.IntN(4) == 0 { // the orders, too
		s.mark.At = s.now
		if err := s.term.store.ConfirmSet(s.mark); err != nil {
			s.failf("confirm: %v", err)
		}
		s.asOf, s.lost = s.ran, false
	}
	was, apart := s.suspect, s.wall.Sub(s.now).Abs()
	quality := s.term.clock.quality
	switch {
	case apart <= offsetAgreed-2*time.Second && quality != kiosk.ClockSynced:
		s.failf("HQ agrees within %v, but the clock is %v", apart, quality)
	case apart > offsetAllowed+2*time.Second && quality != kiosk.ClockSuspect:
		s.failf("HQ is %v away, but the clock is %v", apart, quality)
	}
	s.suspect = quality == kiosk.ClockSuspect
	s.events(s.suspect != was, s.wall.Sub(s.now.Add(off)), 5*time.Millisecond)
	if !s.suspect {
		s.base, s.err = s.wall.Add(-s.mono), 0
	}
	s.floor = s.floorNow() // HQ's word alone may lower it
	s.stats["HQ"]++
	s.observe()
}

// drain does what the terminal's loop would.
func (s *sim) drain() {
	for len(s.term.inputs) > 0 {
		(<-s.term.inputs)(s.term.watchClock())
	}
}

// restart ends the program and starts it again, in the same boot.
func (s *sim) restart() {
	s.observe()
	if s.dice.IntN(2) == 0 {
		s.say("  killed")
		s.left = append(s.left, s.term)
		before := s.folder.Path
		s.folder.Path = filepath.Join(memoryDir(s.t), "killed")
		copyFolder(s.t, s.folder.Path, before)
	} else if err := s.term.Close(); err != nil {
		s.failf("close: %v", err)
	}
	s.pass(s.between(time.Second, time.Hour))
	if s.dice.IntN(2) == 0 {
		s.jump()
	}
	s.open()
	s.measured, s.jumps, s.hour = 0, 0, 0
	s.stats["restarts"]++
	s.observe()
}

// reboot switches the machine off and on again.
func (s *sim) reboot() {
	s.observe()
	if err := s.term.Close(); err != nil {
		s.failf("close: %v", err)
	}
	off := s.between(10*time.Second, 60*day)
	s.now, s.wall = s.now.Add(off), s.wall.Add(off)
	s.boot, s.mono = s.boot+1, 5*time.Second
	s.say("  off for %v", off)
	switch s.dice.IntN(4) {
	case 0:
		s.jump() // its battery is empty, or somebody was in the set-up
	case 1:
		s.set(s.wall.Add(-off)) // it stood still
	}
	floor := s.floor
	if s.dice.IntN(8) == 0 {
		s.say("  the clock file is lost")
		if err := os.Remove(filepath.Join(s.folder.Path, clockFileName)); err != nil {
			s.failf("%v", err)
		}
		s.lost = true
		for i := range s.done {
			s.done[i].lost = true
		}
		s.open()
		if floor = s.journalFloor(); floor.After(s.floor.Add(simFloor)) {
			s.failf("the journal's floor %v is beyond %v", floor, s.floor)
		}
		s.floor = floor
	} else {
		s.open()
	}
	s.measured, s.jumps, s.hour = 0, 0, 0
	s.base = s.wall.Add(-s.mono)
	ahead := s.wall.Sub(floor)
	found := ahead < -jumpAllowed || ahead > aheadAllowed
	if near := min((ahead + jumpAllowed).Abs(), (ahead - aheadAllowed).Abs()); near <= simFloor {
		found = s.term.clock.begun != nil
	}
	s.suspect = s.suspect || found // a doubt outlives the boot
	if !s.suspect {                // nobody knows how long the machine was off
		s.err = s.wall.Sub(s.now).Abs()
	}
	s.term.tick(s.t.Context())
	s.events(found, ahead, simFloor)
	s.stats["boots"]++
	s.observe()
}

// journalFloor is the floor that is left without the clock file.
func (s *sim) journalFloor() time.Time {
	p, err := storePast(s.term.store)
	if err != nil {
		s.failf("%v", err)
	}
	p.join(past{}, ordersTime(s.term.store.Status().Cache), kiosk.Moment{Boot: kiosk.BootID{s.boot}, Mono: s.mono})
	return p.floor
}

// scan has a customer come.
func (s *sim) scan() {
	kind := simKind(s.dice.IntN(int(simKinds)))
	if s.dice.IntN(3) == 0 {
		kind = simTimed
	}
	n := s.used[kind]
	if n == simOrders {
		return
	}
	s.used[kind]++
	if kind == simTimed && s.dice.IntN(2) == 0 { // one whose term is near
		for k := range simOrders {
			if o := simOrder(kind, k); k >= n && o.ValidFrom.Before(s.now.Add(day)) && o.CollectBy.After(s.now.Add(-day)) {
				n = k
				s.used[kind] = k + 1
				break
			}
		}
	}
	s.observe()
	m := s.term.watchClock()
	a, err := s.term.desk.Scan(desk.Scan{Text: kiosktest.Code(int(kind)*simOrders + n).Text, Source: "serial", At: m})
	if err != nil {
		s.failf("scan: %v", err)
	}
	s.term.store.Answered()
	out := a.Outcomes[0]
	s.say("  %s is %s by a %v clock", out.Order.ID, out.Verdict, m.Clock)
	s.stats[string(out.Verdict)]++
	if out.Verdict == kiosk.Accepted || out.Verdict == kiosk.NeedsLeader {
		s.head++
		if out.Seq != s.head {
			s.failf("event %d after %d", out.Seq, s.head-1)
		}
	}
	if out.Verdict == kiosk.Accepted {
		s.done = append(s.done, simDone{id: out.Order.ID, event: out.Event, boot: s.boot, mono: s.mono, ran: s.ran, lost: false})
	}
	s.judge(kind, out)
}

// undo has the leader undo a handover.
func (s *sim) undo() {
	if len(s.done) == 0 {
		return
	}
	s.observe()
	i := s.dice.IntN(len(s.done))
	d := s.done[i]
	err := s.term.store.Undo(s.term.watchClock(), d.id, d.event, kiosktest.Leader(), "")
	ran, window := s.ran-d.ran, kiosk.DefaultPolicy().UndoWindow
	switch {
	case err == nil:
		s.head++
		s.done = append(s.done[:i], s.done[i+1:]...)
		s.stats["undone"]++
		if !d.lost && ran > window+slackOf(ran) {
			s.failf("undone %v of running after the handover", ran)
		}
	case !errors.Is(err, kiosk.ErrUndoTooLate):
		s.failf("undo: %v", err)
	case d.boot == s.boot && ran < window-slackOf(ran):
		s.failf("refused %v after the handover in the same boot", ran)
	default:
		s.stats["too late"]++
	}
}

func (s *sim) run() {
	s.open()
	s.base, s.err = s.wall.Add(-s.mono), s.wall.Sub(s.now).Abs()
	found := s.wall.Before(s.mark.At.Add(-jumpAllowed)) || s.wall.After(s.mark.At.Add(aheadAllowed))
	s.suspect = found
	s.term.tick(s.t.Context())
	s.events(found, s.wall.Sub(s.mark.At), simFloor)
	steps := []struct {
		name string
		do   func()
	}{
		{"time passes", func() { s.pass(s.between(time.Second, 3*day)) }},
		{"time passes", func() { s.pass(s.between(time.Second, 3*day)) }},
		{"the wall is set", s.jump},
		{"the wall is set right", func() { s.set(s.now) }},
		{"the wall creeps", func() { s.creep = (s.dice.Float64() - 0.5) / []float64{5, 1000, 1e6}[s.dice.IntN(3)] }},
		{"the wall stands", func() { s.creep = -1 }},
		{"the wall runs", func() { s.creep = 0 }},
		{"HQ answers", s.hq}, {"HQ answers", s.hq},
		{"a restart", s.restart}, {"a boot", s.reboot},
		{"a scan", s.scan}, {"a scan", s.scan}, {"a scan", s.scan}, {"a scan", s.scan}, {"an undo", s.undo},
	}
	for n := range simSteps {
		step := steps[s.dice.IntN(len(steps))]
		s.say("%d: %s; true %v, wall %v, boot %d, %v", n, step.name, s.now, s.wall, s.boot, s.mono)
		step.do()
		s.observe()
		s.observe() // nothing is found twice
	}
	s.set(s.now)
	s.creep = 0
	s.hq()
	if s.suspect {
		s.failf("HQ agrees and the clock is suspect")
	}
	if err := s.term.Close(); err != nil {
		s.failf("close: %v", err)
	}
	s.verify()
}

func runScript(t *testing.T, template Folder, mark kiosk.Watermark, seed uint64, stats map[string]int) {
	dice := rand.New(rand.NewPCG(seed, 3))
	s := &sim{
		t: t, seed: seed, dice: dice, folder: template, mark: mark, random: kiosktest.Random(seed), now: simStart(), stats: stats,
		mono: time.Minute, boot: 1, drift: (dice.Float64() - 0.5) / 10_000,
	}
	s.folder.Path = filepath.Join(memoryDir(t), "data")
	copyFolder(t, s.folder.Path, template.Path)
	s.wall = s.now.Add(time.Second)
	if dice.IntN(10) == 0 {
		s.jump()
	}
	s.pass(time.Minute)
	s.run()
	for _, l := range s.left {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

// A thousand clocks that jump, creep, stand, wake in another year and are set
// right again, over restarts and boots, with and without HQ.
func TestScriptedClocks(t *testing.T) {
	template, mark := simFolder(t)
	const groups = 4
	all := make([]map[string]int, groups)
	t.Run("all", func(t *testing.T) {
		for g := range groups {
			all[g] = map[string]int{}
			t.Run(fmt.Sprint(g), func(t *testing.T) {
				t.Parallel()
				for seed := uint64(g); seed < simScripts; seed += groups {
					runScript(t, template, mark, seed, all[g])
				}
			})
		}
	})
	sum := map[string]int{}
	for _, stats := range all {
		for k, n := range stats {
			sum[k] += n
		}
	}
	t.Logf("%d scripts: %v", simScripts, sum)
	for _, k := range []string{"accepted", "expired", "too-early", "needs-leader", "undone", "too late", "changes", "HQ", "restarts", "boots"} {
		if sum[k] < simScripts/10 {
			t.Errorf("%d times %s: the scripts try too little", sum[k], k)
		}
	}
}
