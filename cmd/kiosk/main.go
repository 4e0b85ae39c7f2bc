// Command kiosk is the pickup terminal with its window, full screen by default.
//
// It is the composition root: settings, store, scanners, synchronisation and
// window meet here and nowhere else. It logs to standard error, never a pickup
// code, a name or a phone number.
//
// A store that cannot be opened (a damaged journal, a disk without room, another
// process that has the folder) is shown as out of order with what to do about
// it, and tried again until it can be. A data folder that is no terminal's, a
// settings file or keys that cannot be read, and a missing display end the
// program with one sentence.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
)

func main() {
	// Before anything of the window: a child that reads a file needs none.
	if code, asked := terminal.ExamineAsked(os.Args[1:], os.Stderr); asked {
		os.Exit(code)
	}
	program, err := os.Executable()
	if err != nil {
		program = "" // then no child is started
	}
	cli.Main(func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		return runAs(ctx, program, args, stdin, stdout, stderr)
	})
}

// run is the program as a value. With a window it must be called on the main
// goroutine.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runAs(ctx, "", args, stdin, stdout, stderr)
}

// runAs is run, with the program's own file for a child.
func runAs(ctx context.Context, program string, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Run(ctx, "kiosk", "The Hexiao pickup terminal.", &kioskCmd{}, args,
		cli.IO{Stdin: stdin, Stdout: stdout, Stderr: stderr, Now: time.Now, Getenv: os.Getenv, Program: program})
}
