package main

import (
	"fmt"
	"net/url"

	"hexiao/sync/hq"
)

type ordersPurgeCmd struct {
	Point   string `required:"" help:"The point's id."`
	Confirm int    `required:"" placeholder:"N" help:"How many orders the point is meant to have now; they are counted."`
}

// Run has HQ say that it means a set to be as small as it is.
func (c *ordersPurgeCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/points/"+url.PathEscape(c.Point)+"/purge", hq.PurgeOrder{Confirm: c.Confirm}, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "the terminals of point %s may let go of all but %d orders\n", c.Point, c.Confirm)
		return err
	})
}
