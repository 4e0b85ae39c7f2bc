// Command kioskctl is the pickup terminal without a screen, and its tools.
//
// It builds without cgo. Every command exits 0 on success, 1 on failure with
// one clear sentence on stderr, 2 on wrong usage. No command prints a pickup
// code, a full name or a full phone number, but for decode and scan-test
// --show-text, whose purpose it is.
package main

import (
	"context"
	"io"
	"os"
	"time"
	_ "time/tzdata" // a point's time zone must be known on machines without zone files

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
)

// commands is the command line; each command is in the file of its name.
type commands struct {
	Enrol   enrolCmd   `cmd:"" help:"Enrol this terminal at HQ with a one-time code."`
	Run     runCmd     `cmd:"" help:"The terminal without a screen: one JSON line an answer."`
	Sync    syncCmd    `cmd:"" help:"One round of synchronisation with HQ, up and down."`
	Orders  ordersCmd  `cmd:"" help:"Order tables."`
	Status  statusCmd  `cmd:"" help:"What the terminal knows, how fresh it is, what HQ has not got yet."`
	Doctor  doctorCmd  `cmd:"" help:"Check the data folder, the keys, the clock, the devices and HQ."`
	Journal journalCmd `cmd:"" help:"The journal of what happened at this terminal."`
	Rebuild rebuildCmd `cmd:"" help:"Make the derived state again from the journal."`
	Decode  decodeCmd  `cmd:"" help:"Read the codes in picture files."`
	Code    codeCmd    `cmd:"" help:"Pickup codes."`

	Conformance conformanceCmd `cmd:"" help:"Try whether a server keeps the contract between terminals and HQ, and print a report."`

	ScanTest  scanTestCmd  `cmd:"" help:"Look through a camera and say in figures what it sees and costs."`
	PrintTest printTestCmd `cmd:"" help:"Print a sample slip on a receipt printer and say what came of it."`
}

// dataFlag is the data folder, which most commands need.
type dataFlag struct {
	Data string `required:"" type:"path" placeholder:"DIR" help:"Data folder of the terminal."`
}

func main() {
	if code, asked := terminal.ExamineAsked(os.Args[1:], os.Stderr); asked {
		os.Exit(code)
	}
	terminal.LimitMemory(os.Getenv, terminal.MemoryWithout)
	program, err := os.Executable()
	if err != nil {
		program = "" // then no child is started
	}
	cli.Main(func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		return runAs(ctx, program, args, stdin, stdout, stderr)
	})
}

// run is the program as a value: tests call it with their own surroundings.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runAs(ctx, "", args, stdin, stdout, stderr)
}

// runAs is run, with the program's own file for a child.
func runAs(ctx context.Context, program string, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Run(ctx, "kioskctl", "The Hexiao pickup terminal without a screen, and its tools.", &commands{}, args,
		cli.IO{Stdin: stdin, Stdout: stdout, Stderr: stderr, Now: time.Now, Getenv: os.Getenv, Program: program})
}
