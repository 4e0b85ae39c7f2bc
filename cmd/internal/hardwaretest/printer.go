package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk/printer"
	"hexiao/kiosk/printer/printertest"
	"hexiao/kiosk/receipt"
)

// paperworks is a USB printer: the kernel plays it on a second controller of its own (dummy_hcd, usb_f_printer), the
// driver at the terminal's end is usblp, and printertest.Printer obeys what comes.
type paperworks struct {
	folder string // of the gadget in configfs
	end    *os.File
	served chan struct{}
	device *printertest.Printer
}

// The device that the gadget is.
const (
	printerID   = "0525:a4a8"
	printerNode = "/dev/usb/lp0"
)

// newPaperworks makes the printer, pulled out.
func newPaperworks() (*paperworks, error) {
	const configs = "/sys/kernel/config"
	if err := unix.Mount("configfs", configs, "configfs", 0, ""); err != nil && !errors.Is(err, unix.EBUSY) {
		return nil, err
	}
	p := &paperworks{folder: filepath.Join(configs, "usb_gadget/hexiao")}
	for _, folder := range []string{"", "strings/0x409", "configs/c.1", "functions/printer.hx"} {
		if err := os.Mkdir(filepath.Join(p.folder, folder), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	for _, setting := range [][2]string{
		{"idVendor", "0x0525"}, {"idProduct", "0xa4a8"}, {"strings/0x409/manufacturer", "Hexiao"}, {"strings/0x409/product", "Paperworks"},
		{"strings/0x409/serialnumber", "HX0001"}, {"functions/printer.hx/pnp_string", "MFG:Hexiao;MDL:Paperworks;CLS:PRINTER;"},
	} {
		if err := os.WriteFile(filepath.Join(p.folder, setting[0]), []byte(setting[1]), 0); err != nil {
			return nil, err
		}
	}
	err := os.Symlink(filepath.Join(p.folder, "functions/printer.hx"), filepath.Join(p.folder, "configs/c.1/printer.hx"))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return p, nil
}

// plug switches a printer on and plugs it in.
func (p *paperworks) plug(ctx context.Context, device *printertest.Printer) (err error) {
	if err := os.WriteFile(filepath.Join(p.folder, "UDC"), []byte("dummy_udc.1"), 0); err != nil {
		return err
	}
	if err := errors.Join(appears(ctx, "/dev/g_printer0"), appears(ctx, printerNode)); err != nil {
		return err
	}
	if p.end, err = os.OpenFile("/dev/g_printer0", os.O_RDWR|unix.O_NONBLOCK, 0); err != nil {
		return err
	}
	p.device, p.served = device, make(chan struct{})
	go func() {
		defer close(p.served)
		device.Serve(p.end)
	}()
	return nil
}

// pull closes the printer's end first: the kernel waits for that.
func (p *paperworks) pull() error {
	err := p.end.Close()
	p.device.Hold(false)
	<-p.served
	return errors.Join(err, os.WriteFile(filepath.Join(p.folder, "UDC"), []byte("\n"), 0))
}

// printerTrial is one trial of a printer, with the queue that a terminal has.
type printerTrial struct {
	*guest
	works   *paperworks
	slip    *receipt.Bitmap
	queue   *printer.Printer
	states  chan printer.Health
	results chan printer.Result
}

func printerUSB(ctx context.Context, g *guest) (err error) {
	works, err := newPaperworks()
	if err != nil {
		return err
	}
	setter, err := receipt.NewTypesetter()
	if err != nil {
		return err
	}
	say, err := receipt.Words("zh")
	if err != nil {
		return err
	}
	t := printerTrial{guest: g, works: works, states: make(chan printer.Health, 100), results: make(chan printer.Result, 100)}
	if t.slip, err = setter.Raster(receipt.SampleSlip(receipt.Paper80, time.Now(), say)); err != nil {
		return err
	}
	auto, err := printer.Parse(printer.Auto)
	if err != nil {
		return err
	}
	t.queue = printer.New(printer.Options{
		Device: auto, Now: time.Now, Raster: func(receipt.Slip) (*receipt.Bitmap, error) { return t.slip, nil },
		Changed: func(h printer.Health) { t.states <- h }, Ended: func(r printer.Result) { t.results <- r },
	})
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- t.queue.Run(ctx) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	return inTurn(ctx, t.missing, t.prints, t.noPaper, t.stops, t.pulled, t.silent)
}

// missing has a slip wait for a printer that is plugged in only then.
func (t printerTrial) missing(ctx context.Context) error {
	if err := errors.Join(t.is(printer.Missing), t.queue.Print(printer.Job{ID: "first"}), t.works.plug(ctx, printertest.New()), t.is(printer.Ready)); err != nil {
		return err
	}
	if found := printer.Find("/"); len(found) != 1 || found[0] != (printer.Found{Path: printerNode, ID: printerID, Name: "Hexiao Paperworks"}) {
		return fmt.Errorf("the printers found are %+v", found)
	}
	return t.done("first", true)
}

// prints prints twice by other names of the printer, and finds out who else has it.
func (t printerTrial) prints(ctx context.Context) error {
	for _, name := range []string{printerID, printerNode} {
		d, err := printer.Parse(name)
		if err != nil {
			return err
		}
		confirmed, err := printer.Once(ctx, d, t.slip, time.Now, func(error) {})
		if err != nil || !confirmed {
			return fmt.Errorf("on %s: %v, %w", name, confirmed, err)
		}
		if err := t.same(); err != nil {
			return err
		}
	}
	other, err := os.OpenFile(printerNode, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	t.queue.Check()
	err = t.is(printer.Busy)
	return errors.Join(err, other.Close(), t.queue.Print(printer.Job{ID: "shared"}), t.is(printer.Ready), t.done("shared", true))
}

// noPaper lets the paper end before a slip and in the middle of one.
func (t printerTrial) noPaper(context.Context) error {
	t.works.device.Load(0)
	if err := errors.Join(t.queue.Print(printer.Job{ID: "paper"}), t.is(printer.PaperOut)); err != nil {
		return err
	}
	t.works.device.Load(300)
	if err := errors.Join(t.is(printer.Ready), t.is(printer.PaperOut)); err != nil {
		return err
	}
	t.works.device.Load(-1)
	return errors.Join(t.done("paper", true), t.is(printer.Ready))
}

// stops has the printer take no more bytes, and go on.
func (t printerTrial) stops(context.Context) error {
	t.works.device.Hold(true)
	if err := errors.Join(t.queue.Print(printer.Job{ID: "stops"}), t.is(printer.Missing)); err != nil {
		return err // it answered before, and does not any more
	}
	t.works.device.Hold(false)
	return errors.Join(t.is(printer.Ready), t.done("stops", true))
}

// pulled pulls a printer that takes no more bytes out of a slip, and another one takes it.
func (t printerTrial) pulled(ctx context.Context) error {
	silent := printertest.New()
	silent.Mute = true
	err := errors.Join(t.works.pull(), t.check(printer.Missing), t.works.plug(ctx, silent), t.check(printer.Ready))
	if err != nil {
		return err
	}
	silent.Hold(true)
	if err := errors.Join(t.queue.Print(printer.Job{ID: "pulled"}), t.is(printer.Busy)); err != nil {
		return err
	}
	return errors.Join(t.works.pull(), t.is(printer.Missing), t.works.plug(ctx, printertest.New()), t.is(printer.Ready), t.done("pulled", true))
}

// silent prints on a printer that never answers.
func (t printerTrial) silent(ctx context.Context) error {
	silent := printertest.New()
	silent.Mute = true
	return errors.Join(t.works.pull(), t.check(printer.Missing), t.works.plug(ctx, silent), t.check(printer.Ready),
		t.queue.Print(printer.Job{ID: "silent"}), t.done("silent", false), t.works.pull())
}

// check has the printer looked at.
func (t printerTrial) check(want printer.State) error {
	t.queue.Check()
	return t.is(want)
}

// is waits for a state, past others.
func (t printerTrial) is(want printer.State) error {
	var seen []string
	timeout := time.After(patience)
	for {
		select {
		case h := <-t.states:
			if h.State == want {
				return nil
			}
			seen = append(seen, fmt.Sprintf("%s (%s)", h.State, h.Detail))
		case <-timeout:
			return fmt.Errorf("the printer is not %s in %v, but %s", want, patience, strings.Join(seen, ", "))
		}
	}
}

// done waits for the end of a slip and looks at what came out.
func (t printerTrial) done(id string, confirmed bool) error {
	select {
	case r := <-t.results:
		if r.ID != id || r.Err != nil || r.Confirmed != confirmed {
			return fmt.Errorf("the slip %s ended as %+v", id, r)
		}
		return t.same()
	case <-time.After(patience):
		return fmt.Errorf("the slip %s has not ended in %v: %+v", id, patience, t.queue.Health())
	}
}

// same says whether the last slip is dot for dot what was meant.
func (t printerTrial) same() error {
	select {
	case got := <-t.works.device.Slips:
		if got.Width != t.slip.Width || got.Height != t.slip.Height || !bytes.Equal(got.Bits, t.slip.Bits) {
			return fmt.Errorf("%d × %d dots came out that are not those that were meant", got.Width, got.Height)
		}
		return t.works.device.Unknown()
	case <-time.After(patience):
		return errors.New("no slip came out")
	}
}
