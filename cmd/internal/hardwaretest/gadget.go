package main

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// gadget is a scanner that is a USB serial device itself (CDC ACM, /dev/ttyACM0), as most are that have a USB cable: the
// kernel plays it on a controller of its own (dummy_hcd, g_serial).
type gadget struct{ end *os.File }

// deliveryTime is more than the USB frames that the last bytes of a gadget may still be under way.
const deliveryTime = 20 * time.Millisecond

// newGadget gives the scanner, pulled out.
func newGadget(ctx context.Context) (*gadget, error) {
	if err := appears(ctx, "/dev/ttyACM0"); err != nil { // plugged in with the kernel
		return nil, err
	}
	return &gadget{}, plugGadget("unbind")
}

// plug makes the scanner, and opens its end of the line.
func (g *gadget) plug() (err error) {
	if err := plugGadget("bind"); err != nil {
		return err
	}
	if err := appears(context.Background(), "/dev/ttyGS0"); err != nil {
		return err
	}
	if g.end, err = os.OpenFile("/dev/ttyGS0", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0); err != nil {
		return err
	}
	settings, err := unix.IoctlGetTermios(int(g.end.Fd()), unix.TCGETS)
	if err != nil {
		return err
	}
	settings.Iflag, settings.Oflag, settings.Lflag = 0, 0, 0 // bytes pass unchanged
	return unix.IoctlSetTermios(int(g.end.Fd()), unix.TCSETS, settings)
}

// pull closes the scanner's end first: the kernel waits for that.
func (g *gadget) pull() error { return errors.Join(g.end.Close(), plugGadget("unbind")) }

// plugGadget moves the plug of the kernel's only device controller.
func plugGadget(way string) error {
	return os.WriteFile("/sys/bus/gadget/drivers/g_serial/"+way, []byte("gadget.0"), 0)
}

func (g *gadget) send(bytes string) error {
	_, err := g.end.WriteString(bytes)
	return err
}

func (g *gadget) deliver(ctx context.Context, _, bytes string) error {
	if err := g.send(bytes); err != nil {
		return err
	}
	if err := unix.IoctlSetInt(int(g.end.Fd()), unix.TCSBRK, 1); err != nil { // as tcdrain does
		return err
	}
	return rest(ctx, deliveryTime)
}
