package crashtest

import (
	"hash/maphash"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func BenchmarkState(b *testing.B) {
	exe, _ := os.Executable()
	r := &Runner{Exe: exe, Temp: b.TempDir(), Say: b.Logf}
	t, err := r.Record(b.Context(), Scenarios()[1], 1)
	if err != nil {
		b.Skip(err)
	}
	dir, _ := os.MkdirTemp("/dev/shm", "hexiao-bench-")
	defer os.RemoveAll(dir)
	d := newDisk(t, maphash.MakeSeed())
	dice := rand.New(rand.NewPCG(1, 1))
	n := 0
	for b.Loop() {
		n++
		if d.done >= len(t.Ops) {
			d = newDisk(t, maphash.MakeSeed())
		}
		d.advance(d.done + 1)
		v, err := try(filepath.Join(dir, strconv.Itoa(n)), d, d.random(dice))
		if err != nil || v.Check != "" {
			b.Fatal(v, err)
		}
	}
}
