package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errViolated is returned when a power cut broke a promise of the terminal.
var errViolated = errors.New("a promise was broken")

// rescans is how many of the last codes are scanned again after a cut.
const rescans = 10

// terminal is what the judge needs of kioskctl.
type terminal interface {
	importTable(ctx context.Context, table string) error
	verify(ctx context.Context) (verified, error)
	redemptions(ctx context.Context) ([]event, error)
	// scan gives the answers of one run to the orders' codes.
	scan(ctx context.Context, orders []string) ([]answer, error)
}

// scan is one run of the terminal.
func (k kioskctl) scan(ctx context.Context, orders []string) ([]answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := k.start(ctx)
	if err != nil {
		return nil, err
	}
	var answers []answer
	for _, order := range orders {
		a, err := s.scan(order)
		if err != nil {
			_, _, _ = s.kill() // it must not hold the disk
			return answers, err
		}
		answers = append(answers, a)
	}
	return answers, s.end()
}

// judge knows what had been answered, and compares.
type judge struct {
	history history
	table   string // the first order table
	orders  int    // in it, to scan
}

// finding is what a cut had left, for the counts.
type finding struct {
	ahead, resumed, torn, unborn bool
}

// examine asks a terminal after a power cut. Its error is a violation.
func (j judge) examine(ctx context.Context, t terminal, p progress) (f finding, err error) {
	if p.imports == 0 { // nobody was told anything yet: what is left must not stand in the way
		f.unborn = true
		if err := t.importTable(ctx, j.table); err != nil {
			return f, err
		}
	}
	before, err := j.journal(ctx, t, p, &f)
	if err != nil {
		return f, err
	}
	f.ahead = len(before) > p.answers
	orders := j.scans(before, p)
	answers, err := t.scan(ctx, orders)
	if err != nil {
		return f, err
	}
	fresh, err := judgeAnswers(orders, answers, before, &f)
	if err != nil {
		return f, err
	}
	after, err := t.redemptions(ctx)
	if err != nil {
		return f, err
	}
	if want := append(slices.Clip(before), fresh...); !slices.Equal(after, want) {
		return f, fmt.Errorf("after these scans the journal has %d redemptions, not the %d that were answered: %s",
			len(after), len(want), firstDifference(after, want))
	}
	return f, nil
}

// journal checks what the cut left of the journal and gives its redemptions.
func (j judge) journal(ctx context.Context, t terminal, p progress, f *finding) ([]event, error) {
	v, err := t.verify(ctx)
	switch {
	case err != nil:
		return nil, err
	case !v.OK || !v.Keys:
		return nil, fmt.Errorf("journal verify says %+v", v)
	}
	f.torn = v.TornBytes > 0
	got, err := t.redemptions(ctx)
	if err != nil {
		return nil, err
	}
	if len(got) < p.answers || len(got) > p.answers+1 || len(got) > len(j.history.events) {
		return nil, fmt.Errorf("the journal has %d redemptions, %d had been answered", len(got), p.answers)
	}
	if want := j.history.events[:len(got)]; !slices.Equal(got, want) {
		return nil, fmt.Errorf("the journal has other redemptions than were answered: %s", firstDifference(got, want))
	}
	return got, nil
}

func firstDifference(got, want []event) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("number %d is %+v, not %+v", i+1, got[i], want[i])
		}
	}
	return fmt.Sprintf("%d and %d of them", len(got), len(want))
}

// scans gives the orders whose codes are scanned after a cut: the last that the
// journal has, the last of all twice, the one that was under way, and one of
// each table that never was, twice.
func (j judge) scans(journal []event, p progress) []string {
	var orders []string
	for _, e := range journal[max(0, len(journal)-rescans):] {
		orders = append(orders, e.Order)
	}
	if n := len(orders); n > 0 {
		orders = append(orders, orders[n-1])
	}
	if n := len(journal); n == p.answers && n < len(j.history.events) && p.imports > 0 && j.known(j.history.events[n].Order, p) {
		lost := j.history.events[n].Order
		orders = append(orders, lost, lost)
	}
	fresh := []string{orderID(1, j.orders), orderID(2, len(j.history.events)-j.orders)} // behind those that were scanned
	for _, order := range fresh[:max(p.imports, 1)] {
		orders = append(orders, order, order)
	}
	return orders
}

// known reports whether the order's table had been imported.
func (judge) known(order string, p progress) bool {
	for table := 1; table <= p.imports; table++ {
		if strings.HasPrefix(order, orderID(table, 0)[:3]) {
			return true
		}
	}
	return false
}

// judgeAnswers checks the answers to the orders and gives the events that are
// new. The journal's last redemption alone may be answered once more, once.
func judgeAnswers(orders []string, answers []answer, journal []event, f *finding) (fresh []event, err error) {
	if len(answers) != len(orders) {
		return nil, fmt.Errorf("%d answers to %d codes", len(answers), len(orders))
	}
	collected := map[string]event{}
	for _, e := range journal {
		collected[e.Order] = e
	}
	for i, a := range answers {
		e, done := collected[orders[i]]
		switch {
		case a.Order != orders[i]:
			return nil, fmt.Errorf("the code of order %s was answered %s for order %s", orders[i], a.Verdict, a.Order)
		case done && a.Verdict == alreadyCollected && a.First.Event == e.Event:
		case done && a.Verdict == accepted && a.Resumed && a.event == e && e == journal[len(journal)-1] && !f.resumed:
			f.resumed = true
		case done:
			return nil, fmt.Errorf("order %s is collected by %s, its code was answered %+v", orders[i], e.Event, a)
		case a.Verdict != accepted || a.Resumed || a.Event == "" || slices.ContainsFunc(journal, func(e event) bool { return e.Event == a.Event }):
			return nil, fmt.Errorf("order %s was never collected, its code was answered %+v", orders[i], a)
		default:
			collected[a.Order] = a.event
			fresh = append(fresh, a.event)
		}
	}
	return fresh, nil
}

// setAside finds files that the terminal could not read: a power cut damages none.
func setAside(data string) error {
	found, err := filepath.Glob(filepath.Join(data, "*.damaged-*"))
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return nil
	}
	info, err := os.Stat(found[0])
	if err != nil {
		return err
	}
	return fmt.Errorf("%s was set aside as damaged, %d bytes", filepath.Base(found[0]), info.Size())
}
