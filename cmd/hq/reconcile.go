package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
	"hexiao/sync/hq/reconcile"
)

// reconciles joins the reconciliation to the platform.
func (p *platform) reconciles() {
	books := reconcile.New(p.hq)
	p.operator("GET /admin/v1/reconcile", books.ServeReport)
	p.operator("GET /admin/v1/reconcile/all", books.ServeAll)
	p.operator("POST /admin/v1/reconcile/notes", books.ServeNote)
	runner := &reconcile.Runner{Books: books, Store: p.store, Hour: p.reconcileAt, Name: rand.Text(), Log: p.log}
	p.run("reconciliation", runner.Run)
}

type reconcileCmd struct {
	Point string `placeholder:"ID" help:"The point."`
	Day   string `required:"" placeholder:"DATE" help:"The business day, as 2026-11-23."`
	All   bool   `help:"A line for every point where something happened on the day."`
	Lang  string `enum:"zh,en" default:"en" help:"Language of the report: zh or en."`
	Out   string `placeholder:"FILE" help:"Write the report with all its entries to FILE.csv or FILE.xlsx instead."`
	JSON  bool   `name:"json" help:"JSON."`
}

// Run compares a day at HQ with what its terminals say of it, as of now.
func (c *reconcileCmd) Run(p *program) error {
	switch {
	case c.All == (c.Point != ""):
		return fmt.Errorf("%w: give either --point ID or --all", cli.ErrUsage)
	case c.All && c.Out != "":
		return fmt.Errorf("%w: --out is for the report of one point", cli.ErrUsage)
	}
	write, err := tableWriter(c.Out)
	if err != nil {
		return err
	}
	return p.with(func(to *client) error {
		if c.All {
			return c.all(p, to)
		}
		path := "/admin/v1/reconcile?" + url.Values{"point": {c.Point}, "day": {c.Day}}.Encode()
		return list(p.ctx, to, path, func(r reconcile.Report) error {
			english := c.Lang == "en"
			switch {
			case write != nil:
				return writeFile(c.Out, func(w io.Writer) error { return write(w, r.Tables(english)) })
			case c.JSON:
				return json.NewEncoder(p.stdout).Encode(r)
			}
			_, err := io.WriteString(p.stdout, reportText(r, english))
			return err
		})
	})
}

func (c *reconcileCmd) all(p *program, to *client) error {
	enc := json.NewEncoder(p.stdout)
	return list(p.ctx, to, "/admin/v1/reconcile/all?"+url.Values{"day": {c.Day}}.Encode(), func(s reconcile.Summary) error {
		if c.JSON {
			return enc.Encode(s)
		}
		state := reconcile.StateWords(s.State).In(c.Lang == "en")
		_, err := fmt.Fprintf(p.stdout, "%-12s %s %3d differences, %3d open; %d of %d terminals closed; closed %12s, HQ %12s yuan\n",
			s.Point, padded(state, 14), s.Differences, s.Open, s.Closed, s.Terminals, s.Claimed, s.Counted)
		return err
	})
}

type reconcileNoteCmd struct {
	Point      string `required:"" placeholder:"ID" help:"The point."`
	Day        string `required:"" placeholder:"DATE" help:"The business day."`
	Difference string `required:"" placeholder:"ID" help:"The difference, as hq reconcile names it."`
	By         string `required:"" placeholder:"NAME" help:"Who says it."`
	Note       string `required:"" placeholder:"TEXT" help:"What there is to say."`
	Accept     bool   `help:"It may stay as it is, until it comes to something else."`
	JSON       bool   `name:"json" help:"The difference as JSON."`
}

// Run keeps a note, and prints the difference with it.
func (c *reconcileNoteCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		var d reconcile.Difference
		err := to.call(p.ctx, "/admin/v1/reconcile/notes", reconcile.NoteRequest{
			Point: kiosk.PointID(c.Point), Day: kiosk.Day(c.Day), Difference: c.Difference, By: c.By, Text: c.Note, Accept: c.Accept,
		}, &d)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(p.stdout).Encode(d)
		}
		_, err = io.WriteString(p.stdout, differenceText(d, true))
		return err
	})
}

// tableWriter is what writes a file of such a name; nil without a name.
func tableWriter(name string) (func(io.Writer, []daybook.Table) error, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return daybook.WriteCSV, nil
	case ".xlsx":
		return daybook.WriteXLSX, nil
	}
	if name == "" {
		return nil, nil //nolint:nilnil // nothing is to be written
	}
	return nil, fmt.Errorf("%w: --out names a file that ends in .csv or .xlsx", cli.ErrUsage)
}

// writeFile leaves no half a file behind.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}
