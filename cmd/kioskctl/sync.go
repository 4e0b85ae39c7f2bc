package main

import (
	"context"
	"crypto/rand"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
)

type syncCmd struct{ dataFlag }

// Run makes one round up and down and prints what it did, also when one
// direction failed.
func (c *syncCmd) Run(ctx context.Context, s *cli.IO) error {
	folder, err := terminal.OpenFolder(c.Data)
	if err != nil {
		return err
	}
	store, err := terminal.OpenStore(folder, rand.Reader, s.Now, s.Log())
	if err != nil {
		return err
	}
	report, err := terminal.SyncOnce(ctx, folder, store, s.Now)
	if closeErr := store.Close(); err == nil {
		err = closeErr
	}
	if printErr := s.JSON(report); err == nil {
		err = printErr
	}
	return err
}
