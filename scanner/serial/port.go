package serial

import (
	"errors"
	"fmt"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
)

// port is an open serial port with a second handle on it, which holds the lock and can be
// asked about the line: the library does not give out its own.
type port struct {
	path   string
	port   *serial.Port
	handle int
	opened unix.Stat_t
}

func openPort(path string, baud int) (*port, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, explain(path, err)
	}
	p := &port{path: path, handle: fd}
	if err := p.take(baud); err != nil {
		_ = unix.Close(fd)
		return nil, explain(path, err)
	}
	return p, nil
}

// take locks the port and sets it up.
func (p *port) take(baud int) (err error) {
	if err := unix.Fstat(p.handle, &p.opened); err != nil {
		return err
	}
	if err := unix.Flock(p.handle, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	if p.port, err = serial.OpenPort(&serial.Config{Name: p.path, Baud: baud, ReadTimeout: pause}); err != nil {
		return err
	}
	if err = p.setUp(keepSpeed); err != nil {
		_ = p.port.Close()
	}
	return err
}

// keepSpeed leaves the speed as it is.
const keepSpeed = 0

// setUp sets a speed (firstBaud or otherBaud) and what the library does not: bytes that were
// misread are marked, where it would have them pass as they were read.
func (p *port) setUp(baud int) error {
	t, err := unix.IoctlGetTermios(p.handle, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag = unix.INPCK | unix.PARMRK
	switch baud {
	case firstBaud:
		t.Cflag = t.Cflag&^unix.CBAUD | unix.B9600
	case otherBaud:
		t.Cflag = t.Cflag&^unix.CBAUD | unix.B115200
	}
	return unix.IoctlSetTermios(p.handle, unix.TCSETS, t)
}

// What a wait for the line found.
type line int

const (
	lineQuiet line = iota // nothing for the length of a pause
	lineData              // bytes to read
	lineGone              // hung up, or the path leads to nothing or to another device now
)

// wait waits for bytes, at most for the length of a pause.
func (p *port) wait() (line, error) {
	fds := []unix.PollFd{{Fd: int32(p.handle), Events: unix.POLLIN}}
	_, err := unix.Poll(fds, int(pause.Milliseconds()))
	for errors.Is(err, unix.EINTR) {
		_, err = unix.Poll(fds, int(pause.Milliseconds()))
	}
	switch got := fds[0].Revents; {
	case err != nil:
		return lineGone, err
	case !p.present():
		return lineGone, nil
	case got&unix.POLLIN != 0: // first, so that a whole scan before the pull is not lost
		return lineData, nil
	case got&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0:
		return lineGone, nil
	}
	return lineQuiet, nil
}

// present says whether the path still leads to the device that was opened.
func (p *port) present() bool {
	var now unix.Stat_t
	return unix.Stat(p.path, &now) == nil && now.Dev == p.opened.Dev && now.Ino == p.opened.Ino
}

// close gives the port and its lock back. Errors of a port that is gone mean nothing.
func (p *port) close() {
	_ = p.port.Close()
	_ = unix.Close(p.handle)
}

// explain says in a sentence why a port does not work, with the kind of failure in it.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EIO):
		return fmt.Errorf("the scanner on %s is not plugged in (%w)", path, scanner.ErrMissing)
	case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, unix.EBUSY):
		return fmt.Errorf("the port %s is in use (%w)", path, scanner.ErrBusy)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("the port %s may not be opened: add the terminal's user to the group dialout", path)
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL):
		return fmt.Errorf("%s is not a serial port (%w)", path, scanner.ErrFatal)
	}
	return fmt.Errorf("the port %s: %w", path, err)
}
