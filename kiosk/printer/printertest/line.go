package printertest

import (
	"net"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// PTY connects the printer to a serial line, a pseudo-terminal, until the test
// ends, and gives the path of its other end.
func (p *Printer) PTY(t testing.TB) string {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	// As a serial line is: bytes pass unchanged, also before a program sets it up.
	settings, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err == nil {
		settings.Iflag, settings.Oflag, settings.Lflag = 0, 0, 0
		err = unix.IoctlSetTermios(int(slave.Fd()), unix.TCSETS, settings)
	}
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		p.Serve(master)
	}()
	t.Cleanup(func() { // the slave stays open until here: the line outlives those who use it
		p.Hold(false)
		_ = slave.Close()
		_ = master.Close()
		<-served
	})
	return slave.Name()
}

// TCP connects the printer to the network until the test ends, and gives its
// address. It serves one connection at a time, as most do.
func (p *Printer) TCP(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns, served := make(chan net.Conn, 1), make(chan struct{})
	go func() {
		defer close(served)
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			conns <- c
			p.Serve(c)
			_ = c.Close()
			<-conns
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		p.Hold(false)
		select {
		case c := <-conns:
			_ = c.Close()
			conns <- c // for the server to take away
		default:
		}
		<-served
	})
	return "tcp://" + listener.Addr().String()
}
