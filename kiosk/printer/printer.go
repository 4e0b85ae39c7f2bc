package printer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hexiao/kiosk/receipt"
)

const (
	defaultLimit   = 10 * time.Minute
	defaultWaiting = 32
	retryPause     = 3 * time.Second
	// onceLimit is how long a slip of Job.Once may take, with a printer that stops in the
	// middle of it.
	onceLimit = 45 * time.Second
	// stopGrace is what a slip that is being printed gets when the terminal stops: half a
	// picture would swallow the beginning of the next slip.
	stopGrace = 3 * time.Second
)

// Options are what a Printer needs.
type Options struct {
	Device Device
	// Raster draws a slip; receipt.Typesetter.Raster.
	Raster func(receipt.Slip) (*receipt.Bitmap, error)
	Now    func() time.Time
	// Changed hears how the printer is whenever that changes, Ended how each slip ended.
	// Both are called from Run's goroutine, one after the other; nil: nobody listens.
	Changed func(Health)
	Ended   func(Result)
	Limit   time.Duration // age at which a slip is given up; 0: 10 minutes
	Waiting int           // slips that may wait; 0: 32
}

// Job is a slip to be printed.
type Job struct {
	ID   string // the caller's own, for Result; no personal data: it may be logged
	Slip receipt.Slip
	Once bool // it is not tried again: a test
}

// Health is how the printer is.
type Health struct {
	State   State
	Detail  string // a sentence in English, for technicians and logs; empty when ready
	Waiting int    // slips not printed yet
}

// Result is how a slip ended.
type Result struct {
	ID string
	// Confirmed: the printer has said that all was printed. Without that and without an
	// error it has taken every byte, and cannot say.
	Confirmed bool
	Err       error // why it was not printed; StateOf gives the state
}

// Printer prints slips one after the other. Any goroutine may use it.
type Printer struct {
	o      Options
	open   func(context.Context) (*line, error)
	habits habits // Run's own

	jobs   chan queued
	checks chan struct{}

	mu      sync.Mutex
	health  Health
	current int // 1 while a slip is being printed
	stopped bool
}

type queued struct {
	Job
	until time.Time
}

// New makes a printer; Run makes it work.
func New(o Options) *Printer {
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	if o.Waiting <= 0 {
		o.Waiting = defaultWaiting
	}
	return &Printer{o: o, open: o.Device.open, jobs: make(chan queued, o.Waiting), checks: make(chan struct{}, 1)}
}

// Print puts a slip at the end of the queue and returns at once. A full queue
// refuses it with ErrFull: what waits already was asked for earlier, and a slip can
// be printed again from the order. After Run it is ErrStopped.
func (p *Printer) Print(j Job) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return ErrStopped
	}
	select {
	case p.jobs <- queued{j, p.o.Now().Add(p.o.Limit)}:
		return nil
	default:
		return fmt.Errorf("%w: %d", ErrFull, p.o.Waiting)
	}
}

// Check has the printer asked how it is as soon as it is free; a slip that waits
// for it is tried at once. Changed hears of it where that differs.
func (p *Printer) Check() {
	select {
	case p.checks <- struct{}{}:
	default: // one is enough
	}
}

// Health is how the printer was when it was last used.
func (p *Printer) Health() Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.health
	h.Waiting = len(p.jobs) + p.current
	return h
}

// Run asks the printer how it is and prints until the context ends; then it ends
// within seconds, and what was not printed ends with ErrStopped. It may run once.
func (p *Printer) Run(ctx context.Context) error {
	p.ask(ctx)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-p.checks:
			p.ask(ctx)
		case j := <-p.jobs:
			p.print(ctx, j)
		}
	}
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	for {
		select {
		case j := <-p.jobs:
			p.ended(Result{ID: j.ID, Err: ErrStopped})
		default:
			return nil
		}
	}
}

// ask looks how the printer is.
func (p *Printer) ask(ctx context.Context) {
	s, end, err := begin(ctx, p.open, p.o.Now, p.o.Limit, p.tell)
	if err == nil {
		_, err = s.ready(ctx, &p.habits)
		end(err)
	}
	p.habits.after(err)
	if ctx.Err() == nil {
		p.tell(err)
	}
}

// print prints a slip, trying until it is too old.
func (p *Printer) print(ctx context.Context, j queued) {
	p.busy(1)
	result := Result{ID: j.ID}
	b, err := p.o.Raster(j.Slip)
	if err != nil {
		result.Err = fmt.Errorf("the slip cannot be drawn: %w", err)
	} else {
		result.Confirmed, result.Err = p.insist(ctx, j, b)
	}
	p.busy(0)
	p.ended(result)
}

func (p *Printer) insist(ctx context.Context, j queued, b *receipt.Bitmap) (confirmed bool, err error) {
	for {
		confirmed, err = p.once(ctx, b, j.Once)
		if ctx.Err() != nil && err != nil {
			return false, ErrStopped
		}
		p.tell(err)
		if err == nil || errors.Is(err, ErrDevice) {
			return confirmed, err
		}
		if j.Once || errors.Is(err, ErrUnsure) {
			return false, err
		}
		left := j.until.Sub(p.o.Now())
		if left <= 0 {
			return false, fmt.Errorf("the slip was given up: %w", err)
		}
		pause := time.NewTimer(min(retryPause, left))
		select {
		case <-pause.C:
		case <-p.checks:
		case <-ctx.Done():
		}
		pause.Stop()
	}
}

// once tries to print a picture. It outlives the context for a moment, to finish.
func (p *Printer) once(ctx context.Context, b *receipt.Bitmap, test bool) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() {
		grace := time.NewTimer(stopGrace)
		defer grace.Stop()
		select {
		case <-grace.C:
			stop()
		case <-working.Done():
		}
	})()
	limit := p.o.Limit
	if test {
		limit = min(limit, onceLimit)
	}
	return printOnce(working, p.open, p.o.Now, limit, &p.habits, b, p.tell)
}

func printOnce(ctx context.Context, open func(context.Context) (*line, error), now func() time.Time, limit time.Duration,
	h *habits, b *receipt.Bitmap, tell func(error)) (bool, error) {
	s, end, err := begin(ctx, open, now, limit, tell)
	confirmed := false
	if err == nil {
		confirmed, err = deliver(ctx, s, h, b)
		end(err)
	}
	h.after(err)
	return confirmed, err
}

// tell notes how the printer is, and says it where it changed.
func (p *Printer) tell(err error) {
	h := Health{State: StateOf(err)}
	if err != nil {
		h.Detail = err.Error()
	}
	p.mu.Lock()
	changed := h != p.health
	p.health = h
	p.mu.Unlock()
	if changed && p.o.Changed != nil {
		p.o.Changed(p.Health())
	}
}

func (p *Printer) busy(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = n
}

func (p *Printer) ended(r Result) {
	if p.o.Ended != nil {
		p.o.Ended(r)
	}
}

// Once prints a picture without trying again, and gives whether the printer said
// that all was printed. tell hears of troubles that may pass, and nil when one has;
// the context bounds how long they may take.
func Once(ctx context.Context, d Device, b *receipt.Bitmap, now func() time.Time, tell func(error)) (confirmed bool, err error) {
	return printOnce(ctx, d.open, now, defaultLimit, &habits{}, b, tell)
}

// Look asks a printer how it is. Without an error it is ready, or, where it does
// not talk, at least there.
func Look(ctx context.Context, d Device, now func() time.Time) (talks bool, err error) {
	if d.kind == file { // whose opening would make it
		if _, err := os.Stat(filepath.Dir(d.path)); err != nil {
			return false, explain(filepath.Dir(d.path), "", err)
		}
		return false, nil
	}
	s, end, err := begin(ctx, d.open, now, stallTime, func(error) {})
	if err != nil {
		return false, err
	}
	talks, err = s.ready(ctx, &habits{})
	end(err)
	return talks, err
}
