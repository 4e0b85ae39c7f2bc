package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sector = 512

// logOf makes the log that the kernel would have written. Writes are filled with
// their number, from 1.
func logOf(entries ...entry) []byte {
	le := binary.LittleEndian
	b := make([]byte, sector)
	le.PutUint64(b, logMagic)
	le.PutUint64(b[8:], logVersion)
	le.PutUint64(b[16:], uint64(len(entries)))
	le.PutUint32(b[24:], sector)
	for i, e := range entries {
		head := make([]byte, sector)
		le.PutUint64(head, uint64(e.off/sector))
		le.PutUint64(head[8:], uint64(e.size/sector))
		le.PutUint64(head[16:], e.flags)
		le.PutUint64(head[24:], uint64(len(e.mark)))
		copy(head[entryBytes:], e.mark)
		b = append(b, head...)
		if !e.is(flagDiscard) {
			b = append(b, bytes.Repeat([]byte{byte(i + 1)}, int(e.size))...)
		}
	}
	return b
}

func write(sectorAt, sectors int64, flags uint64) entry {
	return entry{off: sectorAt * sector, size: sectors * sector, flags: flags}
}

func flush() entry { return entry{flags: flagFlush} }

func mark(text string) entry { return entry{flags: flagMark, mark: text} }

func read(t *testing.T, log []byte) []entry {
	t.Helper()
	entries, err := readLog(bytes.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestReadLog(t *testing.T) {
	want := []entry{write(0, 2, 0), mark("import/1"), write(8, 4, flagDiscard), flush(), write(3, 1, flagFUA|flagFlush)}
	got := read(t, logOf(want...))
	for i, at := range []int64{2, 5, 6, 7, 8} {
		want[i].data = at * sector
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" {
		t.Error(diff)
	}
}

func TestReadLogRefuses(t *testing.T) {
	sound := logOf(write(0, 1, 0), mark("x"))
	for name, c := range map[string]struct {
		damage func(b []byte) []byte
		says   string
	}{
		"empty":       {func([]byte) []byte { return nil }, "read the log"},
		"no log":      {func(b []byte) []byte { b[0] ^= 1; return b }, "not of dm-log-writes"},
		"a version":   {func(b []byte) []byte { b[8] = 9; return b }, "version 9"},
		"a sector":    {func(b []byte) []byte { b[24], b[25] = 1, 0; return b }, "a sector of 1 bytes"},
		"cut off":     {func(b []byte) []byte { return b[:3*sector] }, "entry 1 of 2"},
		"a long mark": {func(b []byte) []byte { b[3*sector+25] = 2; return b }, "entry 1 makes no sense"},
		"a place":     {func(b []byte) []byte { b[sector+7] = 0xff; return b }, "entry 0 makes no sense"},
	} {
		if _, err := readLog(bytes.NewReader(c.damage(bytes.Clone(sound)))); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sectors gives what each sector of a disk is filled with; -1: with no one thing.
func sectors(disk []byte) (got []int) {
	for at := 0; at < len(disk); at += sector {
		value := int(disk[at])
		if bytes.Count(disk[at:at+sector], disk[at:at+1]) != sector {
			value = -1
		}
		got = append(got, value)
	}
	return got
}

func leave(t *testing.T, log []byte, c cut, disk int) []int {
	t.Helper()
	p := &player{log: bytes.NewReader(log), entries: read(t, log), disk: make([]byte, disk*sector)}
	out := make([]byte, len(p.disk))
	for i := range out {
		out[i] = 0xee // what an earlier cut left in the slot
	}
	if err := p.playTo(c.entry); err != nil {
		t.Fatal(err)
	}
	if err := p.leave(out, c); err != nil {
		t.Fatal(err)
	}
	return sectors(out)
}

func TestWhatACutLeaves(t *testing.T) {
	log := logOf(
		write(0, 1, 0), write(1, 1, 0), flush(), // 1 and 2 are durable
		write(0, 1, 0), write(2, 1, flagFUA), write(3, 1, 0), // 4 and 6 are not, 5 is
		write(4, 1, flagFlush|flagFUA), // flushes those before it, and lasts itself
		write(5, 1, flagFlush),         // does not last itself
		write(4, 2, flagDiscard), flush(),
	)
	for _, c := range []struct {
		entry int
		want  []int
	}{
		{0, []int{0, 0, 0, 0, 0, 0}},
		{1, []int{1, 0, 0, 0, 0, 0}},
		{3, []int{1, 2, 0, 0, 0, 0}},
		{6, []int{4, 2, 5, 6, 0, 0}},
		{8, []int{4, 2, 5, 6, 7, 8}},
		{9, []int{4, 2, 5, 6, 0, 0}},
	} {
		if diff := cmp.Diff(c.want, leave(t, log, cut{entry: c.entry, kind: cutAnywhere}, 6)); diff != "" {
			t.Errorf("at entry %d: %s", c.entry, diff)
		}
	}
	// What is not durable comes and goes, each on its own; the rest stays.
	seen := map[[2]int]bool{}
	for seed := range uint64(100) {
		got := leave(t, log, cut{entry: 6, kind: cutReordered, seed: seed}, 6)
		seen[[2]int{got[0], got[3]}] = true
		if got[1] != 2 || got[2] != 5 {
			t.Fatalf("seed %d lost what was durable: %v", seed, got)
		}
	}
	if len(seen) != 4 || !seen[[2]int{1, 0}] || !seen[[2]int{4, 0}] || !seen[[2]int{1, 6}] || !seen[[2]int{4, 6}] {
		t.Errorf("the lost writes come as %v", seen)
	}
}

func TestTornWrites(t *testing.T) {
	log := logOf(write(0, 8, 0), flush(), write(0, 8, 0))
	torn := 0
	for seed := range uint64(50) {
		got := leave(t, log, cut{entry: 3, kind: cutTorn, seed: seed}, 8)
		old := 0
		for _, v := range got {
			switch v {
			case 1:
				old++
			case 3:
			default:
				t.Fatalf("a sector is neither old nor new: %v", got)
			}
		}
		if old > 0 && old < 8 {
			torn++
		}
	}
	if torn < 40 {
		t.Errorf("of 50 torn writes %d are", torn)
	}
}

// A write with FUA overtakes older ones, but not to the same place.
func TestOvertaking(t *testing.T) {
	log := logOf(write(0, 1, 0), write(1, 1, 0), write(0, 1, flagFUA))
	for seed := range uint64(20) {
		if got := leave(t, log, cut{entry: 3, kind: cutReordered, seed: seed}, 2); got[0] != 3 {
			t.Fatalf("an older write came back over a durable one: %v", got)
		}
	}
}

func TestWriteBehindTheEnd(t *testing.T) {
	log := logOf(write(7, 2, flagFUA))
	p := &player{log: bytes.NewReader(log), entries: read(t, log), disk: make([]byte, 8*sector)}
	if err := p.playTo(1); err == nil || !strings.Contains(err.Error(), "behind the end") {
		t.Error(err)
	}
}

func TestPlan(t *testing.T) {
	var entries []entry
	for range 1000 { // an append each
		entries = append(entries, write(0, 8, 0), flush(), mark("m"))
	}
	from := len(entries)
	for range 20 { // a checkpoint
		entries = append(entries, write(0, 8, 0))
	}
	to := len(entries)
	entries = append(entries, flush())
	const n = 1200
	cuts := plan(entries, n, 7)
	kinds, busy, last := map[cutKind]int{}, 0, 0
	for _, c := range cuts {
		kinds[c.kind]++
		if c.entry < last || c.entry > len(entries) {
			t.Fatalf("cut %+v after one at %d", c, last)
		}
		last = c.entry
		if c.entry >= from && c.entry <= to+1 {
			busy++
		}
		var before entry
		if c.entry > 0 {
			before = entries[c.entry-1]
		}
		var after entry
		if c.entry < len(entries) {
			after = entries[c.entry]
		}
		right := true
		switch c.kind {
		case cutAtMark:
			right = before.is(flagMark) || c.entry == len(entries)
		case cutAfterFlush:
			right = before.is(flagFlush)
		case cutBeforeFlush, cutReordered, cutTorn:
			right = after.is(flagFlush)
		}
		if !right {
			t.Errorf("cut %+v lies between %+v and %+v", c, before, after)
		}
	}
	for kind := range cutKinds {
		if kinds[kind] != n/int(cutKinds) {
			t.Errorf("%d cuts %s", kinds[kind], kind)
		}
	}
	if busy < n*2/5 {
		t.Errorf("%d of %d cuts lie where much was under way", busy, n)
	}
	if diff := cmp.Diff(cuts, plan(entries, n, 7), cmp.AllowUnexported(cut{})); diff != "" {
		t.Error("the same seed gives other cuts")
	}
}

func TestMarks(t *testing.T) {
	e := event{Event: "ab12", Seq: 7, Order: orderID(1, 3)}
	entries := []entry{write(0, 1, 0), mark(importMark(1)), mark(answerMark(e)), flush(), mark(importMark(2)), mark(markEnd)}
	h, err := readMarks(entries)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]event{e}, h.events); diff != "" {
		t.Error(diff)
	}
	for n, want := range []progress{{}, {}, {1, 0}, {1, 1}, {1, 1}, {2, 1}, {2, 1}} {
		if h.at(n) != want {
			t.Errorf("after %d entries: %+v", n, h.at(n))
		}
	}
	for _, bad := range []string{"", "import", "import/2", "import/x", "answer/1/ab", "answer/x/ab/T1-000001", "hello"} {
		if _, err := readMarks([]entry{mark(bad)}); err == nil || !strings.Contains(err.Error(), "makes no sense") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// The seed of a cut decides all that is left to chance.
func TestSameSeedSameDisk(t *testing.T) {
	var all []entry
	for i := range int64(40) {
		all = append(all, write(i%10, 2, 0))
	}
	log := logOf(all...)
	c := cut{entry: 40, kind: cutTorn, seed: rand.Uint64()}
	if diff := cmp.Diff(leave(t, log, c, 12), leave(t, log, c, 12)); diff != "" {
		t.Error(diff)
	}
}
