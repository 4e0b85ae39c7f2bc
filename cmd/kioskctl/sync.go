package main

import (
	"context"
	"crypto/rand"
	"errors"

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
	bar := s.NewProgress("orders received")
	report, err := terminal.SyncOnce(ctx, folder, store, s.Now, func(orders int) { bar.Update(orders, 0) })
	bar.Done()
	return errors.Join(err, store.Close(), s.JSON(report))
}
