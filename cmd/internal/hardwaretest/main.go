// Command hardwaretest runs the terminal's own sources against real device drivers.
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

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "guest" {
		g := &guest{out: out}
		var err error
		if g.host, err = newReach(); err != nil {
			return err
		}
		return g.run(ctx, args[1:])
	}
	if len(args) == 2 && args[0] == "lock" {
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
