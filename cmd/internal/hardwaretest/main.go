// Command hardwaretest runs the terminal's own sources against real drivers: cameras, serial scanners and scanners that
// type, which are busy, pulled out in the middle of a code and plugged in again. Each code must arrive once and whole.
// make test-hardware runs it; it needs what .ci/guest/prepare and .ci/guest/loopback fetch, and no root.
//
//	hardwaretest [--guest FOLDER] [--kioskctl FILE] [--limit DURATION] [SCENARIO…]
//
// It starts Debian's kernel in qemu with itself as the only program, and is the hands of the scenarios that run there: it
// plugs in a USB serial adapter and a USB keyboard, pulls them out, sends and types. The guest asks for that over a
// virtio port, a line of JSON each; qemu is told by QMP. Without names all scenarios run, one after the other:
//
//	serial-ftdi     a USB serial adapter (qemu's, driver ftdi_sio)
//	serial-acm      a USB serial device (dummy_hcd and g_serial, driver cdc_acm)
//	wedge-uinput    a keyboard that a program plays, beside one of a person
//	wedge-usb       a USB keyboard (qemu's, driver usbhid)
//	camera-yuyv     a camera whose pictures a program makes (v4l2loopback)
//	camera-mjpeg    the same with JPEG pictures
//	camera-vivid    the kernel's test camera, whose plug can be pulled
//	printer-usb     a receipt printer that a program plays (dummy_hcd and usb_f_printer, driver usblp)
//	terminal        kioskctl run with three of these at once
//
// Sources are supervised and debounced as in the terminal, by scanner.Merge; the last scenario runs the real kioskctl on
// an order table. Stable names under /dev/serial/by-id and /dev/input/by-id are made from sysfs as udev makes them.
// Each scenario prints a line, "ok" or "FAIL"; the last line counts them.
//
// It exits with 0 if all passed, 1 if one failed, 2 where no guest could be started, 3 for wrong arguments.
//
// # Time
//
// An emulated machine on a busy one stands still now and then, and a text in the middle of which nothing comes for
// 300 ms is two by right. Steps that this would spoil measure how long the guest stood still, and are done again if that
// was too long. A camera on such a machine may see the same code a second time after a second; scans that say so
// (scanner.Scan.Repeat) are let pass. Nothing waits for a time where it can wait for an event.
//
// # Limits
//
// The camera of most kiosks has the driver uvcvideo. It cannot be tried: qemu has no such camera, and the kernel's own
// USB controller for gadgets (dummy_hcd) does not carry the isochronous transfers of one. So its controls for exposure
// and focus are not tried either; the test camera has none, and only its frame rate is read back. It shows bars, no codes: its pictures are counted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = `usage: hardwaretest [--guest FOLDER] [--kioskctl FILE] [--limit DURATION] [SCENARIO…]
`

// errUsage says that the arguments make no sense.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case err == nil:
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "hardwaretest: %v\n%s", err, usage)
		os.Exit(3)
	case errors.Is(err, errNoGuest):
		fmt.Fprintf(os.Stderr, "hardwaretest: %v\n", err)
		os.Exit(2)
	default:
		fmt.Fprintf(os.Stderr, "hardwaretest: %v\n", err)
		os.Exit(1)
	}
}

// The roles of the same program inside the guest.
const (
	roleGuest = "guest" // SCENARIO…: tries them
	roleLock  = "lock"  // FILE: another program that has a port
)

// run is the host's side, unless the first argument is a role.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == roleGuest {
		g := &guest{out: out}
		var err error
		if g.host, err = newReach(); err != nil {
			return err
		}
		return g.run(ctx, args[1:])
	}
	if len(args) == 2 && args[0] == roleLock {
		return lock(args[1], os.Stdin, os.Stdout)
	}
	h := host{}
	flags := flag.NewFlagSet("hardwaretest", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&h.folder, "guest", ".ci/guest", "")
	flags.StringVar(&h.kioskctl, "kioskctl", "bin/guest/kioskctl", "")
	flags.DurationVar(&h.limit, "limit", 10*time.Minute, "")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	h.scenarios = flags.Args()
	for _, name := range h.scenarios {
		if !known(name) {
			return fmt.Errorf("%w: there is no scenario %q", errUsage, name)
		}
	}
	return h.run(ctx, out)
}
