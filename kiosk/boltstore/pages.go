package boltstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
)

// What a bbolt file is made of, version 2; numbers are in the machine's own order.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	pageHeaderBytes = 16 // id 8, flags 2, count 2, pages that follow as its part 4
	metaBytes       = 64 // magic, version, page size, flags: 4 each; root 16, freelist, pages, transaction, FNV-1a: 8 each
	// An element of a leaf: flags, offset from here to the key, bytes of key and of
	// value, 4 each; of a branch: offset from here to the key, its bytes, 4 each, page 8.
	elementBytes = 16
	bucketBytes  = 16 // page of the root, 0: it follows; a sequence: 8 each

	flagBranch, flagLeaf, flagFreelist = 0x01, 0x02, 0x10
	flagBucket                         = 0x01 // of a leaf's element: its value is a bucket

	noFreelist = 1<<64 - 1
	manyFree   = 0xFFFF // the freelist's first number is its length

	minPage, maxPage = 512, 64 << 10
	maxSpan          = 64 << 20 // bytes of one page with those that follow
	maxMap           = 1 << 40  // bytes of a file
	runPages         = 256      // read at once
	maxGap           = 4        // pages that are read and not used, rather than read twice
	maxDepth         = 8        // buckets within buckets
)

// boltMeta is one of the two records with which a file begins.
type boltMeta struct {
	pageSize             uint32
	root, freelist, high uint64 // pages; high is the first that does not exist
	tx                   uint64
}

// parseMeta reads a meta page; ok is false where none is.
func parseMeta(b []byte) (m boltMeta, ok bool) {
	if len(b) < pageHeaderBytes+metaBytes {
		return m, false
	}
	b = b[pageHeaderBytes:]
	h := fnv.New64a()
	_, _ = h.Write(b[:metaBytes-8]) // never fails
	n := binary.NativeEndian
	if n.Uint32(b) != boltMagic || n.Uint32(b[4:]) != boltVersion || n.Uint64(b[metaBytes-8:]) != h.Sum64() {
		return m, false
	}
	return boltMeta{
		pageSize: n.Uint32(b[8:]), root: n.Uint64(b[16:]), freelist: n.Uint64(b[32:]), high: n.Uint64(b[40:]), tx: n.Uint64(b[48:]),
	}, true
}

// readMetas gives the record that bbolt would use: the one of the later
// transaction, unless a power cut tore it.
func readMetas(file io.ReaderAt) (live boltMeta, err error) {
	b := make([]byte, pageHeaderBytes+metaBytes)
	found := false
	take := func(off int64) error {
		if _, err := file.ReadAt(b, off); err != nil && !errors.Is(err, io.EOF) {
			return unreadable(err)
		}
		if m, ok := parseMeta(b); ok && (off == 0 || off == int64(m.pageSize)) && (!found || m.tx > live.tx) {
			live, found = m, true
		}
		clear(b)
		return nil
	}
	if err := take(0); err != nil {
		return live, err
	}
	second := int64(live.pageSize)
	for size := int64(minPage); size <= maxPage; size *= 2 {
		if found && size != second {
			continue
		}
		if err := take(size); err != nil {
			return live, err
		}
	}
	switch {
	case !found:
		return live, fmt.Errorf("%w: neither of its first pages can be read", ErrDamaged)
	case live.pageSize < minPage || live.pageSize > maxPage || live.pageSize&(live.pageSize-1) != 0:
		return live, fmt.Errorf("%w: pages of %d bytes", ErrDamaged, live.pageSize)
	}
	return live, nil
}

func unreadable(err error) error { return fmt.Errorf("%w: it cannot be read: %w", ErrDamaged, err) }

// visitor sees every record of a file: the names of its buckets, joined by
// slashes, key and value, which are valid during the call.
type visitor func(bucket string, key, value []byte) error

// subtree is a page to look at, and what its keys must lie between.
type subtree struct {
	id        uint64
	low, high []byte // low <= keys < high; nil: no bound
	bucket    string
	depth     int  // of the bucket
	root      bool // of a bucket: only there nothing may be
	inline    bool // within another page
}

// walker goes through the pages of a bbolt file level by level, each page once,
// in the order in which they lie on disk.
type walker struct {
	file    io.ReaderAt
	meta    boltMeta
	reached []uint64 // a bit a page
	visit   visitor
	next    []subtree // the level below
	buf     []byte
}

// walkPages checks the structure of a bbolt file of size bytes by code of our
// own that trusts nothing it reads: it cannot panic, hang or overflow the stack
// on any bytes, and returns [ErrDamaged] where bbolt could. visit may be nil.
func walkPages(file io.ReaderAt, size int64, visit visitor) error {
	m, err := readMetas(file)
	if err != nil {
		return err
	}
	if m.high < 4 || m.high > maxMap/uint64(m.pageSize) || int64(m.high)*int64(m.pageSize) > size {
		return fmt.Errorf("%w: %d bytes for %d pages of %d: it is cut off", ErrDamaged, size, m.high, m.pageSize)
	}
	w := &walker{file: file, meta: m, visit: visit, reached: make([]uint64, (m.high+63)/64), buf: make([]byte, min(runPages, m.high)*uint64(m.pageSize))}
	w.reach(0)
	w.reach(1)
	for level := []subtree{{id: m.root, root: true}}; len(level) > 0; level = w.next {
		slices.SortFunc(level, func(a, b subtree) int { return cmp.Compare(a.id, b.id) })
		w.next = nil
		if err := w.level(level); err != nil {
			return err
		}
	}
	return w.freelist()
}

func (w *walker) damaged(id uint64, format string, args ...any) error {
	return fmt.Errorf("%w: page %d: %s", ErrDamaged, id, fmt.Sprintf(format, args...))
}

// reach notes that a page is in use and reports whether it was not before.
func (w *walker) reach(id uint64) bool {
	word, bit := &w.reached[id/64], uint64(1)<<(id%64)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}

// level looks at pages that are sorted by id.
func (w *walker) level(pages []subtree) error {
	page := int64(w.meta.pageSize)
	var from, to uint64 // the pages in buf
	for i, t := range pages {
		if t.id < 2 || t.id >= w.meta.high {
			return w.damaged(t.id, "there is no such page")
		}
		if t.id < from || t.id >= to {
			from, to = t.id, t.id+1
			for _, after := range pages[i+1:] {
				if after.id >= w.meta.high || after.id-from >= runPages || after.id > to+maxGap {
					break
				}
				to = max(to, after.id+1)
			}
			if _, err := w.file.ReadAt(w.buf[:int64(to-from)*page], int64(from)*page); err != nil {
				return w.damaged(t.id, "%v", unreadable(err))
			}
		}
		b := w.buf[int64(t.id-from)*page:][:page]
		b, err := w.whole(t.id, b)
		if err != nil {
			return err
		}
		if err := w.page(t, b); err != nil {
			return err
		}
	}
	return nil
}

// whole gives a page with those that follow as its part, and notes them all.
func (w *walker) whole(id uint64, b []byte) ([]byte, error) {
	n := binary.NativeEndian
	if got := n.Uint64(b); got != id {
		return nil, w.damaged(id, "it says to be page %d", got)
	}
	pages := 1 + uint64(n.Uint32(b[12:]))
	if pages > w.meta.high-id || pages > maxSpan/uint64(w.meta.pageSize) {
		return nil, w.damaged(id, "%d pages belong to it", pages)
	}
	for p := id; p < id+pages; p++ {
		if !w.reach(p) {
			return nil, w.damaged(p, "it is used twice")
		}
	}
	if pages == 1 {
		return b, nil
	}
	whole := make([]byte, pages*uint64(w.meta.pageSize))
	if _, err := w.file.ReadAt(whole, int64(id)*int64(w.meta.pageSize)); err != nil {
		return nil, w.damaged(id, "%v", unreadable(err))
	}
	return whole, nil
}

// page looks at a page and puts its children into the level below.
func (w *walker) page(t subtree, b []byte) error {
	n := binary.NativeEndian
	flags, count := n.Uint16(b[8:]), int(n.Uint16(b[10:]))
	switch {
	case flags == flagLeaf && (count > 0 || t.root):
		return w.leaf(t, b, count)
	case flags == flagBranch && count > 0:
		return w.branch(t, bytes.Clone(b), count) // its keys are the bounds of the level below
	}
	return w.damaged(t.id, "%d elements and flags %#x", count, flags)
}

// keys checks that elements lie as bbolt writes them, one behind the other
// without a gap: otherwise a changed count would hide some.
type keys struct {
	b    []byte
	data int // where the next key begins
	last []byte
}

// take gives the key, and the value behind it, of the element at off.
func (k *keys) take(off int, pos, keyBytes, valueBytes uint32, t subtree) (key, value []byte, fault string) {
	end := uint64(k.data) + uint64(keyBytes) + uint64(valueBytes)
	switch {
	case uint64(off)+uint64(pos) != uint64(k.data) || keyBytes == 0 || end > uint64(len(k.b)):
		return nil, nil, "an element does not lie where it must"
	}
	key = k.b[k.data : k.data+int(keyBytes)]
	value = k.b[k.data+int(keyBytes) : end]
	switch {
	case k.last == nil && t.low != nil && bytes.Compare(key, t.low) < 0,
		k.last != nil && bytes.Compare(key, k.last) <= 0,
		t.high != nil && bytes.Compare(key, t.high) >= 0:
		return nil, nil, "its keys are not in order"
	}
	k.data, k.last = int(end), key
	return key, value, ""
}

func (w *walker) branch(t subtree, b []byte, count int) error {
	n := binary.NativeEndian
	k := keys{b: b, data: pageHeaderBytes + count*elementBytes}
	for i := range count {
		off := pageHeaderBytes + i*elementBytes
		if k.data > len(b) {
			return w.damaged(t.id, "%d elements", count)
		}
		key, _, fault := k.take(off, n.Uint32(b[off:]), n.Uint32(b[off+4:]), 0, t)
		if fault != "" {
			return w.damaged(t.id, "%s", fault)
		}
		if i > 0 {
			w.next[len(w.next)-1].high = key
		}
		w.next = append(w.next, subtree{id: n.Uint64(b[off+8:]), low: key, high: t.high, bucket: t.bucket, depth: t.depth})
	}
	return nil
}

func (w *walker) leaf(t subtree, b []byte, count int) error {
	n := binary.NativeEndian
	k := keys{b: b, data: pageHeaderBytes + count*elementBytes}
	if k.data > len(b) {
		return w.damaged(t.id, "%d elements", count)
	}
	for i := range count {
		off := pageHeaderBytes + i*elementBytes
		key, value, fault := k.take(off, n.Uint32(b[off+4:]), n.Uint32(b[off+8:]), n.Uint32(b[off+12:]), t)
		if fault != "" {
			return w.damaged(t.id, "%s", fault)
		}
		var err error
		switch flags := n.Uint32(b[off:]); flags {
		case 0:
			if w.visit != nil {
				err = w.visit(t.bucket, key, value)
			}
		case flagBucket:
			err = w.child(t, string(key), value)
		default:
			err = w.damaged(t.id, "an element has the flags %#x", flags)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// child looks at a bucket within a bucket. A small one is a leaf in the value.
func (w *walker) child(t subtree, name string, value []byte) error {
	if len(value) < bucketBytes || t.inline || t.depth == maxDepth {
		return w.damaged(t.id, "it cannot hold such a bucket")
	}
	if t.bucket != "" {
		name = t.bucket + "/" + name
	}
	n := binary.NativeEndian
	in := subtree{id: n.Uint64(value), bucket: name, depth: t.depth + 1, root: true}
	if in.id != 0 {
		w.next = append(w.next, in)
		return nil
	}
	in.id, in.inline = t.id, true
	b := value[bucketBytes:]
	if len(b) < pageHeaderBytes || n.Uint16(b[8:]) != flagLeaf {
		return w.damaged(t.id, "a bucket within it has no page")
	}
	return w.leaf(in, b, int(n.Uint16(b[10:])))
}

// freelist checks that a page is free or in use, and none is lost.
func (w *walker) freelist() error {
	if w.meta.freelist == noFreelist {
		return nil
	}
	id, page := w.meta.freelist, int64(w.meta.pageSize)
	if id < 2 || id >= w.meta.high {
		return w.damaged(id, "there is no such page, of free ones")
	}
	b := w.buf[:page]
	if _, err := w.file.ReadAt(b, int64(id)*page); err != nil {
		return w.damaged(id, "%v", unreadable(err))
	}
	b, err := w.whole(id, b)
	if err != nil {
		return err
	}
	n := binary.NativeEndian
	if flags := n.Uint16(b[8:]); flags != flagFreelist {
		return w.damaged(id, "it lists the free pages and has the flags %#x", flags)
	}
	count, list := uint64(n.Uint16(b[10:])), b[pageHeaderBytes:]
	if count == manyFree {
		count, list = n.Uint64(list), list[8:]
	}
	if count > uint64(len(list)/8) {
		return w.damaged(id, "%d free pages do not fit into it", count)
	}
	for i := range count {
		free := n.Uint64(list[8*i:])
		if free < 2 || free >= w.meta.high || !w.reach(free) {
			return w.damaged(free, "it is free and cannot be")
		}
	}
	for p := range w.meta.high {
		if w.reach(p) {
			return w.damaged(p, "it is neither free nor in use")
		}
	}
	return nil
}
