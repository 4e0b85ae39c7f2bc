// Package headlog keeps a log of the heads that HQ acknowledged to its terminals, and
// checks HQ's store against it: what somebody changed there afterwards is found.
//
//	hq.New(ctx, hq.Config{Finishers: []hq.Finisher{headlog.Watch{}}, ...})
//	log := headlog.New(platform)
//	log.Run(ctx)                              // in the server, of each replica
//	report, err := log.Verify(ctx, headlog.Options{Since: saved, Export: file})
//
// # The log
//
// An entry says that HQ acknowledged a terminal's journal up to an event with a chain
// hash. As each hash of the chain covers all events before it, an entry fixes the whole
// journal up to there. Entries are the leaves of a Merkle tree as in RFC 6962, and HQ
// signs the tree's size and root, with its newest Ed25519 key, as a note (c2sp.org
// tlog-checkpoint, in the format of signed-note):
//
//	hexiao-hq/4f0c5e1d2b3a4958
//	1207
//	qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
//	time 2026-11-23T04:00:00Z
//
//	— hexiao-hq/4f0c5e1d2b3a4958 x08go/ZJkuBS9UG…
//
// The first line is the log's name, after HQ's first key. Checkpoints of before a
// rotation of keys are checked by the keys of their time.
//
// # How a head gets into it
//
// [Watch] puts each head that moves into a queue, as a document of the terminal's point,
// in the transaction that acknowledges it: pushes wait neither for the log nor, at
// different points, for each other. Some seconds later [Log.Append] moves what waits
// into the log and signs, all in one transaction, so that there is no entry without its
// checkpoint. Replicas wait for each other at the tree's document; whoever comes second
// finds the queue empty. A head that is followed by a longer one of the terminal before
// it is logged is left out: the longer one covers it. When the log begins, the heads of
// all terminals that there are go into it first. It is only ever added to: where there is
// an entry already beyond the tree's size, Append refuses.
//
// # What Verify finds
//
// An event that was edited or removed, an event that was put in behind a head, chain
// hashes that were made anew to fit, a head that was set back or is not in the log nor
// waits for it, a terminal that was removed, an entry that was changed or removed or put
// in, a checkpoint that is not HQ's, and a log that does not go on from a checkpoint
// that was saved before: set back, or another one. It names the kind, the terminal, the
// event and the entry; see [Kind]. A terminal's exported journal is compared with the
// log and with HQ's events, event by event.
//
// # Limits
//
// HQ's private keys are in its store. Who can write there can make all of it anew, with
// a new log and good signatures: that is found out by a checkpoint alone that was saved
// elsewhere before (Options.Since), or by the terminals' own journals, which keep HQ's
// acknowledgements. So save checkpoints where HQ's operators cannot write. What was
// acknowledged since the last checkpoint (some seconds) is covered by the queue alone.
//
// Entries cover the events, not what HQ made of them: receipts, order states and
// tallies are recomputed elsewhere, if at all. An event that a terminal withholds is
// known by its hash alone, and counted. Verify reads the whole log and all events: some
// hundred thousand events a minute. It runs beside pushes, reads in pages, and misses
// nothing that stood there before it began. It holds about 100 bytes a terminal in
// memory, and of the terminal whose export it compares as much for each entry. It lists at most
// 200 findings and counts the others.
package headlog
