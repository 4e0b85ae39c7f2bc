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
//	*.damaged-N         files that could not be read, set aside and never deleted,
//	                    but for those of orders.db when HQ withdraws the terminal
//	*.new               a file being made; deleted at opening
//
// orders.db has the buckets
//
//	orders    order id -> tag, kiosk.EncodeOrder
//	lookups   lookup (10 bytes) and order id -> nothing
//	meta      "set": count, digest, cursor, freshness (JSON); "point":
//	          kiosk.EncodePoint
//
// state.db has the buckets
//
//	states    order id -> tag, kiosk.EncodeState
//	receipts  sequence (8 bytes, big-endian) -> tag, HQ's verdict (JSON), of
//	          those that are not simply accepted
//	meta      "state": terminal, journal's head, HQ's acknowledged head, failed
//	          attempts (JSON)
//
// bbolt has no checksums on its data pages, therefore each record carries a
// tag: the first 8 bytes of HMAC-SHA256(key, bucket 00 key 00 value).
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
// customer's data: what is sealed and the blind indexes. Everything else stays,
// the lookups too, so a late scan is still answered by what has happened. Count
// and digest of the set do not change. HQ may send such an order again in the
// same version: it stays without; a newer version brings the data back until the
// next day, as does a full set. Orders that nobody collected keep their data for
// as long as HQ keeps them in the set. While the clock is suspect nothing is
// forgotten.
//
// States of orders that have left the set are deleted after the same time, when
// HQ has every event, has accepted theirs and no hold is open. The journal keeps
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
// An older copy of the whole folder agrees with itself. Until its first contact
// with HQ, which the engine makes at every start, it cannot be told from the
// right one, and may hand out twice what came after it.
//
// A damaged bbolt page can end the process before it is noticed; opening
// checks the file's size and its roots, not every page. Losing orders.db loses
// the point's settings too, until HQ sends them. Losing state.db loses HQ's
// verdicts on events, until they are pushed again.
package boltstore
