// Package stick finds USB sticks and writes files to them that are whole or not
// there.
//
// A stick is a mounted file system on a disk that can be taken out or hangs on
// USB, as /proc/self/mountinfo and /sys/block tell. Disks that the machine itself
// lives on (its root, /boot, /usr, the terminal's data folder) are none, so that a
// kiosk that boots from a stick does not export onto itself. A stick that is
// plugged in and not mounted is mounted by udisksctl where the machine has it, and
// unmounted again by [Port.Release].
//
// # Writing
//
// [Folder.Write] looks for room first, writes to a temporary file, and gives it
// its name after fsync; [Folder.Close] has the kernel write all of the stick
// (syncfs). What is pulled out meanwhile has no file of that name, or a whole one.
// Every file goes through the folder that was opened, never through a path: a
// stick that is unmounted in between does not fill the disk below its mount point.
//
// # Limits
//
// Linux alone. A disk with several file systems counts as several sticks. btrfs,
// which numbers its devices otherwise than mountinfo, is not written to. Nothing
// is read back: a stick that lies about what it keeps is not found out.
package stick

import "errors"

var (
	// ErrNone is returned by Find when no stick is plugged in.
	ErrNone = errors.New("no USB stick is plugged in")
	// ErrNotMounted is returned by Find for a stick that is plugged in and cannot
	// be mounted from here.
	ErrNotMounted = errors.New("the USB stick is not mounted")
	// ErrReadOnly is returned by Open for a stick that must not be written to.
	ErrReadOnly = errors.New("the USB stick is write-protected")
	// ErrNoRoom is returned by Write, before or while it writes.
	ErrNoRoom = errors.New("too little room on the USB stick")
	// ErrGone is returned when the stick was pulled out.
	ErrGone = errors.New("the USB stick was pulled out")
)
