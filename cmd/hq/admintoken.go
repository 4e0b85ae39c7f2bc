package main

import (
	"errors"
	"fmt"
	"os"

	"hexiao/cmd/internal/cli"
)

type adminTokenCmd struct{}

// Run prints the token of the server that holds the store.
func (c *adminTokenCmd) Run(p *program) error {
	if p.DB == "" {
		return fmt.Errorf("%w: give --db FILE", cli.ErrUsage)
	}
	if p.shared() {
		return errors.New("commands that take --db postgres:// need no token; servers over such a store have the one that they were given in $HQ_TOKEN")
	}
	f, err := readServerFile(p.DB)
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("no server holds this store; start one with hq serve")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, f.Token)
	return err
}
