package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type kioskCodeCmd struct {
	Point string `required:"" placeholder:"ID" help:"The point that the terminal stands at."`
}

// Run prints a code and nothing else, for scripts.
func (c *kioskCodeCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		var made hq.NewCode
		if err := to.call(p.ctx, pointPath(c.Point, "enrolments"), struct{}{}, &made); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.stdout, made.Code)
		return err
	})
}

type kioskListCmd struct {
	JSON bool `name:"json" help:"JSON, a line a terminal."`
}

// Run lists terminals.
func (c *kioskListCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/terminals", func(t hq.Terminal) error {
			if c.JSON {
				return json.NewEncoder(p.stdout).Encode(t)
			}
			state := "enrolled " + t.Enrolled.Format(timeForm)
			switch {
			case !t.Revoked.IsZero():
				state = "revoked " + t.Revoked.Format(timeForm)
			case !t.Forked.IsZero():
				state = fmt.Sprintf("two journals since %s, event %d differs", t.Forked.Format(timeForm), t.Doubtful)
			case !t.Behind.IsZero():
				state = fmt.Sprintf("journal lost since %s, event %d is missing there", t.Behind.Format(timeForm), t.Doubtful)
			}
			if says := conditionText(t.Condition, t.Since); says != "" {
				state += ", " + says
			}
			if !t.Promised.IsZero() {
				state += ", may hold leases until " + t.Promised.Format(timeForm)
			}
			_, err := fmt.Fprintf(p.stdout, "%-12s %-10s %8d events  %s  %s\n", t.ID, t.Point, t.Head.Seq, state, t.Name)
			return err
		})
	})
}

// conditionText is what a terminal says of itself; empty: it never did.
func conditionText(c kiosk.Condition, since time.Time) string {
	if since.IsZero() {
		return ""
	}
	says := []string{"works"}
	if c.Fault != "" {
		says[0] = "OUT OF ORDER " + c.Fault
		if c.Event > 0 {
			says[0] += fmt.Sprintf(" (from event %d on)", c.Event)
		}
	}
	if c.Clock == kiosk.ClockSuspect {
		says = append(says, "clock not to be trusted")
	}
	if c.SpaceLow {
		says = append(says, "disk nearly full")
	}
	if c.Refused > 0 {
		says = append(says, fmt.Sprintf("keeps %d orders or more that HQ has no more, see hq orders purge", c.Refused))
	}
	text := strings.Join(says, ", ") + " since " + since.Format(timeForm)
	if c.Version != "" {
		text += ", version " + c.Version
	}
	return text
}

type kioskRevokeCmd struct {
	Terminal string `arg:"" help:"The terminal's id."`
}

// Run withdraws a terminal.
func (c *kioskRevokeCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		name := hq.TerminalName{Terminal: kiosk.TerminalID(c.Terminal)}
		if err := to.call(p.ctx, "/admin/v1/terminals/revoke", name, &struct{}{}); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "terminal %s revoked\n", c.Terminal)
		return err
	})
}

// timeForm shows instants, in UTC.
const timeForm = "2006-01-02 15:04:05Z"

func pointPath(point, what string) string {
	return "/admin/v1/points/" + url.PathEscape(point) + "/" + what
}
