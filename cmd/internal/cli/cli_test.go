package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"hexiao/cmd/internal/cli"
)

type commands struct {
	Good  good  `cmd:"" help:"Works."`
	Bad   bad   `cmd:"" help:"Fails."`
	Wrong wrong `cmd:"" help:"Finds the flags at fault."`
	Again again `cmd:"" help:"Wants to be started again."`
}

type good struct {
	Number int      `help:"A number."`
	Size   cli.Size `help:"A size."`
}

func (g good) Run(_ context.Context, s *cli.IO) error {
	return s.JSON(map[string]any{"n<": g.Number + g.Size.Width - g.Size.Height})
}

type bad struct{}

func (bad) Run() error { return errors.New("the disk is full") }

type wrong struct{}

func (wrong) Run(bound string) error {
	return fmt.Errorf("%w: give --%s", cli.ErrUsage, bound)
}

type again struct{}

func (again) Run() error { return cli.ErrRestart }

func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		args        []string
		code        int
		out, errors string
	}{
		"success":         {[]string{"good", "--number", "7"}, 0, `{"n<":7}` + "\n", ""},
		"a size":          {[]string{"good", "--size", "1280x800"}, 0, `{"n<":480}` + "\n", ""},
		"no size":         {[]string{"good", "--size", "wide"}, 2, "", "such as 1280x800"},
		"a tiny size":     {[]string{"good", "--size", "1280x79"}, 2, "", "such as 1280x800"},
		"failure":         {[]string{"bad"}, 1, "", "tool: the disk is full\n"},
		"restart":         {[]string{"again"}, 75, "", ""},
		"flags at fault":  {[]string{"wrong"}, 2, "", "tool: wrong usage: give --more\n"},
		"unknown command": {[]string{"ugly"}, 2, "", "tool: wrong usage: unexpected argument ugly"},
		"wrong flag":      {[]string{"good", "--number", "x"}, 2, "", "tool: wrong usage: --number"},
		"nothing":         {nil, 2, "", "see tool --help"},
		"help":            {[]string{"--help"}, 0, "Usage: tool <command>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := cli.Run(t.Context(), "tool", "A tool.", &commands{}, c.args, cli.IO{Stdout: &out, Stderr: &errs}, "more")
			if code != c.code || !strings.HasPrefix(out.String(), c.out) || !strings.Contains(errs.String(), c.errors) {
				t.Errorf("exit %d, out %q, errors %q", code, &out, &errs)
			}
		})
	}
}

// steps gives a time that moves on by a step at every look.
func steps(step time.Duration) func() time.Time {
	t := time.Unix(0, 0)
	return func() time.Time { t = t.Add(step); return t }
}

func TestProgressInPlainLines(t *testing.T) {
	var out bytes.Buffer
	s := cli.IO{Stderr: &out, Now: steps(3 * time.Second)}
	p := s.NewProgress("Loading")
	p.Update(1, 2)
	p.Update(7, 0)
	p.Done()
	if want := "Loading: 1 of 2\nLoading: 7\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestShortWorkShowsNothing(t *testing.T) {
	var out bytes.Buffer
	s := cli.IO{Stderr: &out, Now: steps(time.Millisecond)}
	p := s.NewProgress("Loading")
	for i := range 100 {
		p.Update(i, 100)
	}
	p.Done()
	if out.Len() != 0 {
		t.Errorf("got %q", &out)
	}
}

func TestProgressBarOnATerminal(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := cli.IO{Stderr: slave, Now: steps(time.Second)}
	p := s.NewProgress("Loading")
	p.Update(1, 2)
	p.Update(9, 0)
	p.Done()
	if err := slave.Close(); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if _, err := got.ReadFrom(master); err != nil && !errors.Is(err, os.ErrClosed) && got.Len() == 0 {
		t.Fatal(err)
	}
	if want := "\rLoading [###############               ] 1 of 2\rLoading 9\r\x1b[K"; got.String() != want {
		t.Errorf("got %q, want %q", &got, want)
	}
}
