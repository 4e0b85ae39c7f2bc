package main

import (
	"context"
	"sync/atomic"
	"time"
)

// beat is how often the pulse is felt.
const beat = 10 * time.Millisecond

// pulse tells how long this machine stood still. An emulated one does, when the machine around it is busy; scanners do not, and
// a text in whose middle nothing came for a third of a second is two texts by right.
type pulse struct{ longest atomic.Int64 }

func (p *pulse) run(ctx context.Context) {
	last := time.Now()
	for rest(ctx, beat) == nil {
		now := time.Now()
		p.note(now.Sub(last))
		last = now
	}
}

// note remembers a time in which something that should have gone on did not.
func (p *pulse) note(d time.Duration) {
	for {
		longest := p.longest.Load()
		if int64(d) <= longest || p.longest.CompareAndSwap(longest, int64(d)) {
			return
		}
	}
}

// reset begins a new measurement and gives the longest standstill of the last one.
func (p *pulse) reset() time.Duration { return time.Duration(p.longest.Swap(0)) }
