// Package boltstore is a terminal's store: the ledger that the counter writes
// into, the order set that HQ sends, and the outbox that HQ reads.
//
// # Files in the data folder
//
//	journal/            what happened here, the truth; see kiosk/journal
//	journal/answered    which event was the last whose answer was given
//	journal/acks        what HQ signed of the journal
//	orders.db           the order set (bbolt). Disposable: HQ sends it again
//	orders.db.staged    a full set on its way, kept across restarts
//	state.db            what the journal made of each order, and HQ's
//	                    acknowledgements (bbolt). Disposable: it is built again
//	                    from the journal, and HQ answers events that it has
//	seen                how far the journal was, and how the databases were left
//	*.damaged-N         files that could not be read, set aside and never deleted,
//	                    but for those of orders.db when HQ withdraws the terminal
//	*.new               a file being made; deleted at opening
//
// orders.db has the buckets
//
//	orders    order id -> tag, kiosk.EncodeOrder
//	lookups   lookup (10 bytes) and order id -> nothing
//	meta      "set": tag, terminal, count, digest, cursor, freshness, the
//	          journal's head when it was written (JSON); "settings": tag,
//	          kiosk.EncodePoint
//
// state.db has the buckets
//
//	states    order id -> tag, kiosk.EncodeState
//	receipts  sequence (8 bytes, big-endian) -> tag, HQ's verdict (JSON), of
//	          those that are not simply accepted
//	received  consignment -> tag, its first signature (JSON)
//	meta      "state": tag, terminal, journal's head, HQ's acknowledged head, failed
//	          attempts, sum over all records (JSON)
//
// bbolt has no checksums on its data pages, therefore each record carries a
// tag: the first 8 bytes of HMAC-SHA256(key, bucket 00 key 00 value). A tag says
// nothing of records that are missing, or are as they once were; for states,
// where that would let an order be collected twice, the sum does. Files of format
// 1, without the tags in meta and the sum, and of format 2, without received, are
// still read and brought up: the whole journal is then folded in once more, for
// the program that wrote them may have passed over events that it did not know.
//
// The file seen has 112 bytes, big-endian: "HXSEEN01"; sequence (8) and chain hash
// (32) of the journal's head; how many starts in a row no Close followed (8);
// size, mtime in nanoseconds and last transaction (8 each) of orders.db, then of
// state.db, as Close left them; tag (8). It is written at each start, at a run's
// first event and every 256 events, without a sync and in the background, and
// synced by Close.
//
// # How a scan is answered
//
// Under one lock: find the code's orders in orders.db, take each one's state
// (in memory what came since the last checkpoint, else state.db, in any case
// with the redemptions that HQ settled), let package kiosk decide, append to
// the journal, which is one write and one sync, and fold the events into
// memory. A checkpoint in the background carries the states into state.db, in
// ordinary synced transactions, with the journal's head in the last one. Opening
// reads state.db and then the journal after that head.
//
// A proxy code says by a reference which order it is for. The file has no index of
// these: after the code's signature was checked, all ids of the set are read.
//
// [Store.Peek] gives that answer without recording; an answer that an earlier run
// owes stays owed. [Options].Observer is told of what changes, so that an index of
// the orders can follow.
//
// # Orders that go
//
// A set that loses a fifth of its orders, and at least 50, within a day of HQ's
// clock is refused unless HQ signs that it means that (kiosk.Shrinks): by changes
// the page is refused whole; a staged set stays staged until HQ says so, beside the
// live one, which stays in use. What went before in that day counts as well, and
// outlives a restart. A set that was imported here gives way to HQ's at once, and
// a withdrawn terminal's is wiped whatever its size. [Store.Status] tells of it.
//
// # When the disk fails
//
// A failed write or sync of the journal leaves the outcome unknown: the store
// closes it, opens it anew, reads what is there, and only then answers. While
// that fails nothing is accepted, [Store.Status] tells why (see [FaultOf]), and
// every call and every [Store.Mend] tries again; nothing that was answered is
// lost, and what was on its way is answered once the disk is back. Where only
// the next segment cannot be made, events go on into the present one until it
// is full.
//
// A checkpoint that fails stays in memory and is tried again after half a
// minute, for as long as it takes; redemptions go on, since the journal has
// them, and the next start reads more of it. A page of orders that cannot be
// written is refused to HQ's sender, who brings it again.
//
// [Store.Suspend] is for those who see it coming: it stops whatever records or
// makes the order set larger, and drops a set that is being staged.
//
// # HQ's word
//
// HQ signs what it has of the journal. The store keeps these signatures beside
// the journal, and each opening holds the journal against the last one. Where the
// journal ends before it (somebody cut it, or put back an older copy of the data
// folder) or holds another event there (two machines use one folder), the store
// is out of order, from the moment HQ says so ([Store.Witness]) and at every
// later opening ([DoubtError]): it would hand out again what the events that it
// lacks handed out. [Rebuild] refuses as well. The way out is the right folder,
// or to enrol the terminal anew; what was collected then comes from HQ.
//
// # Over the years
//
// [Store.Maintain] is called once an hour. Once a day it searches the order set:
// an order of which nothing is left to hand over, and whose last event is older
// than the policy's retention (or its undo window, if that is longer), loses its
// customer's data: what is sealed and the blind indexes. So does one that went back
// to the merchant; while a customer's report is open, the data stay. Everything else stays,
// the lookups too, so a late scan is still answered by what has happened. Count
// and digest of the set do not change. HQ may send such an order again in the
// same version: it stays without; a newer version brings the data back until the
// next day, as does a full set. Orders that nobody collected keep their data for
// as long as HQ keeps them in the set. While the clock is suspect nothing is
// forgotten.
//
// States of orders that have left the set are deleted after the same time, when
// HQ has every event, has accepted theirs and no hold or report is open; so are
// signatures for consignments that no order of the set names any more. The journal keeps
// their events, and a rebuild makes the states again.
//
// A file of which more than half, and 16 MB, is free is copied into a new one,
// and so is orders.db when data were taken out of it or orders were removed:
// bbolt leaves their bytes in free pages. The copy is written in small synced
// transactions with rests, then takes the file's place by a rename; HQ's changes,
// or the checkpoints, wait meanwhile, scans do not. A power cut leaves the old
// file. A copy needs as much room as the file and 128 MB; where there is less,
// it is left for another day ([ErrNoRoom]). Deleted files' bytes stay on the disk
// where they lay until something else is written there, sealed as they were.
//
// Checkpoints, too, are written in small parts with rests. The head comes with
// the last of them: until then the states on disk are ahead of it, which does no
// harm, because an event that is folded in again changes nothing.
//
// Orders and states are found by reading the files' pages, not by bbolt's map of
// the file: it costs a scan less, and the file does not fill the process's
// memory. bbolt's own transaction keeps the pages meanwhile.
//
// # Damaged files
//
// Before bbolt, which trusts every page and can panic, hang or overflow the stack
// on damaged ones, [CheckFile] looks at the file by code that cannot: both first
// pages, the freelist, each page's own number, kind and length, where its elements
// lie, the order of keys, that every page is used once, or free, and none is lost.
// It reads some 1.5 GB a second from memory. The check is made
//
//   - of state.db at every start, together with its sum;
//   - of orders.db.staged when it is gone on with; its tags, count and digest are
//     compared before it is used;
//   - of orders.db at every start up to 64 MiB; above that, when the last run did
//     not end by Close or the file's size, mtime and transaction are not those
//     that Close noted. A large file that rots between a clean end and a start,
//     keeping its mtime, may therefore end the process once; the next start looks.
//
// After a run that did not end by Close, [Options].Examine also has both files
// read in a process of its own, with a time limit; those above 64 MiB only after
// two such runs, for reading them takes seconds.
//
// A database that fails, is of another terminal or point, or whose records fail
// while it is used, is set aside as *.damaged-N and built again: state.db from the
// journal (Options.Progress tells how far), orders.db by HQ, or by importing the
// table again where there is none.
//
// The journal is never built again. A torn end is healed, see kiosk/journal, unless
// one of the following knows that the event was recorded. Otherwise damage that
// opening or replaying meets is refused (journal.ErrDamaged names event and file):
// nothing is decided on half a history. Put the right files back, or take away
// what is sound (kioskctl journal export) and enrol the terminal anew. Damage in
// a part that is not read stops nobody; kioskctl journal verify and doctor find it.
//
// A journal that is missing, cut or older than state.db, orders.db, the file seen
// or the mark of what was answered know is [ErrJournalLost], or ErrDamaged where
// the lost events' bytes are still there. [Rebuild] goes on without them.
//
// # Resumed answers
//
// A process that was killed between a sync and its answer has handed the goods
// over without telling anybody. The events of the last append of an order before
// a start may therefore be answered once more, unless [Store.Answered] told that
// they were: a scan of that order within [ResumeWithin] is accepted again, as the
// very same event. The next event of an order ends that; events of none (a clock
// that changed, a sign-in) do not, up to 256 of them.
//
// # Limits
//
// After a commit that failed bbolt may take what lies in the page cache for
// written. A power cut before the next commit has ended can then damage the
// file, which is set aside and built, or sent, again.
//
// An older copy of the whole folder agrees with itself. Until its first contact
// with HQ, which the engine makes at every start, it cannot be told from the
// right one, and may hand out twice what came after it.
//
// Pages that rot while the process runs are met by tags, and by panics and page
// faults that are caught; a loop among them may end the process, and the next
// start looks. After a kill only the mark of what was answered knows the last
// append for certain: when both rot, that event is lost. Losing orders.db loses
// the point's settings too, until HQ sends them. Losing state.db loses HQ's
// verdicts on events, until they are pushed again.
package boltstore
