package crashtest

import (
	"math/rand/v2"
	"slices"
)

// singles bounds how many of the pending writes are tried one by one at a cut:
// the latest, for the earlier ones were tried at earlier cuts.
const singles = 12

// pendingBytes gives the writes and truncations that a cut may lose, in order.
func (d *disk) pendingBytes() []int {
	var ops []int
	for _, n := range d.nodes {
		if n.names == nil {
			ops = append(ops, n.pending...)
		}
	}
	slices.Sort(ops)
	return ops
}

// pendingNames gives the operations on names that a cut may lose, in order.
func (d *disk) pendingNames() []int {
	var ops []int
	for _, n := range d.nodes {
		if n.names != nil {
			ops = append(ops, n.pending...)
		}
	}
	slices.Sort(ops)
	return ops
}

// grown gives the files whose size a cut may lose.
func (d *disk) grown() []int {
	var nodes []int
	for id, n := range d.nodes {
		if n.names == nil && n.size != n.content.size {
			nodes = append(nodes, id)
		}
	}
	slices.Sort(nodes)
	return nodes
}

// cutter makes the choices of one cut.
type cutter struct {
	d      *disk
	bytes  []int
	names  []int
	grown  []int
	result []Choice
}

func whole(ops []int) []Kept {
	keep := make([]Kept, len(ops))
	for i, op := range ops {
		keep[i] = Kept{Op: op}
	}
	return keep
}

func without(list []int, one int) []int {
	return slices.DeleteFunc(slices.Clone(list), func(n int) bool { return n == one })
}

func (c *cutter) add(kind string, keep []Kept, names, sizes []int) {
	c.result = append(c.result, Choice{Cut: c.d.done, Kind: kind, Keep: keep, Names: names, Sizes: sizes})
}

// systematic gives the states that are tried at every cut: all pending
// operations kept or lost, and each one alone kept, lost or torn.
func (d *disk) systematic() []Choice {
	c := &cutter{d: d, bytes: d.pendingBytes(), names: d.pendingNames(), grown: d.grown()}
	c.add("prefix", whole(c.bytes), c.names, nil)
	if len(c.bytes)+len(c.names) == 0 {
		return c.result
	}
	c.add("all lost", nil, nil, nil)
	if len(c.names) > 0 && len(c.bytes) > 0 {
		c.add("names", nil, c.names, nil)
		c.add("names", whole(c.bytes), nil, nil)
	}
	for _, n := range c.names {
		c.add("names", whole(c.bytes), without(c.names, n), nil)
		c.add("names", whole(c.bytes), []int{n}, nil)
		c.add("names", nil, []int{n}, nil)
	}
	if len(c.grown) > 0 {
		c.add("sizes", nil, c.names, c.grown)
		c.add("sizes", nil, nil, c.grown)
	}
	for _, op := range c.bytes[max(0, len(c.bytes)-singles):] {
		c.add("one kept", []Kept{{Op: op}}, c.names, nil)
		c.add("one lost", whole(without(c.bytes, op)), c.names, nil)
		c.torn(op, 512)
		c.torn(op, 64)
	}
	return c.result
}

// maxTears is how many prefixes and gaps of one write are tried one by one.
const maxTears = 8

// torn tears one write: prefixes of it, and all of it but one unit, with the
// other pending writes kept and lost.
func (c *cutter) torn(op, unit int) {
	o := c.d.trace.Ops[op]
	if o.Kind != Write {
		return
	}
	kind := "torn at 512"
	if unit == 64 {
		kind = "torn at 64"
	}
	n := units(o, unit)
	others := whole(without(c.bytes, op))
	step := max(1, n/maxTears)
	for i := 0; i < n; i += step {
		prefix, gap := make([]byte, (n+7)/8), make([]byte, (n+7)/8)
		for u := range n {
			if u < i {
				prefix[u/8] |= 1 << (u % 8)
			}
			if u != i {
				gap[u/8] |= 1 << (u % 8)
			}
		}
		for _, mask := range [][]byte{prefix, gap} {
			k := Kept{Op: op, Unit: unit, Mask: mask}
			c.add(kind, append([]Kept{k}, others...), c.names, nil)
			if len(others) > 0 {
				c.add(kind, []Kept{k}, c.names, nil)
			}
		}
	}
}

// units is in how many pieces a write can be torn.
func units(o Op, unit int) int {
	u := int64(unit)
	return int((o.Off+int64(len(o.Data))-1)/u - o.Off/u + 1)
}

// random gives any subset: of names, of writes, of their sectors, in any order
// in which a disk may have taken them.
func (d *disk) random(dice *rand.Rand) Choice {
	c := Choice{Cut: d.done, Kind: mixedKind}
	for _, n := range d.pendingNames() {
		if dice.IntN(2) == 0 {
			c.Names = append(c.Names, n)
		}
	}
	if dice.IntN(2) == 0 {
		c.Names = d.pendingNames() // most of what is interesting needs its names
	}
	for _, op := range d.pendingBytes() {
		o := d.trace.Ops[op]
		how := dice.IntN(5)
		switch {
		case how == 0:
			continue
		case how == 1 || o.Kind != Write:
			c.Keep = append(c.Keep, Kept{Op: op})
			continue
		}
		unit := 512
		if how == 2 {
			unit = 64
		}
		n := units(o, unit)
		mask := make([]byte, (n+7)/8)
		few := 1 + dice.IntN(7)
		for u := range n {
			if dice.IntN(8) < few {
				mask[u/8] |= 1 << (u % 8)
			}
		}
		c.Keep = append(c.Keep, Kept{Op: op, Unit: unit, Mask: mask})
	}
	for _, id := range d.grown() {
		if dice.IntN(3) == 0 {
			c.Sizes = append(c.Sizes, id)
		}
	}
	return c
}
