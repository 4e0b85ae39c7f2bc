package main

import (
	"encoding/json"
	"fmt"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type codesProxyCmd struct {
	Order string   `required:"" placeholder:"ID" help:"The order."`
	Line  []string `placeholder:"ID" help:"A line that may be collected; again for more of them. Without it, all lines."`
	Until string   `default:"24h" placeholder:"TIME" help:"When it ends: a time such as 2026-11-24T18:00:00+08:00, or how long from now, such as 36h. At most 45 days."`
	PNG   string   `name:"png" placeholder:"FILE" help:"Write it as a QR code."`
}

// Run prints the code as JSON. HQ keeps its id only: whoever has it can collect.
func (c *codesProxyCmd) Run(p *program) error {
	until, err := endOf(c.Until, p.now())
	if err != nil {
		return err
	}
	ask := hq.ProxyRequest{Order: kiosk.OrderID(c.Order), Until: until}
	for _, l := range c.Line {
		ask.Lines = append(ask.Lines, kiosk.LineID(l))
	}
	return p.with(func(to *client) error {
		var made hq.ProxyCode
		if err := to.call(p.ctx, "/admin/v1/orders/proxy", ask, &made); err != nil {
			return err
		}
		if c.PNG != "" {
			if err := writeQR(c.PNG, made.Code); err != nil {
				return fmt.Errorf("draw the code of order %s: %w", made.Order, err)
			}
		}
		return json.NewEncoder(p.stdout).Encode(made)
	})
}

// endOf reads a time, or how long from now.
func endOf(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%w: --until takes a time such as 2026-11-24T18:00:00+08:00 or a duration such as 36h", cli.ErrUsage)
	}
	return t, nil
}
