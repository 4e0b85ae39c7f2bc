package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"hexiao/cmd/internal/cli"
	"hexiao/scanner"
	"hexiao/scanner/decode"
)

type decodeCmd struct {
	Symbology []string `default:"qr,code128,datamatrix" enum:"qr,code128,datamatrix,ean13" help:"What to look for: qr, code128, datamatrix, ean13."`
	Strategy  string   `default:"full" enum:"live,full" help:"live: what the first frame of a camera gets; full: everything, for one picture."`
	Files     []string `arg:"" name:"file" help:"PNG, JPEG or PGM pictures."`
}

// decoded is one line of decode.
type decoded struct {
	File      string            `json:"file"`
	Texts     []string          `json:"texts"`
	Symbology scanner.Symbology `json:"symbology,omitempty"` // of the first text
	CPUms     float64           `json:"cpu_ms"`              // of reading alone, without loading the picture
	Error     string            `json:"error,omitempty"`
}

// Run reads every picture. One that cannot be loaded is told in its line, and
// the others are still read.
func (c *decodeCmd) Run(s *cli.IO) error {
	var symbologies []scanner.Symbology
	for _, name := range c.Symbology {
		symbologies = append(symbologies, scanner.Symbology(name))
	}
	reader := decode.New(decode.Options{Symbologies: symbologies, Strategy: decode.Strategy(c.Strategy)})
	failed := 0
	for _, file := range c.Files {
		line := readPicture(reader, file)
		if line.Error != "" {
			failed++
		}
		if err := s.JSON(line); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d pictures could not be loaded", failed, len(c.Files))
	}
	return nil
}

func readPicture(reader *decode.Reader, file string) decoded {
	line := decoded{File: file, Texts: []string{}}
	f, err := os.Open(file)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	defer func() { _ = f.Close() }() // only read
	picture, err := decode.LoadGray(f)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	reader.Forget() // it is not the next frame of a camera
	before := cpuMS()
	results := reader.Read(picture)
	line.CPUms = cpuMS() - before
	for i, r := range results {
		if i == 0 {
			line.Symbology = r.Symbology
		}
		line.Texts = append(line.Texts, r.Text)
	}
	return line
}

// cpuMS is the processor time that this process has used, in milliseconds.
func cpuMS() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return float64(t.Nano()) / 1e6
}
