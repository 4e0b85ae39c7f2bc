package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/hq/intake"
)

// linkRow is an order's page as it is printed.
type linkRow struct {
	Order string `json:"order"`
	Link  string `json:"link"`
}

// listLinks prints the pages of open orders. Whoever has such an address can collect.
func (c *codesCmd) listLinks(p *program) error {
	u, err := url.Parse(c.Links)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%w: --links takes the address of this server, such as https://hq.example", cli.ErrUsage)
	}
	base := strings.TrimSuffix(c.Links, "/")
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, pointPath(c.Point, "links"), func(row intake.LinkRow) error {
			if c.JSON {
				return enc.Encode(linkRow{string(row.Order), base + row.Path})
			}
			_, err := fmt.Fprintf(p.stdout, "%-20s %s%s\n", shown(string(row.Order)), base, row.Path)
			return err
		})
	})
}
