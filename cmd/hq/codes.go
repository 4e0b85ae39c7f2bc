package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/intake"
)

type codesCmd struct {
	Point string `required:"" placeholder:"ID" help:"The point."`
	PNG   string `name:"png" placeholder:"DIR" help:"Write a QR code for each order, named for the order."`
	All   bool   `help:"Also of orders that are finished, cancelled, refunded or withdrawn."`
	JSON  bool   `name:"json" help:"JSON, a line an order."`
	// Vouch signs, and HQ keeps that it did; the rest only reads.
	Vouch  string `placeholder:"TIME" help:"Also sign a code for each order that opens it where a terminal has not heard of it, until then (see hq codes signed): the field signed, and ORDER.signed.png."`
	Links  string `placeholder:"URL" help:"List the customers' pages of open orders instead, below the address at which customers reach this server."`
	Signed bool   `help:"List the signed codes of orders instead, by their ids."`
}

// codesRow is a row with the signed code that was asked for.
type codesRow struct {
	hq.CodeRow
	Signed string `json:"signed,omitempty"`
}

// Run prints codes; with --png alone it only says how many it drew.
func (c *codesCmd) Run(p *program) error {
	if c.Signed {
		return c.listSigned(p)
	}
	if c.Links != "" {
		return c.listLinks(p)
	}
	var until time.Time
	if c.Vouch != "" {
		var err error
		if until, err = endOf(c.Vouch, p.now()); err != nil {
			return err
		}
	}
	if c.PNG != "" {
		if err := os.MkdirAll(c.PNG, 0o700); err != nil {
			return fmt.Errorf("make the folder for pictures: %w", err)
		}
	}
	path := pointPath(c.Point, "codes")
	if c.All {
		path += "?all=true"
	}
	enc := json.NewEncoder(p.stdout)
	drawn := 0
	return p.with(func(to *client) error {
		err := list(p.ctx, to, path, func(row hq.CodeRow) error {
			out := codesRow{CodeRow: row}
			if !until.IsZero() {
				var made hq.Voucher
				// An order that is to be paid for, or that nobody can collect, has none.
				if err := to.call(p.ctx, "/admin/v1/orders/voucher", hq.VoucherRequest{Order: row.Order, Until: until}, &made); err == nil {
					out.Signed = made.Code
				} else if !errors.Is(err, errRefused) {
					return err
				}
			}
			if c.PNG != "" && out.Signed != "" {
				if err := writeQR(filepath.Join(c.PNG, safeName(string(row.Order))+".signed.png"), out.Signed); err != nil {
					return fmt.Errorf("draw the code of order %s: %w", row.Order, err)
				}
			}
			if c.PNG != "" {
				if err := writeQR(filepath.Join(c.PNG, safeName(string(row.Order))+".png"), row.Code); err != nil {
					return fmt.Errorf("draw the code of order %s: %w", row.Order, err)
				}
				drawn++
			}
			switch {
			case c.JSON:
				return enc.Encode(out)
			case c.PNG == "":
				_, err := fmt.Fprintf(p.stdout, "%-20s %-28s %s  %s\n", row.Order, row.Code, kiosk.GroupTyped(row.Typed), row.Own)
				return err
			}
			return nil
		})
		if err == nil && c.PNG != "" && !c.JSON {
			_, err = fmt.Fprintf(p.stdout, "%d pictures in %s\n", drawn, c.PNG)
		}
		return err
	})
}

// writeQR writes a code as a picture that its owner alone may read.
func writeQR(path, text string) error {
	raw, err := intake.QR(text)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // a code is a secret
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Close())
}

// safeName makes a file name of any order id, another one for each: whatever is
// not plain becomes its bytes in hex.
func safeName(id string) string {
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' && i > 0
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
