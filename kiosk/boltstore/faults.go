package boltstore

import (
	"errors"
	"syscall"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
)

// FaultOf is what a screen and HQ are told of an error of [Open] or of a store
// that is out of order; the error itself is for the log.
func FaultOf(err error) desk.Fault {
	f := desk.Fault{Code: desk.FaultDisk}
	if d, ok := errors.AsType[*journal.DamagedError](err); ok {
		f.Event = d.Seq
	}
	if d, ok := errors.AsType[*DoubtError](err); ok {
		f.Event = d.Seq
	}
	for _, known := range []struct {
		code desk.FaultCode
		of   []error
	}{
		{desk.FaultInUse, []error{journal.ErrLocked}},
		{desk.FaultForked, []error{ErrForked}},
		{desk.FaultLost, []error{ErrJournalLost, journal.ErrMissingSegment}},
		{desk.FaultJournal, []error{journal.ErrDamaged, journal.ErrAltered, journal.ErrNotAuthentic, journal.ErrOtherTerminal, journal.ErrVersion}},
		{desk.FaultFull, []error{ErrNoSpace, syscall.ENOSPC, syscall.EDQUOT}},
	} {
		for _, sentinel := range known.of {
			if errors.Is(err, sentinel) {
				f.Code = known.code
				return f
			}
		}
	}
	return f
}
