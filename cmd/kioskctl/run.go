package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

type runCmd struct {
	dataFlag
	Stdin   bool     `help:"Take a code a line from standard input; every line is answered, without debounce. The command ends with the input when it is the only source."`
	Serial  []string `placeholder:"DEV[@BAUD]" sep:"none" help:"A serial scanner: auto, a path, or vendor:product as lsusb has them; 9600 baud first unless said."`
	Wedge   []string `placeholder:"DEV" sep:"none" help:"A scanner that types like a keyboard: auto, a path, or vendor:product; it is grabbed."`
	Camera  string   `placeholder:"DEV" help:"/dev/videoN, the http:// address of an MJPEG camera, or a file or folder of pictures."`
	Offline bool     `help:"Do not talk to HQ."`
	Verbose bool     `help:"Log to standard error."`
}

// Run answers scans until the context ends or the input does.
func (c *runCmd) Run(ctx context.Context, s *cli.IO) error {
	folder, err := terminal.OpenFolder(c.Data)
	if err != nil {
		return err
	}
	devices := terminal.Devices{Camera: c.Camera, Serial: c.Serial, Wedge: c.Wedge}
	if c.Stdin {
		devices.Lines = s.Stdin
	}
	if devices.Empty() {
		devices = terminal.ConfiguredDevices(folder.Config)
	}
	sources, camera, err := devices.Open(s.Now, nil)
	if err != nil {
		return err
	}
	boot, err := terminal.MachineBoot()
	if err != nil {
		return err
	}
	bar := s.NewProgress("read the journal again")
	t, err := terminal.Open(terminal.Options{
		Folder: folder, Now: s.Now, Boot: boot, Random: rand.Reader, Log: c.logger(s), Sources: sources, Camera: camera, Offline: c.Offline,
		EndWithSources: true, Examine: terminal.ExamineBy(s.Program),
		Progress: func(done, total uint64) { bar.Update(int(done), int(total)) },
		OnAnswer: func(scan scanner.Scan, a desk.Answer, took time.Duration) error {
			return s.JSON(newAnswerLine(a, scan.Source, took))
		},
	})
	bar.Done()
	if err != nil {
		return err
	}
	return errors.Join(t.Run(ctx), t.Close())
}

func (c *runCmd) logger(s *cli.IO) *slog.Logger {
	if !c.Verbose {
		return s.Log()
	}
	return slog.New(slog.NewTextHandler(s.Stderr, nil))
}
