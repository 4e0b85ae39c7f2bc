package crashtest

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Runner records scenarios and checks the disk states that they can leave.
type Runner struct {
	Exe     string        // calls Child first; os.Executable() of a test that does
	Temp    string        // for mounts and traces
	States  string        // for disk states: in memory, where possible
	Workers int           // processes at once
	Limit   time.Duration // for one state
	Lie     bool          // the disk promises syncs and does not do them
	Say     func(format string, args ...any)

	mounts atomic.Int64
	sums   maphash.Seed
	seen   map[uint64]bool
	report Report
}

// Report is what was checked and found.
type Report struct {
	States     int // no two of them with the same disk and the same promises
	Kinds      map[string]int
	Scenarios  map[string]int
	Traces     int
	Operations int
	Violations int
	Checks     map[string]int // violations, by promise
	First      []Found        // a few of them
}

// Found is a violation with all that is needed to see it again.
type Found struct {
	Scenario string
	Seed     uint64
	Choice   Choice
	Check    string
	Text     string
	Where    string // what was kept and lost, in words
	File     string // for Replay; empty: the run itself failed
}

// sayEvery is how many states lie between two words of progress.
const sayEvery = 10_000

// keepFound is how many violations are described.
const keepFound = 5

// Plan says how much a run does.
type Plan struct {
	States    int
	PerTrace  int // states of one recording
	Seed      uint64
	Stop      int // violations by power cuts that end the run; 0: none do
	Scenarios []Scenario
}

// Run records the scenarios in turn, with seeds from the plan's on, and checks
// their states, until so many were checked. An error tells of a failure of the
// harness; violations are in the report.
func (r *Runner) Run(ctx context.Context, p Plan) (Report, error) {
	r.sums, r.seen = maphash.MakeSeed(), map[uint64]bool{}
	r.report = Report{Kinds: map[string]int{}, Scenarios: map[string]int{}, Checks: map[string]int{}}
	ctx, cancel := context.WithCancel(ctx)
	next := make(chan recording)
	var recorder sync.WaitGroup
	defer recorder.Wait() // it unmounts first
	defer cancel()
	recorder.Go(func() { r.recordings(ctx, p, next) })
	before := 0
	for n := 0; r.report.States < p.States; n++ {
		rec := <-next
		err := r.scenario(ctx, rec, min(p.PerTrace, p.States-r.report.States), p.Stop)
		switch {
		case errors.Is(err, errEnough):
			return r.report, nil
		case err != nil:
			return r.report, fmt.Errorf("%s, seed %d: %w", rec.scenario.Name, rec.seed, err)
		case (n+1)%len(p.Scenarios) > 0:
			continue
		case r.report.States == before:
			return r.report, errors.New("there are no new states any more")
		}
		before = r.report.States
	}
	return r.report, nil
}

// recording is a scenario that was run, and how that ended.
type recording struct {
	scenario Scenario
	seed     uint64
	trace    *Trace
	err      error
}

// recordings records the scenarios in turn, one ahead of the checks, until ctx
// ends.
func (r *Runner) recordings(ctx context.Context, p Plan, next chan<- recording) {
	for seed := p.Seed; ; seed++ {
		for _, sc := range p.Scenarios {
			t, err := r.Record(ctx, sc, seed)
			select {
			case <-ctx.Done():
				return
			case next <- recording{sc, seed, t, err}:
			}
		}
	}
}

func (r *Runner) scenario(ctx context.Context, rec recording, states, stop int) error {
	sc, seed, t := rec.scenario, rec.seed, rec.trace
	failed, ok := errors.AsType[*Violation](rec.err)
	if rec.err != nil && !ok {
		return rec.err
	}
	if failed != nil {
		r.found(Found{Scenario: sc.Name, Seed: seed, Check: failed.Check, Text: failed.Text})
	}
	r.report.Traces++
	r.report.Operations += len(t.Ops)
	before := r.report.States
	err := r.check(ctx, t, states, stop)
	if r.report.States/sayEvery > before/sayEvery {
		r.Say("%d states of %d recordings, the last of %q, seed %d; %d violations", r.report.States, r.report.Traces, sc.Name, seed, r.report.Violations)
	}
	return err
}

// checkRun is the promise that a run without any power cut keeps.
const checkRun = "the run before the power cut works"

// Record runs a scenario on a disk of its own. A [*Violation] tells that the
// store itself failed; the trace up to there comes with it.
func (r *Runner) Record(ctx context.Context, sc Scenario, seed uint64) (*Trace, error) {
	dice := rand.New(rand.NewPCG(seed, uint64(len(sc.Name))))
	var start *image
	var promised *Trace // the last answer before the cut
	if sc.Recovers {
		var err error
		if start, promised, err = r.cutState(ctx, dice); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(r.Temp, fmt.Sprintf("disk-%d", r.mounts.Add(1)))
	if err := os.Mkdir(path, dirMode); err != nil {
		return nil, err
	}
	m, err := mount(path, start)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	m.begin(r.Lie, sc.errors, promised)
	for i, steps := range sc.Steps(dice) {
		if err = drive(ctx, r.Exe, Life{Dir: path, Seed: seed<<16 | uint64(len(sc.Name))<<8 | uint64(i), Steps: steps, Patience: sc.patience}); err != nil {
			break
		}
	}
	if ctx.Err() == nil && err != nil {
		err = &Violation{checkRun, err.Error()}
	}
	if gone := errors.Join(m.close(), os.Remove(path)); gone != nil {
		return nil, fmt.Errorf("unmount: %w", gone)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.trace
	t.Scenario, t.Seed = sc.Name, seed
	return &t, err
}

// cutState gives a disk as a power cut left it in the middle of redemptions,
// with what had been promised.
func (r *Runner) cutState(ctx context.Context, dice *rand.Rand) (*image, *Trace, error) {
	all := Scenarios()
	sc := all[1+dice.IntN(3)]
	t, err := r.Record(ctx, sc, dice.Uint64()>>32)
	if err != nil {
		return nil, nil, err
	}
	from := 0
	for _, q := range t.Requests {
		if q.Step.Do == DoSwitch { // the orders are there
			from = q.Answered
		}
	}
	d := newDisk(t, maphash.MakeSeed())
	d.advance(from + dice.IntN(len(t.Ops)-from))
	for len(d.pendingBytes()) == 0 && d.done < len(t.Ops) {
		d.advance(d.done + 1)
	}
	img := d.build(d.random(dice))
	answered, _ := t.at(d.done)
	q := t.Requests[answered]
	q.Told = Told{} // its events are in the chain
	return &img, &Trace{Requests: []Request{q}, Chain: slices.Clone(t.Chain[:q.After.Events])}, nil
}

// check goes over the cuts of a trace and has the states checked.
func (r *Runner) check(ctx context.Context, t *Trace, states, stop int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan []Choice, r.Workers)
	var mu sync.Mutex
	var errs []error
	var group sync.WaitGroup
	for n := range r.Workers {
		group.Go(func() {
			w := &worker{exe: r.Exe, dir: filepath.Join(r.States, fmt.Sprint(n)), limit: r.Limit}
			defer w.stop()
			for choices := range batches {
				if ctx.Err() != nil {
					continue
				}
				found, err := w.check(ctx, t, choices)
				mu.Lock()
				for i, v := range found {
					r.judged(t, choices[i], v)
				}
				if err == nil && stop > 0 && r.report.Violations-r.report.Checks[checkRun] >= stop {
					err = errEnough
				}
				if err != nil {
					errs = append(errs, err)
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	r.enumerate(ctx, t, states, batches)
	close(batches)
	group.Wait()
	for _, err := range errs {
		if errors.Is(err, errEnough) {
			return errEnough
		}
	}
	return errors.Join(errs...)
}

func (r *Runner) judged(t *Trace, c Choice, v verdict) {
	r.report.States++
	r.report.Kinds[c.Kind]++
	r.report.Scenarios[t.Scenario]++
	if v.Check == "" {
		return
	}
	f := Found{Scenario: t.Scenario, Seed: t.Seed, Choice: c, Check: v.Check, Text: v.Text}
	if len(r.report.First) < keepFound {
		d := newDisk(t, r.sums)
		d.advance(c.Cut)
		f.Where = c.describe(d)
		f.File = filepath.Join(r.Temp, fmt.Sprintf("violation-%d.gob", r.report.Violations+1))
		if err := save(f.File, Replay{Trace: t, Choice: c}); err != nil {
			f.File = err.Error()
		}
	}
	r.found(f)
}

func (r *Runner) found(f Found) {
	r.report.Violations++
	r.report.Checks[f.Check]++
	if len(r.report.First) < keepFound {
		r.report.First = append(r.report.First, f)
	}
}

// Replay is one disk state in a file.
type Replay struct {
	Trace  *Trace
	Choice Choice
}

func save(name string, v Replay) (err error) {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return gob.NewEncoder(out).Encode(v)
}

// Again makes the state of a violation's file below dir, in this process, and
// says what it breaks; where tells in words what was kept and lost.
func Again(name, dir string) (where string, err error) {
	in, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }() // it was only read
	var v Replay
	if err := gob.NewDecoder(in).Decode(&v); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	d := newDisk(v.Trace, maphash.MakeSeed())
	d.advance(v.Choice.Cut)
	where = v.Choice.describe(d)
	if err := d.build(v.Choice).write(dir); err != nil {
		return where, err
	}
	return where, Check(dir, v.Trace, v.Choice.Cut, true)
}
