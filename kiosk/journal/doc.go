// Package journal keeps what happened at a terminal: an append-only,
// hash-chained log in which every event is on disk before [Journal.Append]
// returns. It is the truth; everything else a terminal stores can be built
// again from it.
//
// README.md beside this file says what is promised, what lies on disk byte by
// byte (segments, records, acknowledgements, exports), how to write a reader,
// and how each promise is tested.
//
// # Appending
//
// A journal is a folder of segments. A segment is made of written zeros (not
// holes) and synced before it is used, in the background, so that an append is
// one synced write (pwritev2 with RWF_DSYNC, which is a write and an fdatasync),
// which changes neither the file's size nor its blocks. The records of one append
// lie in one segment.
//
// Nothing is ever trimmed. A year of 2,000 events a day is 730,000 events in some
// 53 segments, 210 MB: worth less than the proof. Opening reads the header of
// every segment and the records of the last two; the states that the store above
// keeps spare it the rest.
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
// ([Options].AtLeast); where no byte of it is left, it is [ErrShort].
//
// The end of the log is then written once more and synced, because an append of a
// process that was killed, or whose sync failed, may be in the page cache only.
// So are the names of the folder and its files: an append syncs bytes, and a name
// that such a process left may not be durable.
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
// [Acks] keeps HQ's signed acknowledgements of the chain's head: the last two,
// and one about every 256 events for ever, 365 KB after a year of 2,000 events a
// day. They are written with one sync, by whoever talks to HQ, not on the way of
// a scan. Later keys of HQ are kept among them, each with the signature of the one
// before (see kiosk/hqring): so the key of the enrolment proves what all of them
// signed, in the folder and in an export.
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
// # Export
//
// [Export] writes one stream, acknowledgements first, so that a reader can
// compare while it reads on. [VerifyExport] checks it anywhere, without the
// terminal's keys.
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
// and take the later ones away. HQ finds that at the next contact. An append has
// at most [MaxAppendBytes]. Linux only.
package journal
