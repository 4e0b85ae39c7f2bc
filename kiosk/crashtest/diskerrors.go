package crashtest

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// diskErrors makes some operations of a disk fail, counted from the first scan
// on. It is used under the recorder's lock.
type diskErrors struct {
	kind  errorKind
	at    int // the first operation that may fail
	armed bool
	done  int // operations since it was armed
	left  int // of the kind's operations that fail
	hit   bool
}

// errorKind is a way in which a disk fails.
type errorKind struct {
	name  string
	errno syscall.Errno // 0: a short write
	kinds []Kind
	times int // so many operations fail, of these kinds, one after the other
}

func errorKinds() []errorKind {
	changes := []Kind{Create, Write, Truncate, Rename, Remove}
	return []errorKind{
		{"no space, once", syscall.ENOSPC, []Kind{Create, Write, Truncate}, 1},
		{"input/output error, once", syscall.EIO, changes, 1},
		{"short write", 0, []Kind{Write}, 1},
		{"failing sync, once", syscall.EIO, []Kind{Sync, SyncDir}, 1},
		{"no space for a while", syscall.ENOSPC, []Kind{Create, Write, Truncate}, 10},
		{"failing syncs for a while", syscall.EIO, []Kind{Sync, SyncDir}, 10},
	}
}

func (e *diskErrors) strike(op *Op) (errno syscall.Errno, short bool) {
	if !e.armed {
		return 0, false
	}
	e.done++
	if e.done <= e.at || e.left == 0 {
		return 0, false
	}
	for _, k := range e.kind.kinds {
		if k != op.Kind {
			continue
		}
		e.left--
		e.hit = true
		if e.kind.errno == 0 {
			return 0, len(op.Data) > 1
		}
		return e.kind.errno, false
	}
	if e.kind.times == 1 { // exactly this operation, or none
		e.left = 0
	}
	return 0, false
}

// maxPatience is more than a failure that lasts can take.
const maxPatience = 100

// manyRedemptions hands over every order of a large set, with checkpoints and
// new segments.
func manyRedemptions(errs *diskErrors) Scenario {
	return Scenario{
		Name: "disk errors", errors: errs, patience: maxPatience,
		Steps: func(dice *rand.Rand) [][]Step {
			return [][]Step{join([]Step{{Do: DoOpen}, {Do: DoPoint, N: 2}}, full(manyOrders), scans(dice, upTo(manyOrders)...), one(DoClose))}
		},
	}
}

// errorStates are how many cuts of each run with an error are checked.
const errorStates = 2

// Errors makes the disk fail at every step-th operation of 200 redemptions, in
// every way, one run for each. After an error the customer scans again. Every
// run must come to its end, and what it answered must outlast a power cut.
func (r *Runner) Errors(ctx context.Context, step int, seed uint64) (Report, error) {
	r.sums, r.seen = maphash.MakeSeed(), map[uint64]bool{}
	r.report = Report{Kinds: map[string]int{}, Scenarios: map[string]int{}, Checks: map[string]int{}}
	clean := &diskErrors{}
	if _, err := r.Record(ctx, manyRedemptions(clean), seed); err != nil {
		return r.report, err
	}
	type run struct {
		kind errorKind
		at   int
	}
	runs := make(chan run)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var errs []error
	var group sync.WaitGroup
	for n := range r.Workers {
		group.Go(func() {
			w := &worker{exe: r.Exe, dir: filepath.Join(r.States, fmt.Sprint(n)), limit: r.Limit}
			defer w.stop()
			for run := range runs {
				if ctx.Err() != nil {
					continue
				}
				if err := r.withError(ctx, w, &mu, run.kind, run.at, seed); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					cancel()
				}
			}
		})
	}
	for _, kind := range errorKinds() {
		for at := int(seed) % step; at < clean.done; at += step {
			runs <- run{kind, at}
		}
	}
	close(runs)
	group.Wait()
	return r.report, errors.Join(errs...)
}

// withError is one run with an error at one operation.
func (r *Runner) withError(ctx context.Context, w *worker, mu *sync.Mutex, kind errorKind, at int, seed uint64) error {
	errs := &diskErrors{kind: kind, at: at, left: kind.times}
	t, err := r.Record(ctx, manyRedemptions(errs), seed)
	failed, ok := errors.AsType[*Violation](err)
	if err != nil && !ok {
		return err
	}
	if !errs.hit && failed == nil {
		return nil // that operation is of another kind
	}
	t.Scenario, t.Errors = kind.name, true
	d := newDisk(t, r.sums)
	dice := rand.New(rand.NewPCG(seed, uint64(at)))
	cuts := []int{len(t.Ops)}
	for range errorStates - 1 {
		cuts = append(cuts, t.Start+dice.IntN(len(t.Ops)-t.Start))
	}
	var choices []Choice
	slices.Sort(cuts)
	for _, cut := range cuts {
		d.advance(cut)
		choices = append(choices, d.systematic()[0], d.random(dice), Choice{Cut: cut, Kind: "all lost"})
	}
	w.stop() // the next process gets this trace
	found, err := w.check(ctx, t, choices)
	mu.Lock()
	defer mu.Unlock()
	if failed != nil {
		r.found(Found{Scenario: kind.name, Seed: seed, Check: failed.Check, Text: fmt.Sprintf("at operation %d: %s", at, failed.Text)})
	}
	r.report.Traces++
	r.report.Operations += len(t.Ops)
	for i, v := range found {
		r.judged(t, choices[i], v)
	}
	return err
}
