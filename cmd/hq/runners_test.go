package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRunnersComeBackAndEndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var starts []time.Duration
		var ends []string
		began := time.Now()
		until := func(name string) runner {
			return runner{name, func(ctx context.Context) error {
				<-ctx.Done()
				ends = append(ends, name)
				return ctx.Err()
			}}
		}
		failing := runner{"failing", func(context.Context) error {
			starts = append(starts, time.Since(began))
			return errors.New("the disk is full")
		}}
		once := runner{"once", func(context.Context) error { ends = append(ends, "once"); return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		end := start(ctx, []runner{until("first"), once, failing, until("last")}, slog.New(slog.NewTextHandler(&log, nil)))
		cancel() // runners outlast the request to end: the server drains first
		<-time.After(10 * time.Minute)
		synctest.Wait()
		end()
		if !slices.Equal(ends, []string{"once", "last", "first"}) {
			t.Errorf("ended: %v", ends)
		}
		if len(starts) < 8 || len(starts) > 30 || starts[1] > 2*firstPause || starts[1] < firstPause/2 {
			t.Errorf("%d starts: %v", len(starts), starts)
		}
		for i, at := range starts[1:] {
			if gap := at - starts[i]; gap > 3*longestPause/2 {
				t.Errorf("a pause of %v", gap)
			}
		}
		if strings.Count(log.String(), "runner=failing") != len(starts) || strings.Contains(log.String(), "runner=last") {
			t.Errorf("the log: %s", &log)
		}
	})
}
