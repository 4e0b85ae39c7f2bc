package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// paper is a terminal on paper, which keeps its promises unless told otherwise.
type paper struct {
	imported int
	journal  []event
	resume   bool // the last event's answer may be given once more
	torn     int64

	verifies error
	says     func(n int, a *answer) // changes answer n
	forgets  bool                   // what is scanned is answered and not recorded
}

func (p *paper) importTable(context.Context, string) error { p.imported = 1; return nil }

func (p *paper) verify(context.Context) (verified, error) {
	return verified{Keys: true, OK: p.verifies == nil, TornBytes: p.torn}, p.verifies
}

func (p *paper) redemptions(context.Context) ([]event, error) { return slices.Clone(p.journal), nil }

func (p *paper) scan(_ context.Context, orders []string) ([]answer, error) {
	var answers []answer
	journal := slices.Clone(p.journal)
	for n, order := range orders {
		a := answer{event: event{Order: order}}
		i := slices.IndexFunc(journal, func(e event) bool { return e.Order == order })
		switch {
		case i < 0:
			a.event = event{Event: fmt.Sprintf("e%d", len(journal)+1), Seq: uint64(len(journal) + 1), Order: order}
			a.Verdict, journal, p.resume = accepted, append(journal, a.event), false
		case i == len(journal)-1 && p.resume:
			a.event, a.Verdict, a.Resumed, p.resume = journal[i], accepted, true, false
		default:
			a.Verdict, a.First.Event = alreadyCollected, journal[i].Event
		}
		if p.says != nil {
			p.says(n, &a)
		}
		answers = append(answers, a)
	}
	if !p.forgets {
		p.journal = journal
	}
	return answers, nil
}

const paperOrders = 30

// paperHistory is that of a terminal on which the orders of table 1 were scanned.
func paperHistory() history {
	var h history
	for n := range paperOrders {
		h.events = append(h.events, event{Event: fmt.Sprintf("e%d", n+1), Seq: uint64(n + 1), Order: orderID(1, n)})
	}
	return h
}

func examine(t *testing.T, p *paper, reached progress) (finding, error) {
	t.Helper()
	p.imported = reached.imports
	return judge{history: paperHistory(), orders: paperOrders}.examine(t.Context(), p, reached)
}

func TestJudgeAcceptsWhatIsAllowed(t *testing.T) {
	all := paperHistory().events
	for name, c := range map[string]struct {
		paper   paper
		reached progress
		want    finding
	}{
		"nothing yet":        {paper{}, progress{}, finding{unborn: true}},
		"imported":           {paper{}, progress{imports: 1}, finding{}},
		"as answered":        {paper{journal: all[:20]}, progress{1, 20}, finding{}},
		"one ahead":          {paper{journal: all[:21]}, progress{1, 20}, finding{ahead: true}},
		"answered once more": {paper{journal: all[:20], resume: true}, progress{1, 20}, finding{resumed: true}},
		"torn":               {paper{journal: all[:3], torn: 70}, progress{1, 3}, finding{torn: true}},
		"the end":            {paper{journal: all}, progress{2, paperOrders}, finding{}},
	} {
		got, err := examine(t, &c.paper, c.reached)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Every kind of lie is caught.
func TestJudgeCatches(t *testing.T) {
	with := func(n int, change func(e *event)) []event {
		journal := slices.Clone(paperHistory().events[:20])
		change(&journal[n])
		return journal
	}
	all := paperHistory().events
	for name, c := range map[string]struct {
		paper paper
		says  string
	}{
		"a lost event":          {paper{journal: all[:19]}, "19 redemptions, 20 had been answered"},
		"two ahead":             {paper{journal: all[:22]}, "22 redemptions, 20 had been answered"},
		"another id":            {paper{journal: with(5, func(e *event) { e.Event = "x" })}, "number 6 is"},
		"another sequence":      {paper{journal: with(19, func(e *event) { e.Seq = 21 })}, "number 20 is"},
		"another order":         {paper{journal: with(0, func(e *event) { e.Order = orderID(2, 0) })}, "number 1 is"},
		"an order twice":        {paper{journal: append(slices.Clone(all[:20]), all[3])}, "number 21 is"},
		"a journal in doubt":    {paper{journal: all[:20], verifies: errors.New("in doubt")}, "in doubt"},
		"goods twice":           {paper{journal: all[:20], says: func(n int, a *answer) { a.Verdict, a.Event = accepted, "new" }}, "is collected by"},
		"an old one resumed":    {paper{journal: all[:20], says: func(n int, a *answer) { resumeIf(n == 8, a, all[18]) }}, "is collected by"},
		"resumed twice":         {paper{journal: all[:20], says: func(n int, a *answer) { resumeIf(n == 9 || n == 10, a, all[19]) }}, "is collected by"},
		"resumed as another":    {paper{journal: all[:20], says: func(n int, a *answer) { resumeIf(n == 9, a, event{"x", 20, all[19].Order}) }}, "is collected by"},
		"collected by another":  {paper{journal: all[:20], says: func(n int, a *answer) { a.First.Event = "x" }}, "is collected by"},
		"a refused customer":    {paper{journal: all[:20], says: func(n int, a *answer) { refuseIf(n == 11, a) }}, "was never collected"},
		"an id used again":      {paper{journal: all[:20], says: func(n int, a *answer) { reuseIf(n == 13, a, all[2]) }}, "was never collected"},
		"another order's code":  {paper{journal: all[:20], says: func(n int, a *answer) { a.Order = orderID(1, 25) }}, "for order"},
		"answers for nothing":   {paper{journal: all[:20], forgets: true}, "after these scans"},
		"a fresh one forgotten": {paper{journal: all[:20], says: func(n int, a *answer) { moveIf(n == 13, a) }}, "after these scans"},
	} {
		if _, err := examine(t, &c.paper, progress{1, 20}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func resumeIf(yes bool, a *answer, e event) {
	if yes {
		a.Verdict, a.Resumed, a.event = accepted, true, e
	}
}

func refuseIf(yes bool, a *answer) {
	if yes {
		a.Verdict = "unknown"
	}
}

func reuseIf(yes bool, a *answer, e event) {
	if yes {
		a.Event = e.Event
	}
}

func moveIf(yes bool, a *answer) {
	if yes {
		a.Seq++
	}
}

func TestScans(t *testing.T) {
	h := paperHistory()
	j := judge{history: h, orders: paperOrders}
	got := j.scans(h.events[:12], progress{1, 12})
	want := []string{}
	for n := 2; n < 12; n++ {
		want = append(want, orderID(1, n))
	}
	want = append(want, orderID(1, 11), orderID(1, 12), orderID(1, 12), orderID(1, 30), orderID(1, 30))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// An order of a table that may be half imported proves nothing.
	h.events = append(h.events[:20], event{Order: orderID(2, 0)})
	j.history = h
	if got := j.scans(h.events[:20], progress{1, 20}); slices.Contains(got, orderID(2, 0)) {
		t.Error(got)
	}
}

func TestSetAside(t *testing.T) {
	data := t.TempDir()
	if err := setAside(data); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(data, "state.db.damaged-1"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := setAside(data); err == nil || !strings.Contains(err.Error(), "state.db.damaged-1") {
		t.Error(err)
	}
}
