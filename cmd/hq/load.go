package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hexiao/cmd/internal/cli"
)

type loadCmd struct {
	Kiosks   int           `default:"50" help:"Terminals to simulate."`
	Points   int           `placeholder:"N" help:"Points that they stand at; one each unless given."`
	Orders   int           `default:"10000" help:"Orders at all points together."`
	Events   int           `default:"10000" help:"Redemptions at all terminals together; at most as many as orders."`
	Batch    int           `default:"50" help:"Redemptions that a terminal sends at once."`
	AtOnce   int           `default:"50" help:"Terminals that send at the same time; with --duration, as many as come due."`
	Duration time.Duration `placeholder:"TIME" help:"Spread the redemptions evenly at random over this time; otherwise one follows the other."`
	Follow   bool          `help:"Have each terminal keep its stream of orders open meanwhile, as real ones do."`
	JSON     bool          `name:"json" help:"The figures as one line of JSON."`
}

// Help says more than a line.
func (c *loadCmd) Help() string {
	return `It makes points, orders and terminals of its own, which stay in the store: give it a
store that holds nothing else. With --db it starts a server on that store and says how
much memory that took; with --hq it asks a running one. The terminals enrol, pull their
orders, redeem and push with real signatures, over HTTP; they keep nothing on disk.

With --duration, a push is timed from when it was due, so that waiting behind others
counts; without it, a terminal's next push is due when its last one was answered.`
}

// Limits of what is simulated.
const (
	maxLoadKiosks = 100_000
	maxLoadBatch  = 500
	setUpAtOnce   = 16 // requests while the points are made
)

func (c *loadCmd) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", cli.ErrUsage, fmt.Sprintf(format, args...))
	}
	if c.Points == 0 {
		c.Points = c.Kiosks
	}
	switch {
	case c.Kiosks < 1 || c.Kiosks > maxLoadKiosks:
		return bad("there can be 1 to %d terminals", maxLoadKiosks)
	case c.Points < 1 || c.Points > c.Kiosks:
		return bad("each point needs a terminal: 1 to %d points", c.Kiosks)
	case c.Orders < c.Kiosks || c.Orders > maxSample:
		return bad("each terminal needs an order, and there can be %d", maxSample)
	case c.Events < 1 || c.Events > c.Orders:
		return bad("an order is redeemed once: 1 to %d redemptions", c.Orders)
	case c.Batch < 1 || c.Batch > maxLoadBatch || c.AtOnce < 1 || c.Duration < 0:
		return bad("a batch has 1 to %d redemptions, and at least one terminal sends", maxLoadBatch)
	}
	return nil
}

// Run prints the figures, also when some terminals failed, which is an error.
func (c *loadCmd) Run(p *program, std *cli.IO) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	figures := &loadFigures{Kiosks: c.Kiosks, Points: c.Points, Orders: c.Orders, Events: c.Events, Batch: c.Batch}
	f := &fleet{loadCmd: c, now: p.now, figures: figures, transport: loadTransport(c.AtOnce)}
	defer f.transport.CloseIdleConnections()
	switch {
	case p.HQ != "" && p.DB != "":
		return fmt.Errorf("%w: give either --db or --hq", cli.ErrUsage)
	case p.HQ != "":
		if f.operator, err = p.remote(); err != nil {
			return err
		}
	case p.DB == "":
		return fmt.Errorf("%w: give --db FILE, or --hq URL", cli.ErrUsage)
	default:
		server, err := startChild(p)
		if err != nil {
			return err
		}
		defer func() {
			if serr := server.stop(); err == nil {
				err = serr
			}
		}()
		f.operator, f.server = newClient("http://"+server.address, server.token, nil), server
	}
	f.progress = std.NewProgress
	if err := f.run(p.ctx); err != nil {
		return err
	}
	if err := figures.print(p.stdout, c.JSON); err != nil {
		return err
	}
	if figures.Errors > 0 {
		return fmt.Errorf("%d of the terminals' calls failed, or were not settled as accepted; the first: %s", figures.Errors, figures.FirstError)
	}
	return nil
}

// loadTransport is shared by all terminals: streams that are followed have a
// connection each, and pushes take turns on as many as are under way.
func loadTransport(idle int) *http.Transport {
	return &http.Transport{
		MaxIdleConnsPerHost: max(idle, 100), ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10,
		ResponseHeaderTimeout: time.Minute, IdleConnTimeout: 90 * time.Second,
	}
}

// fleet is the simulated terminals and what they are served by.
type fleet struct {
	*loadCmd
	operator  *client
	server    *childServer // nil: not ours
	transport *http.Transport
	now       func() time.Time
	figures   *loadFigures
	progress  func(what string) *cli.Progress

	kiosks []*loadKiosk
	failed atomic.Int64
	first  sync.Once
}

// fail counts what went wrong with a terminal; the load goes on.
func (f *fleet) fail(err error) {
	f.failed.Add(1)
	f.first.Do(func() { f.figures.FirstError = err.Error() })
}

func (f *fleet) run(ctx context.Context) error {
	began := f.now()
	if err := f.setUp(ctx); err != nil {
		return fmt.Errorf("make points, orders and terminals: %w", err)
	}
	f.figures.SetUpSeconds = f.now().Sub(began).Seconds()
	pulls := newTimes(len(f.kiosks))
	if err := f.each(ctx, f.AtOnce, "terminals pulled", func(ctx context.Context, k *loadKiosk) error {
		begin := f.now()
		err := k.pull(ctx)
		pulls.add(f.now().Sub(begin))
		return err
	}); err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	f.figures.Pull = pulls.quantiles()
	end := f.follow(ctx)
	begin := f.now()
	pushes := f.push(ctx)
	f.figures.Seconds = f.now().Sub(begin).Seconds()
	f.figures.Push = pushes.quantiles()
	end()
	f.figures.Errors = int(f.failed.Load())
	for _, k := range f.kiosks {
		f.figures.Settled += k.settled
		f.figures.Changes += int(k.changes.Load())
	}
	f.figures.SettledPerSecond = float64(f.figures.Settled) / f.figures.Seconds
	if f.server != nil {
		f.figures.HQMemoryMB = peakMB(f.server.cmd.Process.Pid)
	}
	f.figures.OwnMemoryMB = peakMB(os.Getpid())
	return ctx.Err()
}

// each has so many terminals at a time do something; the first failure ends it.
func (f *fleet) each(ctx context.Context, atOnce int, what string, do func(context.Context, *loadKiosk) error) error {
	bar := f.progress(what)
	defer bar.Done()
	var done atomic.Int64
	return parallel(ctx, atOnce, f.kiosks, func(ctx context.Context, k *loadKiosk) error {
		err := do(ctx, k)
		bar.Update(int(done.Add(1)), len(f.kiosks))
		return err
	})
}

// parallel calls do for all of a list, so many at a time, until one fails.
func parallel[T any](ctx context.Context, atOnce int, list []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var wait sync.WaitGroup
	for range min(atOnce, len(list)) {
		wait.Go(func() {
			for v := range next {
				if ctx.Err() != nil {
					continue
				}
				if err := do(ctx, v); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, v := range list {
		next <- v
	}
	close(next)
	wait.Wait()
	return context.Cause(ctx)
}

// tag names what this load makes, so that several can be in a store.
func tag() string { return strings.ToLower(rand.Text()[:6]) }

// errNotAccepted is a settlement that a plain redemption must not get.
var errNotAccepted = errors.New("HQ did not accept a redemption")
