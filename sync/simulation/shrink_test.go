package simulation

import (
	"slices"
	"testing"
	"time"
)

// tries is how many histories a shrinking may play.
const tries = 600

// shrink leaves out what a failure does not need: steps, in ever smaller runs,
// then terminals, then the time between the steps. fails plays a plan.
func shrink(p plan, fails func(plan) bool) plan {
	left := tries
	attempt := func(smaller plan) bool {
		if left--; left < 0 || !fails(smaller) {
			return false
		}
		p = smaller
		return true
	}
	for size := max(1, len(p.ops)/2); ; size = max(1, size/2) {
		dropped := false
		for at := 0; at < len(p.ops); {
			smaller := p
			smaller.ops = slices.Delete(slices.Clone(p.ops), at, min(at+size, len(p.ops)))
			if attempt(smaller) {
				dropped = true
			} else {
				at += size
			}
		}
		if size == 1 && !dropped || left < 0 {
			break
		}
	}
	for number := p.terminals - 1; number >= 0 && p.terminals > 1; number-- {
		smaller := p
		smaller.terminals--
		smaller.ops = nil
		for _, o := range p.ops {
			if o.term == number {
				continue
			}
			if o.term > number {
				o.term--
			}
			smaller.ops = append(smaller.ops, o)
		}
		attempt(smaller)
	}
	for i := range p.ops {
		smaller := p
		smaller.ops = slices.Clone(p.ops)
		smaller.ops[i].gap = time.Second
		attempt(smaller)
	}
	return p
}

// What a made-up failure needs is all that is left.
func TestShrink(t *testing.T) {
	p := generate(7, 500)
	p.ops[40].kind, p.ops[40].term = undo, 1
	p.ops[430].kind, p.ops[430].term = replica, 4
	played := 0
	small := shrink(p, func(p plan) bool {
		played++
		at := slices.IndexFunc(p.ops, func(o op) bool { return o.kind == undo })
		return at >= 0 && slices.ContainsFunc(p.ops[at:], func(o op) bool { return o.kind == replica })
	})
	if len(small.ops) != 2 || small.ops[0].kind != undo || small.ops[1].kind != replica || small.terminals > 2 || small.ops[1].gap != time.Second {
		t.Errorf("left of 500 steps: %d terminals, %+v", small.terminals, small.ops)
	}
	if played > tries {
		t.Errorf("%d histories were played", played)
	}
}
