package main

import (
	"context"
	"crypto/rand"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/hqring"
)

type enrolCmd struct {
	dataFlag
	HQ   string   `name:"hq" required:"" placeholder:"URL" help:"HQ's address, https://…"`
	Code string   `required:"" placeholder:"CODE" help:"One-time code from: hq kiosk code --point ID"`
	Name string   `placeholder:"NAME" help:"What people call this terminal, for example the door."`
	Pin  []string `name:"pin" placeholder:"PIN" help:"TLS key that HQ may have, as hq tls-pin prints it on the server; needed for a self-signed certificate."`
	Keys string   `type:"path" placeholder:"DIR" help:"Folder for the secret keys instead of keys/ in the data folder, best on another disk: a stolen data folder then names nobody."`
}

// Run enrols the terminal and prints what it has become, and the name of HQ's key
// that it trusts.
func (c *enrolCmd) Run(ctx context.Context, s *cli.IO) error {
	folder, err := terminal.Enrol(ctx, c.Data, terminal.Invitation{URL: c.HQ, Code: c.Code, Name: c.Name, Keys: c.Keys, Pins: c.Pin}, rand.Reader)
	if err != nil {
		return err
	}
	key, err := folder.HQKey()
	if err != nil {
		return err
	}
	if !folder.Config.HQ.Private() {
		s.Log().Warn("HQ was reached by plain http over a network: whoever is in it has seen the point's secret, may have answered in HQ's place, and can read what goes between from now on; "+
			"compare hq_key with what hq keys list shows, or use https and enrol again", "hq", folder.Config.HQ.URL)
	}
	return s.JSON(map[string]any{"terminal": folder.Config.Terminal, "point": folder.Config.Point, "hq_key": hqring.ID(key)})
}
