package printer

import (
	"errors"
	"fmt"
)

// State is how a printer is.
type State string

// The states. The empty one is that of a printer nobody has asked yet.
const (
	Ready     State = "ready"
	Missing   State = "missing"    // not plugged in, switched off, not to be reached
	PaperOut  State = "paper-out"  //
	CoverOpen State = "cover-open" //
	Busy      State = "busy"       // somebody else prints, or it takes no more data
	Broken    State = "broken"     // it reports an error, or may not be used
)

// Errors, each for the state of its name. Their messages are for people, in
// English; screens say what the State says in their own words.
var (
	ErrMissing   = errors.New("the printer is missing")
	ErrPaperOut  = errors.New("the printer has no paper")
	ErrCoverOpen = errors.New("the printer's cover is open")
	ErrBusy      = errors.New("the printer is busy")
	ErrBroken    = errors.New("the printer is out of order")
)

// errSilent is a printer that answered before.
var errSilent = fmt.Errorf("%w: it does not answer any more; is it switched on?", ErrMissing)

// errStalled is a printer that is there and takes nothing.
var errStalled = fmt.Errorf("%w: it takes no more data; look at its paper, its cover and its lamps", ErrBusy)

// Other errors.
var (
	// ErrDevice is returned for a setting that names no printer; trying again is of no use.
	ErrDevice = errors.New("no such kind of printer")
	// ErrUnsure is given for a slip that the printer took whole and then did not confirm,
	// with the trouble that it had: it may have come out, or come out later. It is not
	// sent again unasked.
	ErrUnsure = errors.New("the slip may not be whole; look at it, and print it again if it is not")
	// ErrFull is returned by Print when too many slips wait already.
	ErrFull = errors.New("too many slips wait for the printer")
	// ErrStopped is given for slips that were still waiting when Run ended.
	ErrStopped = errors.New("the terminal was stopped before the slip was printed")
)

// StateOf gives the state that an error tells of; nil is Ready.
func StateOf(err error) State {
	switch {
	case err == nil:
		return Ready
	case errors.Is(err, ErrMissing):
		return Missing
	case errors.Is(err, ErrPaperOut):
		return PaperOut
	case errors.Is(err, ErrCoverOpen):
		return CoverOpen
	case errors.Is(err, ErrBusy):
		return Busy
	}
	return Broken
}

// What DLE EOT asks for: the argument n.
const (
	askPrinter = 1
	askOffline = 2
	askError   = 3
	askPaper   = 4
)

// isStatus reports whether a byte can be an answer to DLE EOT: bits 1 and 4 are
// set, 0 and 7 are not. XON, XOFF and answers to GS r never are.
func isStatus(b byte) bool { return b&0x93 == 0x12 }

// isInTurn reports whether a byte can be an answer to GS r: bits 4 and 7 are not
// set.
func isInTurn(b byte) bool { return b&0x90 == 0 }

// answers are what a printer said to DLE EOT 1 to 4, by the argument; 0: it said
// nothing.
type answers [askPaper + 1]byte

// trouble is what the answers say; nil: ready. What a person can mend comes first.
func (a answers) trouble() error {
	offline, failed, paper := a[askOffline], a[askError], a[askPaper]
	switch {
	case offline&0x04 != 0:
		return ErrCoverOpen
	case paper&0x60 == 0x60, offline&0x20 != 0:
		return ErrPaperOut
	case failed&0x20 != 0:
		return fmt.Errorf("%w: it reports an error that switching it off and on may end", ErrBroken)
	case failed&0x08 != 0:
		return fmt.Errorf("%w: its knife is stuck", ErrBroken)
	case failed&0x40 != 0:
		return fmt.Errorf("%w: its head is too hot and cools down", ErrBusy)
	case offline&0x40 != 0:
		return fmt.Errorf("%w: it reports an error", ErrBroken)
	case a[askPrinter]&0x08 != 0:
		return fmt.Errorf("%w: it is offline; its feed button may be pressed", ErrBusy)
	}
	return nil
}
