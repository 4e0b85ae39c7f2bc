package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk/printer"
	"hexiao/kiosk/receipt"
)

type printTestCmd struct {
	Printer string        `required:"" placeholder:"DEV" help:"auto, /dev/usb/lp0, vendor:product, serial:/dev/…@19200, tcp://host:9100, or file:PATH."`
	Paper   int           `default:"80" enum:"58,80" help:"Width of the paper in mm: 58 or 80."`
	Lang    string        `default:"zh" enum:"zh,en" help:"Language of the slip: zh or en."`
	Wait    time.Duration `default:"1m" help:"How long to wait for a printer that stops in the middle."`
}

// Run prints a slip of goods that there are not, and says what came of it.
func (c *printTestCmd) Run(ctx context.Context, s *cli.IO) error {
	device, err := printer.Parse(c.Printer)
	if err != nil {
		return fmt.Errorf("%w: %w", cli.ErrUsage, err)
	}
	paper, _ := receipt.PaperOf(c.Paper) // one of the two
	say, err := receipt.Words(c.Lang)
	if err != nil {
		return err
	}
	setter, err := receipt.NewTypesetter()
	if err != nil {
		return err
	}
	slip, err := setter.Raster(receipt.SampleSlip(paper, s.Now(), say))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	var trouble error
	confirmed, err := printer.Once(ctx, device, slip, s.Now, func(err error) {
		if err != nil && (trouble == nil || trouble.Error() != err.Error()) {
			_, _ = fmt.Fprintf(s.Stderr, "%v; waiting\n", err)
		}
		trouble = err
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded) && trouble != nil:
		return trouble
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the slip was not printed within %v", c.Wait)
	case err != nil:
		return err
	case confirmed:
		_, err = fmt.Fprintf(s.Stdout, "printed %d × %d dots on %s; the printer says that all came out\n", slip.Width, slip.Height, device)
	default:
		_, err = fmt.Fprintf(s.Stdout, "sent %d × %d dots to %s, which does not say whether they came out: look at the slip\n", slip.Width, slip.Height, device)
	}
	return err
}
