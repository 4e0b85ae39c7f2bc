package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/kiosk"
)

// Config puts an engine together. Everything up to Now is needed; zero values
// of the rest get the defaults named beside them.
type Config struct {
	Outbox Outbox
	Orders OrderSet
	Remote Remote
	// Verify reports whether a signature over a message is HQ's.
	Verify func(message, signature []byte) bool
	Now    func() time.Time
	// Since is a monotonic clock, by which HQ's time can be carried on whatever
	// becomes of Now; nil: none.
	Since func() time.Duration

	// Condition is how the terminal is; HQ is told on contact and when it changes.
	// nil: HQ is not told.
	Condition func() kiosk.Condition
	// Report hears of the state after every round, one call at a time.
	Report func(Status)

	PollOrders   time.Duration // between rounds down: 5 s
	PollPoint    time.Duration // between looks at settings and clock: 1 min
	PollEvents   time.Duration // between rounds up without a Wake: 30 s
	RetryMost    time.Duration // longest pause after a failure, before jitter: 30 s
	BatchRecords int           // most events in a batch: 1000, the most that HQ takes
	BatchBytes   int           // most bytes of events in a batch, but always one event: 1 MB
}

// Longest that HQ can keep a terminal away by Retry-After.
const longestLeave = 10 * time.Minute

// Engine is the terminal's side of the exchange with HQ. It is safe for
// several goroutines.
type Engine struct {
	c    Config
	wake chan struct{}

	up       sync.Mutex // held during a round up; guards what follows
	compared bool       // HQ's chain and the journal, since the start
	trial    trial
	resent   time.Time // when withheld events were last tried again

	down   sync.Mutex // held during a round down; guards what follows
	tag    string     // of the point's settings
	looked time.Time  // when settings and clock were last looked at
	alone  time.Time  // when HQ last ended a stream at once that was to be followed
	told   *told      // nil: HQ has not been told yet, or was away since

	status reporter
}

// New returns ErrConfig when something is missing.
func New(c Config) (*Engine, error) {
	if c.Outbox == nil || c.Orders == nil || c.Remote == nil || c.Verify == nil || c.Now == nil {
		return nil, fmt.Errorf("%w: outbox, orders, remote, verify and now are needed", ErrConfig)
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.PollOrders, 5 * time.Second}, {&c.PollPoint, time.Minute}, {&c.PollEvents, 30 * time.Second}, {&c.RetryMost, 30 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if c.Since == nil {
		c.Since = func() time.Duration { return 0 }
	}
	if c.BatchRecords <= 0 {
		c.BatchRecords = 1000
	}
	if c.BatchBytes <= 0 {
		c.BatchBytes = 1_000_000
	}
	return &Engine{c: c, wake: make(chan struct{}, 1), status: reporter{tell: c.Report}}, nil
}

// Wake makes a waiting round up start at once: something was recorded. It
// never blocks. It does not shorten a pause after a failure.
func (e *Engine) Wake() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Run keeps both directions going until ctx ends (nil) or HQ withdraws the
// device (ErrRevoked); it must not be started again after that.
func (e *Engine) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 2)
	go func() {
		ended <- e.loop(ctx, e.c.PollEvents, e.wake, func(ctx context.Context) error {
			_, err := e.roundUp(ctx)
			return err
		})
	}()
	go func() {
		ended <- e.loop(ctx, e.c.PollOrders, nil, func(ctx context.Context) error {
			if _, err := e.roundDown(ctx, false); err != nil {
				return err
			}
			return e.follow(ctx)
		})
	}()
	first := <-ended
	cancel()
	return errors.Join(first, <-ended)
}

// loop repeats a round, after the interval or a wake when it went well, after
// a growing pause when it did not.
func (e *Engine) loop(ctx context.Context, interval time.Duration, wake <-chan struct{}, round func(context.Context) error) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.Multiplier, pauses.MaxInterval = time.Second, 2, e.c.RetryMost
	for ctx.Err() == nil {
		err := round(ctx)
		pause, early := interval, wake
		switch {
		case errors.Is(err, ErrRevoked):
			return err
		case err != nil:
			pause, early = max(pauses.NextBackOff(), leave(err)), nil
		default:
			pauses.Reset()
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-early:
		}
		timer.Stop()
	}
	return nil
}

// leave is how long HQ asked to be left alone.
func leave(err error) time.Duration {
	var r *backoff.RetryAfterError
	if !errors.As(err, &r) {
		return 0
	}
	return min(r.Duration, longestLeave)
}

// Report is what one round up and down did.
type Report struct {
	Pushed   int  `json:"pushed"`   // events sent, but for batches that were cut in two
	Acked    int  `json:"acked"`    // of these, acknowledged by HQ
	Pulled   int  `json:"pulled"`   // orders received, changed or gone
	Orders   int  `json:"orders"`   // in HQ's set
	Complete bool `json:"complete"` // the terminal's set is HQ's
}

// Once makes one round up and, whatever came of it, one round down. The error
// joins those of both.
func (e *Engine) Once(ctx context.Context) (Report, error) {
	up, errUp := e.roundUp(ctx)
	down, errDown := e.roundDown(ctx, true)
	down.Pushed, down.Acked = up.Pushed, up.Acked
	return down, errors.Join(errUp, errDown)
}

// roundUp pushes what is pending and tells how it went.
func (e *Engine) roundUp(ctx context.Context) (Report, error) {
	e.up.Lock()
	defer e.up.Unlock()
	r, err := e.push(ctx)
	err = withdrawn(err)
	if ctx.Err() == nil {
		e.status.up(e.c.Now(), r.Acked > 0, err)
	}
	return r, err
}

// roundDown pulls orders and, when it is time or look is true, settings and clock.
func (e *Engine) roundDown(ctx context.Context, look bool) (Report, error) {
	e.down.Lock()
	defer e.down.Unlock()
	var errLook error
	if now := e.c.Now(); look || e.looked.IsZero() || now.Sub(e.looked) >= e.c.PollPoint || now.Before(e.looked) {
		if errLook = e.look(ctx); errLook == nil {
			e.looked = now
		}
	}
	var r Report
	err := errLook
	if !unreachable(err) {
		err = errors.Join(err, e.tell(ctx))
	}
	if !unreachable(err) { // one call that waits in vain is enough
		errLook = err
		r, err = e.pull(ctx)
		err = errors.Join(errLook, err)
	}
	if unreachable(err) {
		e.told = nil
	}
	err = withdrawn(err)
	if ctx.Err() == nil {
		e.status.down(e.c.Now(), err)
	}
	return r, err
}

func withdrawn(err error) error {
	if revoked(err) {
		return fmt.Errorf("%w: %w", ErrRevoked, err)
	}
	return err
}

// checkAck sees to it that an acknowledgement is HQ's.
func (e *Engine) checkAck(terminal kiosk.TerminalID, ack kiosk.Ack) error {
	if !e.c.Verify(kiosk.AckBytes(terminal, ack.Head, ack.At), ack.Signature) {
		return fmt.Errorf("%w: the signature is not HQ's", ErrBadAck)
	}
	return nil
}
