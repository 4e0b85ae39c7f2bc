package boltstore

import "errors"

// Returned by [Open], and ErrJournalLost by [Store.Witness]. journal.ErrLocked is returned, wrapped, while another
// process holds the data folder.
var (
	// ErrJournalLost is returned when the journal lacks events that this
	// terminal had recorded: it was deleted or replaced by an older one.
	ErrJournalLost = errors.New("the journal lacks events that were recorded here; put the right one back, or rebuild from what is left")
)

// Returned by the ledger's methods.
var (
	// ErrOutOfOrder is returned while nothing can be recorded. Each call tries
	// anew, unless the store was suspended; Mend tries without a call.
	ErrOutOfOrder = errors.New("the terminal cannot record")
	// ErrNoSpace is for Suspend: there is too little room on the disk to go on.
	ErrNoSpace = errors.New("the disk is nearly full; make room, and the terminal goes on by itself")
	// ErrNotOfTheDesk is returned by Record for an event that only a decision may
	// bring about.
	ErrNotOfTheDesk = errors.New("handovers, holds, undos and payments come from scans and confirmations only")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the store is closed")
)

// Returned, as a [*DoubtError], by [Open], [Store.Witness] and
// [Store.Acknowledge].
var (
	// ErrForked is returned when HQ acknowledged a head that is not in this
	// terminal's chain: HQ knows other events under this terminal's name.
	ErrForked = errors.New("HQ's head is not in this terminal's chain")
)

// Returned by methods of the order set.
var (
	// ErrNoStaging is returned by Switch when no set has been staged.
	ErrNoStaging = errors.New("no order set is staged")
	// ErrDamaged is returned when a bbolt file or a record in it is not what was
	// written. The store sets such a file aside and builds it again.
	ErrDamaged = errors.New("the store's file is damaged")
)

// Returned by [Store.Maintain].
var (
	// ErrNoRoom is returned when the disk has no room for the copy of a file that
	// is to become smaller; nothing is changed, and the next call tries again.
	ErrNoRoom = errors.New("no room to make a file of the store smaller; free some space on the disk")
)
