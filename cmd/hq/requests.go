package main

import (
	"encoding/json"
	"fmt"

	"hexiao/sync/hq"
)

type requestsCmd struct {
	After uint64 `placeholder:"NUMBER" help:"Only those after this one, to go on where the last list ended."`
	JSON  bool   `name:"json" help:"JSON, a line a request."`
}

// Run lists what terminals asked for, the oldest first.
func (c *requestsCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, fmt.Sprintf("/admin/v1/requests?after=%d", c.After), func(r hq.Request) error {
			if c.JSON {
				return enc.Encode(r)
			}
			_, err := fmt.Fprintf(p.stdout, "%4d  %s  %-22s  point %s, terminal %s, order %s\n",
				r.Number, r.At.UTC().Format(timeForm), r.Type, r.Point, r.Terminal, shown(string(r.Order)))
			return err
		})
	})
}
