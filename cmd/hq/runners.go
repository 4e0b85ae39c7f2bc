package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// A runner that failed is started again after a pause, which doubles with each
// failure; one that worked for longer than the longest pause begins anew.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// runner is work that goes on beside the server until its context ends.
type runner struct {
	name string
	run  func(context.Context) error
}

// start has the runners run until they are ended, the last one first: each may
// still rely on those before it. A runner that returns nil is done.
func start(ctx context.Context, runners []runner, log *slog.Logger) (end func()) {
	type running struct {
		cancel context.CancelFunc
		done   chan struct{}
	}
	var all []running
	for _, r := range runners {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan struct{})
		all = append(all, running{cancel, done})
		go func() {
			defer close(done)
			r.keep(own, log)
		}()
	}
	return func() {
		for i := len(all) - 1; i >= 0; i-- {
			all[i].cancel()
			<-all[i].done
		}
	}
}

// keep runs until the context ends or nothing is left to do.
func (r runner) keep(ctx context.Context, log *slog.Logger) {
	pause := firstPause
	for {
		began := time.Now()
		err := r.run(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		if time.Since(began) > longestPause {
			pause = firstPause
		}
		// Servers that share a store shall not all come back at once.
		wait := pause/2 + rand.N(pause)
		log.Error("work beside the server failed", "runner", r.name, "error", err, "again_in", wait.Round(time.Millisecond).String())
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}
