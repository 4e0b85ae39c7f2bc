package headlog

import (
	"fmt"

	"hexiao/kiosk"
)

// maxFindings bounds those that a report lists.
const maxFindings = 200

// Kind is what is wrong.
type Kind string

// The kinds.
const (
	KindEventMissing    Kind = "event-missing"       // an acknowledged event is not in HQ's store
	KindEventChanged    Kind = "event-changed"       // an event does not fit its chain hash
	KindEventBeyond     Kind = "event-beyond"        // there is an event behind what HQ acknowledged
	KindHeadDiffers     Kind = "head-differs"        // HQ's events are not those that were logged
	KindHeadWrong       Kind = "head-wrong"          // HQ's head is not that of its events
	KindHeadBack        Kind = "head-set-back"       // HQ logged a longer journal than it says to have
	KindHeadNotLogged   Kind = "head-not-logged"     // a head is neither in the log nor waits for it
	KindTerminalMissing Kind = "terminal-missing"    // HQ does not know a terminal that was logged
	KindEntryChanged    Kind = "entry-changed"       // an entry is not the one that was hashed
	KindEntryMissing    Kind = "entry-missing"       // an entry was removed
	KindEntryBeyond     Kind = "entry-beyond"        // there are entries that no checkpoint covers
	KindTree            Kind = "tree-differs"        // the entries do not add up to a checkpoint of HQ's
	KindCheckpoint      Kind = "checkpoint-bad"      // a checkpoint in the store is not HQ's
	KindKeys            Kind = "keys-bad"            // HQ's keys do not follow from each other
	KindRolledBack      Kind = "rolled-back"         // the log is shorter than it was
	KindForked          Kind = "forked"              // the log does not go on from the saved checkpoint
	KindOtherKey        Kind = "saved-by-other-key"  // no key of HQ signed the saved checkpoint
	KindExportDamaged   Kind = "export-damaged"      // the export is not sound in itself
	KindExportDevice    Kind = "export-other-device" // another device, or none, has signed it
	KindExportShort     Kind = "export-short"        // the journal lacks events that HQ acknowledged
	KindExportDiffers   Kind = "export-differs"      // the journal is not the one that was logged or that HQ has
)

// Finding is one thing that is wrong.
type Finding struct {
	Kind     Kind             `json:"kind"`
	Terminal kiosk.TerminalID `json:"terminal,omitempty"`
	Seq      uint64           `json:"seq,omitempty"`   // of the event
	Entry    *int64           `json:"entry,omitempty"` // of the log, from 0
	Detail   string           `json:"detail"`          // a sentence
}

// Report is what a check found.
type Report struct {
	Checkpoint           // of the log as it was checked
	Note       string    `json:"note"` // the same, signed: what is to be saved
	Terminals  int       `json:"terminals"`
	Events     int       `json:"events"`             // of all terminals
	Withheld   int       `json:"withheld,omitempty"` // of them, known by their hashes alone
	Waiting    int       `json:"waiting,omitempty"`  // heads that are not logged yet
	Since      *int64    `json:"since,omitempty"`    // entries of the saved checkpoint
	Exported   uint64    `json:"exported,omitempty"` // events of the export
	Findings   []Finding `json:"findings"`
	More       int       `json:"more,omitempty"` // that are not listed
}

// Sound reports whether nothing is wrong.
func (r Report) Sound() bool { return len(r.Findings) == 0 }

func (r *Report) find(f Finding, format string, args ...any) {
	if len(r.Findings) == maxFindings {
		r.More++
		return
	}
	f.Detail = fmt.Sprintf(format, args...)
	r.Findings = append(r.Findings, f)
}
