package crashtest_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk/crashtest"
)

// planted is a fault in the product's own source. The harness must catch it; a
// text that is no longer there fails the test.
type planted struct {
	name     string
	file     string // from the module's root
	old, new string
	caught   []string      // by one of these checks first
	limit    time.Duration // for one state; 0: seconds
}

func plants() []planted {
	return []planted{
		{
			name: "answer before fsync", file: "kiosk/journal/fs.go",
			old: "[][]byte{b}, off, unix.RWF_DSYNC)", new: "[][]byte{b}, off, 0)",
			caught: []string{"no acknowledged event is lost"},
		}, {
			name: "a checkpoint whose head is ahead of its state", file: "kiosk/boltstore/state.go",
			old:    "	err := st.put(batch, signed, head, failed, rest)\n",
			new:    "	err := st.update(func(_ *bolt.Tx, m *stateMeta) error { m.Head = head; return nil })\n	if err == nil {\n		err = st.put(batch, signed, head, failed, rest)\n	}\n",
			caught: []string{"the state is the fold of the journal"},
		}, {
			name: "bbolt does not sync", file: "kiosk/boltstore/bolt.go",
			old: "FreelistType: bolt.FreelistMapType}", new: "FreelistType: bolt.FreelistMapType, NoSync: true}",
			caught: []string{"nothing is set aside as damaged", "the order set is the old or the new one", "the state is the fold of the journal", "the store opens"},
		}, {
			name: "no deduplication", file: "kiosk/boltstore/redeem.go",
			old: "		state := own.Merge(o)", new: "		state := kiosk.OrderState{}.Merge(o)",
			caught: []string{"a scan is answered by what happened", "an interrupted handover becomes one event"},
		}, {
			name: "the journal is trimmed before HQ has it", file: "kiosk/boltstore/store.go",
			old:    "		case <-s.kick:\n",
			new:    "		case <-s.kick:\n			_ = s.o.FS.Remove(filepath.Join(s.o.Dir, journalDir, \"00000001.hxj\"))\n",
			caught: []string{"no acknowledged event is lost", "the store opens", "a second opening agrees", "no event is altered or made up"},
		}, {
			name: "the journal is not read again", file: "kiosk/boltstore/store.go",
			old: "		if e.Head.Seq <= applied.Seq {", new: "		if e.Head.Seq > 0 {",
			caught: []string{"the chain is sound", "the state is the fold of the journal"},
		}, {
			name: "the data folder's name is not synced", file: "kiosk/boltstore/bolt.go",
			old: "	if err := syncFile(parent); err != nil &&", new: "	if err := error(nil); err != nil &&",
			caught: []string{"no acknowledged event is lost", "the order set is the old or the new one"},
		}, {
			name: "a renamed file's name is not synced", file: "kiosk/boltstore/bolt.go",
			old: "	return syncFile(filepath.Dir(to))", new: "	return nil",
			caught: []string{"the order set is the old or the new one"},
		}, {
			name: "a segment's name is not synced", file: "kiosk/journal/spare.go",
			old: "		err = j.fs.SyncDir(j.dir)", new: "		err = nil",
			caught: []string{"no acknowledged event is lost", "the store opens"},
		}, {
			name: "a torn end ends the process", file: "kiosk/boltstore/store.go",
			old: "	for _, name := range j.Torn() {", new: "	for _, name := range j.Torn() {\n		panic(name)",
			caught: []string{"the process neither dies nor hangs"},
		}, {
			name: "a torn end makes the process hang", file: "kiosk/boltstore/store.go",
			old: "	for _, name := range j.Torn() {", new: "	for _, name := range j.Torn() {\n		for name != \"\" {\n		}",
			limit: time.Second, caught: []string{"the process neither dies nor hangs"},
		},
	}
}

// plantedStates is how many states a planted fault may hide in.
const plantedStates = 6_000

// build makes this package's test program with the fault in it.
func (p planted) build(ctx context.Context, t *testing.T) string {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(root, p.file)
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), p.old) != 1 {
		t.Fatalf("%s has the text of the fault %d times, not once: write the fault anew for the source as it is now", p.file, strings.Count(string(text), p.old))
	}
	dir := t.TempDir()
	faulty, overlay, exe := filepath.Join(dir, "faulty.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "crash.test")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {source: faulty}})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{faulty: []byte(strings.Replace(string(text), p.old, p.new, 1)), overlay: list} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-tags=x11 migrated_fynedo gles", "-ldflags=-s -w", "-overlay="+overlay, "-o", exe, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build with the fault: %v\n%s", err, out)
	}
	return exe
}

// caughtBy runs the harness until it finds something, and says what found it.
func caughtBy(t *testing.T, r *crashtest.Runner, name string, checks []string) {
	r.Say = func(string, ...any) {}
	rep, err := r.Run(interruptible(t), crashtest.Plan{States: plantedStates, PerTrace: 400, Seed: *seedFlag, Stop: 1, Scenarios: crashtest.Scenarios()})
	if err != nil {
		noMount(t, err)
	}
	if rep.Violations == 0 {
		t.Fatalf("%s: not caught in %d states", name, rep.States)
	}
	first := rep.First[0]
	for _, f := range rep.First {
		if f.File != "" { // a power cut shows more than a run that failed
			first = f
			break
		}
	}
	t.Logf("%s: caught after %d states of %d recordings by %q (%s): %s", name, rep.States, rep.Traces, first.Check, first.Scenario, first.Text)
	for _, c := range checks {
		if c == first.Check {
			return
		}
	}
	t.Errorf("%s: caught by %q, expected %q", name, first.Check, checks)
}

func TestPlantedFaults(t *testing.T) {
	for _, p := range plants() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			r := runner(t)
			if p.limit > 0 {
				r.Limit = p.limit
			}
			r.Exe = p.build(t.Context(), t)
			caughtBy(t, r, p.name, p.caught)
		})
	}
}

// A store that takes no notice of a failed write is caught by the runs with
// errors.
func TestPlantedErrorFault(t *testing.T) {
	p := planted{
		name: "an answer despite a failed write", file: "kiosk/journal/append.go",
		old: "	if err := j.tail.WriteSync(write, at); err != nil {\n		return nil, j.poisoned(err)\n	}", new: "	_ = j.tail.WriteSync(write, at)",
	}
	r := runner(t)
	r.Exe = p.build(t.Context(), t)
	rep, err := r.Errors(interruptible(t), 250, *seedFlag)
	if err != nil {
		noMount(t, err)
	}
	if rep.Violations == rep.Checks["the run before the power cut works"] { // a power cut must show it
		t.Fatalf("not caught in %d runs and %d states: %v", rep.Traces, rep.States, rep.Checks)
	}
	t.Logf("%s: caught in %d runs by %v: %s", p.name, rep.Traces, rep.Checks, rep.First[0].Text)
}

func TestLyingDisk(t *testing.T) {
	r := runner(t)
	r.Lie = true
	caughtBy(t, r, "a disk that lies about fsync", []string{"no acknowledged event is lost", "the order set is the old or the new one",
		"the store opens", "nothing is set aside as damaged", "the chain is sound"})
}
