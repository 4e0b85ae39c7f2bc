package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// script is a Source whose nth run does what its nth step says; the last one
// stays until ctx ends.
type script struct {
	name  string
	steps []func(ctx context.Context, emit Emit, report func(Health)) error
	runs  []time.Time
}

func (s *script) Name() string { return s.name }

func (s *script) Run(ctx context.Context, emit Emit, report func(Health)) error {
	s.runs = append(s.runs, time.Now())
	if len(s.runs) > len(s.steps) {
		report(Health{State: Working})
		<-ctx.Done()
		return nil
	}
	return s.steps[len(s.runs)-1](ctx, emit, report)
}

func fails(err error) func(context.Context, Emit, func(Health)) error {
	return func(context.Context, Emit, func(Health)) error { return err }
}

func TestSuperviseWaitsForAMissingDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := fmt.Errorf("the scanner is unplugged: %w", ErrMissing)
		src := &script{name: "serial"}
		for range 8 {
			src.steps = append(src.steps, fails(gone))
		}
		ctx, cancel := context.WithCancel(t.Context())
		var states []State
		done := make(chan error)
		go func() {
			done <- Supervise(ctx, src, func(Scan) {}, func(h Health) {
				states = append(states, h.State)
				if h.Source != "serial" || h.At.IsZero() {
					t.Errorf("report %+v lacks source or time", h)
				}
			}, time.Now, NewBackoff())
		}()
		<-time.After(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]State{Starting, Missing, Working, Ended}, states); diff != "" {
			t.Error(diff)
		}
		if len(src.runs) != 9 {
			t.Fatalf("%d runs, want 9", len(src.runs))
		}
		first, last := src.runs[1].Sub(src.runs[0]), src.runs[8].Sub(src.runs[7])
		if first > 300*time.Millisecond || last < 4*time.Second || last > 6*time.Second {
			t.Errorf("pauses from %v to %v, want about 0.2 s to 5 s", first, last)
		}
	})
}

func TestSuperviseStartsSmallAfterASteadyRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("input/output error")
		src := &script{name: "serial"}
		for range 6 {
			src.steps = append(src.steps, fails(broken))
		}
		src.steps = append(src.steps, func(context.Context, Emit, func(Health)) error {
			<-time.After(time.Minute)
			return broken
		})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		if err := Supervise(ctx, src, func(Scan) {}, nil, time.Now, NewBackoff()); err != nil {
			t.Fatal(err)
		}
		if len(src.runs) != 8 {
			t.Fatalf("%d runs, want 8", len(src.runs))
		}
		if pause := src.runs[7].Sub(src.runs[6]) - time.Minute; pause > 300*time.Millisecond {
			t.Errorf("pause after a steady run is %v, want about 0.2 s", pause)
		}
	})
}

func TestSuperviseEnds(t *testing.T) {
	for name, c := range map[string]struct {
		step  func(context.Context, Emit, func(Health)) error
		fatal bool
		want  []State
	}{
		"input used up": {fails(nil), false, []State{Starting, Ended}},
		"wrong setting": {fails(fmt.Errorf("no such speed: %w", ErrFatal)), true, []State{Starting, Broken}},
	} {
		t.Run(name, func(t *testing.T) {
			var states []State
			src := &script{name: "x", steps: []func(context.Context, Emit, func(Health)) error{c.step}}
			err := Supervise(t.Context(), src, func(Scan) {}, func(h Health) { states = append(states, h.State) }, time.Now, NewBackoff())
			if errors.Is(err, ErrFatal) != c.fatal {
				t.Errorf("error %v, fatal wanted: %v", err, c.fatal)
			}
			if diff := cmp.Diff(c.want, states); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSuperviseStates(t *testing.T) {
	for want, err := range map[State]error{
		Missing: ErrMissing, Busy: ErrBusy, Silent: ErrSilent, Broken: errors.New("other"),
	} {
		if got := stateOf(fmt.Errorf("wrapped: %w", err)); got != want {
			t.Errorf("stateOf(%v) = %s, want %s", err, got, want)
		}
	}
}

func TestSuperviseSurvivesAPanicAndHidesItsValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &script{name: "camera", steps: []func(context.Context, Emit, func(Health)) error{
			func(context.Context, Emit, func(Health)) error { panic("SECRET-CODE") },
		}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all strings.Builder
		if err := Supervise(ctx, src, func(Scan) {}, func(h Health) { fmt.Fprintln(&all, h) }, time.Now, NewBackoff()); err != nil {
			t.Fatal(err)
		}
		if len(src.runs) != 2 {
			t.Errorf("%d runs, want a second one after the panic", len(src.runs))
		}
		if strings.Contains(all.String(), "SECRET") || !strings.Contains(all.String(), "supervise_test") && !strings.Contains(all.String(), "TestSupervise") {
			t.Errorf("reports should name the place and not the value: %s", all.String())
		}
	})
}
