package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq/intake"
)

// mappingFlags say how a table is read.
type mappingFlags struct {
	Map    []string `sep:"none" placeholder:"COLUMN=FIELD" help:"What a column of the table is, such as 团购编号=order; - for nothing. Fields: order, line, status, pickup number, shelf, product, spec, unit, quantity, unit price, supplier, due, name, phone, code, collect by, valid from, expected, consignment, barcode, goods list."`
	Set    []string `sep:"none" placeholder:"FIELD=VALUE" help:"What a field is where a row says nothing."`
	Only   []string `sep:"none" placeholder:"COLUMN=VALUE" help:"Take the rows alone that have this value there, such as 自提点=阳光店."`
	Prefix string   `placeholder:"TEXT" help:"Put before order ids, so that those of two sources cannot be the same."`
	Split  string   `placeholder:"CHARACTERS" help:"What parts the goods in one cell."`
}

func (f mappingFlags) mapping() (m ordertable.Mapping, err error) {
	m = ordertable.Mapping{Prefix: f.Prefix, Split: f.Split}
	for _, rules := range []struct {
		flag string
		list []string
		to   *map[string]string
	}{{"--map", f.Map, &m.Columns}, {"--set", f.Set, &m.Constants}, {"--only", f.Only, &m.Only}} {
		for _, rule := range rules.list {
			name, value, ok := strings.Cut(rule, "=")
			if !ok || name == "" {
				return m, fmt.Errorf("%w: %s takes two names with = between them, not %q", cli.ErrUsage, rules.flag, rule)
			}
			if *rules.to == nil {
				*rules.to = map[string]string{}
			}
			(*rules.to)[name] = value
		}
	}
	return m, nil
}

type sourcesListCmd struct {
	JSON bool `name:"json" help:"JSON, a line a source."`
}

// Run lists the sources by name.
func (c *sourcesListCmd) Run(p *program) error {
	return p.eachSource(func(s intake.SourceRow) error { return printSource(p, s, c.JSON) })
}

func (p *program) eachSource(fn func(intake.SourceRow) error) error {
	return p.with(func(to *client) error { return list(p.ctx, to, "/admin/v1/sources", fn) })
}

func printSource(p *program, s intake.SourceRow, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(p.stdout).Encode(s)
	}
	text := "its tables are imported"
	if s.Kind != intake.KindTable {
		text = fmt.Sprintf("%s for point %s, asked when somebody says so", s.URL, s.Point)
		if s.Every > 0 && !s.Paused {
			text = fmt.Sprintf("%s for point %s, asked every %s", s.URL, s.Point, s.Every)
		}
		switch {
		case s.Run.Error != "":
			text += ", last time in vain: " + shown(s.Run.Error)
		case !s.Run.Ended.IsZero():
			text += ", last " + s.Run.Ended.UTC().Format(timeForm)
		}
	}
	_, err := fmt.Fprintf(p.stdout, "%-20s %-6s %s\n", shown(s.Name), s.Kind, text)
	return err
}

type sourcesShowCmd struct {
	Name string `arg:"" help:"The source."`
}

// Run prints a source as JSON, without its secret.
func (c *sourcesShowCmd) Run(p *program) error {
	found := false
	err := p.eachSource(func(s intake.SourceRow) error {
		if s.Name != c.Name {
			return nil
		}
		found = true
		return printSource(p, s, true)
	})
	if err == nil && !found {
		err = fmt.Errorf("there is no source %q", c.Name)
	}
	return err
}

type sourcesSetCmd struct {
	Name string `arg:"" help:"The source; one of this name is replaced."`
	Kind string `enum:"table,crmeb" default:"table" help:"table: somebody imports its tables; crmeb: a CRMEB shop that the server asks."`
	mappingFlags
	Point  string        `placeholder:"ID" help:"Of a shop: the point that its orders are for."`
	URL    string        `name:"url" placeholder:"URL" help:"Of a shop: its address."`
	App    string        `placeholder:"ACCOUNT" help:"Of a shop: the account that it knows HQ by (appid)."`
	Secret bool          `help:"Of a shop: read the account's secret (appsecret) from the first line of stdin. Without it the secret stays."`
	Every  time.Duration `placeholder:"DURATION" help:"Of a shop: how often the server asks it, such as 10m; without it, only hq sources sync does."`
	Back   time.Duration `placeholder:"DURATION" help:"Of a shop: how old the orders may be that are asked for; 30 days."`
}

// Run keeps the source.
func (c *sourcesSetCmd) Run(p *program) error {
	m, err := c.mapping()
	if err != nil {
		return err
	}
	ask := intake.SourceChange{Source: intake.Source{
		Name: c.Name, Kind: c.Kind, Mapping: m, Point: kiosk.PointID(c.Point), URL: c.URL, App: c.App, Every: c.Every, Back: c.Back,
	}}
	if c.Secret {
		line, err := bufio.NewReader(io.LimitReader(p.stdin, 4<<10)).ReadString('\n')
		if ask.Secret = strings.TrimSpace(line); ask.Secret == "" {
			return errors.Join(errors.New("there is no secret on stdin"), err)
		}
	}
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/sources", ask, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "source %s is kept\n", c.Name)
		return err
	})
}

type sourcesDeleteCmd struct {
	Name string `arg:"" help:"The source."`
}

// Run forgets a source; its orders stay.
func (c *sourcesDeleteCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/sources/delete", intake.Name{Name: c.Name}, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "source %s is deleted\n", c.Name)
		return err
	})
}

type sourcesSyncCmd struct {
	Name string `arg:"" help:"The shop."`
	JSON bool   `name:"json" help:"One JSON object."`
}

// Run asks a shop now, and says what came of it.
func (c *sourcesSyncCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		var run intake.Run
		if err := to.call(p.ctx, "/admin/v1/sources/sync", intake.Name{Name: c.Name}, &run); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(p.stdout).Encode(run)
		}
		for _, text := range append(run.Pulled.Problems, run.Told.Problems...) {
			if _, err := fmt.Fprintln(p.stdout, shown(text)); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(p.stdout, "%d orders new, %d changed, %d unchanged, %d refused; the shop was told of %d and refused %d\n",
			run.Pulled.New, run.Pulled.Changed, run.Pulled.Unchanged, run.Pulled.Refused, run.Told.Done, run.Told.Refused)
		return err
	})
}
