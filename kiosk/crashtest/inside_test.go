package crashtest

import (
	"encoding/gob"
	"errors"
	"hash/maphash"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bytesOf gives a disk state's files.
func bytesOf(img image) map[string]string {
	all := map[string]string{}
	for name, f := range img.files {
		b := make([]byte, f.size)
		f.each(func(off int64, p []byte) { copy(b[off:], p) })
		all[name] = string(b)
	}
	return all
}

// small is a disk with a file that is synced, then grown and written into, and
// a new one that takes its name.
func small() *Trace {
	return &Trace{Ops: []Op{
		{Kind: Create, Node: 2, Dir: rootNode, Name: "a"},              // 0
		{Kind: Write, Node: 2, Data: []byte(strings.Repeat("o", 128))}, // 1
		{Kind: Sync, Node: 2},           // 2
		{Kind: SyncDir, Node: rootNode}, // 3
		{Kind: Write, Node: 2, Off: 64, Data: []byte(strings.Repeat("n", 128))}, // 4
		{Kind: Create, Node: 3, Dir: rootNode, Name: "a.new"},                   // 5
		{Kind: Write, Node: 3, Data: []byte("fresh")},                           // 6
		{Kind: Rename, Node: 3, Dir: rootNode, Name: "a.new", To: "a"},          // 7
		{Kind: Truncate, Node: 3, Off: 2},                                       // 8
	}}
}

func TestDiskStates(t *testing.T) {
	o, n := func(k int) string { return strings.Repeat("o", k) }, func(k int) string { return strings.Repeat("n", k) }
	all := []int{5, 7}
	for _, test := range []struct {
		name string
		c    Choice
		want map[string]string
	}{
		{"names need their folder's sync", Choice{Cut: 3}, map[string]string{}},
		{"bytes need their file's sync", Choice{Cut: 2, Names: []int{0}}, map[string]string{"a": ""}},
		{"synced", Choice{Cut: 4}, map[string]string{"a": o(128)}},
		{"lost", Choice{Cut: 5}, map[string]string{"a": o(128)}},
		{"kept", Choice{Cut: 5, Keep: []Kept{{Op: 4}}}, map[string]string{"a": o(64) + n(128)}},
		{"torn: the first unit", Choice{Cut: 5, Keep: []Kept{{Op: 4, Unit: 64, Mask: []byte{1}}}}, map[string]string{"a": o(64) + n(64)}},
		{"torn: the second unit", Choice{Cut: 5, Keep: []Kept{{Op: 4, Unit: 64, Mask: []byte{2}}}}, map[string]string{"a": o(128) + n(64)}},
		{"torn at 512: within one unit", Choice{Cut: 5, Keep: []Kept{{Op: 4, Unit: 512, Mask: []byte{1}}}}, map[string]string{"a": o(64) + n(128)}},
		{"the size alone", Choice{Cut: 5, Sizes: []int{2}}, map[string]string{"a": o(128) + strings.Repeat("\x00", 64)}},
		{"created", Choice{Cut: 7, Names: []int{5}, Keep: []Kept{{Op: 6}}}, map[string]string{"a": o(128), "a.new": "fresh"}},
		{"renamed, bytes lost", Choice{Cut: 8, Names: all}, map[string]string{"a": ""}},
		{"renamed, bytes kept", Choice{Cut: 8, Names: all, Keep: []Kept{{Op: 6}}}, map[string]string{"a": "fresh"}},
		{"rename lost", Choice{Cut: 8, Names: []int{5}, Keep: []Kept{{Op: 6}}}, map[string]string{"a": o(128), "a.new": "fresh"}},
		{"truncated", Choice{Cut: 9, Names: all, Keep: []Kept{{Op: 6}, {Op: 8}}}, map[string]string{"a": "fr"}},
		{"truncation lost", Choice{Cut: 9, Names: all, Keep: []Kept{{Op: 6}}}, map[string]string{"a": "fresh"}},
		{"write lost, truncation kept", Choice{Cut: 9, Names: all, Keep: []Kept{{Op: 8}}}, map[string]string{"a": "\x00\x00"}},
	} {
		d := newDisk(small(), maphash.MakeSeed())
		d.advance(test.c.Cut)
		if diff := cmp.Diff(test.want, bytesOf(d.build(test.c))); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if where := test.c.describe(d); !strings.Contains(where, "power cut after operation "+strconv.Itoa(test.c.Cut)) {
			t.Errorf("%s: described as %q", test.name, where)
		}
	}
}

// Every state that is tried is one that can be, and equal ones have equal sums.
func TestEnumerate(t *testing.T) {
	d := newDisk(small(), maphash.MakeSeed())
	dice := rand.New(rand.NewPCG(1, 1))
	sums, kinds := map[uint64]string{}, map[string]bool{}
	for cut := range len(d.trace.Ops) + 1 {
		d.advance(cut)
		list := d.systematic()
		for range 200 {
			list = append(list, d.random(dice))
		}
		for _, c := range list {
			img := d.build(c)
			text := cmp.Diff(map[string]string{}, bytesOf(img))
			if was, ok := sums[d.sum(img)]; ok && was != text {
				t.Fatalf("two states have one sum:\n%s\n%s", was, text)
			}
			sums[d.sum(img)], kinds[c.Kind] = text, true
		}
	}
	texts := map[string]bool{}
	for _, text := range sums {
		texts[text] = true
	}
	if len(texts) != len(sums) || len(sums) < 30 {
		t.Errorf("%d states have %d sums", len(texts), len(sums))
	}
	for _, k := range []string{"prefix", "all lost", "names", "sizes", "one kept", "one lost", "torn at 64", "torn at 512", "mixed"} {
		if !kinds[k] {
			t.Errorf("no state is of the kind %q", k)
		}
	}
}

// What a failed sync was for is gone for good.
func TestFailedSync(t *testing.T) {
	tr := &Trace{Ops: []Op{
		{Kind: Create, Node: 2, Dir: rootNode, Name: "a"}, {Kind: SyncDir, Node: rootNode},
		{Kind: Write, Node: 2, Data: []byte("lost")}, {Kind: SyncLost, Node: 2}, {Kind: Sync, Node: 2},
	}}
	d := newDisk(tr, maphash.MakeSeed())
	d.advance(len(tr.Ops))
	if got := bytesOf(d.build(d.systematic()[0])); got["a"] != "" {
		t.Errorf("%q came back", got["a"])
	}
}

// recorded runs a scenario, or skips the test where nothing can be mounted.
func recorded(t *testing.T, name string) *Trace {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range Scenarios() {
		if sc.Name != name {
			continue
		}
		r := &Runner{Exe: exe, Temp: t.TempDir(), Say: t.Logf}
		tr, err := r.Record(t.Context(), sc, 5)
		if errors.Is(err, ErrNoMount) {
			t.Skip("nothing was recorded: ", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	t.Fatalf("no scenario is called %q", name)
	return nil
}

// A synced write (pwritev2 with RWF_DSYNC) comes as a write and a sync, before
// the answer that it is for.
func TestTraceHasSyncs(t *testing.T) {
	tr := recorded(t, "redemptions")
	scans := 0
	for _, q := range tr.Requests {
		if q.Step.Do != DoScan || len(q.Told.Events) == 0 {
			continue
		}
		scans++
		written, synced := -1, false
		for _, op := range tr.Ops[q.Asked:q.Answered] {
			if op.Kind == Write && strings.Contains(string(op.Data), "HX0") { // the order's id
				written = op.Node
			}
			synced = synced || written >= 0 && op.Kind == Sync && op.Node == written
		}
		if !synced {
			t.Errorf("operations %d to %d of %s: no write of the event and sync after it", q.Asked, q.Answered, q.Step)
		}
	}
	if scans < orderCount {
		t.Errorf("%d scans recorded something", scans)
	}
}

// What a killed process left in the page cache is made durable before anything
// is built on it: bbolt would overwrite pages that the disk's last commit needs.
func TestOpeningSyncsDatabases(t *testing.T) {
	tr := recorded(t, "kill and reopen")
	files := map[int]string{}
	for _, op := range tr.Ops {
		if op.Kind == Create && (op.Name == "state.db.new" || op.Name == "orders.db.new") {
			files[op.Node] = op.Name
		}
	}
	openings := 0
	for _, q := range tr.Requests[1:] {
		if q.Step.Do != DoOpen {
			continue
		}
		openings++
		synced := map[string]bool{}
		for _, op := range tr.Ops[q.Asked:q.Answered] {
			if op.Kind == Write && files[op.Node] != "" && !synced[files[op.Node]] {
				t.Errorf("%s is written before it was synced", files[op.Node])
			}
			if op.Kind == Sync && files[op.Node] != "" {
				synced[files[op.Node]] = true
			}
		}
		// The live orders.db came by another name, from a staging.
		if !synced["state.db.new"] {
			t.Errorf("an opening synced %v", synced)
		}
	}
	if openings != 3 {
		t.Errorf("%d openings", openings)
	}
}

// A worker answers each state in turn, and sees an answer that was promised
// and is not there.
func TestWork(t *testing.T) {
	tr := recorded(t, "holds")
	d := newDisk(tr, maphash.MakeSeed())
	dice := rand.New(rand.NewPCG(5, 5))
	var choices []Choice
	for cut := 0; cut <= len(tr.Ops); cut += 9 {
		d.advance(cut)
		choices = append(choices, d.systematic()[0], d.random(dice))
	}
	verdicts := work(t, tr, choices)
	for i, v := range verdicts {
		if v.Check != "" {
			t.Errorf("%s: %s: %s", choices[i].Kind, v.Check, v.Text)
		}
	}
	lies := map[string]func(*Trace){
		checkLost:    func(tr *Trace) { tr.Requests[len(tr.Requests)-1].After.Events++ },
		checkAltered: func(tr *Trace) { tr.Chain[3] = tr.Chain[2] },
		checkSet:     func(tr *Trace) { tr.Requests[len(tr.Requests)-1].After.Set.Count++ },
		checkHQ:      func(tr *Trace) { tr.Requests[len(tr.Requests)-1].After.HQ++ },
	}
	for check, lie := range lies {
		tr := recorded(t, "holds")
		lie(tr)
		if v := work(t, tr, []Choice{{Cut: len(tr.Ops)}})[0]; v.Check != check {
			t.Errorf("found %q (%s), not %q", v.Check, v.Text, check)
		}
	}
}

func work(t *testing.T, tr *Trace, choices []Choice) []verdict {
	in, send := io.Pipe()
	receive, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- Work(t.TempDir(), in, out) }()
	sent := make(chan error, 1)
	go func() {
		enc := gob.NewEncoder(send)
		sent <- errors.Join(enc.Encode(job{Trace: tr}), enc.Encode(job{Choices: choices}), send.Close())
	}()
	dec := gob.NewDecoder(receive)
	verdicts := make([]verdict, len(choices))
	for i := range verdicts {
		if err := dec.Decode(&verdicts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(<-sent, <-done); err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// Drive needs no mount: any folder with a control file will do.
func TestDrive(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 7))
	for _, sc := range Scenarios() {
		if sc.Recovers {
			continue // it goes on with what another one left
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, controlName), nil, fileMode); err != nil {
			t.Fatal(err)
		}
		for i, steps := range sc.Steps(dice) {
			err := Drive(Life{Dir: dir, Seed: uint64(i), Steps: steps})
			last := steps[len(steps)-1].Do
			if err != nil && (last != DoKill || !errors.Is(err, errKilled)) {
				t.Errorf("%s: %v", sc.Name, err)
			}
			if last != DoClose {
				break // a store that was not closed holds its lock
			}
		}
	}
	if err := Drive(Life{Dir: t.TempDir(), Steps: one(DoOpen)}); err == nil {
		t.Error("a folder without a control file was driven")
	}
}

// A violation's file shows the same state again.
func TestAgain(t *testing.T) {
	tr := recorded(t, "redemptions")
	name := filepath.Join(t.TempDir(), "v.gob")
	tr.Chain[0] = "another"
	if err := save(name, Replay{Trace: tr, Choice: Choice{Cut: len(tr.Ops), Kind: "all lost"}}); err != nil {
		t.Fatal(err)
	}
	where, err := Again(name, filepath.Join(t.TempDir(), "state"))
	if v, ok := errors.AsType[*Violation](err); !ok || v.Check != checkAltered || !strings.Contains(where, "power cut") {
		t.Errorf("%v at %q", err, where)
	}
}
