package main

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// cutKind says which moment is chosen, and what becomes of the writes that were
// not flushed.
type cutKind int

const (
	cutAtMark cutKind = iota
	cutBeforeFlush
	cutAfterFlush
	cutAnywhere
	cutReordered // before a flush; half of what was not flushed is lost
	cutTorn      // the same, and one write is torn
	cutKinds
)

func (k cutKind) String() string {
	return [...]string{"right after an answer", "before a flush", "after a flush", "anywhere", "reordered", "torn"}[k]
}

// drops reports whether writes are lost although later ones were kept.
func (k cutKind) drops() bool { return k == cutReordered || k == cutTorn }

// cut is one power cut: the entries before number entry had been done.
type cut struct {
	entry int
	kind  cutKind
	seed  uint64
}

// plan chooses n cuts, in the order of the log. Most of a log is appends, a write
// and a flush each; therefore every second cut lies where more was under way: a
// checkpoint, a new segment, a commit of ext4, an import.
func plan(entries []entry, n int, seed uint64) []cut {
	r := rand.New(rand.NewPCG(seed, 0))
	busy := busyEntries(entries)
	cuts := make([]cut, n)
	for i := range cuts {
		at := r.IntN(len(entries))
		if len(busy) > 0 && i/int(cutKinds)%2 == 1 {
			at = busy[r.IntN(len(busy))]
		}
		kind := cutKind(i % int(cutKinds))
		cuts[i] = cut{entry: moment(entries, at, kind), kind: kind, seed: r.Uint64()}
	}
	slices.SortStableFunc(cuts, func(a, b cut) int { return cmp.Compare(a.entry, b.entry) })
	return cuts
}

// moment gives how many entries a cut of the kind has before it, near at.
func moment(entries []entry, at int, kind cutKind) int {
	until := func(flag uint64) int {
		for i := at; i < len(entries); i++ {
			if entries[i].is(flag) {
				return i
			}
		}
		return len(entries)
	}
	switch kind {
	case cutAtMark:
		return min(until(flagMark)+1, len(entries))
	case cutAfterFlush:
		return min(until(flagFlush)+1, len(entries))
	case cutAnywhere:
		return at
	default:
		return until(flagFlush)
	}
}

// busyEntries gives the numbers of the entries between two flushes with more
// than one write between them.
func busyEntries(entries []entry) []int {
	var busy []int
	from, writes := 0, 0
	for i, e := range entries {
		if e.writes() {
			writes++
		}
		if !e.is(flagFlush) {
			continue
		}
		if writes > 1 {
			for k := from; k <= i; k++ {
				busy = append(busy, k)
			}
		}
		from, writes = i+1, 0
	}
	return busy
}
