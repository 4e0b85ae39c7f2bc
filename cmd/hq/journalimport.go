package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"hexiao/sync/hq"
)

type journalImportCmd struct {
	File string `arg:"" help:"What kioskctl journal export wrote, or a withdrawn terminal itself; - reads it from stdin."`
	JSON bool   `name:"json" help:"One JSON object."`
}

// Run settles the events that HQ does not have and says what became of them.
func (c *journalImportCmd) Run(p *program) error {
	file := p.stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("open the journal: %w", err)
		}
		defer func() { _ = f.Close() }() // read only
		file = f
	}
	var done hq.JournalImport
	err := p.with(func(to *client) error { return to.send(p.ctx, "/admin/v1/journals", file, &done) })
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(p.stdout).Encode(done)
	}
	var became []string
	for _, s := range slices.Sorted(maps.Keys(done.Settlements)) {
		became = append(became, fmt.Sprintf("%d %s", done.Settlements[s], s))
	}
	text := "none new"
	if done.New > 0 {
		text = fmt.Sprintf("%d new: %s", done.New, strings.Join(became, ", "))
	}
	_, err = fmt.Fprintf(p.stdout, "terminal %s: %d events, %s\n", done.Terminal, done.Events, text)
	return err
}
