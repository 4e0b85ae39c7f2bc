package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Auto is the setting for the first USB printer.
const Auto = "auto"

const (
	firstBaud   = "9600"
	rawPort     = "9100" // "raw" or JetDirect printing
	dialTimeout = 5 * time.Second

	// Debian's groups of those who may use the devices.
	usbGroup    = "lp"
	serialGroup = "dialout"
)

// Device is where a printer is. The zero value is none.
type Device struct {
	setting string
	kind    kind
	path    string // of a file or device; host and port
	speed   uint32 // of a serial line, as termios has it
	root    string // of the files of devices
}

type kind uint8

const (
	usb kind = iota + 1
	serialLine
	network
	file
)

// Parse reads a setting, see the package comment. A wrong one is ErrDevice, with
// what it should be.
func Parse(setting string) (Device, error) {
	d := Device{setting: setting, root: "/"}
	wrong := func(why string) (Device, error) {
		return Device{}, fmt.Errorf("printer %q: %s (%w)", setting, why, ErrDevice)
	}
	if rest, ok := strings.CutPrefix(setting, "serial:"); ok {
		var known bool
		path, baud := rest, firstBaud
		if at := strings.LastIndexByte(rest, '@'); at >= 0 {
			path, baud = rest[:at], rest[at+1:]
		}
		if d.speed, known = speed(baud); !known {
			return wrong("the speed must be 9600, 19200, 38400, 57600 or 115200 baud")
		}
		if !strings.HasPrefix(path, "/") {
			return wrong("the line is missing, like serial:/dev/ttyUSB0@19200")
		}
		d.kind, d.path = serialLine, path
		return d, nil
	}
	if path, ok := strings.CutPrefix(setting, "file:"); ok {
		if path == "" {
			return wrong("the file is missing, like file:/tmp/slips")
		}
		d.kind, d.path = file, path
		return d, nil
	}
	if strings.HasPrefix(setting, "tcp:") {
		u, err := url.Parse(setting)
		if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			return wrong("the address must be like tcp://192.0.2.7:9100")
		}
		port := u.Port()
		if port == "" {
			port = rawPort
		}
		d.kind, d.path = network, net.JoinHostPort(u.Hostname(), port)
		return d, nil
	}
	if setting == Auto || isID(setting) || strings.HasPrefix(setting, "/") {
		d.kind, d.path = usb, strings.ToLower(setting)
		if setting[0] == '/' {
			d.path = setting
		}
		return d, nil
	}
	return wrong("use auto, /dev/usb/lp0, vendor:product, serial:/dev/…@19200, tcp://host:9100 or file:PATH")
}

func speed(baud string) (uint32, bool) {
	switch baud {
	case "9600":
		return unix.B9600, true
	case "19200":
		return unix.B19200, true
	case "38400":
		return unix.B38400, true
	case "57600":
		return unix.B57600, true
	case "115200":
		return unix.B115200, true
	}
	return 0, false
}

// String gives the setting.
func (d Device) String() string { return d.setting }

// line is an open device.
type line struct {
	io.ReadWriteCloser
	name     string
	group    string                // whose members may use it; empty: it is no device
	deadline func(time.Time) error // for writes
	mute     bool                  // it never answers
	restless bool                  // a read of nothing is not the end
	untaken  func() int            // bytes, or pieces, that wait in this machine; nil: none ever do
	forget   func()                // what was not taken, before a close; nil: nothing can be
}

// abort closes the line without waiting for what was not taken.
func (l *line) abort() {
	if l.forget != nil {
		l.forget()
	}
	_ = l.Close() // it has failed already
}

// open opens the device. Errors are of the states.
func (d Device) open(ctx context.Context) (*line, error) {
	switch d.kind {
	case usb:
		return d.openUSB()
	case serialLine:
		return openSerial(d.path, d.speed)
	case network:
		return openNetwork(ctx, d.path)
	case file:
		return openFile(d.path)
	}
	return nil, fmt.Errorf("no printer is set (%w)", ErrDevice)
}

// openUSB opens the first that is meant and can be opened.
func (d Device) openUSB() (*line, error) {
	paths := []string{d.path}
	if d.path[0] != '/' {
		paths = nil
		for _, f := range Find(d.root) {
			if d.path == Auto || f.ID == d.path {
				paths = append(paths, f.Path)
			}
		}
	}
	failed := fmt.Errorf("%w: no USB printer is plugged in that %q would mean", ErrMissing, d.setting)
	for _, path := range paths {
		l, err := openDevice(path, usbGroup)
		if err == nil {
			l.restless = true
			return l, nil
		}
		if !errors.Is(err, ErrMissing) || len(paths) == 1 { // tells more
			failed = err
		}
	}
	return nil, failed
}

// openDevice opens and locks the file of a device. group may write to it.
func openDevice(path, group string) (*line, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, explain(path, group, err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode()&os.ModeCharDevice == 0 {
		err = fmt.Errorf("%s is no device; to print into a file write file:%s (%w)", path, path, ErrDevice)
	} else if err == nil {
		err = f.SetDeadline(time.Time{})
	}
	if errors.Is(err, os.ErrNoDeadline) {
		err = fmt.Errorf("%s is no printer: nobody can wait for it (%w)", path, ErrDevice)
	}
	if err == nil {
		err = control(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, explain(path, group, err)
	}
	return &line{ReadWriteCloser: f, name: path, group: group, deadline: f.SetWriteDeadline, untaken: func() int { return unsent(f) }}, nil
}

// openSerial opens a serial line: 8 data bits, no parity, raw, XON/XOFF.
func openSerial(path string, speed uint32) (*line, error) {
	l, err := openDevice(path, serialGroup)
	if err != nil {
		return nil, err
	}
	f := l.ReadWriteCloser.(*os.File)
	err = control(f, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		t.Iflag, t.Oflag, t.Lflag = unix.IXON, 0, 0
		t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | speed
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
	if err != nil {
		l.abort()
		if errors.Is(err, unix.ENOTTY) {
			return nil, fmt.Errorf("%s is no serial line (%w)", path, ErrDevice)
		}
		return nil, explain(path, serialGroup, err)
	}
	l.untaken = func() int { return outQueue(f) }
	l.forget = func() {
		_ = control(f, func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH) })
	}
	return l, nil
}

func openNetwork(ctx context.Context, address string) (*line, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	c, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, explain("tcp://"+address, "", err)
	}
	tcp := c.(*net.TCPConn)
	return &line{
		ReadWriteCloser: tcp, name: "tcp://" + address, deadline: tcp.SetWriteDeadline,
		untaken: func() int { return outQueue(tcp) },
		forget:  func() { _ = tcp.SetLinger(0) },
	}, nil
}

// openFile opens a file to which slips are added; one that fails in the middle is
// taken out again.
func openFile(path string) (*line, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, explain(path, "", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file (%w)", path, ErrDevice)
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, explain(path, "", err)
	}
	return &line{
		ReadWriteCloser: f, name: path, mute: true,
		deadline: func(time.Time) error { return nil }, // disks do not make one wait
		forget:   func() { _ = f.Truncate(info.Size()) },
	}, nil
}

// control does something with the descriptor of an open file or connection.
func control(c syscall.Conn, do func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	if failed := raw.Control(func(fd uintptr) { err = do(int(fd)) }); failed != nil {
		return failed
	}
	return err
}

// outQueue is how many bytes wait in this machine to be sent; 0 where it cannot tell.
func outQueue(c syscall.Conn) int {
	n := 0
	_ = control(c, func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.TIOCOUTQ) // sockets know it by the name SIOCOUTQ
		return err
	})
	return n
}

// unsent is 0 when the driver would take more: then a USB printer has taken the last
// piece. A device that is gone would.
func unsent(f *os.File) int {
	fds := []unix.PollFd{{Events: unix.POLLOUT}}
	_ = control(f, func(fd int) error {
		fds[0].Fd = int32(fd)
		_, err := unix.Poll(fds, 0)
		return err
	})
	if fds[0].Revents == 0 {
		return 1
	}
	return 0
}

// explain says in a sentence why a device cannot be used, as an error of a state.
func explain(name, group string, err error) error {
	is := func(targets ...error) bool {
		return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) })
	}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case is(ErrDevice, context.Canceled):
		return err
	case is(unix.EBUSY, unix.EWOULDBLOCK):
		return fmt.Errorf("%w: another program has %s", ErrBusy, name)
	case is(unix.ECONNREFUSED):
		return fmt.Errorf("%w: %s takes no connection; another computer may be printing", ErrBusy, name)
	case is(unix.EACCES, unix.EPERM):
		if group == "" {
			return fmt.Errorf("%w: %s may not be written to", ErrBroken, name)
		}
		return fmt.Errorf("%w: %s may not be opened; add the terminal's user to the group %s", ErrBroken, name, group)
	case is(unix.ENOSPC) && group == usbGroup:
		return ErrPaperOut // what the driver of USB printers says
	case is(unix.ENOENT, unix.ENODEV, unix.ENXIO, unix.EIO, unix.ESHUTDOWN, unix.ECONNRESET, unix.EPIPE, unix.EHOSTUNREACH, unix.ENETUNREACH,
		unix.EHOSTDOWN, io.EOF, os.ErrClosed), errors.As(err, &dns), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%w: %s is not there, or switched off", ErrMissing, name)
	}
	return fmt.Errorf("%w: %s: %w", ErrBroken, name, err)
}
