// Command kiosk is the pickup terminal with its window, full screen by default.
//
// It is the composition root: settings, store, scanners, synchronisation and
// window meet here and nowhere else. It logs to standard error, never a pickup
// code, a name or a phone number.
//
// A store that cannot be opened (a damaged journal, a disk without room, another
// process that has the folder) is shown as out of order with what to do about
// it, and tried again until it can be. A data folder that is no terminal's, a
// settings file or keys that cannot be read, a second window on the same data
// folder and a missing display end the program with one sentence.
//
// # Manners
//
// Unless --windowed is given, the window fills the primary display and stays
// over all others, also when that display is turned, changes its size, or is
// unplugged and plugged in again. The screen is not blanked or switched off while
// the program runs, and no pointer shows unless kiosk.toml says so. The X server
// takes all that back when the program ends, however it ends. Only a leader who
// is signed in can close the window: the close request of a window manager, as
// from Alt-F4, is refused, and no shortcut does anything.
//
// What never reaches a window, it cannot refuse: keys that a desktop keeps for
// itself (Alt-Tab, the Super key, its screen lock), Ctrl-Alt-F1 and its like,
// which lead to another console, and Ctrl-Alt-Delete there. A machine that does
// nothing else should run no desktop:
//
//	xinit /usr/bin/kiosk --data DIR -- :0 vt7 -nolisten tcp     (Debian: xinit, xserver-xorg)
//	cage -- /usr/bin/kiosk --data DIR                          (Debian: cage, xwayland)
//
// as ExecStart of a systemd unit with Restart=always, and Option "DontVTSwitch"
// "true" in the ServerFlags of xorg.conf. Beneath a Wayland compositor such as
// cage it is the compositor that fills the display and keeps it lit.
//
// # Sound
//
// Tones and spoken sentences are played by aplay, on ALSA's default card; volume
// and voice are settings of kiosk.toml. A card that is missing is said once in
// the log and tried again a minute later.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
)

// about is what --help begins with.
const about = `The Hexiao pickup terminal. Its window fills the display, and only a signed-in leader can close it.

A machine that does nothing else needs no desktop: xinit /usr/bin/kiosk --data DIR -- :0 vt7 -nolisten tcp, or cage -- /usr/bin/kiosk --data DIR, started by systemd.`

func main() {
	// Before anything of the window: a child that reads a file needs none.
	if code, asked := terminal.ExamineAsked(os.Args[1:], os.Stderr); asked {
		os.Exit(code)
	}
	terminal.LimitMemory(os.Getenv, terminal.MemoryWindow)
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
	return cli.Run(ctx, "kiosk", about, &kioskCmd{}, args,
		cli.IO{Stdin: stdin, Stdout: stdout, Stderr: stderr, Now: time.Now, Getenv: os.Getenv, Program: program})
}
