// Package daybook turns a business day of a terminal into tables for a
// spreadsheet program: totals, every entry, after-sales, and what HQ has settled
// otherwise or not yet. A CSV file has them one below the other, an XLSX file one
// a sheet.
//
// The words are the leader's, 中文 or English. Money stands in yuan with two
// decimals, times in the point's zone. Nobody's name or phone is in them: an order
// goes by its number and pickup number, a leader by id.
//
// # Limits
//
// CSV is UTF-8 with a byte order mark and CRLF, as Excel wants it (RFC 4180
// otherwise). A cell of text that a spreadsheet would take for a formula gets an
// apostrophe in front of it, in CSV; XLSX says itself what is text. A day is held
// in memory, about one kilobyte an entry.
package daybook

import (
	"strconv"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// About says whose day it is.
type About struct {
	Point    string // its name
	Terminal kiosk.TerminalID
	Zone     *time.Location // nil: UTC
	Lang     desk.Lang
}

// Table is a sheet.
type Table struct {
	Name    string
	Columns []string
	Rows    [][]Cell
}

// Cell is a text, a whole number or an amount of money.
type Cell struct {
	Text   string
	Number int64 // units; fen where Money is set
	Kind   Kind
}

// Kind says which it is.
type Kind uint8

// The kinds of cells.
const (
	Text Kind = iota
	Whole
	Money
)

func text(s string) Cell     { return Cell{Text: s} }
func whole(n int) Cell       { return Cell{Number: int64(n), Kind: Whole} }
func money(f kiosk.Fen) Cell { return Cell{Number: int64(f), Kind: Money} }
func units(n int) Cell       { return blankOr(n != 0, whole(n)) }
func worth(f kiosk.Fen) Cell { return blankOr(f != 0, money(f)) }
func number(n uint64) Cell   { return Cell{Number: int64(n), Kind: Whole} } // #nosec G115 -- a journal has no 2^63 events

// blankOr leaves a cell empty where it has nothing to say.
func blankOr(said bool, c Cell) Cell {
	if !said {
		return Cell{}
	}
	return c
}

// Tables gives the day's four tables.
func Tables(day desk.DayBook, a About) []Table {
	if a.Zone == nil {
		a.Zone = time.UTC
	}
	b := builder{About: a, words: wordsOf(a.Lang)}
	return []Table{b.totals(day), b.entries(day), b.afterSales(day), b.differences(day)}
}

type builder struct {
	About
	words words
}

func (b builder) totals(day desk.DayBook) Table {
	w, t := b.words, day.Totals
	rows := [][]Cell{
		{text(w.point), text(b.Point)},
		{text(w.terminal), text(string(b.Terminal))},
		{text(w.day), text(string(day.Day))},
		{text(w.orders), whole(t.Orders)},
		{text(w.alone), whole(t.Alone)},
		{text(w.units), whole(t.Units)},
		{text(w.short), whole(t.Short)},
		{text(w.damaged), whole(t.Damaged)},
		{text(w.undone), whole(t.Undone)},
		{text(w.afterSales), whole(t.AfterSales)},
		{text(w.returned), whole(t.Returned)},
		{text(w.received), whole(t.Received)},
		{text(w.value), money(t.Value)},
		{text(w.cash), money(t.Cash)},
		{text(w.byCode), money(t.ByCode)},
		{text(w.refunds), money(t.Refunds)},
		{text(w.commission), money(t.Commission)},
		{text(w.pending), number(day.Pending)},
		{text(w.differ), number(day.Differ)},
		{text(w.head), number(day.Head.Seq)},
		{text(w.chain), text(day.Head.Hash.String())},
	}
	if day.Closed != nil {
		rows = append(rows, []Cell{text(w.closed), text(b.time(day.Closed.At))})
		if closed, ok := day.Closed.Body.(kiosk.DayClosed); ok {
			rows = append(rows, []Cell{text(w.by), text(closed.By)}, []Cell{text(w.counted), money(closed.Counted)})
		}
	}
	return Table{Name: w.totals, Columns: []string{w.what, w.amount}, Rows: rows}
}

func (b builder) entries(day desk.DayBook) Table {
	w := b.words
	t := Table{Name: w.entries, Columns: []string{
		w.number, w.time, w.what, w.order, w.pickup, w.units, w.short, w.damaged, w.value, w.paid, w.means, w.by, w.reason, w.settled,
	}}
	for _, e := range day.Entries {
		f := b.facts(e.Body)
		t.Rows = append(t.Rows, []Cell{
			number(e.Seq), text(b.time(e.At)), text(w.event(e.Body.Type())), text(string(e.Body.Subject())), text(e.PickupNumber),
			units(f.units), units(f.short), units(f.damaged), worth(e.Value), worth(f.paid), text(f.means), text(f.by), text(f.reason),
			text(w.settlement(e.Settled)),
		})
	}
	return t
}

func (b builder) afterSales(day desk.DayBook) Table {
	w := b.words
	t := Table{Name: w.afterSales, Columns: []string{w.number, w.time, w.order, w.pickup, w.kind, w.units, w.value, w.reason, w.by, w.settled}}
	for _, e := range day.Entries {
		sale, ok := e.Body.(kiosk.AfterSaleRegistered)
		if !ok {
			continue
		}
		t.Rows = append(t.Rows, []Cell{
			number(e.Seq), text(b.time(e.At)), text(string(sale.Order)), text(e.PickupNumber), text(w.afterSale(sale.Kind)),
			whole(sum(sale.Lines)), money(e.Value), text(w.reasonOf(string(sale.Reason))), text(sale.By), text(w.settlement(e.Settled)),
		})
	}
	return t
}

// differences are the entries that HQ has not settled, or settled otherwise. What
// HQ had already counts as settled alike.
func (b builder) differences(day desk.DayBook) Table {
	w := b.words
	t := Table{Name: w.differences, Columns: []string{w.number, w.time, w.what, w.order, w.pickup, w.value, w.by, w.settled}}
	for _, e := range day.Entries {
		if e.Settled.Agrees() {
			continue
		}
		t.Rows = append(t.Rows, []Cell{
			number(e.Seq), text(b.time(e.At)), text(w.event(e.Body.Type())), text(string(e.Body.Subject())), text(e.PickupNumber),
			worth(e.Value), text(b.facts(e.Body).by), text(w.settlement(e.Settled)),
		})
	}
	return t
}

func (b builder) time(t time.Time) string { return t.In(b.Zone).Format("2006-01-02 15:04:05") }

func sum(lines []kiosk.Units) (n int) {
	for _, l := range lines {
		n += l.Units
	}
	return n
}

// String is the cell as a person reads it: money as 12.80.
func (c Cell) String() string {
	switch c.Kind {
	case Whole:
		return strconv.FormatInt(c.Number, 10)
	case Money:
		return kiosk.Fen(c.Number).String()
	}
	return c.Text
}
