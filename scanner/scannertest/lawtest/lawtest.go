// Package lawtest holds laws to inputs by the million. Go's fuzzer follows coverage and does some ten
// thousand inputs a second; this knows nothing of coverage, starts from the same seeds, and
// does a million a second of a cheap law on every core. A law that holds under both has been
// asked the clever questions and very many dull ones.
//
// HEXIAO_EXECUTIONS says how many inputs a test makes, HEXIAO_SEED which ones; without them it is
// a sample of about a second, the same on every run.
//
// Limits: a law that does not come back is ended by go test's own time limit, which prints
// where it is.
package lawtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// Law is what must hold of every input.
type Law struct {
	Seeds  [][]byte // inputs to start from; one at least
	Most   int      // the longest input in bytes
	Sample uint64   // how many inputs where HEXIAO_EXECUTIONS is not set
	// New makes a judge, one for each goroutine; it says what an input breaks. The input is only lent.
	New func() func(input []byte) error
}

const (
	kept   = 5        // violations that are shown
	growth = 64 << 20 // bytes that may stay in use after all inputs
)

// Run makes inputs and fails the test with those that break the law or make it panic.
func Run(t *testing.T, l Law) {
	t.Helper()
	total, seed := number(t, "HEXIAO_EXECUTIONS", l.Sample), number(t, "HEXIAO_SEED", 1)
	before := inUse()
	var done, broken atomic.Uint64
	var workers sync.WaitGroup
	for i := range uint64(runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			m := &mutator{law: l, random: rand.New(rand.NewPCG(seed, i))}
			judge := l.New()
			for done.Add(1) <= total && broken.Load() < kept {
				if err := m.judged(judge); err != nil {
					broken.Add(1)
					t.Errorf("%v\ninput %x", err, m.input)
					judge = l.New() // whatever a panic left behind
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d executions, %d violations, seed %d", min(done.Load(), total), broken.Load(), seed)
	if after := inUse(); after > before+growth {
		t.Errorf("%d bytes were in use before, %d are after", before, after)
	}
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// mutator makes inputs one after the other.
type mutator struct {
	law    Law
	random *rand.Rand
	input  []byte
}

// judged makes the next input and has it judged.
func (m *mutator) judged(judge func([]byte) error) (err error) {
	m.next()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return judge(m.input)
}

// next makes an input: a seed, or random bytes now and then, changed in a few places.
func (m *mutator) next() {
	m.input = append(m.input[:0], m.seed()...)
	if m.random.IntN(16) == 0 {
		m.input = m.input[:0]
		for range m.random.IntN(min(m.law.Most, 64) + 1) {
			m.input = append(m.input, byte(m.random.Uint32()))
		}
	}
	for range 1 + m.random.IntN(4) {
		m.change()
	}
	if len(m.input) > m.law.Most {
		m.input = m.input[:m.law.Most]
	}
}

func (m *mutator) seed() []byte { return m.law.Seeds[m.random.IntN(len(m.law.Seeds))] }

// change makes one change.
func (m *mutator) change() {
	n := len(m.input)
	at := m.random.IntN(n + 1)
	length := 1 + m.random.IntN(8)
	if m.random.IntN(8) == 0 {
		length = 1 + m.random.IntN(n+1)
	}
	end := min(n, at+length)
	switch what := m.random.IntN(9); {
	case what == 0: // a part goes
		m.input = slices.Delete(m.input, at, end)
	case what == 1: // a part comes twice
		m.input = slices.Insert(m.input, end, m.input[at:end]...)
	case what == 2: // a part of a seed comes in
		other := m.seed()
		from := m.random.IntN(len(other) + 1)
		m.input = slices.Insert(m.input, at, other[from:min(len(other), from+length)]...)
	case what == 3: // what often goes wrong comes in
		m.input = slices.Insert(m.input, at, "\x00\x02\x03\t\n\r\x1b\x1d\x7f\x80\xc2\xff-. ]09Aa"[m.random.IntN(20)])
	case what == 4:
		m.input = m.input[:at]
	case at == n:
		m.input = append(m.input, byte(m.random.Uint32()))
	case what == 5:
		m.input[at] ^= 1 << m.random.IntN(8)
	case what == 6:
		m.input[at] += byte(m.random.IntN(7)) - 3
	default:
		m.input[at] = byte(m.random.Uint32())
	}
}
