package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/serial"
)

// plugged is a scanner on a serial line that can be pulled out.
type plugged interface {
	plug() error
	pull() error
	send(bytes string) error
	deliver(ctx context.Context, link, bytes string) error // send, and wait until the driver at the other end has it
}

// adapter is qemu's USB serial adapter with an FTDI chip: /dev/ttyUSB0.
type adapter struct{ host *reach }

func (a adapter) plug() error             { return a.host.plug(usbSerial) }
func (a adapter) pull() error             { return a.host.pull(usbSerial) }
func (a adapter) send(bytes string) error { return a.host.send(bytes) }

func (a adapter) deliver(ctx context.Context, link, bytes string) error {
	before, err := received(link)
	if err != nil {
		return err
	}
	if err := a.send(bytes); err != nil {
		return err
	}
	return poll(ctx, "the bytes at the driver", func() bool {
		now, err := received(link)
		return err == nil && now-before >= len(bytes)
	})
}

// received counts the bytes that a port has received, by a handle beside the one of the source.
func received(path string) (int, error) {
	// struct serial_icounter_struct: cts, dsr, rng, dcd, rx, tx, and fourteen more.
	const getCounts = 0x545d // TIOCGICOUNT
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = unix.Close(fd) }()
	var counts [20]int32
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getCounts, uintptr(unsafe.Pointer(&counts))); errno != 0 {
		return 0, errno
	}
	return int(counts[4]), nil
}

// taken waits until the source has read what the driver has.
func taken(ctx context.Context, path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	return poll(ctx, "the source's read", func() bool {
		waiting, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
		return err == nil && waiting == 0
	})
}

// lockedByAnother has another program lock a port until release is called.
func lockedByAnother(ctx context.Context, path string) (release func() error, err error) {
	other := exec.CommandContext(ctx, "/proc/self/exe", roleLock, path)
	other.Stderr = os.Stderr
	in, err := other.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := other.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := other.Start(); err != nil {
		return nil, err
	}
	if word, err := io.ReadAll(out); string(word) != locked {
		return nil, fmt.Errorf("another program cannot lock %s: %w", path, errors.Join(err, in.Close(), other.Wait()))
	}
	return func() error { return errors.Join(in.Close(), other.Wait()) }, nil
}

// locked is what lock says when it has the lock.
const locked = "locked"

// lock locks a port for as long as in lasts: the other program.
func lock(path string, in io.Reader, out io.WriteCloser) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return err
	}
	if _, err := io.WriteString(out, locked); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

func serialFTDI(ctx context.Context, g *guest) error {
	return serialLine(ctx, g, adapter{g.host}, "QEMU_USB_SERIAL", "ttyUSB")
}

func serialACM(ctx context.Context, g *guest) error {
	a, err := newGadget(ctx)
	if err != nil {
		return err
	}
	return serialLine(ctx, g, a, "Gadget_Serial", "ttyACM")
}

// serialLine tries a scanner on a serial line, found by its stable name.
func serialLine(ctx context.Context, g *guest, line plugged, product, node string) (err error) {
	if err := line.plug(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.pull()) }()
	link, err := g.link(ctx, "/dev/serial/by-id/*"+product+"*")
	if err != nil {
		return err
	}
	source, err := serial.Open(link+"@115200", "", time.Now)
	if err != nil {
		return err
	}
	release, err := lockedByAnother(ctx, link)
	if err != nil {
		return err
	}
	c := newCounter(ctx, source)
	defer func() { err = errors.Join(err, c.close()) }()
	if err := errors.Join(c.until("serial", scanner.Busy), release(), c.until("serial", scanner.Working)); err != nil {
		return err
	}
	s := serialTrial{guest: g, counter: c, line: line, link: link, node: node, tag: strings.ToUpper(node)}
	return inTurn(ctx, s.ends, s.pieces, s.tooLong, s.pulledInMidCode, s.anotherName)
}

// serialTrial is one trial of a serial scanner.
type serialTrial struct {
	*guest
	*counter
	line            plugged
	link, node, tag string
}

// code is a text that no other step shows.
func (s serialTrial) code(name string) string { return "HX-" + s.tag + "-" + name + "-0123456789" }

// ends sends each of the ends of a text that scanners are set up for.
func (s serialTrial) ends(context.Context) error {
	for name, shape := range []string{"%s", "%s\r", "%s\n", "%s\r\n", "\x02%s\x03", "\x02%s\r\n\x03"} {
		code := s.code(fmt.Sprintf("END-%d", name))
		if err := errors.Join(s.line.send(fmt.Sprintf(shape, code)), s.expect(code)); err != nil {
			return err
		}
	}
	return nil
}

// pieces sends a code in several parts, and several codes in one.
func (s serialTrial) pieces(ctx context.Context) error {
	code := s.code("SPLIT")
	err := s.steadily(ctx, s.counter, code, func() error {
		for i := 0; i < len(code); i += 4 {
			if err := s.line.deliver(ctx, s.link, code[i:min(i+4, len(code))]); err != nil {
				return err
			}
		}
		return s.line.send("\r")
	}, nil)
	if err := errors.Join(err, s.expect(code)); err != nil {
		return err
	}
	// Between CR and LF too: that is one end and not two.
	err = errors.Join(s.line.deliver(ctx, s.link, s.code("BEFORE")+"\r"),
		s.line.send("\n"+s.code("TWO-A")+"\r\n"+s.code("TWO-B")+"\r"+s.code("TWO-C")+"\n"))
	if err := errors.Join(err, s.expect(s.code("BEFORE"), s.code("TWO-A"), s.code("TWO-B"), s.code("TWO-C"))); err != nil {
		return err
	}
	// A scanner that repeats what it sees, and after it another code.
	return errors.Join(s.line.send(strings.Repeat(s.code("REPEATED")+"\r\n", 30)+s.code("ANOTHER")+"\r\n"), s.expect(s.code("REPEATED"), s.code("ANOTHER")))
}

// tooLong sends more than a scan may hold without an end, and then a good code.
func (s serialTrial) tooLong(context.Context) error {
	for range 4 {
		if err := s.line.send(strings.Repeat("x", scanner.MaxText)); err != nil {
			return err
		}
	}
	return errors.Join(s.line.send("\r"+s.code("AFTER-LONG")+"\r"), s.expect(s.code("AFTER-LONG")))
}

// pulledInMidCode pulls the scanner out while it sends.
func (s serialTrial) pulledInMidCode(ctx context.Context) error {
	half := s.code("HALF")[:12]
	err := s.steadily(ctx, s.counter, half,
		func() error {
			if err := errors.Join(s.line.deliver(ctx, s.link, half), taken(ctx, s.link)); err != nil {
				return err
			}
			delivered := time.Now()
			err := s.line.pull()
			s.pulse.note(time.Since(delivered)) // for longer than the pause, it is by right a text
			return errors.Join(err, s.until("serial", scanner.Missing))
		},
		func() error { return errors.Join(s.line.plug(), s.until("serial", scanner.Working)) })
	if err != nil {
		return err
	}
	return errors.Join(s.line.send(s.code("BACK")+"\r\n"), s.expect(s.code("BACK")))
}

// anotherName plugs the scanner in again while its old name is still taken.
func (s serialTrial) anotherName(context.Context) error {
	old, err := filepath.EvalSymlinks(s.link)
	if err != nil {
		return err
	}
	held, err := os.OpenFile(old, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }() // it is gone by then
	if err := errors.Join(s.line.pull(), s.until("serial", scanner.Missing), s.line.plug(), s.until("serial", scanner.Working)); err != nil {
		return err
	}
	if now, err := filepath.EvalSymlinks(s.link); err != nil || now == old || !strings.HasPrefix(now, "/dev/"+s.node) {
		return fmt.Errorf("the scanner should have another name than %s now, and has %s (%w)", old, now, err)
	}
	return errors.Join(s.line.send(s.code("RENAMED")+"\r\n"), s.expect(s.code("RENAMED")))
}
