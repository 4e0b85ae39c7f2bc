package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"hexiao/sync/hq"
)

type conflictsCmd struct {
	JSON bool `name:"json" help:"JSON, a line a case, with the evidence."`
}

// Run lists cases, the oldest first.
func (c *conflictsCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/cases", func(k hq.Case) error {
			if c.JSON {
				return enc.Encode(k)
			}
			_, err := fmt.Fprintf(p.stdout, "%4d  %s  %-12s  point %s, terminal %s, event %d, order %s: %s\n",
				k.Number, k.At.UTC().Format(timeForm), k.Kind, k.Point, k.Terminal, k.Seq, shown(string(k.Order)), k.Detail)
			if err != nil {
				return err
			}
			for _, r := range k.Against {
				if _, err := fmt.Fprintf(p.stdout, "        against: terminal %s, event %d, %s\n", r.Terminal, r.Seq, r.At.UTC().Format(timeForm)); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// shown is an order id as a terminal sent it, which may be anything.
func shown(id string) string {
	const most = 64
	switch {
	case id == "":
		return "none"
	case len(id) > most || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }):
		return strconv.Quote(id[:min(len(id), most)])
	}
	return id
}
