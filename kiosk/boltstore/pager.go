package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"sort"
	"sync"

	bolt "go.etcd.io/bbolt"
)

const (
	maxOverflow = 16 << 20 // bytes of one page; the largest order has far fewer
	maxBranches = 8192     // kept in memory
)

// pager finds records in a bbolt file by reading its pages, not by the map of
// the file that bbolt has. A scan touches pages that no other scan has touched
// lately; to map one costs several times as much as to read it, and all that is
// mapped counts as this process's memory. What it reads it also checks: a
// damaged page is an error here, not a fault.
//
// The branches of the trees stay in memory until a transaction changes the file.
type pager struct {
	mu       sync.Mutex // guards what follows
	file     *os.File
	tx       int // that branches are of
	branches map[uint64][]byte
	buf      []byte
}

func openPager(path string) (*pager, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &pager{file: f, branches: map[uint64][]byte{}}, nil
}

// close also takes the nil pager, of a file that could not be opened.
func (p *pager) close() error {
	if p == nil {
		return nil
	}
	return p.file.Close()
}

// each calls visit for the records of a bucket from a key on, in order, until
// visit says that it has seen enough. Keys and values are valid until visit
// returns. The open transaction keeps the pages from being used again.
func (p *pager) each(tx *bolt.Tx, bucket string, from []byte, visit func(k, v []byte) (more bool, err error)) error {
	if p == nil {
		return fmt.Errorf("%w: it could not be opened", ErrDamaged)
	}
	b := tx.Bucket([]byte(bucket))
	root := uint64(b.Root())
	if root == 0 { // so small that it lies within another page
		c := b.Cursor()
		for k, v := c.Seek(from); k != nil; k, v = c.Next() {
			if more, err := visit(k, v); err != nil || !more {
				return err
			}
		}
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if id := tx.ID(); id != p.tx || len(p.branches) > maxBranches {
		clear(p.branches)
		p.tx = id
	}
	w := pageWalk{pager: p, pageSize: tx.DB().Info().PageSize, fileSize: tx.Size(), from: from, visit: visit}
	w.left = w.fileSize / int64(w.pageSize)
	_, err := w.page(root)
	return err
}

// get gives a copy of the value of a key; ok is false when there is none.
func (p *pager) get(tx *bolt.Tx, bucket string, key []byte) (value []byte, ok bool, err error) {
	err = p.each(tx, bucket, key, func(k, v []byte) (bool, error) {
		if ok = bytes.Equal(k, key); ok {
			value = bytes.Clone(v)
		}
		return false, nil
	})
	return value, ok, err
}

// pageWalk is one walk over a tree.
type pageWalk struct {
	*pager
	pageSize int
	fileSize int64
	left     int64 // pages that may follow: a damaged tree may have circles
	from     []byte
	visit    func(k, v []byte) (bool, error)
}

// page walks over a page and what is below it.
func (w *pageWalk) page(id uint64) (more bool, err error) {
	b, err := w.read(id)
	if err != nil {
		return false, err
	}
	count, branch := int(binary.NativeEndian.Uint16(b[10:])), isBranch(b)
	key := func(i int) (k []byte) {
		if k, err = keyOf(b, i); err != nil {
			return nil
		}
		return k
	}
	// The first record that is not before from; in a branch the child before it,
	// unless that begins with from itself.
	i := sort.Search(count, func(i int) bool { return bytes.Compare(key(i), w.from) >= 0 })
	if branch && i > 0 && (i == count || !bytes.Equal(key(i), w.from)) {
		i--
	}
	if w.left--; err == nil && w.left < 0 {
		err = fmt.Errorf("%w: a tree has more pages than the file", ErrDamaged)
	}
	for more = true; more && err == nil && i < count; i++ {
		if branch {
			child := binary.NativeEndian.Uint64(b[pageHeaderBytes+i*elementBytes+8:])
			more, err = w.page(child)
			continue
		}
		var k, v []byte
		if k, v, err = recordOf(b, i); err == nil {
			more, err = w.visit(k, v)
		}
	}
	return more, err
}

// read gives a page, in one piece, checked as far as its elements.
func (w *pageWalk) read(id uint64) ([]byte, error) {
	if b, ok := w.branches[id]; ok {
		return b, nil
	}
	if len(w.buf) < w.pageSize {
		w.buf = make([]byte, w.pageSize)
	}
	damaged := func(what string) error { return fmt.Errorf("%w: page %d %s", ErrDamaged, id, what) }
	off := int64(id) * int64(w.pageSize)
	if id < 2 || id > uint64(w.fileSize/int64(w.pageSize)) {
		return nil, damaged("is beyond the file")
	}
	size := w.pageSize
	for {
		b := w.buf[:size]
		if n, err := w.file.ReadAt(b, off); n < size {
			return nil, fmt.Errorf("%w: page %d cannot be read: %w", ErrDamaged, id, err)
		}
		flags := binary.NativeEndian.Uint16(b[8:])
		count := int(binary.NativeEndian.Uint16(b[10:]))
		whole := (int(binary.NativeEndian.Uint32(b[12:])) + 1) * w.pageSize
		switch {
		case binary.NativeEndian.Uint64(b) != id || flags != flagBranch && flags != flagLeaf:
			return nil, damaged("is another one")
		case whole > maxOverflow || pageHeaderBytes+count*elementBytes > whole:
			return nil, damaged("is too large")
		case whole > size:
			size = whole
			if len(w.buf) < size {
				w.buf = make([]byte, size)
			}
			continue
		}
		if flags == flagBranch {
			b = bytes.Clone(b)
			w.branches[id] = b
		}
		return b, nil
	}
}

func isBranch(page []byte) bool { return binary.NativeEndian.Uint16(page[8:]) == flagBranch }

// keyOf gives the key of a page's element.
func keyOf(b []byte, i int) ([]byte, error) {
	at := pageHeaderBytes + i*elementBytes
	first := 0 // where position and length stand
	if !isBranch(b) {
		first = 4
	}
	from := at + int(binary.NativeEndian.Uint32(b[at+first:]))
	to := from + int(binary.NativeEndian.Uint32(b[at+first+4:]))
	if to > len(b) {
		return nil, fmt.Errorf("%w: a key lies outside its page", ErrDamaged)
	}
	return b[from:to:to], nil
}

// recordOf gives key and value of a leaf's element.
func recordOf(b []byte, i int) (k, v []byte, err error) {
	if k, err = keyOf(b, i); err != nil {
		return nil, nil, err
	}
	at := pageHeaderBytes + i*elementBytes
	from := at + int(binary.NativeEndian.Uint32(b[at+4:])) + len(k)
	to := from + int(binary.NativeEndian.Uint32(b[at+12:]))
	if to > len(b) || binary.NativeEndian.Uint32(b[at:])&flagBucket != 0 {
		return nil, nil, fmt.Errorf("%w: a value lies outside its page, or is none", ErrDamaged)
	}
	return k, b[from:to:to], nil
}
