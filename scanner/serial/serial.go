// Package serial reads codes from a scanner on a serial port: RS-232, USB serial
// adapters, scanners that show themselves as /dev/ttyACM0.
//
//	auto                    the first port whose device looks like a scanner, else the only one there is
//	05e0:1701               the first port of a device of that vendor and product
//	/dev/serial/by-id/…     the same scanner whichever plug it is in
//	/dev/ttyUSB0            whatever is there
//	…@115200                at 115200 baud; 300 to 921600
//
// Ports have 8 data bits, no parity, 1 stop bit. A port whose speed is not set is opened at
// 9600 baud and, as long as no text has come and bytes come without their stop bit, at
// 115200, 9600 and so on in turn: whoever scans at the wrong one scans once more.
//
// A text ends with CR, LF, CR LF, STX … ETX, or after a pause of 300 ms. What
// scanner.FromDevice makes of it is the scan: an AIM prefix is taken off, control characters
// and what the line garbled are refused. Find lists the ports.
//
// The port is locked (flock), so that two programs never share the bytes of one scan:
// the second one is told that it is busy. A scanner that is pulled out ends Run, and
// scanner.Supervise opens it again once it is back. A text that was cut off by the pull is
// dropped: half a code never comes out.
//
// Limits: the driver cannot tell when the cable between an RS-232 scanner and its USB
// adapter is pulled in the middle of a scan. A scanner that sends an end mark is known by it
// after 64 texts (scanner.Ends), and what lacks it is dropped from then on; switch such
// scanners to send one. Whether bytes have their stop bits the driver of the adapter must tell;
// where it does not, the speed is 9600 unless set. Parity and flow control are not set up.
// Programs that do not lock the port (modem managers) can still read from it. A scanner that
// is quiet is one that nobody uses: serial never says silent.
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

	"hexiao/scanner"
)

const (
	pause    = 300 * time.Millisecond // ends a text without an end mark
	maxEmpty = 5                      // reads in a row that bring nothing although something was announced

	// firstBaud is what most scanners on RS-232 come with, otherBaud what the rest do.
	firstBaud, otherBaud = 9600, 115200
	// garbled is how many bytes without a stop bit between two pauses are a wrong speed: a plug
	// in motion makes a few.
	garbled = 3
)

// Source is a serial scanner as a scanner.Source.
type Source struct {
	name    string
	setting string // without the speed
	root    string // of the files of devices
	baud    int
	search  bool // the speed is not set, and no text has proved one
	now     func() time.Time
}

// Open makes a Source of DEVICE[@BAUD], called name ("serial" if empty). The device need
// not be there yet. A wrong spec is an error with scanner.ErrFatal in it.
func Open(spec, name string, now func() time.Time) (*Source, error) {
	if name == "" {
		name = "serial"
	}
	s := &Source{name: name, root: "/", now: now}
	var err error
	if s.setting, s.baud, err = split(spec); err != nil {
		return nil, err
	}
	if s.baud == 0 {
		s.baud, s.search = firstBaud, true
	}
	return s, nil
}

// split takes a spec apart; the speed is 0 where none is set.
func split(spec string) (setting string, baud int, err error) {
	setting = spec
	if at := strings.LastIndexByte(spec, '@'); at >= 0 {
		setting = spec[:at]
		known := []int{300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600}
		if baud, err = strconv.Atoi(spec[at+1:]); err != nil || !slices.Contains(known, baud) {
			return "", 0, fmt.Errorf("serial port %s: %q is no speed, use one of %v (%w)", setting, spec[at+1:], known, scanner.ErrFatal)
		}
	}
	if setting == "" {
		return "", 0, fmt.Errorf("serial port: the device is missing, like /dev/ttyUSB0@9600 (%w)", scanner.ErrFatal)
	}
	return setting, baud, nil
}

// Name implements scanner.Source.
func (s *Source) Name() string { return s.name }

// Run implements scanner.Source.
func (s *Source) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	p, err := s.open()
	if err != nil {
		return err
	}
	defer p.close()
	tell := func(detail string) {
		report(scanner.Health{Source: s.name, State: scanner.Working, Detail: detail, At: s.now().UTC()})
	}
	tell(fmt.Sprintf("The port %s is open at %d baud.", p.path, s.baud))

	var framer Framer
	give := func(text string) {
		scan := scanner.FromDevice(text, s.name, s.now())
		if scan.Refused == "" && len(scan.Text) >= minAfterNoise {
			s.search = false
		}
		emit(scan)
	}
	buf := make([]byte, 1024)
	empty, misread := 0, 0
	for ctx.Err() == nil {
		// The library's read says the same when its wait is over and when the plug is
		// pulled, so the waiting is done here, where the two differ.
		state, err := p.wait()
		switch {
		case err != nil:
			return explain(p.path, err)
		case state == lineGone || empty >= maxEmpty:
			return fmt.Errorf("the scanner on %s was unplugged (%w)", p.path, scanner.ErrMissing)
		}
		before := framer.Dropped()
		if state == lineQuiet {
			framer.Pause(give)
			if s.search && framer.Misread()-misread >= garbled {
				s.baud = firstBaud + otherBaud - s.baud
				if err := p.setUp(s.baud); err != nil {
					return explain(p.path, err)
				}
				tell(fmt.Sprintf("What came in on %s was garbled; it is open at %d baud now.", p.path, s.baud))
			}
			misread = framer.Misread()
		} else {
			n, err := p.port.Read(buf)
			if err != nil && !errors.Is(err, io.EOF) {
				return explain(p.path, err)
			}
			if n == 0 {
				empty++
				continue
			}
			empty = 0
			framer.Write(buf[:n], give)
		}
		if framer.Dropped() > before {
			tell(fmt.Sprintf("A text was dropped: it had more than %d bytes, or was cut off. Check the scanner's settings and its cable.", scanner.MaxText))
		}
	}
	return nil
}

// open opens the first of the ports that the setting may mean and that nobody uses.
func (s *Source) open() (*port, error) {
	found := choose(Find(s.root), s.setting)
	if len(found) == 0 {
		return nil, fmt.Errorf("no serial scanner is plugged in that %q would mean (%w)", s.setting, scanner.ErrMissing)
	}
	var failed error
	for _, d := range found {
		p, err := openPort(d.Path, s.baud)
		if err == nil {
			return p, nil
		}
		if failed == nil || !errors.Is(err, scanner.ErrMissing) { // tells more
			failed = err
		}
	}
	return nil, failed
}
