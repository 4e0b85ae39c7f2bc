package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/hq/archive"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/pgstore"
)

type migrateCmd struct {
	From string `required:"" placeholder:"FILE" help:"The embedded store; no server may hold it."`
	To   string `required:"" placeholder:"URL" help:"An empty PostgreSQL database: postgres://USER@HOST/DATABASE."`
}

// Run copies an embedded store into PostgreSQL and compares the two at the end. The
// file stays as it is.
func (c *migrateCmd) Run(p *program) (err error) {
	if !pgstore.Is(c.To) {
		return fmt.Errorf("%w: --to must be postgres://USER@HOST/DATABASE", cli.ErrUsage)
	}
	if _, err := os.Stat(c.From); err != nil {
		return fmt.Errorf("there is no store to move: %w", err)
	}
	from, err := boltstore.Open(c.From)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := pgstore.Open(p.ctx, c.To)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	moved, err := archive.Copy(p.ctx, from, to)
	if err != nil {
		return err
	}
	return json.NewEncoder(p.stdout).Encode(moved)
}
