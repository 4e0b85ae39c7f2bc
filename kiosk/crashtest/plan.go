package crashtest

import (
	"bytes"
	"context"
	"hash/maphash"
	"math/rand/v2"
)

const (
	// batchStates go to a worker at once.
	batchStates = 16
	// systematicShare of a trace's states are the systematic ones, if there are
	// so many; the rest is random.
	systematicShare = 0.6
)

// enumerate sends so many different states of a trace, in the order of their
// cuts, so that disks need follow the trace once only.
func (r *Runner) enumerate(ctx context.Context, t *Trace, states int, batches chan<- []Choice) {
	total, open := 0, 0.0
	d := newDisk(t, r.sums)
	for cut := t.Start; cut <= len(t.Ops); cut++ {
		d.advance(cut)
		total += len(d.systematic())
		open += d.freedom()
	}
	share := min(1, systematicShare*float64(states)/float64(total))
	each := (float64(states) - share*float64(total)) / max(1, open)
	dice := rand.New(rand.NewPCG(t.Seed, 2))
	d = newDisk(t, r.sums)
	var batch []Choice
	sent, owed := 0, 0.0
	send := func(c Choice) bool {
		if sent >= states || !r.fresh(d, c) {
			return false
		}
		sent++
		if batch = append(batch, c); len(batch) == batchStates {
			batches <- batch
			batch = nil
		}
		return true
	}
	for cut := t.Start; cut <= len(t.Ops) && ctx.Err() == nil; cut++ {
		d.advance(cut)
		for _, c := range d.systematic() {
			if c.Kind == "prefix" || dice.Float64() < share {
				send(c)
			}
		}
		for owed += each * d.freedom(); owed >= 1; owed-- {
			for range randomTries {
				if send(d.random(dice)) {
					break
				}
			}
		}
	}
	if len(batch) > 0 {
		batches <- batch
	}
}

// maxFreedom is where a cut has more states than anybody can try.
const maxFreedom = 40

// freedom says how many states there are at a cut, roughly as their logarithm:
// few where one small write is pending, which the systematic ones cover.
func (d *disk) freedom() float64 {
	n := 2 * len(d.pendingNames())
	for _, op := range d.pendingBytes() {
		if o := d.trace.Ops[op]; o.Kind == Write && len(bytes.TrimLeft(o.Data, "\x00")) == 0 {
			n++ // a spare's zeros
		} else if o.Kind == Write {
			n += units(o, 512)
		} else {
			n++
		}
	}
	return float64(max(0, min(n, maxFreedom)-2))
}

// randomTries find a state that was not there yet, or there is none to be found.
const randomTries = 3

// fresh reports whether a state is new: this disk, with these promises.
func (r *Runner) fresh(d *disk, c Choice) bool {
	sum := d.sum(d.build(c))
	answered, asked := d.trace.at(c.Cut)
	for _, i := range []int{answered, asked} {
		if i >= 0 {
			s := d.trace.Requests[i].After
			last := ""
			if s.Events > 0 {
				last = d.trace.Chain[s.Events-1]
			}
			sum += maphash.Comparable(r.sums, [2]any{s.Set, last + s.Point}) + s.HQ
		}
		sum *= 31
	}
	if r.seen[sum] {
		return false
	}
	r.seen[sum] = true
	return true
}
