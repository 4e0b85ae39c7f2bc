package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// bothVoid as the winner says that none of the handovers counts.
const bothVoid = "both-void"

// errFound ends a list.
var errFound = errors.New("found")

type conflictSettleCmd struct {
	Number uint64 `arg:"" help:"The case, as hq conflicts numbers it."`
	Winner string `placeholder:"EVENT|both-void" help:"The handover that counts: its event (the first digits are enough) or its terminal. both-void: none does. Not for a case that is only closed."`
	By     string `required:"" placeholder:"NAME" help:"Who decides."`
	Note   string `required:"" placeholder:"TEXT" help:"Why; terminals show it."`
	JSON   bool   `name:"json" help:"The case as JSON."`
}

// Run decides a case and prints it as it is then.
func (c *conflictSettleCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		body := hq.CaseDecision{Number: c.Number, Decision: hq.Decision{By: c.By, Note: c.Note, None: c.Winner == bothVoid}}
		if c.Winner != "" && c.Winner != bothVoid {
			var err error
			if body.Winner, err = c.winner(p, to); err != nil {
				return err
			}
		}
		var row hq.CaseRow
		if err := to.call(p.ctx, "/admin/v1/cases/settle", body, &row); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(p.stdout).Encode(row)
		}
		_, err := fmt.Fprint(p.stdout, caseText(row))
		return err
	})
}

// winner finds the handover that was named, among those of the case.
func (c *conflictSettleCmd) winner(p *program, to *client) (kiosk.EventID, error) {
	var found []hq.Side
	known := false
	err := list(p.ctx, to, "/admin/v1/cases", func(k hq.CaseRow) error {
		if k.Number != c.Number {
			return nil
		}
		known = true
		for _, s := range k.Sides {
			if string(s.Terminal) == c.Winner || strings.HasPrefix(s.Event.String(), strings.ToLower(c.Winner)) {
				found = append(found, s)
			}
		}
		return errFound
	})
	switch {
	case err != nil && !errors.Is(err, errFound):
		return kiosk.EventID{}, err
	case !known:
		return kiosk.EventID{}, fmt.Errorf("HQ has no case %d", c.Number)
	case len(found) != 1:
		return kiosk.EventID{}, fmt.Errorf("%q names %d handovers of case %d; see hq conflicts for their events", c.Winner, len(found), c.Number)
	}
	return found[0].Event, nil
}
