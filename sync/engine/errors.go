package engine

import "errors"

// Returned by Run and Once.
var (
	// ErrRevoked is returned when HQ has withdrawn this device: its orders must
	// be deleted and it must be enrolled anew. The journal is to be kept.
	ErrRevoked = errors.New("HQ has withdrawn this terminal")
	// ErrForked is returned when HQ has other events of this terminal than its
	// journal: a copy of its data folder is or was in use. HQ's staff must decide.
	ErrForked = errors.New("HQ has other events of this terminal than its journal")
	// ErrLost is returned when the journal is HQ's, but ends before events that HQ
	// has: it was cut, or an older copy of the data folder was put back.
	ErrLost = errors.New("HQ has events of this terminal that its journal lacks")
	// ErrBadAck is returned for an acknowledgement that does not fit what was
	// sent or is not signed by HQ; it is not used.
	ErrBadAck = errors.New("HQ's acknowledgement is not valid")
	// ErrStuck is returned when the outbox did not move to an acknowledged head.
	ErrStuck = errors.New("the journal's acknowledged place did not move")
)

// ErrConfig is returned by New when something that the engine needs is missing.
var ErrConfig = errors.New("the sync engine is not put together")
