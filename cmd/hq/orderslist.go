package main

import (
	"encoding/json"
	"fmt"

	"hexiao/sync/hq"
)

type ordersListCmd struct {
	Point string `required:"" placeholder:"ID" help:"The point."`
	JSON  bool   `name:"json" help:"JSON, a line an order."`
}

// Run lists a point's orders by id.
func (c *ordersListCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, pointPath(c.Point, "orders"), func(row hq.OrderRow) error {
			if c.JSON {
				return enc.Encode(row)
			}
			status := string(row.Status)
			if row.Gone {
				status += ", withdrawn"
			}
			handover := ""
			if r := row.Redeemed; r != nil {
				handover = fmt.Sprintf("handed over %s at %s", r.At.UTC().Format(timeForm), r.Terminal)
			}
			_, err := fmt.Fprintf(p.stdout, "%-20s %-12s %4d of %d units left  %s\n", row.Order, status, row.Left, row.Units, handover)
			return err
		})
	})
}
