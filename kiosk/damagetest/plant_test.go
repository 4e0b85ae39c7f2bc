package damagetest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// plantedCases are tried with each planted fault, at most.
const plantedCases = 3000

// fault is a line of the product changed for the worse.
type fault struct{ name, file, old, new string }

func faults() []fault {
	return []fault{
		{"nobody knows how long the journal was", "boltstore/seen.go", "return max(s.was.head.Seq,", "return 0 * max(s.was.head.Seq,"},
		{"read on after a file that ends too early", "journal/read.go", "f.joins(i+1, last); err != nil", "f.joins(i+1, last); err != nil && false"},
		{"bbolt opens what nobody looked at", "boltstore/bolt.go", "if check != nil {", "if check != nil && false {"},
		{"records without tags", "boltstore/tag.go", "if len(kept) < tagBytes ||", "if len(kept) < tagBytes || false &&"},
		{"no sum over the states", "boltstore/state.go", "m.Sum != st.sum", "false"},
		{"any bad place is a torn end", "journal/torn.go", "case holdsLater(t.bytes, seq):", "case false && holdsLater(t.bytes, seq):"},
		{"damaged files are deleted", "boltstore/bolt.go", "return aside, rename(path, aside)", "return aside, os.Remove(path)"},
		{"another terminal's files count as ours", "boltstore/state.go", "m.Terminal != st.terminal", "false"},
		{"nobody asks orders.db", "boltstore/seen.go", "!ok || here != head", "false && (!ok || here != head)"},
	}
}

// TestPlantedFaults builds a worker with each fault and expects a case to find
// it. Building takes seconds: without DAMAGE_FAULTS=all it is the first two.
func TestPlantedFaults(t *testing.T) {
	sh := newShop(t)
	chosen := faults()
	if os.Getenv("DAMAGE_FAULTS") != "all" {
		chosen = chosen[:2]
	}
	for _, f := range chosen {
		t.Run(f.name, func(t *testing.T) {
			counts, violations := run(t, sh, workers(t, faulty(t, f), 2), 0, plantedCases, 1)
			if len(violations) == 0 {
				t.Fatalf("nobody noticed%s", counts)
			}
			t.Log(violations[0])
		})
	}
}

// faulty builds this test's program with a fault in it.
func faulty(t *testing.T, f fault) string {
	t.Helper()
	source, err := filepath.Abs(filepath.Join("..", f.file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), f.old); n == 0 {
		t.Fatalf("%s has no %q: plant the fault anew", f.file, f.old)
	}
	dir := t.TempDir()
	changed, overlay, program := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "worker")
	if err := os.WriteFile(changed, []byte(strings.ReplaceAll(string(text), f.old, f.new)), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {source: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, ".")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return program
}
