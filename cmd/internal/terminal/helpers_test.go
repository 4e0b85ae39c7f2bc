package terminal

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/seal"
	"hexiao/scanner"
	"hexiao/sync/engine"
	"hexiao/sync/hq/hqtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits on a loaded machine.
const patience = time.Minute

// shifted is a wall clock that can be set. It has no monotonic reading.
type shifted struct {
	by     atomic.Int64
	frozen time.Time // zero: it runs
}

func (s *shifted) now() time.Time {
	t := s.frozen
	if t.IsZero() {
		t = time.Now().Round(0)
	}
	return t.Add(time.Duration(s.by.Load()))
}

func (s *shifted) set(by time.Duration) { s.by.Store(int64(by)) }

// bootClock is a boot of that number, from now on, which no wall clock touches.
func bootClock(n byte) BootClock {
	start := time.Now()
	return BootClock{ID: kiosk.BootID{n}, Since: func() time.Duration { return time.Since(start) }}
}

// scannerFake is a source that does as it is told.
type scannerFake struct {
	name   string
	scans  chan string // several texts in one view with a plus between; closed: the input has ended
	health chan scanner.State
	hints  chan scanner.Hint
	ends   chan error // how Run ends
}

func newScannerFake(name string) *scannerFake {
	return &scannerFake{name: name, scans: make(chan string), health: make(chan scanner.State), hints: make(chan scanner.Hint), ends: make(chan error)}
}

func (f *scannerFake) Name() string { return f.name }

func (f *scannerFake) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	report(scanner.Health{State: scanner.Working})
	for {
		select {
		case <-ctx.Done():
			return nil
		case text, more := <-f.scans:
			if !more {
				return nil
			}
			texts := strings.Split(text, "+")
			emit(scanner.Scan{Text: texts[0], Also: texts[1:], Symbology: scanner.QR, Source: f.name, At: time.Now()})
		case h := <-f.health:
			report(scanner.Health{State: h, Detail: string(h)})
		case h := <-f.hints:
			report(scanner.Health{State: scanner.Working, Detail: "Pictures.", Hint: h})
		case err := <-f.ends:
			return err
		}
	}
}

// told is what OnAnswer was told.
type told struct {
	scan   scanner.Scan
	answer desk.Answer
	took   time.Duration
}

// rig is a terminal under test.
type rig struct {
	*Terminal
	t       *testing.T
	states  chan desk.State
	answers chan told
	log     *logText
	ended   chan error
	cancel  context.CancelFunc
}

// logText is everything that was logged.
type logText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// options are those of a terminal with these scanners.
func options(f Folder, fakes ...*scannerFake) Options {
	o := Options{Folder: f, Now: time.Now, Random: rand.Reader}
	for _, s := range fakes {
		o.Sources = append(o.Sources, s)
	}
	return o
}

// start opens a terminal and runs it. change may adapt it before it runs.
func start(t *testing.T, o Options, change ...func(*Terminal)) *rig {
	t.Helper()
	r := &rig{t: t, states: make(chan desk.State, 1<<14), answers: make(chan told, 1<<10), log: &logText{}, ended: make(chan error, 1)}
	o.Log = slog.New(slog.NewTextHandler(r.log, nil))
	o.OnState = func(s desk.State) { r.states <- s }
	onAnswer := o.OnAnswer
	o.OnAnswer = func(s scanner.Scan, a desk.Answer, took time.Duration) error {
		if onAnswer != nil {
			if err := onAnswer(s, a, took); err != nil {
				return err
			}
		}
		r.answers <- told{s, a, took}
		return nil
	}
	var err error
	if r.Terminal, err = Open(o); err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(r.Terminal)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() { r.ended <- r.Run(ctx) }()
	t.Cleanup(r.stop)
	return r
}

// end waits for Run to return by itself.
func (r *rig) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		r.ended <- err // for stop
		return err
	case <-time.After(patience):
		r.t.Fatalf("Run does not end\n%s", r.log)
		return nil
	}
}

// stop ends the terminal; more than once does no harm.
func (r *rig) stop() {
	r.cancel()
	if err := <-r.ended; err != nil {
		r.t.Logf("Run ended with %v", err)
	}
	r.ended <- nil
	if err := r.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
}

// until waits for a state, and gives the first that fits.
func (r *rig) until(what string, fits func(desk.State) bool) desk.State {
	r.t.Helper()
	deadline := time.After(patience)
	var last desk.State
	for {
		select {
		case last = <-r.states:
			if fits(last) {
				return last
			}
		case <-deadline:
			r.t.Fatalf("never came: %s; last %+v\n%s", what, last, r.log)
		}
	}
}

func (r *rig) screen(s desk.Screen) desk.State {
	r.t.Helper()
	return r.until("screen "+string(s), func(st desk.State) bool { return st.Screen == s })
}

// scanned has a source read a code and gives the answer.
func (r *rig) scanned(f *scannerFake, code string) told {
	r.t.Helper()
	select {
	case f.scans <- code:
	case <-time.After(patience):
		r.t.Fatalf("%s does not read\n%s", f.name, r.log)
	}
	return r.answer()
}

func (r *rig) answer() told {
	r.t.Helper()
	select {
	case a := <-r.answers:
		return a
	case <-time.After(patience):
		r.t.Fatalf("no answer\n%s", r.log)
		return told{}
	}
}

// keys types digits on the screen's keys.
func (r *rig) keys(digits string) {
	for _, d := range digits {
		r.Key(d)
	}
}

// localFolder is a terminal without HQ with orders A1, A2…; it gives the codes
// made for them. policy and leader (PIN hqtest.PIN) are the point's.
func localFolder(t *testing.T, orders int, policy kiosk.Policy) (Folder, []IssuedCode) {
	t.Helper()
	f, err := EnsureLocal(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.HashPIN(hqtest.PIN, []byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	store := openStore(t, f)
	point := kiosk.Point{ID: f.Config.Point, Name: "幸福里", Policy: policy,
		Leaders: []kiosk.Leader{{ID: "L1", Name: "李团长", Role: kiosk.RoleLeader, PINHash: hash}}}
	if _, err := store.ImportLocal(point, slices.Values([]kiosk.Order(nil))); err != nil {
		t.Fatal(err)
	}
	codes, err := ImportTable(f, store, entries(orders))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return f, codes
}

func entries(n int) []ordertable.Entry {
	list := make([]ordertable.Entry, n)
	for i := range list {
		list[i] = hqtest.Entry(kiosk.OrderID("A" + string(rune('1'+i))))
	}
	return list
}

// openStore opens a store that the caller closes.
func openStore(t *testing.T, f Folder) *boltstore.Store {
	t.Helper()
	store, err := OpenStore(f, rand.Reader, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// want fails unless an answer has this verdict.
func want(t *testing.T, a told, v kiosk.Verdict) kiosk.Outcome {
	t.Helper()
	if a.answer.Verdict != v {
		t.Fatalf("answer %s from %s, want %s", a.answer.Verdict, a.scan.Source, v)
	}
	return a.answer.Outcomes[0]
}

// statusAt is a report of the engine: the n-th measurement of HQ's clock, at a
// time of the boot clock.
func statusAt(n int, hq time.Time, at time.Duration) engine.Status {
	return engine.Status{Online: true, HQTime: hq, At: at, Measured: n}
}
