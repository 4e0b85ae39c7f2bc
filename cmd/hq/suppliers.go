package main

import (
	"encoding/json"
	"fmt"

	"hexiao/sync/hq/tally"
)

type suppliersCmd struct {
	spanFlags
	JSON bool `name:"json" help:"JSON, a line a supplier, with its days and its worst products; amounts in fen."`
}

// Run lists suppliers by value, each with the products that went wrong most.
func (c *suppliersCmd) Run(p *program) error {
	query, err := c.query(p.now())
	if err != nil {
		return err
	}
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/suppliers"+query, func(s tally.SupplierRow) error {
			if c.JSON {
				return enc.Encode(s)
			}
			_, err := fmt.Fprintf(p.stdout, "%-24s  %6d units  %12s  short %4d  damaged %4d  missed %4d  after-sales %4d  sent back %4d  stars %s of %d\n",
				shown(s.Supplier), s.Units, s.Value, s.Short, s.Damaged, s.Missing, s.AfterSales, s.SentBack, stars(s.Mean), s.Stars.Total())
			for _, w := range s.Worst {
				if err != nil || w.Bad() == 0 {
					break
				}
				_, err = fmt.Fprintf(p.stdout, "    %-32s  %d of %d units went wrong, stars %s\n", shown(w.Product), w.Bad(), w.Units, stars(w.Mean))
			}
			return err
		})
	})
}
