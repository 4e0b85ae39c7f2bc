package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// loopTries bounds the search for a loop device that nobody takes meanwhile.
const loopTries = 20

// slot is a disk in memory that can be mounted.
type slot struct {
	file   *os.File // unnamed, in memory
	disk   []byte   // the same, mapped
	folder string   // where it is mounted
}

func newSlot(bytes int64, folder string) (*slot, error) {
	fd, err := unix.MemfdCreate("disk", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("a disk in memory: %w", err)
	}
	s := &slot{file: os.NewFile(uintptr(fd), "disk"), folder: folder}
	if err := s.file.Truncate(bytes); err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	if s.disk, err = unix.Mmap(fd, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, errors.Join(fmt.Errorf("a disk in memory: %w", err), s.file.Close())
	}
	return s, nil
}

func (s *slot) close() error { return errors.Join(unix.Munmap(s.disk), s.file.Close()) }

// mounted runs fn while the disk is mounted, and e2fsck after it. Its first error
// is fn's, or says that ext4 itself was not in order.
func (s *slot) mounted(ctx context.Context, e2fsck string, fn func(folder string) error) (err error) {
	loop, err := s.attach()
	if err != nil {
		return err
	}
	// The device goes by itself when the last who has it open is gone.
	defer func() { err = errors.Join(err, loop.Close()) }()
	err = unix.Mount(loop.Name(), s.folder, "ext4", 0, "")
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("mount: %w", err)
	}
	if err != nil {
		return fmt.Errorf("%w: ext4 cannot be mounted: %w", errViolated, err)
	}
	err = fn(s.folder)
	if unmountErr := unix.Unmount(s.folder, 0); unmountErr != nil {
		return errors.Join(err, fmt.Errorf("unmount: %w", unmountErr))
	}
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, e2fsck, "-f", "-n", loop.Name()).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return fmt.Errorf("%w: e2fsck finds faults: %w: %s", errViolated, err, out)
	case err != nil:
		return fmt.Errorf("e2fsck: %w", err)
	}
	return nil
}

// attach gives the disk as an open block device.
func (s *slot) attach() (*os.File, error) {
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("loop devices: %w", err)
	}
	defer func() { _ = control.Close() }() // nothing was written
	config := unix.LoopConfig{
		Fd: uint32(s.file.Fd()), Size: tearBytes, Info: unix.LoopInfo64{Flags: unix.LO_FLAGS_AUTOCLEAR},
	}
	for range loopTries {
		number, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
		if err != nil {
			return nil, fmt.Errorf("loop devices: %w", err)
		}
		loop, err := os.OpenFile(fmt.Sprintf("/dev/loop%d", number), os.O_RDWR, 0)
		if err != nil {
			return nil, fmt.Errorf("loop devices: %w", err)
		}
		err = unix.IoctlLoopConfigure(int(loop.Fd()), &config)
		if err == nil {
			return loop, nil
		}
		_ = loop.Close() // was not ours
		if !errors.Is(err, unix.EBUSY) {
			return nil, fmt.Errorf("loop devices: %w", err)
		}
	}
	return nil, errors.New("loop devices: others take each before it can be used")
}
