package crashtest

import (
	"hash/maphash"
	"slices"
	"strings"
)

// pageBytes is the unit in which contents are kept. It must be a multiple of
// what a disk tears.
const pageBytes = 4096

type page [pageBytes]byte

// content is a file's bytes; a page that is not there is zeros.
type content struct {
	size  int64
	pages map[int64]*page
}

func newContent() content { return content{pages: map[int64]*page{}} }

// writable gives a page to be written into.
func (c *content) writable(n int64) *page {
	p := c.pages[n]
	if p == nil {
		p = new(page)
		c.pages[n] = p
	}
	return p
}

func (c *content) write(b []byte, off int64) {
	c.size = max(c.size, off+int64(len(b)))
	for len(b) > 0 {
		n := copy(c.writable(off / pageBytes)[off%pageBytes:], b)
		b, off = b[n:], off+int64(n)
	}
}

func (c *content) truncate(size int64) {
	for n, p := range c.pages {
		switch start := n * pageBytes; {
		case start >= size:
			delete(c.pages, n)
		case start+pageBytes > size:
			clear(p[size-start:])
		}
	}
	c.size = size
}

// read gives what there is from an offset on.
func (c *content) read(b []byte, off int64) int {
	if off >= c.size {
		return 0
	}
	b = b[:min(int64(len(b)), c.size-off)]
	for done := 0; done < len(b); {
		at := off + int64(done)
		n := min(len(b)-done, int(pageBytes-at%pageBytes))
		if p := c.pages[at/pageBytes]; p != nil {
			copy(b[done:done+n], p[at%pageBytes:])
		} else {
			clear(b[done : done+n])
		}
		done += n
	}
	return len(b)
}

// node is a file or folder of a disk: what is certain, and what is pending,
// which a power cut may or may not keep.
type node struct {
	content content        // of a file, synced
	size    int64          // as the running system sees it
	names   map[string]int // of a folder, synced
	pending []int          // operations since the last sync
	sums    map[int64]uint64
}

// disk follows a trace and knows at each point what is certain.
type disk struct {
	trace *Trace
	done  int // operations
	nodes map[int]*node
	seed  maphash.Seed
}

func newDisk(t *Trace, seed maphash.Seed) *disk {
	return &disk{
		trace: t, seed: seed,
		nodes: map[int]*node{rootNode: {names: map[string]int{}}},
	}
}

// advance follows the trace up to a cut, which must not lie before the last.
func (d *disk) advance(cut int) {
	for ; d.done < cut; d.done++ {
		d.step(d.done)
	}
}

func (d *disk) step(i int) {
	op := d.trace.Ops[i]
	switch op.Kind {
	case Create:
		d.nodes[op.Node] = &node{content: newContent(), sums: map[int64]uint64{}}
	case Mkdir:
		d.nodes[op.Node] = &node{names: map[string]int{}}
	}
	switch op.Kind {
	case Create, Mkdir, Rename, Remove:
		dir := d.nodes[op.Dir]
		dir.pending = append(dir.pending, i)
	case Write:
		n := d.nodes[op.Node]
		n.pending, n.size = append(n.pending, i), max(n.size, op.Off+int64(len(op.Data)))
	case Truncate:
		n := d.nodes[op.Node]
		n.pending, n.size = append(n.pending, i), op.Off
	case Sync:
		n := d.nodes[op.Node]
		for _, p := range n.pending {
			d.apply(n, d.trace.Ops[p])
		}
		n.pending = nil
	case SyncLost:
		d.nodes[op.Node].pending = nil
	case SyncDir:
		n := d.nodes[op.Node]
		for _, p := range n.pending {
			applyName(n.names, d.trace.Ops[p])
		}
		n.pending = nil
	}
}

// apply makes an operation a part of what is certain.
func (d *disk) apply(n *node, op Op) {
	if op.Kind == Truncate {
		n.content.truncate(op.Off)
		clear(n.sums)
		return
	}
	n.content.write(op.Data, op.Off)
	for p := op.Off / pageBytes; p*pageBytes < op.Off+int64(len(op.Data)); p++ {
		delete(n.sums, p)
	}
}

func applyName(names map[string]int, op Op) {
	switch op.Kind {
	case Create, Mkdir:
		names[op.Name] = op.Node
	case Remove:
		delete(names, op.Name)
	case Rename:
		delete(names, op.Name)
		names[op.To] = op.Node
	}
}

// file is a file of a disk state: a node's certain content with some pages and
// the size replaced.
type file struct {
	node  *node
	size  int64
	pages map[int64]*page // own copies
}

// page gives a page's bytes; nil: zeros.
func (f *file) page(n int64) *page {
	if p, ok := f.pages[n]; ok {
		return p
	}
	return f.node.content.pages[n]
}

// own gives a page that may be written into.
func (f *file) own(n int64) *page {
	p, ok := f.pages[n]
	if ok {
		return p
	}
	p = new(page)
	if was := f.node.content.pages[n]; was != nil {
		*p = *was
	}
	f.pages[n] = p
	return p
}

// truncate cuts or extends; what lies behind a shorter size is gone.
func (f *file) truncate(size int64) {
	if size < f.size {
		for n := size / pageBytes; n*pageBytes < f.size; n++ {
			if f.page(n) == nil {
				continue
			}
			clear(f.own(n)[max(0, size-n*pageBytes):])
		}
	}
	f.size = size
}

// keep applies the units of a write that the mask names.
func (f *file) keep(op Op, k Kept) {
	if op.Kind == Truncate {
		f.truncate(op.Off)
		return
	}
	end := op.Off + int64(len(op.Data))
	unit := int64(k.Unit)
	if unit == 0 {
		unit = pageBytes
	}
	for n, off := 0, op.Off; off < end; n++ {
		next := min(end, (off/unit+1)*unit)
		if k.Unit == 0 || k.has(n) {
			for at := off; at < next; {
				c := copy(f.own(at / pageBytes)[at%pageBytes:], op.Data[at-op.Off:next-op.Off])
				at += int64(c)
			}
			f.size = max(f.size, next)
		}
		off = next
	}
}

// image is a disk state: what is found when the power comes back.
type image struct {
	dirs  []string // below the root, parents first
	files map[string]*file
}

// build makes the disk state of a choice at the disk's cut.
func (d *disk) build(c Choice) image {
	img := image{files: map[string]*file{}}
	d.walk(&img, rootNode, "", c)
	return img
}

func (d *disk) walk(img *image, dir int, prefix string, c Choice) {
	n := d.nodes[dir]
	names := n.names
	if len(n.pending) > 0 {
		names = make(map[string]int, len(n.names)+len(n.pending))
		for k, v := range n.names {
			names[k] = v
		}
		for _, p := range n.pending {
			if slices.Contains(c.Names, p) {
				applyName(names, d.trace.Ops[p])
			}
		}
	}
	for name, id := range names {
		child := d.nodes[id]
		if child.names != nil {
			img.dirs = append(img.dirs, prefix+name)
			d.walk(img, id, prefix+name+"/", c)
			continue
		}
		f := &file{node: child, size: child.content.size, pages: map[int64]*page{}}
		for _, p := range child.pending {
			if k, ok := c.kept(p); ok {
				f.keep(d.trace.Ops[p], k)
			}
		}
		if slices.Contains(c.Sizes, id) {
			f.truncate(child.size)
		}
		img.files[prefix+name] = f
	}
}

// sum is a hash of a disk state, the same for the same bytes under the same
// names within one disk's life.
func (d *disk) sum(img image) uint64 {
	var sum uint64
	for _, dir := range img.dirs {
		sum += maphash.String(d.seed, dir)
	}
	for name, f := range img.files {
		s := maphash.String(d.seed, name) + uint64(f.size)*0x9e3779b97f4a7c15
		for n, p := range f.node.content.pages {
			if _, replaced := f.pages[n]; replaced || n*pageBytes >= f.size {
				continue
			}
			h, ok := f.node.sums[n]
			if !ok {
				h = d.pageSum(n, p)
				f.node.sums[n] = h
			}
			s += h
		}
		for n, p := range f.pages {
			s += d.pageSum(n, p)
		}
		sum += maphash.Comparable(d.seed, s)
	}
	return sum
}

func (d *disk) pageSum(n int64, p *page) uint64 {
	if *p == (page{}) {
		return 0
	}
	return maphash.Comparable(d.seed, [2]uint64{uint64(n), maphash.Bytes(d.seed, p[:])})
}

// each gives the bytes of a file, page by page, without the pages of zeros.
func (f *file) each(fn func(off int64, b []byte)) {
	visit := func(n int64, p *page) {
		if off := n * pageBytes; off < f.size && *p != (page{}) {
			fn(off, p[:min(pageBytes, f.size-off)])
		}
	}
	for n, p := range f.pages {
		visit(n, p)
	}
	for n, p := range f.node.content.pages {
		if _, replaced := f.pages[n]; !replaced {
			visit(n, p)
		}
	}
}

func splitPath(name string) (dir, base string) {
	i := strings.LastIndexByte(name, '/')
	return name[:max(0, i)], name[i+1:]
}
