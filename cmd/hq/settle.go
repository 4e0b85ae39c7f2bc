package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/sync/hq/tally"
)

type settleCmd struct {
	Point string `required:"" placeholder:"ID" help:"The point."`
	Day   string `required:"" placeholder:"DATE" help:"The business day, like 2026-11-23."`
	JSON  bool   `name:"json" help:"One JSON object, with every line; amounts in fen."`
}

// Run prints the settlement of a point's day as it is now.
func (c *settleCmd) Run(p *program) error {
	if c.Point == "" {
		return fmt.Errorf("%w: give --point ID", cli.ErrUsage)
	}
	return p.with(func(to *client) error {
		path := "/admin/v1/points/" + url.PathEscape(c.Point) + "/settlement?day=" + url.QueryEscape(c.Day)
		return list(p.ctx, to, path, func(s tally.Settlement) error { // one
			if c.JSON {
				return json.NewEncoder(p.stdout).Encode(s)
			}
			return settlementText(p.stdout, s)
		})
	})
}

// settlementText writes the totals, the suppliers and what changed; not the lines.
func settlementText(w io.Writer, s tally.Settlement) error {
	yuan := func(f kiosk.Fen) string { return f.String() }
	rows := []struct{ what, amount string }{
		{"handed over", yuan(s.Total.Value)}, {"less refunds of it", yuan(s.Total.Deducted)}, {"net", yuan(s.Total.Net)},
		{fmt.Sprintf("commission, %d.%02d%% of what was handed over", s.Rate/100, s.Rate%100), yuan(s.Total.Commission)},
		{"to merchants", yuan(s.Total.Payable)}, {"refunds of what was not supplied", yuan(s.Refunds)},
		{"taken in cash", yuan(s.Cash)}, {"paid by code", yuan(s.ByCode)}, {"cash less commission, owed by the point", yuan(s.Transfer)},
	}
	if s.Other != 0 {
		rows = append(rows, struct{ what, amount string }{"paid otherwise", yuan(s.Other)})
	}
	if _, err := fmt.Fprintf(w, "%s %s, %s, as of %s\n", s.Point, shown(s.Name), s.Day, s.AsOf.UTC().Format(timeForm)); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "  %-48s %14s\n", r.what, r.amount); err != nil {
			return err
		}
	}
	for _, one := range s.Suppliers {
		_, err := fmt.Fprintf(w, "  supplier %-24s %5d units  %12s  refunds %10s  commission %10s  to pay %12s\n",
			shown(one.Supplier), one.Units, one.Value, one.Deducted, one.Commission, one.Payable)
		if err != nil {
			return err
		}
	}
	if err := changesText(w, s); err != nil {
		return err
	}
	if s.Agrees {
		return nil
	}
	_, err := fmt.Fprintln(w, "  The figures of the day differ from these lines: HQ's store lost something. Restore it from a backup.")
	return err
}

// changesText writes what became of the day after it was ended.
func changesText(w io.Writer, s tally.Settlement) error {
	if s.Closed.IsZero() {
		_, err := fmt.Fprintln(w, "  not ended at any terminal yet")
		return err
	}
	_, err := fmt.Fprintf(w, "  ended %s at %d terminals with %s yuan handed over; %d changes since\n",
		s.Closed.UTC().Format(timeForm), len(s.Ends), s.AtClose, len(s.Changes))
	for _, c := range s.Changes {
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "    %s  %-8s %-22s order %s, terminal %s, event %d\n",
			c.Heard.UTC().Format(timeForm), c.Kind, c.What, shown(string(c.Order)), c.Term, c.Seq)
	}
	return err
}
