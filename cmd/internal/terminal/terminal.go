package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // a point's time zone must be known on machines without zone files

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/books"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/seal"
	"hexiao/kiosk/stick"
	"hexiao/scanner"
	"hexiao/scanner/wedge"
	"hexiao/sync/client"
	"hexiao/sync/engine"
)

// Options are a terminal's surroundings. Folder, Now, Random and Log are
// required; the callbacks may be nil.
type Options struct {
	Folder  Folder
	Now     func() time.Time
	Boot    BootClock // MachineBoot; without Since the time counts from Open, and no boot is known
	Random  io.Reader
	Log     *slog.Logger
	Sources []scanner.Source
	Camera  string // name of the source whose picture Welcome shows; empty: none
	Offline bool   // do not talk to HQ, even if one is configured
	// Progress is told how many events of how many a long start has read again;
	// nil: the screen shows it.
	Progress func(done, total uint64)
	// Examine is from ExamineBy; nil: files are checked by this process alone.
	Examine func(path string) error
	// Sticks is where USB sticks are looked for; the zero value is this machine.
	Sticks stick.Port
	// Machine has the files of devices, for the settings; empty: "/".
	Machine string
	// TestSound plays a sound and returns when it was heard; nil: there is none.
	TestSound func(context.Context, desk.Lang) error
	// OnSettings is told the settings after a leader has changed one. It must not
	// block.
	OnSettings func(config.Config)
	// EndWithSources ends Run when every source has ended, as a pipe does.
	EndWithSources bool
	// Choosing has whoever shows a code of several orders choose among them on the
	// screen; without it all are handed over.
	Choosing bool
	// KeepTrying makes a store that cannot be opened a state instead of an error:
	// Open succeeds, and Run shows out of order and tries again until it can.
	KeepTrying bool
	// Books has the leader's index kept in memory: for a terminal whose leader has a
	// screen to read it on.
	Books bool
	// OnState is told what to draw after every input and every second. It must
	// not block.
	OnState func(desk.State)
	// OnAnswer is told the answer to every scanned code after it is durable, and
	// how long it took since the code was read. Scans that the debounce repeats, and
	// codes in view of which nothing is new, have none; codes typed on the keypad and what a leader confirms go to the
	// screen, and so to OnState, alone. An error says that nobody got the answer:
	// Run ends with it, and the next start gives the answer once more.
	OnAnswer func(scanner.Scan, desk.Answer, time.Duration) error
}

// Terminal is an opened terminal.
type Terminal struct {
	o      Options
	store  *boltstore.Store // nil: not open yet, see shut
	shut   *shut            // stands for the store until it is open
	books  *books.Index     // nil: nobody reads them
	desk   *desk.Desk
	clock  *clock
	memory *clockFile     // nil: the store is not open yet
	engine *engine.Engine // nil: offline
	hq     *client.HQ     // what engine talks to
	burst  wedge.Burst    // this and the next belong to who calls Typed
	bursts uint64         // runs of keys that may be a scan, so far
	typed  typed
	inputs chan func(kiosk.Moment)
	failed error         // of OnAnswer
	awoken uint64        // head of the journal when the engine was last woken
	kept   time.Duration // boot time at which the clock was last remembered
	silent bool          // a change of the clock could not be recorded, and the log knows

	asked chan desk.Job // by the desk
	// Of leases: what the desk asks HQ for, and whose scans wait for the answer.
	leaseAsks chan leaseAsk
	lent      map[int]lent
	trial     trial
	watched   watched
	setup     *setup
	zone      *time.Location // of the point

	printing atomic.Pointer[config.Printer]
	press    press

	trouble    trouble
	version    string                          // of this program
	opening    bool                            // a try to open the store is under way
	opened     chan opening                    // how it ended
	said       atomic.Pointer[kiosk.Condition] // for the engine
	background sync.WaitGroup
}

// inputQueue is how many taps and keys may wait while an event is being
// written; a hand cannot type faster.
const inputQueue = 64

// Open opens the store and puts the terminal together. It fails with one clear
// sentence when another process holds the data folder, and with ErrNoScanner.
func Open(o Options) (*Terminal, error) {
	if o.EndWithSources && len(o.Sources) == 0 {
		return nil, ErrNoScanner
	}
	t, err := assemble(o)
	if err != nil || o.KeepTrying {
		return t, err
	}
	opened := t.open()
	if opened.err == nil {
		opened.err = t.attach(opened)
	}
	if opened.err != nil {
		return nil, errors.Join(opened.err, opened.close())
	}
	return t, nil
}

// assemble puts together what there is of a terminal before its store is open.
func assemble(o Options) (*Terminal, error) {
	f := o.Folder
	if o.Boot.Since == nil {
		o.Boot = runClock(o.Now)
	}
	t := &Terminal{
		o: o, inputs: make(chan func(kiosk.Moment), inputQueue), opened: make(chan opening, 1),
		asked: make(chan desk.Job, jobQueue), leaseAsks: make(chan leaseAsk, jobQueue), lent: map[int]lent{}, zone: time.UTC,
		watched: watched{health: map[string]scanner.State{}, begun: o.Boot.Since()},
		shut:    newShut(f.Config.Point), version: version(), clock: newClock(o.Now, o.Boot, past{}, false),
	}
	t.printing.Store(&f.Config.Printer)
	t.press.now, t.press.log = o.Now, t.logPrinter
	t.setup = newSetup(f, t.changedSettings)
	d := desk.Options{
		Ledger: t.shut, Terminal: f.Config.Terminal, Reveal: f.Reveal, CheckPIN: seal.CheckPIN, SealInvoice: f.SealInvoice,
		Choosing: o.Choosing, Lang: desk.Lang(f.Config.Language), Look: desk.Look{Palette: f.Config.Look.Palette, Large: f.Config.Look.Large},
		Do: t.do, Parts: t.parts, Setup: logged{t.setup, func(err error) { o.Log.Error("the settings could not be changed", "error", err) }},
	}
	if o.Books {
		t.books = newBooks(f)
		d.Books = t.books
		counts, err := loadCounts(f.Path)
		if err != nil {
			o.Log.Warn("what was counted before the start is lost", "error", err)
		}
		d.Counts, d.KeepCounts = counts, t.keepCounts
	}
	if f.Config.HQ.URL != "" && !o.Offline {
		d.AskLease = t.askLease
	}
	t.desk = desk.New(d)
	t.desk.Camera(o.Camera)
	t.desk.Link(false, f.Config.HQ.URL == "")
	if f.Config.HQ.URL != "" && !o.Offline {
		var err error
		if t.hq, err = newHQ(f, client.Options{Now: o.Now}); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// attach puts the terminal together around its opened store.
func (t *Terminal) attach(o opening) error {
	f := t.o.Folder
	zone, err := time.LoadLocation(o.store.Point().Policy.WithDefaults().TimeZone)
	if err != nil {
		t.o.Log.Warn("the point's time zone is not known; times are shown in UTC", "error", err)
		zone = time.UTC
	}
	if t.hq != nil {
		if t.engine, err = newEngine(f, o.store, leasing{o.store, t.release}, t.hq, engine.Config{Now: t.o.Now, Since: t.o.Boot.Since, Report: t.linked, Condition: t.saidLast}); err != nil {
			return err
		}
	}
	t.store, t.zone = o.store, zone
	t.startClock(o)
	t.trouble = trouble{}
	if t.books != nil {
		t.books.Open(t.store, zone)
	}
	t.desk.Attach(t.store, zone)
	t.watchSpace()
	t.say(t.store.Status())
	return nil
}

// Close makes the last checkpoint and closes the files. Run must have returned.
func (t *Terminal) Close() error {
	if t.hq != nil {
		t.hq.Close()
	}
	if t.store == nil {
		return nil
	}
	t.remember()
	return errors.Join(t.memory.close(), t.store.Close())
}

// Run runs the terminal, once, until ctx ends (nil) or, with EndWithSources,
// until every source has ended: then it returns the errors of those that could
// not work. Without EndWithSources such errors only go to the log and the
// states.
func (t *Terminal) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer t.rest()
	defer t.desk.Keep()
	defer cancel()

	sourcesEnded := make(chan error, 1)
	begin := func() {
		if t.engine != nil {
			t.background.Go(func() { t.synchronise(ctx) })
			t.background.Go(func() { t.lend(ctx) })
		}
		t.background.Go(func() { t.maintain(ctx) })
		t.press.begin(ctx)
		t.background.Go(func() { t.work(ctx) })
		if t.books != nil {
			t.background.Go(func() { t.keepBooks(ctx) })
		}
		merge := scanner.Merge{Sources: t.o.Sources, Window: t.store.Point().Policy.WithDefaults().Debounce, Now: t.o.Now}
		t.background.Go(func() {
			sourcesEnded <- merge.Run(ctx, func(s scanner.Scan) { t.scan(ctx, s) }, func(h scanner.Health) { t.health(ctx, h) })
		})
		t.desk.Tick(t.clock.moment())
		t.publish()
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	if t.store != nil {
		begin()
	} else { // nothing is shown yet: most openings take less than a person sees
		t.desk.Tick(t.clock.moment())
		t.tryOpen(ctx, t.clock.moment())
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case input := <-t.inputs:
			input(t.watchClock())
		case o := <-t.opened:
			if t.tookOpening(o, t.clock.moment()) {
				begin()
			}
		case <-second.C:
			t.tick(ctx)
		case err := <-sourcesEnded:
			if t.o.EndWithSources || ctx.Err() != nil {
				return err
			}
			if err != nil {
				t.o.Log.Error("a scanner cannot work", "error", err)
			}
		}
		if t.failed != nil {
			return fmt.Errorf("give an answer: %w", t.failed)
		}
		t.publish()
		if t.store != nil {
			t.store.Answered()
			t.wake()
		}
	}
}

// rest waits for whatever runs beside the terminal's goroutine. A store that was
// opened too late to be used is closed again.
func (t *Terminal) rest() {
	t.background.Wait()
	t.press.wait()
	select {
	case o := <-t.opened:
		if err := o.close(); err != nil {
			t.o.Log.Error("the store could not be closed", "error", err)
		}
	default:
	}
}

// synchronise runs the engine, which ends by itself only when HQ has withdrawn
// the terminal: no report comes after that, so the header is told here.
func (t *Terminal) synchronise(ctx context.Context) {
	err := t.engine.Run(ctx)
	if err == nil || ctx.Err() != nil {
		return
	}
	t.o.Log.Error("synchronisation has stopped", "error", err)
	if err := wipeIfRevoked(err, t.o.Folder, t.store, t.o.Random); err != nil {
		t.o.Log.Error("the orders of a withdrawn terminal could not be deleted", "error", err)
	}
	t.send(ctx, func(kiosk.Moment) { t.desk.Link(false, false) })
}

// wake has the engine send at once what was recorded since it was last woken,
// by a scan or by a hand.
func (t *Terminal) wake() {
	if t.engine == nil {
		return
	}
	st := t.store.Status()
	t.say(st)
	if st.Head != t.awoken {
		t.awoken = st.Head
		t.engine.Wake()
	}
}

// say has the engine tell HQ how the terminal is.
func (t *Terminal) say(st desk.Status) {
	c := t.condition(st)
	if last := t.said.Load(); last == nil || *last != c {
		t.said.Store(&c)
	}
}

// saidLast is engine.Config.Condition.
func (t *Terminal) saidLast() kiosk.Condition { return *t.said.Load() }

func (t *Terminal) scan(ctx context.Context, s scanner.Scan) {
	read := t.o.Boot.Since()
	var waits <-chan struct{}
	t.send(ctx, func(at kiosk.Moment) {
		if s.Repeat && !t.desk.Testing(s.Source) {
			t.desk.Repeat()
			return
		}
		waits = t.answer(s, at, read)
	})
	if waits == nil || ctx.Err() != nil {
		return
	}
	select { // here and not on the terminal's goroutine: lines are answered in their order
	case <-waits:
	case <-ctx.Done():
	}
}

// answer has the desk answer a code that was read at a monotonic time. Where HQ is
// asked first it gives a channel that is closed when the answer was given.
func (t *Terminal) answer(s scanner.Scan, at kiosk.Moment, read time.Duration) <-chan struct{} {
	if t.tried(s) {
		return nil
	}
	before := t.desk.AsksLease()
	answer, err := t.desk.Scan(desk.Scan{Text: s.Text, Also: s.Also, Held: s.Held, Source: s.Source, At: at})
	if n := t.desk.AsksLease(); n != before && n != 0 {
		l := lent{scan: s, read: read, done: make(chan struct{})}
		t.lent[n] = l
		return l.done
	}
	t.give(s, answer, err, at, read)
	return nil
}

// give gives out what came of a scan.
func (t *Terminal) give(s scanner.Scan, answer desk.Answer, err error, at kiosk.Moment, read time.Duration) {
	if err != nil {
		t.o.Log.Error("the outcome of a scan is unknown; the terminal is out of order", "source", s.Source, "error", err)
		t.trouble.heard(err)
		answer = desk.NewAnswer(t.ledger().Status().Cache, kiosk.Outcome{Verdict: kiosk.OutOfOrder, At: at.Wall})
	}
	if !answer.Given() {
		return
	}
	took := t.o.Boot.Since() - read
	t.logAnswer(s, answer, took)
	if t.o.OnAnswer == nil {
		return
	}
	if t.failed = t.o.OnAnswer(s, answer, took); t.failed == nil && t.store != nil {
		t.store.Answered() // at once, so that a process killed now does not answer twice
	}
}

// ledger is what the desk has.
func (t *Terminal) ledger() desk.Ledger {
	if t.store == nil {
		return t.shut
	}
	return t.store
}

// logAnswer never names a code, a customer or a phone.
func (t *Terminal) logAnswer(s scanner.Scan, a desk.Answer, took time.Duration) {
	for _, o := range a.Outcomes {
		t.o.Log.Info("answer", "verdict", string(o.Verdict), "order", string(o.Order.ID), "seq", o.Seq,
			"source", s.Source, "texts", 1+len(s.Also), "ms", float64(took.Microseconds())/1000)
	}
	if s.Refused != "" {
		t.o.Log.Warn("a scan was refused as it came", "source", s.Source, "reason", string(s.Refused))
	}
}

func (t *Terminal) health(ctx context.Context, h scanner.Health) {
	t.o.Log.Info("scanner", "source", h.Source, "state", string(h.State), "detail", h.Detail, "hint", string(h.Hint))
	t.send(ctx, func(kiosk.Moment) {
		t.watched.health[h.Source] = h.State
		t.desk.Source(desk.SourceState{Name: h.Source, Health: desk.Health(h.State), Hint: desk.Hint(h.Hint)})
	})
}

func (t *Terminal) publish() {
	if t.o.OnState != nil {
		t.o.OnState(t.desk.State(t.clock.moment()))
	}
}

// OpenStore opens the store of a folder by itself, for tools.
func OpenStore(f Folder, random io.Reader, now func() time.Time, log *slog.Logger) (*boltstore.Store, error) {
	store, err := boltstore.Open(storeOptions(f, random, now, log))
	if err != nil {
		return nil, fmt.Errorf("open the terminal in %s: %w", f.Path, err)
	}
	return store, nil
}

// Rebuild makes the derived state again from the journal and gives the number
// of events. progress, which may be nil, is told how many of them it has read.
func Rebuild(f Folder, random io.Reader, now func() time.Time, log *slog.Logger, progress func(done, total uint64)) (uint64, error) {
	o := storeOptions(f, random, now, log)
	o.Progress = progress
	events, err := boltstore.Rebuild(o)
	if err != nil {
		return 0, fmt.Errorf("rebuild the terminal in %s: %w", f.Path, err)
	}
	return events, nil
}

func storeOptions(f Folder, random io.Reader, now func() time.Time, log *slog.Logger) boltstore.Options {
	hqKey, _ := f.HQKey() // without it the store only lacks HQ's evidence, and the engine says so
	return boltstore.Options{
		Dir: f.Path, Terminal: f.Config.Terminal, Point: f.Config.Point, Lookup: f.Point.Lookup, RotationKey: f.Point.RotationKey,
		MACKey: f.Keys.Journal, HQKey: hqKey, HQ: f.Ring, Random: random, Now: now,
		Warn: func(err error) { log.Warn("the store helped itself", "error", err) },
	}
}
