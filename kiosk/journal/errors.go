package journal

import (
	"errors"
	"fmt"
)

// Returned by [Open].
var (
	// ErrLocked is returned when another process appends to the journal.
	ErrLocked = errors.New("another process holds this data folder")
	// ErrOtherTerminal is returned when the files are of another terminal.
	ErrOtherTerminal = errors.New("the journal is of another terminal")
	// ErrVersion is returned for files of a format that this program does not know.
	ErrVersion = errors.New("the journal has a format that this program does not know")
	// ErrMissingSegment is returned when a file is missing between others.
	ErrMissingSegment = errors.New("a file of the journal is missing")
	// ErrShort is returned for a journal of fewer events than [Options].AtLeast.
	ErrShort = errors.New("the journal ends too early")
)

// Returned by whatever reads a journal.
var (
	// ErrDamaged is returned, as a [*DamagedError], when a record or header in
	// the middle of the journal cannot be what was written.
	ErrDamaged = errors.New("the journal is damaged")
	// ErrNotAuthentic is returned when a record's MAC does not fit the key.
	ErrNotAuthentic = errors.New("the journal was written with another key")
	// ErrAltered is returned, as a [*DamagedError], when every event follows from
	// the one before but the chain is not the one that HQ acknowledged: somebody
	// cut the journal, changed an event or put another journal in its place.
	ErrAltered = errors.New("the journal is not the one that HQ acknowledged")
)

// Returned by [Acks].
var (
	// ErrNotSigned is returned for an acknowledgement that HQ's key did not sign
	// for this terminal. It is not kept.
	ErrNotSigned = errors.New("the acknowledgement is not signed by HQ")
)

// Returned by [Export].
var (
	// ErrEmpty is returned for a journal without any event.
	ErrEmpty = errors.New("the journal holds no event yet")
)

// Returned by [Journal.Append].
var (
	// ErrUnknownOutcome is returned when a write or sync failed, and for every
	// append after it: the events may be on disk or not. Close the journal, open
	// it anew and read.
	ErrUnknownOutcome = errors.New("it is not known whether the event is on disk")
	// ErrNoSpare is returned when the segment is full and no new one could be
	// made. Nothing was written; a later append tries again.
	ErrNoSpare = errors.New("no new file for the journal could be made")
	// ErrRefused is returned for events that could not be read back: too large,
	// or not in the form that journals keep. Nothing was written.
	ErrRefused = errors.New("the journal cannot keep the event")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the journal is closed")
)

// DamagedError says where a journal stops being what was written. It wraps
// [ErrDamaged], [ErrNotAuthentic] where only a MAC or the device's signature does
// not fit, or [ErrAltered].
type DamagedError struct {
	Seq    uint64 // the first event that cannot be trusted
	File   string // name of the segment; empty for an export, and where HQ's signature is the evidence
	Offset int64  // in bytes from the file's begin
	Reason string
	kind   error
}

func (e *DamagedError) Error() string {
	where := fmt.Sprintf("event %d (%s, offset %d)", e.Seq, e.File, e.Offset)
	switch {
	case errors.Is(e.kind, ErrAltered):
		where = fmt.Sprintf("event %d is the first in doubt", e.Seq)
	case e.File == "":
		where = fmt.Sprintf("event %d (offset %d)", e.Seq, e.Offset)
	}
	return fmt.Sprintf("%v: %s: %s; keep the whole folder, save the events before it with kioskctl journal export, then have HQ withdraw the terminal and enrol it anew",
		e.kind, where, e.Reason)
}

// Unwrap gives ErrDamaged, ErrNotAuthentic or ErrAltered.
func (e *DamagedError) Unwrap() error { return e.kind }
