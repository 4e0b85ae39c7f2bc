package main

import (
	"encoding/json"
	"fmt"

	"hexiao/sync/hq/intake"
)

type consignmentsCmd struct {
	Point string `required:"" placeholder:"ID" help:"The point."`
	JSON  bool   `name:"json" help:"JSON, a line a consignment, with the signatures."`
}

// Run lists consignments by name: what was ordered and announced, what came good or
// damaged, and what is short, line by line.
func (c *consignmentsCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, pointPath(c.Point, "consignments"), func(k intake.Consignment) error {
			if c.JSON {
				return enc.Encode(k)
			}
			if _, err := fmt.Fprintf(p.stdout, "%s: %d orders, %d of them not there yet, signed for %d times\n",
				shown(k.Name), k.Orders, k.Waiting, len(k.Receipts)); err != nil {
				return err
			}
			for _, l := range k.Lines {
				name := shown(l.Product)
				if l.Spec != "" {
					name += " " + shown(l.Spec)
				}
				if _, err := fmt.Fprintf(p.stdout, "    %-24s ordered %d, announced %d, received %d, damaged %d, short %d\n",
					name, l.Ordered, l.Announced, l.Received, l.Damaged, l.Short); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
