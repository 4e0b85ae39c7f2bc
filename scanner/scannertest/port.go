package scannertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Port is a serial port with a scanner on it: a pseudo-terminal whose path stays the same
// while it is unplugged and plugged in again.
type Port struct {
	// Path is what a program opens.
	Path string

	t      testing.TB
	master *os.File
}

// NewPort returns a plugged-in port that is removed at the end of the test.
func NewPort(t testing.TB) *Port {
	t.Helper()
	p := &Port{Path: filepath.Join(t.TempDir(), "ttyUSB0"), t: t}
	p.Plug()
	t.Cleanup(p.Unplug)
	return p
}

// Plug makes the port appear.
func (p *Port) Plug() {
	p.t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = slave.Close() }()
	// As a serial line is: bytes pass unchanged, also before a program sets it up.
	settings, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err == nil {
		settings.Iflag, settings.Oflag, settings.Lflag = 0, 0, 0
		err = unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, settings)
	}
	if err == nil {
		err = os.Symlink(slave.Name(), p.Path)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.master = master
}

// Unplug pulls the scanner out: the path is gone, readers get an error.
func (p *Port) Unplug() {
	if p.master == nil {
		return
	}
	_ = os.Remove(p.Path)
	_ = p.master.Close()
	p.master = nil
}

// Cut closes the line but leaves the path where it is, as some drivers do.
func (p *Port) Cut() {
	_ = p.master.Close()
	p.master = nil
}

// Send makes the scanner say something.
func (p *Port) Send(s string) {
	p.t.Helper()
	if _, err := p.master.WriteString(s); err != nil {
		p.t.Fatal(err)
	}
}

// SendMisread makes the scanner say something in which bytes that were misread are marked, as
// the driver of a serial line marks them (termios(3), PARMRK); a pseudo-terminal has no speed and
// misreads nothing.
func (p *Port) SendMisread(s string) {
	p.t.Helper()
	set := func(iflag uint32) {
		p.t.Helper()
		settings := p.settings()
		settings.Iflag = iflag
		if err := unix.IoctlSetTermios(int(p.master.Fd()), unix.TCSETS, settings); err != nil {
			p.t.Fatal(err)
		}
	}
	before := p.settings().Iflag
	set(before &^ unix.PARMRK) // which would mark the marks
	p.Send(s)
	set(before)
}

// Speed is the speed that the program has set, one of B9600 and so on.
func (p *Port) Speed() uint32 {
	p.t.Helper()
	return p.settings().Cflag & unix.CBAUD
}

// Is8N1 reports whether the program has set 8 data bits, no parity and one stop bit.
func (p *Port) Is8N1() bool {
	p.t.Helper()
	return p.settings().Cflag&(unix.CSIZE|unix.PARENB|unix.CSTOPB) == unix.CS8
}

// MarksMisread reports whether the program has had misread bytes marked, as SendMisread does.
func (p *Port) MarksMisread() bool {
	p.t.Helper()
	const both = unix.INPCK | unix.PARMRK
	return p.settings().Iflag&(both|unix.IGNPAR) == both
}

func (p *Port) settings() *unix.Termios {
	p.t.Helper()
	settings, err := unix.IoctlGetTermios(int(p.master.Fd()), unix.TCGETS)
	if err != nil {
		p.t.Fatal(err)
	}
	return settings
}
