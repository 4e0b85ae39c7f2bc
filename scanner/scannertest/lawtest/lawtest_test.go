package lawtest

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// Inputs keep to their length, and are not all the same.
func TestRun(t *testing.T) {
	var n, different atomic.Uint64
	Run(t, Law{Seeds: [][]byte{[]byte("seed"), {}}, Most: 16, Sample: 5000, New: func() func([]byte) error {
		seen := map[string]bool{}
		return func(b []byte) error {
			n.Add(1)
			if !seen[string(b)] {
				seen[string(b)] = true
				different.Add(1)
			}
			if len(b) > 16 {
				return errors.New("too long")
			}
			return nil
		}
	}})
	if n.Load() != 5000 || different.Load() < 1000 {
		t.Errorf("%d inputs, %d different ones", n.Load(), different.Load())
	}
}

// The same seed makes the same inputs.
func TestSeeds(t *testing.T) {
	inputs := func(seed uint64) []byte {
		m := &mutator{law: Law{Seeds: [][]byte{[]byte("abc")}, Most: 100}, random: rand.New(rand.NewPCG(seed, 0))}
		var all []byte
		for range 50 {
			m.next()
			all = append(all, m.input...)
		}
		return all
	}
	if !bytes.Equal(inputs(1), inputs(1)) || bytes.Equal(inputs(1), inputs(2)) {
		t.Error("a seed does not say which inputs are made")
	}
}

// A broken law and a panic fail the test and show the input. Run fails its own test, so that is
// another process.
func TestViolationsAreShown(t *testing.T) {
	if os.Getenv("HEXIAO_LAW_BREAK") != "" {
		Run(t, Law{Seeds: [][]byte{[]byte("seed")}, Most: 16, Sample: 1000, New: func() func([]byte) error {
			return func(b []byte) error {
				if bytes.HasSuffix(b, []byte("d")) {
					panic("it ends with d")
				}
				return errors.New("it does not")
			}
		}})
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestViolationsAreShown$", "-test.v")
	cmd.Env = append(os.Environ(), "HEXIAO_LAW_BREAK=1", "HEXIAO_EXECUTIONS=100", "HEXIAO_SEED=7")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it passed:\n%s", out)
	}
	for _, want := range []string{"it does not\n", "panic: it ends with d\n", "input ", "violations, seed 7"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
