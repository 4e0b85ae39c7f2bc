package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/conformance"
)

type conformanceCmd struct {
	HQ   string `name:"hq" required:"" placeholder:"URL" help:"The server's address, without /v1."`
	Code string `required:"" placeholder:"CODE" help:"One-time enrolment code of a point for tests; it is used up."`
	JSON bool   `name:"json" help:"Print the report as JSON."`
}

// Help says what the server must hold.
func (conformanceCmd) Help() string {
	return `The command enrols a terminal of its own and goes through every operation of the
contract (sync/wire/openapi.yaml): what must be taken, what must be refused and with
which code, and that every answer is signed. It hands out up to three orders, opens
cases, and at the end has its terminal quarantined; so use a point that is for tests.

The point must hold at least five orders that a customer may collect alone: arrived,
nothing to pay, not collected, valid now. With our own HQ:

  hq serve --listen 127.0.0.1:8080 --db test.db --sample 50
  kioskctl conformance --hq http://127.0.0.1:8080 --code $(hq kiosk code --point P001 --db test.db)

Exit 0: every check passed; 1: some did not, each with what came instead.`
}

// Run makes all checks and prints them.
func (c *conformanceCmd) Run(ctx context.Context, s *cli.IO) error {
	report, err := conformance.Run(ctx, conformance.Options{Address: c.HQ, Code: c.Code, Now: s.Now, Random: rand.Reader})
	if err != nil {
		return err
	}
	if err := c.print(s, report); err != nil {
		return err
	}
	if report.Failed > 0 {
		return fmt.Errorf("%d of %d checks failed", report.Failed, report.Failed+report.Passed)
	}
	return nil
}

func (c *conformanceCmd) print(s *cli.IO, report conformance.Report) error {
	if c.JSON {
		return s.JSON(report)
	}
	for _, r := range report.Results {
		text := fmt.Sprintf("ok    %s\n", r.Name)
		if !r.Passed {
			text = fmt.Sprintf("FAIL  %s\n      contract: %s\n      instead:  %s\n", r.Name, r.Contract, r.Instead)
		}
		if _, err := fmt.Fprint(s.Stdout, text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(s.Stdout, "%d checks passed, %d failed\n", report.Passed, report.Failed)
	return err
}
