package terminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"hexiao/kiosk/boltstore"
)

const (
	// examineCommand is a program's first argument when it is to read a file of the
	// store and nothing else. It is not for people.
	examineCommand = "examine-store-file"
	// examineBase and examineRate, in bytes a second, bound how long that may take:
	// a slow memory card must not count as damage.
	examineBase = 20 * time.Second
	examineRate = 4 << 20
	// exitDamaged is the child's exit code for a file that is damaged.
	exitDamaged = 3
	// exitFatal is that of a Go program that ended by a fault.
	exitFatal = 2
	// saidBytes of what a dying child says go into the error.
	saidBytes = 200
)

// ExamineAsked is for main functions, before anything else: when this process
// was started to read a file of the store, it does that, and its exit code is
// given.
func ExamineAsked(args []string, stderr io.Writer) (code int, asked bool) {
	if len(args) != 2 || args[0] != examineCommand {
		return 0, false
	}
	// A parent that was killed cannot end this process any more.
	timer := time.AfterFunc(2*examineLimit(args[1]), func() { os.Exit(exitDamaged) })
	defer timer.Stop()
	switch err := boltstore.ExamineFile(args[1]); {
	case err == nil:
		return 0, true
	case errors.Is(err, boltstore.ErrDamaged):
		_, _ = fmt.Fprintln(stderr, err)
		return exitDamaged, true
	default:
		_, _ = fmt.Fprintln(stderr, err)
		return 1, true
	}
}

func examineLimit(path string) time.Duration {
	info, err := os.Stat(path)
	if err != nil {
		return examineBase
	}
	return examineBase + time.Duration(info.Size()/examineRate)*time.Second
}

// ExamineBy gives the store's way of having a file read by a process of its own:
// program, which calls ExamineAsked. An empty program gives nil: none is started.
func ExamineBy(program string) func(path string) error {
	if program == "" {
		return nil
	}
	return func(path string) error { return examineBy(program, path, examineLimit(path)) }
}

func examineBy(program, path string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var said bytes.Buffer
	child := exec.CommandContext(ctx, program, examineCommand, path)
	child.Stderr = &said
	// Ctrl-C is for the terminal; a child that it ended would count as damage.
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.WaitDelay = time.Second
	err := child.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %s was not read in %v", boltstore.ErrDamaged, filepath.Base(path), limit)
	case !errors.As(err, &exit):
		return fmt.Errorf("read %s in a process of its own: %w", filepath.Base(path), err)
	}
	text := bytes.TrimSpace(said.Bytes()[:min(said.Len(), saidBytes)])
	if faulty(exit) {
		return fmt.Errorf("%w: reading %s: %w: %s", boltstore.ErrDamaged, filepath.Base(path), err, text)
	}
	return fmt.Errorf("read %s in a process of its own: %w: %s", filepath.Base(path), err, text)
}

// faulty tells an end that the file caused from one that somebody else did.
func faulty(exit *exec.ExitError) bool {
	status, ok := exit.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		switch status.Signal() {
		case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGABRT, syscall.SIGILL, syscall.SIGFPE:
			return true
		}
		return false
	}
	return exit.ExitCode() == exitDamaged || exit.ExitCode() == exitFatal
}
