package crashtest

import "errors"

// Returned by [Runner.Record] and by what records.
var (
	// ErrNoMount is returned where no FUSE file system can be mounted: without
	// /dev/fuse, or without the right to.
	ErrNoMount = errors.New("a FUSE file system cannot be mounted here; it needs /dev/fuse and root, or fusermount3")
)

var (
	// errEnough ends a run that has found enough violations.
	errEnough = errors.New("enough violations")
	// errKilled ends a driver as a killed process ends.
	errKilled = errors.New("killed")
)
