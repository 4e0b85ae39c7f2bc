package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"hexiao/sync/hq"
)

type keysListCmd struct {
	JSON bool `name:"json" help:"JSON, a line a key."`
}

// Run lists HQ's keys.
func (c *keysListCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/keys", func(k hq.KeyRow) error { return printKey(p, k, c.JSON) })
	})
}

func printKey(p *program, k hq.KeyRow, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(p.stdout).Encode(k)
	}
	state := "counts until " + k.Until.Format(timeForm)
	switch {
	case k.Signs:
		state = "HQ signs with it"
	case !k.Counts:
		state = "over since " + k.Until.Format(timeForm)
	}
	if !k.From.IsZero() {
		state = "from " + k.From.Format(timeForm) + ", " + state
	}
	_, err := fmt.Fprintf(p.stdout, "%s  %s  %s\n", k.ID, base64.StdEncoding.EncodeToString(k.Key), state)
	return err
}

type keysRotateCmd struct {
	Overlap time.Duration `default:"1104h" help:"How long what the present key signed still counts: 46 days, as proxy codes may be good for 45; 0 for a key that was stolen."`
}

// Run makes a new key and lists them all.
func (c *keysRotateCmd) Run(p *program) error {
	return p.changeKeys("rotate", hq.KeyRotation{Overlap: c.Overlap})
}

type keysRetireCmd struct {
	Key string `arg:"" placeholder:"ID" help:"The key's id, as hq keys list shows it."`
}

// Run ends a key's time and lists them all.
func (c *keysRetireCmd) Run(p *program) error {
	return p.changeKeys("retire", hq.KeyName{Key: c.Key})
}

func (p *program) changeKeys(how string, what any) error {
	return p.with(func(to *client) error {
		var rows []hq.KeyRow
		if err := to.call(p.ctx, "/admin/v1/keys/"+how, what, &rows); err != nil {
			return err
		}
		for _, k := range rows {
			if err := printKey(p, k, false); err != nil {
				return err
			}
		}
		return nil
	})
}
