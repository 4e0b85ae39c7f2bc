// Package serial reads codes from a scanner on a serial port: RS-232, USB serial
// adapters, scanners that show themselves as /dev/ttyACM0.
//
//	/dev/ttyUSB0            9600 baud, 8 data bits, no parity, 1 stop bit
//	/dev/ttyACM0@115200
//	/dev/serial/by-id/…     the same scanner whichever plug it is in
//
// A text ends with CR, LF, CR LF, STX … ETX, or after a pause of 300 ms. What
// the scanner puts before the code (an AIM prefix) stays in it.
//
// The port is locked (flock), so that two programs never share the bytes of one scan:
// the second one is told that it is busy. A scanner that is pulled out ends Run, and
// scanner.Supervise opens it again once it is back. A text that was cut off by the pull is
// dropped: half a code never comes out.
//
// Limits: the driver cannot tell when the cable between an RS-232 scanner and its USB
// adapter is pulled in the middle of a scan that has no end mark; switch such scanners to
// send one. Parity and flow control are not set up. Programs that do not lock the port
// (modem managers) can still read from it.
package serial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
)

const (
	defaultBaud = 9600
	pause       = 300 * time.Millisecond // ends a text without an end mark
	maxEmpty    = 5                      // reads in a row that bring nothing although something was announced
)

// Source is a serial scanner as a scanner.Source.
type Source struct {
	name string
	path string
	baud int
	now  func() time.Time
}

// Open makes a Source of DEVICE[@BAUD], called name ("serial" if empty). The device need
// not be there yet. A wrong spec is an error with scanner.ErrFatal in it.
func Open(spec, name string, now func() time.Time) (*Source, error) {
	if name == "" {
		name = "serial"
	}
	s := &Source{name: name, path: spec, baud: defaultBaud, now: now}
	if at := strings.LastIndexByte(spec, '@'); at >= 0 {
		path, baud := spec[:at], spec[at+1:]
		n, err := strconv.Atoi(baud)
		known := []int{300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600}
		if err != nil || !slices.Contains(known, n) {
			return nil, fmt.Errorf("serial port %s: %q is no speed, use one of %v (%w)", path, baud, known, scanner.ErrFatal)
		}
		s.path, s.baud = path, n
	}
	if s.path == "" {
		return nil, fmt.Errorf("serial port: the device is missing, like /dev/ttyUSB0@9600 (%w)", scanner.ErrFatal)
	}
	return s, nil
}

// Name implements scanner.Source.
func (s *Source) Name() string { return s.name }

// Run implements scanner.Source.
func (s *Source) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	p, err := openPort(s.path, s.baud)
	if err != nil {
		return err
	}
	defer p.close()
	tell := func(detail string) {
		report(scanner.Health{Source: s.name, State: scanner.Working, Detail: detail, At: s.now().UTC()})
	}
	tell(fmt.Sprintf("The port %s is open at %d baud.", s.path, s.baud))

	var framer Framer
	give := func(text string) {
		emit(scanner.Scan{Text: text, Symbology: scanner.Text, Source: s.name, At: s.now().UTC()})
	}
	buf := make([]byte, 1024)
	empty := 0
	for ctx.Err() == nil {
		// The library's read says the same when its wait is over and when the plug is
		// pulled, so the waiting is done here, where the two differ.
		state, err := p.wait()
		switch {
		case err != nil:
			return explain(s.path, err)
		case state == lineGone || empty >= maxEmpty:
			return fmt.Errorf("the scanner on %s was unplugged (%w)", s.path, scanner.ErrMissing)
		case state == lineQuiet:
			framer.Pause(give)
			continue
		}
		n, err := p.port.Read(buf)
		if err != nil && !errors.Is(err, io.EOF) {
			return explain(s.path, err)
		}
		if n == 0 {
			empty++
			continue
		}
		empty = 0
		before := framer.Dropped()
		framer.Write(buf[:n], give)
		if framer.Dropped() > before {
			tell(fmt.Sprintf("A text of more than %d bytes was dropped: check the scanner's settings.", scanner.MaxText))
		}
	}
	return nil
}

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
	p.port, err = serial.OpenPort(&serial.Config{Name: p.path, Baud: baud, ReadTimeout: pause})
	return err
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
