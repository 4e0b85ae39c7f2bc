package main

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The log of dm-log-writes, as the kernel's Documentation/admin-guide/device-mapper/log-writes.rst
// has it: little-endian, in units of the sector size that the first block names.
const (
	logMagic   = 0x6a736677736872
	logVersion = 1
	superBytes = 28 // magic, version, number of entries, sector size
	entryBytes = 32 // sector, number of sectors, flags, length of a mark

	maxSectors = 1 << 32 // far beyond any disk that is played with

	flagFlush   = 1 << 0
	flagFUA     = 1 << 1
	flagDiscard = 1 << 2
	flagMark    = 1 << 3
)

// entry is one request to the disk, or a mark.
type entry struct {
	off   int64 // on the disk, bytes
	size  int64 // bytes
	data  int64 // where in the log they lie
	flags uint64
	mark  string
}

func (e entry) is(flag uint64) bool { return e.flags&flag != 0 }

// writes reports whether the entry changes the disk.
func (e entry) writes() bool { return e.size > 0 && !e.is(flagMark) }

// readLog reads the entries, not their data.
func readLog(r io.ReaderAt) ([]entry, error) {
	super := make([]byte, superBytes)
	if _, err := r.ReadAt(super, 0); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	le := binary.LittleEndian
	if magic, version := le.Uint64(super), le.Uint64(super[8:]); magic != logMagic || version != logVersion {
		return nil, fmt.Errorf("read the log: magic %#x and version %d are not of dm-log-writes", magic, version)
	}
	count, sector := le.Uint64(super[16:]), int64(le.Uint32(super[24:]))
	if sector < 512 || sector > 64<<10 {
		return nil, fmt.Errorf("read the log: a sector of %d bytes", sector)
	}
	var entries []entry
	head := make([]byte, sector)
	for at := sector; uint64(len(entries)) < count; {
		if _, err := r.ReadAt(head, at); err != nil {
			return nil, fmt.Errorf("read the log, entry %d of %d: %w", len(entries), count, err)
		}
		at += sector
		to, sectors, length := le.Uint64(head), le.Uint64(head[8:]), le.Uint64(head[24:])
		if to > maxSectors || sectors > maxSectors || length > uint64(sector-entryBytes) {
			return nil, fmt.Errorf("read the log: entry %d makes no sense", len(entries))
		}
		e := entry{off: int64(to) * sector, size: int64(sectors) * sector, flags: le.Uint64(head[16:]), data: at}
		switch {
		case e.is(flagMark):
			e.mark, e.size = string(head[entryBytes:entryBytes+length]), 0
		case !e.is(flagDiscard): // a discard has a size and no data
			at += e.size
		}
		entries = append(entries, e)
	}
	return entries, nil
}
