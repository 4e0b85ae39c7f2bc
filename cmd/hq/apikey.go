package main

import (
	"encoding/json"
	"fmt"

	"hexiao/kiosk"
	"hexiao/sync/hq/intake"
)

type apikeyAddCmd struct {
	Name     string `arg:"" help:"What the key is for, such as the name of the other system."`
	Point    string `placeholder:"ID" help:"The only point that it is good for; without it, all of them."`
	Merchant string `placeholder:"SUPPLIER" help:"Only read, and only lines of this supplier."`
	JSON     bool   `name:"json" help:"One JSON object."`
}

// Run prints the key, which nobody can have printed again.
func (c *apikeyAddCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		var made intake.MadeKey
		err := to.call(p.ctx, "/admin/v1/apikeys", intake.NewKey{Name: c.Name, Point: kiosk.PointID(c.Point), Merchant: c.Merchant}, &made)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(p.stdout).Encode(made)
		}
		_, err = fmt.Fprintln(p.stdout, made.Token)
		return err
	})
}

type apikeyListCmd struct {
	JSON bool `name:"json" help:"JSON, a line a key."`
}

// Run lists the keys by their ids; the keys themselves HQ does not have.
func (c *apikeyListCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/apikeys", func(k intake.Key) error {
			if c.JSON {
				return enc.Encode(k)
			}
			state, scope := "since "+k.Created.Format(timeForm), "all points"
			if !k.Revoked.IsZero() {
				state = "withdrawn " + k.Revoked.Format(timeForm)
			}
			if k.Point != "" {
				scope = "point " + string(k.Point)
			}
			if k.Merchant != "" {
				scope += ", reads lines of " + shown(k.Merchant)
			}
			_, err := fmt.Fprintf(p.stdout, "%s  %-20s  %s, %s\n", k.ID, shown(k.Name), scope, state)
			return err
		})
	})
}

type apikeyRevokeCmd struct {
	Key string `arg:"" placeholder:"ID" help:"The key's id, as hq apikey list shows it."`
}

// Run ends a key.
func (c *apikeyRevokeCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/apikeys/revoke", intake.Name{Name: c.Key}, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "key %s is withdrawn\n", c.Key)
		return err
	})
}
