// Command powercut cuts the power of a real ext4 under the real terminal, and
// looks at what is left. .ci/crash-ext4 runs it; it needs root and Linux.
//
// # Recording
//
//	powercut record --kioskctl FILE --disk DEVICE --log DEVICE
//
// puts dm-log-writes between the disk, which carries a fresh ext4, and a second
// one, which takes the log: every write, flush and FUA in the order in which
// they became durable. On that file system kioskctl makes a terminal out of an
// order table and answers codes, one after the other. Each time an answer has
// been read from it, a mark goes into the log. On the way the terminal ends
// cleanly, is killed, and takes in more orders. With the default of 7,500 answers
// the first run makes a checkpoint and the journal comes to its second segment;
// --files says how many files it must have in the end, a spare included.
//
// # Checking
//
//	powercut check --kioskctl FILE --base IMAGE --log FILE --cuts N --seed N
//
// chooses N moments of the log, and for each makes the disk as a power cut then
// leaves it: what was flushed or written with FUA is there; of the rest either
// what the log has before that moment, or some of the writes at random, or the
// same with one of them torn between its sectors of 512 bytes. It mounts that
// disk, so that ext4 recovers, and asks kioskctl, which it knows only by its
// commands:
//
//   - the journal verifies, with the terminal's keys;
//   - it has every event whose answer was marked before the moment, under the same
//     id and sequence, each order once, and no others but the one then under way;
//   - no file was set aside as damaged;
//   - the terminal runs: the last ten codes are refused as collected by those very
//     events, or the last of them accepted once more as that event; a code whose
//     event was lost under way, and one never scanned, are accepted and refused
//     the second time;
//   - the journal then has these events too, and e2fsck finds nothing.
//
// It ends with its counts, and with exit 1 when anything of this was not so.
//
// # Limits
//
// A disk that loses a write which it had confirmed is not tried, nor a cut
// during the recovery from a cut. Writes that were under way at a flush, not yet
// confirmed, may reach a real disk before it; here they come after.
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
)

const usage = `usage: powercut record --kioskctl FILE --disk DEVICE --log DEVICE [--answers N] [--files N] [--nobarrier]
       powercut check --kioskctl FILE --base IMAGE --log FILE [--cuts N] [--seed N] [--e2fsck FILE]
`

// errUsage says that the arguments make no sense.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "powercut: %v\n%s", err, usage)
		os.Exit(2)
	case errors.Is(err, errViolated):
		fmt.Fprintf(os.Stderr, "powercut: %v\n", err)
		os.Exit(1)
	case err != nil:
		fmt.Fprintf(os.Stderr, "powercut: %v\n", err)
		os.Exit(3)
	}
}

// run exits with 1 for violations alone: what keeps the check from its work must
// not pass for a fault that was found.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: record or check?", errUsage)
	}
	flags := flag.NewFlagSet("powercut", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	kioskctl := flags.String("kioskctl", "", "")
	log := flags.String("log", "", "")
	switch args[0] {
	case "record":
		r := recording{}
		flags.StringVar(&r.disk, "disk", "", "")
		flags.IntVar(&r.answers, "answers", 7_500, "")
		flags.IntVar(&r.files, "files", 0, "")
		flags.BoolVar(&r.nobarrier, "nobarrier", false, "")
		if err := flags.Parse(args[1:]); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if *kioskctl == "" || *log == "" || r.disk == "" || r.answers < minAnswers {
			return fmt.Errorf("%w: record needs --kioskctl, --disk, --log, and at least %d answers", errUsage, minAnswers)
		}
		r.kioskctl, r.log = *kioskctl, *log
		return r.run(ctx, out)
	case "check":
		c := checking{}
		flags.StringVar(&c.base, "base", "", "")
		flags.IntVar(&c.cuts, "cuts", 500, "")
		flags.Uint64Var(&c.seed, "seed", 1, "")
		flags.StringVar(&c.e2fsck, "e2fsck", "e2fsck", "")
		if err := flags.Parse(args[1:]); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if *kioskctl == "" || *log == "" || c.base == "" || c.cuts < 1 {
			return fmt.Errorf("%w: check needs --kioskctl, --base, --log, and at least one cut", errUsage)
		}
		c.kioskctl, c.log = *kioskctl, *log
		return c.run(ctx, out)
	}
	return fmt.Errorf("%w: %q is neither record nor check", errUsage, args[0])
}
