package crashtest

import (
	"fmt"
	"strings"
)

// Choice names one disk state that a power cut can leave: where the power
// failed, and which of the pending operations were kept nevertheless. What is
// not named is lost.
type Choice struct {
	Cut   int    // so many operations had been done
	Kind  string // for the counts
	Keep  []Kept // of the files' bytes
	Names []int  // operations on names that were kept
	Sizes []int  // nodes whose size is the running system's, whatever bytes were kept
}

// mixedKind is the kind of the choices that dice make.
const mixedKind = "mixed"

// Kept is a write or truncation of which something was kept.
type Kept struct {
	Op   int
	Unit int    // 0: all of it; else what the disk tears, in bytes: 512 or 64
	Mask []byte // a bit for each unit, the lowest first, cut at multiples of Unit in the file
}

func (k Kept) has(n int) bool { return n/8 < len(k.Mask) && k.Mask[n/8]>>(n%8)&1 == 1 }

func (c Choice) kept(op int) (Kept, bool) {
	for _, k := range c.Keep {
		if k.Op == op {
			return k, true
		}
	}
	return Kept{}, false
}

// describe says in words what a choice keeps and loses.
func (c Choice) describe(d *disk) string {
	var b strings.Builder
	fmt.Fprintf(&b, "power cut after operation %d", c.Cut)
	if c.Cut > 0 {
		fmt.Fprintf(&b, " (%s)", describeOp(d.trace.Ops[c.Cut-1]))
	}
	for _, p := range d.pendingNames() {
		what := "lost"
		for _, n := range c.Names {
			if n == p {
				what = "kept"
			}
		}
		fmt.Fprintf(&b, "; %d %s %s", p, describeOp(d.trace.Ops[p]), what)
	}
	for _, p := range d.pendingBytes() {
		k, ok := c.kept(p)
		what := "lost"
		switch {
		case ok && k.Unit == 0:
			what = "kept"
		case ok:
			what = fmt.Sprintf("kept in part (units of %d bytes: %08b)", k.Unit, k.Mask)
		}
		fmt.Fprintf(&b, "; %d %s %s", p, describeOp(d.trace.Ops[p]), what)
	}
	if len(c.Sizes) > 0 {
		fmt.Fprintf(&b, "; sizes kept of files %v", c.Sizes)
	}
	return b.String()
}

func describeOp(o Op) string {
	switch o.Kind {
	case Write:
		return fmt.Sprintf("write of %d bytes at %d in file %d", len(o.Data), o.Off, o.Node)
	case Truncate:
		return fmt.Sprintf("truncate file %d to %d", o.Node, o.Off)
	case Rename:
		return fmt.Sprintf("rename %s to %s", o.Name, o.To)
	case Sync, SyncDir:
		return fmt.Sprintf("%s of %d", o.Kind, o.Node)
	}
	return fmt.Sprintf("%s %s (%d)", o.Kind, o.Name, o.Node)
}
