package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

type conflictsCmd struct {
	Open bool `help:"Only those that wait for a person."`
	JSON bool `name:"json" help:"JSON, a line a case, with the evidence."`
}

// Run lists cases, the oldest first, with the evidence of both sides.
func (c *conflictsCmd) Run(p *program) error {
	enc := json.NewEncoder(p.stdout)
	path := "/admin/v1/cases"
	if c.Open {
		path += "?open=true"
	}
	return p.with(func(to *client) error {
		return list(p.ctx, to, path, func(k hq.CaseRow) error {
			if c.JSON {
				return enc.Encode(k)
			}
			_, err := fmt.Fprint(p.stdout, caseText(k))
			return err
		})
	})
}

// caseText is a case on a line, and each side on one below.
func caseText(k hq.CaseRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%4d  %s  %-12s  %-7s  point %s, terminal %s, event %d, order %s: %s\n",
		k.Number, k.At.UTC().Format(timeForm), k.Kind, k.State, k.Point, k.Terminal, k.Seq, shown(string(k.Order)), k.Detail)
	for _, s := range k.Sides {
		fmt.Fprintf(&b, "        %s\n", sideText(s))
	}
	if len(k.Sides) == 0 {
		for _, r := range k.Against {
			fmt.Fprintf(&b, "        against: terminal %s, event %d, %s\n", r.Terminal, r.Seq, r.At.UTC().Format(timeForm))
		}
	}
	for _, d := range k.Decisions {
		fmt.Fprintf(&b, "        decided %s by %s: %s\n", d.At.UTC().Format(timeForm), d.By, d.Note)
	}
	return b.String()
}

// sideText is one handover: whether it counts, who gave what, and when by whose clock.
func sideText(s hq.Side) string {
	who := "customer alone"
	if s.By != "" {
		who = "by " + shown(s.By)
	} else if s.Method != "alone" {
		who = "by a leader"
	}
	name := string(s.Terminal)
	if s.Name != "" {
		name += " (" + shown(s.Name) + ")"
	}
	when := "HQ's clock unknown"
	if !s.Latest.IsZero() {
		when = fmt.Sprintf("by HQ's between %s and %s", s.Earliest.UTC().Format(timeForm), s.Latest.UTC().Format(timeForm))
	}
	text := fmt.Sprintf("%-16s %s  terminal %s, event %d: %d units, %s, %s by its clock, %s",
		standing(s), s.Event, name, s.Seq, total(s.Lines), who, s.At.UTC().Format(timeForm), when)
	if !s.Heard.IsZero() {
		text += ", heard " + s.Heard.UTC().Format(timeForm)
	}
	return text
}

// standing says in a word or two what came of a handover.
func standing(s hq.Side) string {
	judge := s.Judge
	switch {
	case !s.Undone.IsZero():
		return "undone"
	case len(s.Counts) == 0 && s.Outcome == kiosk.DisputeOpen:
		return "undecided"
	case s.Outcome == kiosk.DisputeOpen:
		return fmt.Sprintf("%d count, rest undecided", total(s.Counts))
	case s.Outcome == kiosk.DisputeVoid && len(s.Counts) > 0:
		return fmt.Sprintf("%d count (%s)", total(s.Counts), judge)
	case s.Outcome == kiosk.DisputeVoid:
		return "void (" + judge + ")"
	case s.Outcome == kiosk.DisputeStands:
		return "counts (" + judge + ")"
	}
	return "counts so far"
}

func total(lines []kiosk.Handed) (n int) {
	for _, h := range lines {
		n += h.Total()
	}
	return n
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
