package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's interface to device mapper (linux/dm-ioctl.h): a header of 312
// bytes and what the command needs. dmsetup would do the same, in a process of
// its own for every mark.
const (
	dmControl     = "/dev/mapper/control"
	dmVersion     = 4
	dmHeaderBytes = 312
	dmSpecBytes   = 40
	dmNameAt      = 48
	dmDevAt       = 40
	dmIoctl       = 3<<30 | dmHeaderBytes<<16 | 0xfd<<8 // _IOWR(0xfd, n, struct dm_ioctl)

	dmDevCreate  = 3
	dmDevRemove  = 4
	dmDevSuspend = 6 // without its flag: resume
	dmTableLoad  = 9
	dmTargetMsg  = 14
)

// logWrites is a dm-log-writes device.
type logWrites struct {
	control *os.File
	name    string
	device  string // /dev/dm-N
}

// newLogWrites puts a log between a disk and its user.
func newLogWrites(name, disk, log string) (*logWrites, error) {
	sectors, err := diskSectors(disk)
	if err != nil {
		return nil, err
	}
	control, err := os.OpenFile(dmControl, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("device mapper: %w", err)
	}
	l := &logWrites{control: control, name: name}
	made, err := l.call(dmDevCreate, 0, nil)
	if err != nil {
		return nil, errors.Join(err, control.Close())
	}
	l.device = fmt.Sprintf("/dev/dm-%d", unix.Minor(binary.NativeEndian.Uint64(made[dmDevAt:])))
	spec := make([]byte, dmSpecBytes)
	binary.NativeEndian.PutUint64(spec[8:], sectors)
	copy(spec[24:], "log-writes")
	spec = append(spec, disk+" "+log+"\x00"...)
	_, err = l.call(dmTableLoad, 1, spec)
	if err == nil {
		_, err = l.call(dmDevSuspend, 0, nil)
	}
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// mark writes a word into the log, behind all that is durable now.
func (l *logWrites) mark(word string) error {
	_, err := l.call(dmTargetMsg, 0, append(make([]byte, 8), "mark "+word+"\x00"...)) // 8: for sector 0
	return err
}

// close takes the device away; the log is complete then.
func (l *logWrites) close() error {
	_, err := l.call(dmDevRemove, 0, nil)
	return errors.Join(err, l.control.Close())
}

// call gives the kernel's answer.
func (l *logWrites) call(command uintptr, targets uint32, payload []byte) ([]byte, error) {
	b := make([]byte, dmHeaderBytes, dmHeaderBytes+len(payload)+8)
	b = append(b, payload...)
	b = append(b, make([]byte, -len(b)&7)...)
	ne := binary.NativeEndian
	ne.PutUint32(b, dmVersion)
	ne.PutUint32(b[12:], uint32(len(b)))
	ne.PutUint32(b[16:], dmHeaderBytes) // where the payload begins
	ne.PutUint32(b[20:], targets)
	copy(b[dmNameAt:], l.name)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, l.control.Fd(), dmIoctl|command, uintptr(unsafe.Pointer(&b[0]))); errno != 0 {
		return nil, fmt.Errorf("device mapper, command %d: %w", command, errno)
	}
	return b, nil
}

// diskSectors is a disk's length in sectors of 512 bytes.
func diskSectors(disk string) (uint64, error) {
	f, err := os.Open(disk)
	if err != nil {
		return 0, err
	}
	n, err := f.Seek(0, 2)
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	return uint64(n) / 512, nil
}
