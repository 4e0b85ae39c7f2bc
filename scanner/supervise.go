package scanner

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// steadyRun is how long a source must have run before its failure counts as a new
// one, for which the pauses start small again.
const steadyRun = 10 * time.Second

// NewBackoff returns the pauses between restarts that suit a device at a counter:
// from 0.2 s, doubling, to 5 s at most, so that a scanner that is plugged in
// again works within seconds. Give each Supervise its own.
func NewBackoff() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 200 * time.Millisecond
	b.MaxInterval = 5 * time.Second
	b.Multiplier = 2
	b.RandomizationFactor = 0.1
	return b
}

// Supervise runs src and runs it again after each failure, with the growing
// pauses of b, until ctx ends or the source's input is used up (both nil), or until
// it fails with ErrFatal, which is returned. A panic inside the source counts as a
// failure: a faulty decoder must not close the counter.
//
// report hears of every change of state and of nothing twice in a row; it may be
// nil. It is called from the source's goroutines, one call at a time only as
// far as the source does so.
func Supervise(ctx context.Context, src Source, emit Emit, report func(Health), now func() time.Time, b backoff.BackOff) error {
	tell := newTeller(src.Name(), report, now)
	b.Reset()
	for {
		tell.state(Starting, "Opening "+src.Name()+".")
		began := now()
		err := runGuarded(ctx, src, emit, tell.health)
		if err == nil {
			tell.ended(ctx)
			return nil
		}
		tell.state(stateOf(err), sentence(err))
		if errors.Is(err, ErrFatal) {
			return fmt.Errorf("%s: %w", src.Name(), err)
		}
		if now().Sub(began) >= steadyRun {
			b.Reset()
		}
		select {
		case <-ctx.Done():
			tell.ended(ctx)
			return nil
		case <-time.After(b.NextBackOff()):
		}
	}
}

// stateOf maps an end of Source.Run to what the terminal shows.
func stateOf(err error) State {
	switch {
	case errors.Is(err, ErrMissing):
		return Missing
	case errors.Is(err, ErrBusy):
		return Busy
	case errors.Is(err, ErrSilent):
		return Silent
	}
	return Broken
}

// sentence makes an error's text into one sentence.
func sentence(err error) string { return err.Error() + "." }

// runGuarded is src.Run with a panic turned into an error, and without one once ctx has
// ended: what fails while closing does not matter. The panic's value is not shown,
// since it may hold the text of a code; its type and place are.
func runGuarded(ctx context.Context, src Source, emit Emit, report func(Health)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the source failed inside (%T at %s); it is started again", v, panicSite())
		}
	}()
	err = src.Run(ctx, emit, report)
	if ctx.Err() != nil {
		err = nil
	}
	return err
}

// panicSite names the function in which the panic being recovered was raised.
func panicSite() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if f.Function != "runtime.gopanic" && f.Function != "" && f.Function != "runtime.panicmem" && f.Function != "runtime.sigpanic" {
			return f.Function
		}
		if !more {
			return "an unknown place"
		}
	}
}
