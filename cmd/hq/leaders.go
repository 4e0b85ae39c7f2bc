package main

import (
	"encoding/json"
	"fmt"

	"hexiao/sync/hq/tally"
)

type leadersCmd struct {
	spanFlags
	JSON bool `name:"json" help:"JSON, a line a person at a point; times in nanoseconds, rates in thousandths."`
}

// Run lists who handed over, the busiest first.
func (c *leadersCmd) Run(p *program) error {
	query, err := c.query(p.now())
	if err != nil {
		return err
	}
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/leaders"+query, func(l tally.LeaderRow) error {
			if c.JSON {
				return enc.Encode(l)
			}
			who := "customers alone"
			if l.Name != "" {
				who = shown(l.Name)
			}
			_, err := fmt.Fprintf(p.stdout, "%s %-16s  %5d handovers  undone %s  flawed %s  p50 %s  p95 %s  service %s  overdue at the point %s\n",
				l.Point, who, l.Handovers, inThousandths(l.UndoRate), inThousandths(l.FlawRate), seconds(l.P50), seconds(l.P95),
				stars(l.Mean), inThousandths(l.OverdueRate))
			return err
		})
	})
}
