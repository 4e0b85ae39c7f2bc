package crashtest_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk/crashtest"
)

var (
	statesFlag = flag.Int("states", 0, "disk states to check; 0: a sample")
	seedFlag   = flag.Uint64("seed", 1, "of the first recordings")
	onlyFlag   = flag.String("only", "", "a scenario's name; empty: all")
	replayFlag = flag.String("replay", "", "a violation's file, to see it again")
)

func TestMain(m *testing.M) {
	crashtest.Child()
	os.Exit(m.Run())
}

// runner gives a harness, or skips the test where none can run.
func runner(t *testing.T) *crashtest.Runner {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	states := filepath.Join(t.TempDir(), "states")
	var fs unix.Statfs_t
	if err := unix.Statfs("/dev/shm", &fs); err == nil && fs.Type == unix.TMPFS_MAGIC {
		if states, err = os.MkdirTemp("/dev/shm", "hexiao-crash-"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(states) })
	}
	return &crashtest.Runner{
		Exe: exe, Temp: t.TempDir(), States: states, Workers: runtime.NumCPU(), Limit: 10 * time.Second, Say: t.Logf,
	}
}

func scenarios(t *testing.T) []crashtest.Scenario {
	all := crashtest.Scenarios()
	if *onlyFlag == "" {
		return all
	}
	all = slices.DeleteFunc(all, func(s crashtest.Scenario) bool { return s.Name != *onlyFlag })
	if len(all) == 0 {
		t.Fatalf("no scenario is called %q", *onlyFlag)
	}
	return all
}

func interruptible(t *testing.T) context.Context {
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, unix.SIGTERM)
	t.Cleanup(stop)
	return ctx
}

// noMount skips the sample and fails the long run, which somebody asked for.
func noMount(t *testing.T, err error) {
	if !errors.Is(err, crashtest.ErrNoMount) {
		t.Fatal(err)
	}
	if *statesFlag > 0 {
		t.Fatal(err)
	}
	t.Skip("no power cut was tried: ", err)
}

func TestPowerCuts(t *testing.T) {
	p := crashtest.Plan{States: 50_000 / slower, PerTrace: 2_000, Seed: *seedFlag, Scenarios: scenarios(t)}
	if *statesFlag > 0 {
		p.States = *statesFlag
	}
	began := time.Now()
	rep, err := runner(t).Run(interruptible(t), p)
	if err != nil {
		noMount(t, err)
	}
	took := time.Since(began)
	t.Logf("%d different states of %d recordings (%d operations), seed %d, in %s: %d/s", rep.States, rep.Traces, rep.Operations,
		p.Seed, took.Round(time.Second), int(float64(rep.States)/took.Seconds()))
	counts(t, "scenario", rep.Scenarios)
	counts(t, "kind", rep.Kinds)
	shown(t, rep)
}

// shown tells of violations.
func shown(t *testing.T, rep crashtest.Report) {
	counts(t, "broken", rep.Checks)
	t.Logf("%d violations", rep.Violations)
	for _, f := range rep.First {
		t.Errorf("%s, seed %d: %s: %s\n%s\nagain: -run TestReplay -args -replay %s", f.Scenario, f.Seed, f.Check, f.Text, f.Where, keep(t, f.File))
	}
	if rep.Violations > 0 {
		t.Errorf("%d violations", rep.Violations)
	}
}

func TestDiskErrors(t *testing.T) {
	step := 150 * slower
	if *statesFlag > 0 {
		step = 1
	}
	rep, err := runner(t).Errors(interruptible(t), step, *seedFlag)
	if err != nil {
		noMount(t, err)
	}
	t.Logf("%d runs of 200 redemptions with errors, every %d. operation: %d states after a power cut, seed %d", rep.Traces, step, rep.States, *seedFlag)
	counts(t, "error", rep.Scenarios)
	shown(t, rep)
}

func counts(t *testing.T, what string, by map[string]int) {
	for _, k := range slices.Sorted(maps.Keys(by)) {
		t.Logf("%s %-40s %8d", what, k, by[k])
	}
}

// keep moves a violation's file out of the test's folder.
func keep(t *testing.T, name string) string {
	if !filepath.IsAbs(name) {
		return name
	}
	kept := filepath.Join(os.TempDir(), "hexiao-"+filepath.Base(name))
	b, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(kept, b, 0o600)
	}
	if err != nil {
		t.Log(err)
	}
	return kept
}

func TestReplay(t *testing.T) {
	if *replayFlag == "" {
		t.Skip("-replay names no file")
	}
	dir := filepath.Join(t.TempDir(), "state")
	where, err := crashtest.Again(*replayFlag, dir)
	t.Log(strings.ReplaceAll(where, "; ", "\n"))
	if err != nil {
		t.Error(err)
	}
}
