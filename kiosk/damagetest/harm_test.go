package damagetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// harm is a case: a folder and what was done to it.
type harm struct {
	base    string // "clean" or "killed"
	trust   bool   // orders.db counts as large
	kind    string
	what    string // for people
	files   folder
	changed []string // names of files with bytes that were not written so
	journal bool     // a segment of the journal is damaged or missing
}

// kinds of damage, by name. Each changes the folder of a case.
type kind struct {
	name string
	do   func(d *dice, h *harm)
}

// dice draw what a case does.
type dice struct {
	*rand.Rand
	shop *shop
}

func kinds() []kind {
	return []kind{
		{"one bit", func(d *dice, h *harm) { d.file(h, func(f file) file { return d.flip(f, 1) }) }},
		{"bits", func(d *dice, h *harm) { d.file(h, func(f file) file { return d.flip(f, 2+d.IntN(20)) }) }},
		{"bits of a state's key", stateKey},
		{"zeroed sector", func(d *dice, h *harm) { d.file(h, func(f file) file { return d.sector(f, clearBytes) }) }},
		{"random sector", func(d *dice, h *harm) { d.file(h, func(f file) file { return d.sector(f, d.fill) }) }},
		{"sector elsewhere", func(d *dice, h *harm) { d.file(h, func(f file) file { return d.move(f, f) }) }},
		{"sector of another file", func(d *dice, h *harm) {
			from := h.files[d.pick(h.files.names())]
			d.file(h, func(f file) file { return d.move(f, from) })
		}},
		{"sector as it was", stale},
		{"cut", func(d *dice, h *harm) {
			d.file(h, func(f file) file { return resize(f, d.Int64N(max(1, int64(len(f.data))+1))) })
		}},
		{"emptied", func(d *dice, h *harm) { d.file(h, func(f file) file { return resize(f, 0) }) }},
		{"longer", func(d *dice, h *harm) { d.file(h, d.extend) }},
		{"missing", missing},
		{"several missing", func(d *dice, h *harm) {
			for range 2 + d.IntN(3) {
				missing(d, h)
			}
		}},
		{"journal missing", withoutJournal},
		{"no witness", withoutWitness},
		{"swapped", swapped},
		{"of another terminal", foreign},
		{"older", func(d *dice, h *harm) { older(d, h, 1) }},
		{"several older", func(d *dice, h *harm) { older(d, h, 2+d.IntN(6)) }},
		{"two files", func(d *dice, h *harm) {
			d.file(h, func(f file) file { return d.flip(f, 1+d.IntN(4)) })
			d.file(h, func(f file) file { return d.sector(f, d.fill) })
		}},
	}
}

func (d *dice) pick(names []string) string { return names[d.IntN(len(names))] }

// newHarm draws the case of a number.
func newHarm(sh *shop, number uint64) *harm {
	d := &dice{rand.New(rand.NewPCG(number, 20)), sh}
	h := &harm{base: "clean", files: sh.clean, trust: d.IntN(2) == 0}
	if d.IntN(2) == 0 {
		h.base, h.files = "killed", sh.killed
	}
	h.files = copyOf(h.files)
	all := kinds()
	k := all[d.IntN(len(all))]
	h.kind = k.name
	k.do(d, h)
	return h
}

func copyOf(f folder) folder {
	c := folder{}
	for name, file := range f {
		c[name] = file
	}
	return c
}

func (h *harm) set(name string, f file) {
	f.mtime = h.files[name].mtime // damage does not say when it came
	h.files[name] = f
	h.changed = append(h.changed, name)
	h.journal = h.journal || segment(name)
	h.what += " " + name
}

// knows reports whether a file is one of the two that alone know the last append
// after a kill.
func (h *harm) knows(name string) bool {
	return h.base == "killed" && (segment(name) || name == "journal/answered")
}

// file changes one file. A killed process's last append and the mark of it are
// not damaged together.
func (d *dice) file(h *harm, change func(file) file) {
	names := h.files.names()
	name := d.pick(names)
	if d.IntN(3) == 0 {
		name = d.pick([]string{"state.db", "orders.db"})
	}
	if _, there := h.files[name]; !there || len(h.changed) > 0 && h.knows(name) {
		return
	}
	h.set(name, change(h.files[name]))
}

func (f file) clone() []byte { return append([]byte(nil), f.data...) }

func (d *dice) flip(f file, bits int) file {
	b := f.clone()
	if len(b) == 0 {
		return f
	}
	for range bits {
		b[d.IntN(len(b))] ^= 1 << d.IntN(8)
	}
	f.data = b
	return f
}

// stateKey makes the state of one order that of another, or of none.
func stateKey(d *dice, h *harm) {
	f := h.files["state.db"]
	b := f.clone()
	var keys []int
	for at := 0; ; at++ {
		next := bytes.Index(b[at:], []byte("HX000000"))
		if next < 0 {
			break
		}
		at += next
		keys = append(keys, at)
	}
	if len(keys) == 0 {
		return
	}
	at := keys[d.IntN(len(keys))]
	b[at+d.IntN(len("HX00000000"))] ^= 1 << d.IntN(8)
	f.data = b
	h.set("state.db", f)
}

// span draws a sector of f, or a page, within what is not zeros.
func (d *dice) span(f file) (from, to int) {
	size := 512
	if d.IntN(2) == 0 {
		size = 4096
	}
	if len(f.data) == 0 {
		return 0, 0
	}
	from = d.IntN(len(f.data)) / size * size
	return from, min(from+size, int(f.size))
}

func clearBytes(b []byte) { clear(b) }

func (d *dice) fill(b []byte) {
	for i := range b {
		b[i] = byte(d.Uint32())
	}
}

func (d *dice) sector(f file, change func([]byte)) file {
	from, to := d.span(f)
	b := f.clone()
	b = append(b, make([]byte, max(0, to-len(b)))...)
	change(b[from:to])
	f.data = b
	return f
}

// move puts a sector of one file into another, or the same.
func (d *dice) move(f, from file) file {
	start, end := d.span(from)
	source := make([]byte, end-start)
	copy(source, from.data[min(start, len(from.data)):])
	return d.sector(f, func(b []byte) { copy(b, source) })
}

// stale puts a page back as it was before, as a disk does that lost a write.
func stale(d *dice, h *harm) {
	was := d.shop.old[d.IntN(len(d.shop.old))]
	d.file(h, func(f file) file {
		for name := range h.files {
			if bytes.Equal(h.files[name].data, f.data) {
				before := was[name]
				return d.sectorOf(f, before)
			}
		}
		return f
	})
}

func (d *dice) sectorOf(f, before file) file {
	from, to := d.span(f)
	b := f.clone()
	b = append(b, make([]byte, max(0, to-len(b)))...)
	clear(b[from:to])
	if from < len(before.data) {
		copy(b[from:to], before.data[from:])
	}
	f.data = b
	return f
}

func resize(f file, size int64) file {
	f.size = size
	f.data = f.data[:min(int64(len(f.data)), size)]
	return f
}

func (d *dice) extend(f file) file {
	more := make([]byte, 1+d.IntN(9000))
	if d.IntN(2) == 0 {
		d.fill(more)
	}
	if d.IntN(20) == 0 {
		f.size += 100 << 20 // a hole
		return f
	}
	b := append(f.clone(), make([]byte, f.size-int64(len(f.data)))...)
	f.data = append(b, more...)
	f.size = int64(len(f.data))
	return f
}

func missing(d *dice, h *harm) {
	name := d.pick(h.files.names())
	if len(h.what) > 0 && h.knows(name) {
		return
	}
	h.remove(name)
}

func (h *harm) remove(name string) {
	delete(h.files, name)
	h.journal = h.journal || segment(name)
	h.what += " -" + name
}

func segment(name string) bool { return strings.HasSuffix(name, ".hxj") }

// withoutJournal leaves at least one file that knows that there was one.
func withoutJournal(d *dice, h *harm) {
	witnesses := []string{"state.db", "orders.db", "seen", "journal/answered", "journal/acks"}
	kept := d.IntN(len(witnesses))
	for _, name := range h.files.names() {
		if segment(name) || name != witnesses[kept] && slices.Contains(witnesses, name) && d.IntN(2) == 0 {
			h.remove(name)
		}
	}
}

// withoutWitness damages the journal before its last append, and takes away what
// knows how long it was.
func withoutWitness(d *dice, h *harm) {
	for _, name := range []string{"state.db", "orders.db", "seen", "journal/answered", "journal/acks"} {
		if d.IntN(4) > 0 {
			h.remove(name)
		}
	}
	var used []string
	for _, name := range h.files.names() {
		if segment(name) && len(h.files[name].data) > 0 {
			used = append(used, name)
		}
	}
	last := used[len(used)-1]
	if before := len(h.files[last].data) - lastAppendBytes; before > 0 && d.IntN(2) == 0 {
		f := h.files[last]
		f.data = f.clone()
		f.data[d.IntN(before)] ^= 1 << d.IntN(8)
		h.set(last, f)
		return
	}
	name := d.pick(used[:len(used)-1])
	h.set(name, d.flip(h.files[name], 1))
}

// lastAppendBytes is more than an append of the shop's takes.
const lastAppendBytes = 700

func swapped(d *dice, h *harm) {
	names := h.files.names()
	a, b := d.pick(names), d.pick(names)
	if h.knows(a) && h.knows(b) && (!segment(a) || !segment(b)) {
		return
	}
	fa, fb := h.files[a], h.files[b]
	h.set(a, fb)
	h.set(b, fa)
}

func foreign(d *dice, h *harm) {
	other := d.shop.others[d.IntN(len(d.shop.others))]
	name := d.pick(other.names())
	h.set(name, other[name])
}

// older puts back n files as they were, never all that know how much happened.
func older(d *dice, h *harm, n int) {
	was := d.shop.old[d.IntN(len(d.shop.old))]
	names := was.names()
	d.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	witnesses := map[string]bool{"state.db": true, "orders.db": true, "seen": true, "journal/answered": true}
	if h.base == "killed" { // only the mark knows the last append
		witnesses = map[string]bool{"journal/answered": true}
	}
	var left int
	for w := range witnesses {
		if _, there := h.files[w]; there {
			left++
		}
	}
	for _, name := range names[:min(n, len(names))] {
		if witnesses[name] {
			if left == 1 {
				continue
			}
			left--
		}
		h.set(name, was[name])
	}
}

func (h *harm) String() string { return fmt.Sprintf("%s (%s):%s", h.kind, h.base, h.what) }
