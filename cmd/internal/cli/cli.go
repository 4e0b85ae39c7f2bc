// Package cli is what the commands of this module have in common: parsing with
// kong, exit codes, JSON lines and progress.
//
// Every command exits 0 on success, 1 on failure with one sentence on stderr,
// 2 on wrong usage, 75 to be started again.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	// exitRestart is EX_TEMPFAIL of sysexits.h: any supervisor takes it for a reason to
	// start the program again.
	exitRestart = 75
)

// ErrRestart ends a command that wants to be started again, as after a change of
// its settings; nothing is printed.
var ErrRestart = errors.New("start the program again")

// ErrUsage is wrapped by errors of usage that kong cannot see in the arguments:
// the command then exits with 2.
var ErrUsage = errors.New("wrong usage")

// IO is a command's surroundings; tests give their own.
type IO struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Now    func() time.Time
	Getenv func(string) string
	// Program is this program's own file, to start it as a child; empty in tests.
	Program string
}

// Log gives a log of warnings for people, on standard error.
func (s *IO) Log() *slog.Logger {
	return slog.New(slog.NewTextHandler(s.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// JSON prints a value as one line.
func (s *IO) JSON(v any) error {
	e := json.NewEncoder(s.Stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Main runs a program until it ends by itself or SIGINT or SIGTERM ends its
// context, and exits with its code. It is all of a main function.
func Main(run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// helpShown carries kong's wish to exit through its own return paths.
type helpShown struct{ code int }

// Run parses the arguments into commands, a pointer to kong's structure of
// commands, runs the chosen one's Run method, and gives the process's exit
// code. Run methods may ask for a context.Context, an *IO, and whatever is bound.
func Run(ctx context.Context, name, description string, commands any, args []string, s IO, bind ...any) (code int) {
	defer func() {
		if r := recover(); r != nil {
			shown, ok := r.(helpShown)
			if !ok {
				panic(r)
			}
			code = shown.code
		}
	}()
	parser, err := kong.New(commands,
		kong.Name(name), kong.Description(description), kong.UsageOnError(), kong.Writers(s.Stdout, s.Stderr),
		kong.Exit(func(code int) { panic(helpShown{code}) }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(append(bind, &s)...),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		_, _ = fmt.Fprintf(s.Stderr, "%s: %v\n", name, err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(s.Stderr, "%s: %v: %v; see %s --help\n", name, ErrUsage, err, name)
		return exitUsage
	}
	if err = parsed.Run(); err == nil {
		return exitOK
	}
	if errors.Is(err, ErrRestart) {
		return exitRestart
	}
	// errors.Join writes lines; a command says one sentence.
	_, _ = fmt.Fprintf(s.Stderr, "%s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	if errors.Is(err, ErrUsage) {
		return exitUsage
	}
	return exitFailed
}
