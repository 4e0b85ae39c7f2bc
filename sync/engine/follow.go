package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hexiao/kiosk"
)

const (
	// lookFollowed is how often the clock is compared with HQ's while a stream is
	// followed, by which the settings come. A clock that is in doubt is compared as
	// often as otherwise.
	lookFollowed = 15 * time.Minute
	// pollAlone is how long an HQ that ends a stream at once is only polled.
	pollAlone = 10 * time.Minute
)

// follow takes what changes at HQ as it comes, until the stream ends. It returns
// nil when HQ ended it, or is not asked for one: then polling goes on.
func (e *Engine) follow(ctx context.Context) error {
	e.down.Lock()
	tag, now := e.tag, e.c.Now()
	alone := !e.alone.IsZero() && now.Sub(e.alone).Abs() < pollAlone
	e.down.Unlock()
	cursor := e.c.Orders.Cursor()
	if alone || cursor == "" {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tended := make(chan struct{})
	go func() {
		defer close(tended)
		if err := e.tend(ctx); err != nil {
			cancel(err)
		}
	}()
	c := &changes{e: e}
	lines := 0
	locked := func(do func() error) error {
		e.down.Lock()
		defer e.down.Unlock()
		lines++
		return do()
	}
	err := e.c.Remote.Follow(ctx, cursor, tag, kiosk.Feed{
		Page:     func(p kiosk.Page) error { return locked(func() error { return c.page(p) }) },
		Settings: func(p kiosk.Point, tag string) error { return locked(func() error { return e.settings(p, tag) }) },
		Alive:    func() { lines++ },
		Mark: func(m kiosk.Watermark) error {
			return locked(func() error {
				err := c.mark(m)
				if err == nil {
					e.status.down(e.c.Now(), nil)
				}
				return err
			})
		},
	})
	cause := context.Cause(ctx) // of tend, or of the caller
	cancel(nil)
	<-tended
	if cause != nil {
		err = cause
	}
	if err == nil {
		e.down.Lock()
		defer e.down.Unlock()
		if e.alone = (time.Time{}); lines <= 2 { // a page and its watermark: the end came at once
			e.alone = e.c.Now()
		}
		return nil
	}
	if ctxOver(err) {
		return nil
	}
	if errors.Is(err, kiosk.ErrSetMismatch) || errors.Is(err, errMeant) || cursorExpired(err) {
		return err // the next round finds the way, and has nothing to tell yet
	}
	err = withdrawn(fmt.Errorf("follow HQ's orders: %w", err))
	e.status.down(e.c.Now(), err)
	return err
}

func ctxOver(err error) bool { return errors.Is(err, context.Canceled) }

// tend does what a round does besides the orders, while these come by themselves.
func (e *Engine) tend(ctx context.Context) error {
	tick := time.NewTicker(e.c.PollOrders)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := e.tendOnce(ctx); err != nil && (unreachable(err) || revoked(err)) {
			return err
		}
	}
}

func (e *Engine) tendOnce(ctx context.Context) error {
	e.down.Lock()
	defer e.down.Unlock()
	every := max(lookFollowed, e.c.PollPoint)
	if e.c.Condition != nil && e.c.Condition().Clock == kiosk.ClockSuspect {
		every = e.c.PollPoint
	}
	var err error
	if now := e.c.Now(); now.Sub(e.looked) >= every || now.Before(e.looked) {
		if err = e.measure(ctx); err == nil {
			e.looked = now
		}
	}
	if unreachable(err) {
		return err
	}
	return errors.Join(err, e.tell(ctx))
}
