package main

import (
	"encoding/json"
	"fmt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type codesSignedCmd struct {
	Order string `required:"" placeholder:"ID" help:"The order."`
	Until string `default:"24h" placeholder:"TIME" help:"When it ends: a time such as 2026-11-24T18:00:00+08:00, or how long from now, such as 36h. At most 45 days, and not beyond the order's own term."`
	PNG   string `name:"png" placeholder:"FILE" help:"Write it as a QR code."`
}

// Run prints the code as JSON. HQ keeps its id only: whoever has it can collect.
func (c *codesSignedCmd) Run(p *program) error {
	until, err := endOf(c.Until, p.now())
	if err != nil {
		return err
	}
	return p.with(func(to *client) error {
		var made hq.Voucher
		if err := to.call(p.ctx, "/admin/v1/orders/voucher", hq.VoucherRequest{Order: kiosk.OrderID(c.Order), Until: until}, &made); err != nil {
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

type codesRevokeCmd struct {
	Order string `placeholder:"ID" xor:"what" required:"" help:"All codes of the order, which gets new ones."`
	Code  string `placeholder:"ID" xor:"what" required:"" help:"A signed code, by its id of 12 hex digits; hq codes --signed lists them."`
}

// Run prints what was withdrawn as JSON, and no code.
func (c *codesRevokeCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		var done hq.Revoked
		if err := to.call(p.ctx, "/admin/v1/codes/revoke", hq.RevokeRequest{Order: kiosk.OrderID(c.Order), Code: c.Code}, &done); err != nil {
			return err
		}
		return json.NewEncoder(p.stdout).Encode(done)
	})
}

// listSigned prints the signed codes that HQ knows of, and none of the codes.
func (c *codesCmd) listSigned(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, pointPath(c.Point, "signed"), func(row hq.SignedRow) error {
			if c.JSON {
				return enc.Encode(row)
			}
			state := "until " + row.Until.Format(timeFormat)
			if !row.Revoked.IsZero() {
				state = "withdrawn " + row.Revoked.Format(timeFormat)
			}
			_, err := fmt.Fprintf(p.stdout, "%-20s %s %-8s %s\n", row.Order, row.ID, row.Kind, state)
			return err
		})
	})
}

// timeFormat is how times stand in lists.
const timeFormat = "2006-01-02T15:04:05Z07:00"
