package terminal

import "errors"

var (
	// ErrEnrolled is returned by Enrol for a data folder that has a terminal.
	ErrEnrolled = errors.New("this data folder has a terminal already")
	// ErrNoHQ is returned by SyncOnce for a terminal that works without HQ.
	ErrNoHQ = errors.New("this terminal has no HQ; enrol it with kioskctl enrol")
	// ErrNoScanner is returned by Open for a terminal that is to end with its
	// sources and has none: it would end at once and nobody would know why.
	ErrNoScanner = errors.New("nothing reads codes here; name a scanner, in kiosk.toml or with a flag")
)
