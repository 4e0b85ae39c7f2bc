package main

import (
	"context"
	"fmt"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
)

type doctorCmd struct {
	dataFlag
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Run makes every check, prints each with what to do, and fails if any failed.
func (c *doctorCmd) Run(ctx context.Context, s *cli.IO) error {
	findings := terminal.Examine(ctx, c.Data, s.Now)
	bad := 0
	for _, f := range findings {
		if !f.OK {
			bad++
		}
	}
	if c.JSON {
		if err := s.JSON(findings); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			mark := "ok   "
			if !f.OK {
				mark = "WRONG"
			}
			if _, err := fmt.Fprintf(s.Stdout, "%s %-9s %s\n", mark, f.Check, f.Text); err != nil {
				return err
			}
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d checks failed", bad, len(findings))
	}
	return nil
}
