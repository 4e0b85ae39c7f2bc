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
//	acks                            what HQ signed, see below
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
// names the first doubtful sequence) and changes nothing. So it is when the torn
// end would take away an event that the caller knows to be recorded
// ([Options].AtLeast); where no byte of it is left, it is [ErrShort]. The end of the log is
// then written once more and synced, because an append of a process that was
// killed, or whose sync failed, may be in the page cache only. So are the names
// of the folder and its files: an append syncs bytes, and a name that such a
// process left may not be durable.
//
// What opening does not read, the records of all files but the last two, may be
// damaged without stopping anybody: [Journal.Read] refuses to go past it, also
// where a file is sound but ends too early, and [Verify] finds it. Headers are
// read at every opening: a missing file, a broken header, a file of another
// terminal or one of more than 64 MiB is refused. Nothing is ever deleted.
//
// After a failed write or sync nobody knows what is on disk: the journal
// answers [ErrUnknownOutcome] to every later append. Close it, open it anew and
// read what is there.
//
// # Acknowledgements
//
// The file acks holds HQ's signed acknowledgements of the chain's head
// ([Acks]): the last ones in two slots, at offsets 0 and 4096, written in turn,
// so that the newer one outlives a torn write; and from offset 8192 on, one
// behind the other and for ever, the first that came at or after each multiple of
// 256 events: 365 KB after a year of 2,000 events a day. Each is 128 bytes:
//
//	 0   4  "HXJA"
//	 4   4  CRC-32C of bytes 8 to 127
//	 8   8  sequence
//	16  32  chain hash of that event
//	48   8  HQ's time, nanoseconds since 1970 UTC
//	56   8  the first 8 bytes of SHA-256 of HQ's public key
//	64  64  HQ's Ed25519 signature over kiosk.AckBytes of the terminal's id,
//	        sequence, hash and time
//
// Zeros are an empty place. What is torn, damaged or not HQ's is passed over. The
// file is written with one sync, by whoever talks to HQ, not on the way of a scan.
//
// # Verification
//
// [Verify] reads all records and holds the chain against every kept
// acknowledgement. A journal that was cut, edited or replaced, be it with chain
// and MACs made anew by somebody who has the machine's keys, contradicts HQ's
// signature ([ErrAltered]). The first event in doubt is then the one after the
// last acknowledgement that agrees: about which of the events up to the next one
// were changed, signatures say nothing.
//
// Package kiosk/crashtest tries what power cuts and failing disks leave of this,
// and of the store above: see there what is checked and how.
//
// # Growth
//
// Nothing is ever trimmed. A year of 2,000 events a day is 730,000 events in some
// 53 segments, 210 MB: worth less than the proof. Opening reads the header of
// every segment and the records of the last two; the states that the store above
// keeps spare it the rest.
//
// # Proof
//
// Package kiosk/crashtest tries what power cuts and failing disks leave of this,
// and of the store above: see there what is checked and how.
//
// # Export
//
// [Export] writes one stream, which [VerifyExport] checks anywhere, without the
// terminal's keys. All numbers are big-endian:
//
//	a segment's header, with format version 2 and sequence 1
//	"HXJOUACK", HQ's public key (32 bytes; zeros: not known), number of
//	    acknowledgements (4), CRC-32C of these 44 bytes (4)
//	the acknowledgements, 128 bytes each, as in acks, by sequence
//	all records, without zeros between segments
//	the end, 152 bytes:
//	  0   8  "HXJOUEND"
//	  8   8  sequence of the last event
//	 16  32  its chain hash
//	 48  32  the device's public key; zeros: not signed
//	 80  64  the device's Ed25519 signature over "hexiao export v1\n", the
//	         terminal's id, "\n", the chain hash in hex, "\n", the sequence in
//	         decimal, "\n"
//	144   4  CRC-32C of bytes 0 to 143
//	148   4  zeros
//
// Acknowledgements come first, so that a reader can compare while it reads on.
// Version 1 had none; a trailer of 56 bytes ("HXJOUEND", sequence, chain hash,
// CRC-32C of these, 4 zeros) ended it. It can still be verified.
//
// # Limits
//
// The disk must not damage sectors that it is not writing: a record shares its
// page with the records before it, which are written again unchanged. A last
// append that rotted on disk cannot be told from one that a power cut tore; the
// store above notices when it had seen the event. The chain proves what was
// changed only to somebody who knows a later hash, as HQ's acknowledgements tell
// it, or the MAC's key. Events that HQ has not acknowledged are as safe as that
// key; somebody who has it can also cut the journal back to an acknowledgement
// and take the later ones away. HQ finds that at the next contact. An append has at most [MaxAppendBytes]. Linux only.
package journal
