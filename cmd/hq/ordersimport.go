package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

type ordersImportCmd struct {
	Point  string `required:"" placeholder:"ID" help:"The point that the orders are for."`
	File   string `arg:"" help:"The table; - reads it from stdin."`
	Format string `enum:"csv,xlsx,json," default:"" help:"csv, xlsx or json; otherwise the file's name tells."`
	Source string `placeholder:"NAME" help:"Read it as this source's tables are read; see hq sources."`
	mappingFlags
	JSON bool `name:"json" help:"One JSON object."`
}

// Run says, a line each, which orders it took and which rows not. It fails when the table
// has orders and none could be taken.
func (c *ordersImportCmd) Run(p *program) (err error) {
	format := ordertable.Format(c.Format)
	if format == "" {
		if format, err = ordertable.FormatOf(c.File); err != nil {
			return fmt.Errorf("%w: %w; or give --format", cli.ErrUsage, err)
		}
	}
	table := p.stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("open the table: %w", err)
		}
		defer func() { _ = f.Close() }() // read only
		table = f
	}
	m, err := c.mapping()
	if err != nil {
		return err
	}
	rules, err := json.Marshal(m)
	if err != nil {
		return err
	}
	query := url.Values{"format": {string(format)}, "source": {c.Source}, "mapping": {string(rules)}}
	var done hq.Imported
	err = p.with(func(to *client) error {
		return to.send(p.ctx, pointPath(c.Point, "tables?"+query.Encode()), table, &done)
	})
	if err != nil {
		return err
	}
	if err := c.tell(p, done); err != nil {
		return err
	}
	if done.New+done.Changed+done.Unchanged == 0 {
		return errors.New("no order of the table could be taken")
	}
	return nil
}

func (c *ordersImportCmd) tell(p *program, done hq.Imported) error {
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(done)
	}
	for _, taken := range done.Taken {
		if _, err := fmt.Fprintf(p.stdout, "order %s: %s\n", taken.Order, taken.Became); err != nil {
			return err
		}
	}
	for _, note := range done.Notes {
		if _, err := fmt.Fprintln(p.stdout, "note: "+note); err != nil {
			return err
		}
	}
	for _, problem := range done.Problems {
		if _, err := fmt.Fprintln(p.stdout, problem.Text); err != nil {
			return err
		}
	}
	leftOut := ""
	if done.Left > 0 {
		leftOut = fmt.Sprintf("; %d rows left out", done.Left)
	}
	_, err := fmt.Fprintf(p.stdout, "%d rows: %d orders new, %d changed, %d unchanged, %d refused%s\n",
		done.Rows, done.New, done.Changed, done.Unchanged, done.Refused, leftOut)
	return err
}
