// Package journal keeps what happened at a terminal: an append-only,
// hash-chained log in which every event is on disk before [Journal.Append]
// returns. It is the truth; everything else a terminal stores can be built
// again from it.
//
// # Files
//
// A journal is a folder:
//
//	00000001.hxj, 00000002.hxj, …   segments, without a gap from 1
//	*.hxj.new                       a segment being prepared; deleted at opening
//	*.hxj.torn, *.hxj.torn-2, …     set aside at opening, never read again
//	lock                            held (flock) by the process that appends
//
// A segment is made of written zeros (not holes) and synced before it is used,
// in the background, so that an append is one synced write (pwritev2 with
// RWF_DSYNC, which is a write and an fdatasync), which changes neither the
// file's size nor its blocks. The last segment is usually
// such a spare: all zeros. A segment in use is a header followed by records;
// zeros follow the last record. All numbers are big-endian.
//
// # Header, 128 bytes
//
//	  0   8  "HXJOURNL"
//	  8   4  format version, 1
//	 12   4  length of the header, 128
//	 16   8  sequence of the segment's first record
//	 24  32  chain hash of the event before it; zeros for sequence 1
//	 56   1  length of the terminal's id
//	 57  64  the terminal's id, zeros after it
//	121   3  zeros
//	124   4  CRC-32C of bytes 0 to 123
//
// # Record, 72 bytes and the payload
//
//	 0   4  length n of the payload, 1 to 65,536
//	 4   4  CRC-32C of bytes 0 to 3 and 8 to 71+n
//	 8   8  sequence, gapless from 1
//	16   4  epoch: counts the openings that appended
//	20   4  how many records of the same append stand before this one
//	24  32  chain hash of the event before
//	56  16  the first 16 bytes of HMAC-SHA256(key, chain hash of this event)
//	72   n  payload, see kiosk.EncodeEvent
//	     …  zeros up to a multiple of 8 bytes
//
// The chain hash is kiosk.ChainHash; HQ computes the same. The records of one
// append lie in one segment.
//
// # Recovery
//
// Opening reads the last two segments in use and checks checksums, sequence,
// chain and MAC. Bytes after the last good record that hold no record of a
// later append are what a power cut left of an append that never returned: they
// are copied to a .torn file and zeroed. A bad place with a record of a later
// append behind it is damage: the journal refuses to open ([ErrDamaged], which
// names the first doubtful sequence) and changes nothing. The end of the log is
// then written once more and synced, because an append of a process that was
// killed, or whose sync failed, may be in the page cache only.
//
// After a failed write or sync nobody knows what is on disk: the journal
// answers [ErrUnknownOutcome] to every later append. Close it, open it anew and
// read what is there.
//
// # Export
//
// [Export] writes one stream: a header, all records without
// zeros between segments, and a trailer of 56 bytes ("HXJOUEND", sequence,
// chain hash, CRC-32C, 4 zeros). [VerifyExport] checks it
// anywhere, without keys.
//
// # Limits
//
// The disk must not damage sectors that it is not writing: a record shares its
// page with the records before it, which are written again unchanged. A last
// append that rotted on disk cannot be told from one that a power cut tore; the
// store above notices when it had seen the event. The chain proves what was
// changed only to somebody who knows a later hash (HQ's acknowledgements do), or
// the MAC's key. An append has at most [MaxAppendBytes]. Linux only.
package journal
