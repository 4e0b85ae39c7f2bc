package main

import (
	"crypto/rand"
	"fmt"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
)

type rebuildCmd struct{ dataFlag }

// Run makes state.db again from the journal; orders.db stays as it is.
func (c *rebuildCmd) Run(s *cli.IO) error {
	folder, err := terminal.OpenFolder(c.Data)
	if err != nil {
		return err
	}
	bar := s.NewProgress("read the journal")
	events, err := terminal.Rebuild(folder, rand.Reader, s.Now, s.Log(), func(done, total uint64) { bar.Update(int(done), int(total)) })
	bar.Done()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Stdout, "state.db was made again from %d events\n", events)
	return err
}
