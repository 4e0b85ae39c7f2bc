package main

import (
	"fmt"
	"io"
	"math/rand/v2"
)

// tearBytes is what a disk writes whole.
const tearBytes = 512

// apply does to a disk what an entry did.
func apply(disk []byte, log io.ReaderAt, e entry) error {
	if !e.writes() {
		return nil
	}
	if e.off+e.size > int64(len(disk)) {
		return fmt.Errorf("the log writes behind the end of the disk, at %d", e.off)
	}
	to := disk[e.off : e.off+e.size]
	if e.is(flagDiscard) {
		clear(to)
		return nil
	}
	if _, err := log.ReadAt(to, e.data); err != nil {
		return fmt.Errorf("read the log's data: %w", err)
	}
	return nil
}

// tear applies a random part of an entry's sectors.
func tear(disk []byte, log io.ReaderAt, e entry, r *rand.Rand) error {
	for done := int64(0); done < e.size; done += tearBytes {
		if r.IntN(2) == 0 {
			continue
		}
		part := entry{off: e.off + done, size: min(tearBytes, e.size-done), data: e.data + done, flags: e.flags}
		if err := apply(disk, log, part); err != nil {
			return err
		}
	}
	return nil
}

// player walks a log forwards and holds the disk with all that is durable.
type player struct {
	log     io.ReaderAt
	entries []entry
	disk    []byte
	next    int     // the first entry that was not looked at
	cached  []entry // written, and lost by a power cut as the disk likes
}

// playTo looks at the entries before number n. A flush makes durable what came
// before it, FUA what it writes itself.
func (p *player) playTo(n int) error {
	for ; p.next < n; p.next++ {
		e := p.entries[p.next]
		if e.is(flagFlush) {
			for _, c := range p.cached {
				if err := apply(p.disk, p.log, c); err != nil {
					return err
				}
			}
			p.cached = p.cached[:0]
		}
		switch {
		case e.is(flagFUA):
			// A later write to the same place must stay later.
			if err := p.passBy(e); err != nil {
				return err
			}
		case e.writes():
			p.cached = append(p.cached, e)
		}
	}
	return nil
}

// passBy makes a FUA write durable ahead of what is cached. Cached writes to the
// same place are older than it and must not come back over it.
func (p *player) passBy(e entry) error {
	kept := p.cached[:0]
	for _, c := range p.cached {
		if c.off < e.off+e.size && e.off < c.off+c.size {
			if err := apply(p.disk, p.log, c); err != nil {
				return err
			}
			continue
		}
		kept = append(kept, c)
	}
	p.cached = kept
	return apply(p.disk, p.log, e)
}

// leave writes into disk what a power cut at this moment leaves.
func (p *player) leave(disk []byte, c cut) error {
	copy(disk, p.disk)
	r := rand.New(rand.NewPCG(c.seed, uint64(c.entry)))
	torn := -1
	if c.kind == cutTorn && len(p.cached) > 0 {
		torn = r.IntN(len(p.cached))
	}
	for i, e := range p.cached {
		var err error
		switch {
		case i == torn:
			err = tear(disk, p.log, e, r)
		case c.kind.drops() && r.IntN(2) == 0:
		default:
			err = apply(disk, p.log, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
