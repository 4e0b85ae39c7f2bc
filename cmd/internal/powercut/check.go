package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// told is how many violations are described; a fault may cause hundreds.
const told = 10

// progressEvery so many cuts a line is printed.
const progressEvery = 100

// checking is what check does.
type checking struct {
	kioskctl, base, log string
	e2fsck              string
	cuts                int
	seed                uint64

	judge judge
	mu    sync.Mutex
	tally tally
}

// tally counts the cuts.
type tally struct {
	cuts                         [cutKinds]int
	ahead, resumed, torn, unborn int
	violations                   []string
	broken                       error // why the check itself cannot go on
}

func (c *checking) run(ctx context.Context, out io.Writer) (err error) {
	work, err := os.MkdirTemp("", "powercut-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	log, err := os.Open(c.log)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // only read
	entries, err := readLog(log)
	if err != nil {
		return err
	}
	h, err := readMarks(entries)
	if err != nil {
		return err
	}
	if len(h.events) < minAnswers {
		return fmt.Errorf("the log has %d answers only", len(h.events))
	}
	c.judge = judge{history: h, orders: firstOf(len(h.events))}
	if c.judge.table, err = makeTable(work, 1, c.judge.orders); err != nil {
		return err
	}
	disk, err := os.ReadFile(c.base)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "the log has %d entries, %d answers; seed %d\n", len(entries), len(h.events), c.seed); err != nil {
		return err
	}
	p := &player{log: log, entries: entries, disk: disk}
	if err := c.all(ctx, out, work, p, plan(entries, c.cuts, c.seed)); err != nil {
		return err
	}
	return c.report(out)
}

// all makes every cut's disk, one after the other, and has them checked side by side.
func (c *checking) all(ctx context.Context, out io.Writer, work string, p *player, cuts []cut) error {
	slots := make(chan *slot, runtime.NumCPU())
	for n := range cap(slots) {
		folder := filepath.Join(work, fmt.Sprintf("disk%d", n))
		if err := os.Mkdir(folder, 0o700); err != nil {
			return err
		}
		s, err := newSlot(int64(len(p.disk)), folder)
		if err != nil {
			return err
		}
		slots <- s
	}
	var running sync.WaitGroup
	var failed error
	for n, cut := range cuts {
		if n > 0 && n%progressEvery == 0 {
			if _, failed = fmt.Fprintf(out, "%6d of %d power cuts\n", n, len(cuts)); failed != nil {
				break
			}
		}
		s := <-slots
		failed = p.playTo(cut.entry)
		if failed == nil {
			failed = p.leave(s.disk, cut)
		}
		if failed != nil || ctx.Err() != nil || c.stopped() {
			slots <- s
			break
		}
		running.Go(func() {
			c.one(ctx, s, cut)
			slots <- s
		})
	}
	running.Wait()
	for range cap(slots) {
		failed = errors.Join(failed, (<-slots).close())
	}
	return errors.Join(failed, ctx.Err(), c.tally.broken)
}

func (c *checking) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tally.broken != nil
}

// one checks a cut whose disk lies in the slot.
func (c *checking) one(ctx context.Context, s *slot, at cut) {
	p := c.judge.history.at(at.entry)
	var f finding
	err := s.mounted(ctx, c.e2fsck, func(folder string) (err error) {
		k := kioskctl{program: c.kioskctl, data: filepath.Join(folder, dataFolder)}
		if f, err = c.judge.examine(ctx, k, p); err == nil {
			err = setAside(k.data)
		}
		if err != nil {
			err = fmt.Errorf("%w: %w", errViolated, err)
		}
		return err
	})
	if ctx.Err() != nil {
		return // what was cut short judges nothing
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.add(at, p, f, err)
}

func (t *tally) add(at cut, p progress, f finding, err error) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	t.cuts[at.kind]++
	count(&t.ahead, f.ahead)
	count(&t.resumed, f.resumed)
	count(&t.torn, f.torn)
	count(&t.unborn, f.unborn)
	switch {
	case errors.Is(err, errViolated):
		t.violations = append(t.violations, fmt.Sprintf("cut %q at entry %d, after %d answers and %d imports: %v", at.kind, at.entry, p.answers, p.imports, err))
	case err != nil:
		t.broken = fmt.Errorf("cut at entry %d: %w", at.entry, err)
	}
}

func (c *checking) report(out io.Writer) error {
	t := &c.tally
	var text strings.Builder
	total := 0
	for kind, n := range t.cuts {
		total += n
		fmt.Fprintf(&text, "%6d cuts %s\n", n, cutKind(kind))
	}
	fmt.Fprintf(&text, "%6d before the first import had ended\n%6d with an event whose answer nobody had got\n%6d with an answer given once more\n%6d with a torn append\n",
		t.unborn, t.ahead, t.resumed, t.torn)
	for i := range min(len(t.violations), told) { // from all over the log
		fmt.Fprintf(&text, "VIOLATION: %s\n", t.violations[i*len(t.violations)/min(len(t.violations), told)])
	}
	fmt.Fprintf(&text, "%d power cuts, %d violations\n", total, len(t.violations))
	if _, err := io.WriteString(out, text.String()); err != nil {
		return err
	}
	if len(t.violations) > 0 {
		return fmt.Errorf("%w: %d of %d power cuts", errViolated, len(t.violations), total)
	}
	return nil
}
