package ordertable

import (
	"fmt"
	"strings"
)

// maxColumns bounds a row; spreadsheets can claim 16,384 columns in a few
// bytes.
const maxColumns = 500

// maxAbove is how many rows that are not empty may stand above the names of the
// columns: titles, dates, who exported it.
const maxAbove = 10

// rows collects a table's rows. Of each it keeps only the columns that mean
// something, and none is given out before the whole table was read: what
// follows may show that it is no table.
type rows struct {
	header header
	above  int   // rows before the header
	bad    error // what the fullest of them lacks
	best   int   // and how many names it has
	list   []row
}

func newRows(h header) *rows { return &rows{header: h} }

// take adds the next row; the first that names what orders need is the header. It
// keeps no hold of cells. It returns ErrColumns, ErrNotATable or ErrTooLarge.
func (r *rows) take(line int, cells []string) error {
	if len(cells) > maxColumns {
		return fmt.Errorf("%w: line %d has more than %d columns; delete those that are empty", ErrNotATable, line, maxColumns)
	}
	if r.header.places == nil {
		return r.name(cells)
	}
	next := r.header.row(line, cells)
	if !next.filled {
		return nil
	}
	if len(r.list) == MaxRows {
		return fmt.Errorf("%w: more than %d rows; split it", ErrTooLarge, MaxRows)
	}
	r.list = append(r.list, next)
	return nil
}

// name takes a row for the header, if it may be that.
func (r *rows) name(cells []string) error {
	if strings.Trim(strings.Join(cells, ""), " \t\ufeff") == "" {
		return nil
	}
	err := r.header.read(cells)
	if err == nil {
		if r.above > 0 {
			r.header.notes = append(r.header.notes, fmt.Sprintf("%d rows above the names of the columns are left out", r.above))
		}
		return nil
	}
	names := 0
	for _, cell := range cells {
		if c, _ := r.header.meaning(foldName(cell)); c != columns {
			names++
		}
	}
	if r.bad == nil || names > r.best {
		r.bad, r.best = err, names
	}
	if r.above++; r.above == maxAbove {
		return r.bad
	}
	return nil
}

// each gives the rows once all were taken. It returns ErrColumns where none was
// the header, and fn's error.
func (r *rows) each(fn func(row) error) error {
	if r.header.places == nil && r.bad != nil {
		return r.bad
	}
	for _, next := range r.list {
		if err := fn(next); err != nil {
			return err
		}
	}
	return nil
}

// take groups all rows of a table, each changed by clean first.
func (g *grouper) take(from *rows, clean func(row) row) error {
	g.table.Notes = append(g.table.Notes, from.header.notes...)
	return from.each(func(r row) error { return g.add(clean(r)) })
}
