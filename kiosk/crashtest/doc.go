// Package crashtest proves that a power cut never loses, doubles or changes an
// event that was acknowledged. Only tests use it; make crash runs it for long.
//
// # How
//
// A store runs unmodified in a process of its own on a FUSE file system that
// this process serves ([Runner.Record]). It keeps everything in memory and
// records, in one total order, what is done to the disk: what the journal
// writes and what bbolt writes, each sync, each change of a name. The driver in
// that process ([Drive]) does the steps of a [Scenario] and notes in the same
// order, through a control file that is no part of the disk, what it asked,
// when the answer was given and what the store looked like afterwards. That is
// a [Trace].
//
// From a trace follow the disk states that a power cut can leave ([Choice]):
//
//	prefix       everything up to an operation, synced or not
//	all lost     only what was synced
//	one kept     one of the unsynced writes alone
//	one lost     all of them but one, so that later ones overtake it
//	torn at 512  a write kept in part: a prefix of its sectors, all but one of
//	torn at 64   them; likewise in units of 64 bytes
//	names        created, renamed and removed names kept or lost
//	sizes        a file has grown, and nothing of what was written is there
//	mixed        any of that at once, by seeded dice
//
// Bytes are certain after their file's sync, names only after their folder's:
// stricter than ext4, where a new file's own sync keeps its name. Torn units
// begin at multiples of their size in the file. What a failed sync was for is
// taken as lost for good, even if a later sync succeeds.
//
// Each state is made below [Runner.States] and opened by the store in a worker
// ([Check]), a process that is given time and may die. A state is counted once:
// no two have the same files and the same promises.
//
// # What is checked
//
//   - the store opens, within the time limit, and sets nothing aside as damaged;
//   - every event that was answered is there under its number, with its id and
//     its payload (by the chain hash); nothing else is but, whole or in its
//     first records, what was being recorded; chain and MACs are sound;
//   - what is known of each order is the fold of the journal;
//   - the order set and the point's settings are the old or the new ones; a
//     staged set goes on from its cursor and becomes complete;
//   - HQ's acknowledgement is kept;
//   - the code of every order that something happened to, scanned again, is
//     answered as the rules say for the journal, and records nothing. An answer
//     may be given once more, as the very event of the last append;
//   - the code that was being scanned makes one event an order, or is that one;
//   - closing and opening again changes nothing of all this (of mixed states
//     every fourth).
//
// [Runner.Errors] makes the disk fail instead: no space, input/output errors,
// short writes and failing syncs, once or for a while, one run of 200
// redemptions for each operation. The customer scans again; every run must come
// to its end, and states after a power cut are checked as above, but that
// state.db may be set aside and built again: what a failed commit left in the
// page cache bbolt takes for written, and then overwrites what the disk still
// needs.
//
// # That it can fail
//
// The tests build the store with planted faults and run it on a disk that lies
// about syncs; each must be caught. See plants in plant_test.go.
//
// # A violation
//
// is described with the scenario, the operation, and which pending operations
// were kept, and kept in a file with its trace, for
//
//	go test ./kiosk/crashtest -run TestReplay -v -args -replay FILE
//
// The same seed gives the same steps and events, but not the same order of what
// the store does in the background: the file is what repeats.
//
// # Limits
//
// A disk that damages sectors it is not writing is not modelled, nor is one that
// lets a later sync overtake an earlier one. Steps come one at a time; beside
// them only the store's own background work runs. A run that is killed with
// SIGKILL leaves its mount and its folder in memory behind; an interrupt does
// not. Linux with FUSE only: without /dev/fuse, or the right to mount,
// [ErrNoMount] is returned.
package crashtest
