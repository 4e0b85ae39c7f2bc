package ordertable

import (
	"fmt"
	"strings"
)

// maxColumns bounds a row; spreadsheets can claim 16,384 columns in a few
// bytes.
const maxColumns = 500

// rows collects a table's rows. Of each it keeps only the columns that mean
// something, and none is given out before the whole table was read: what
// follows may show that it is no table.
type rows struct {
	header header
	list   []row
}

func newRows() *rows { return &rows{header: newHeader()} }

// take adds the next row; the first that is not empty is the header. It keeps
// no hold of cells. It returns ErrColumns, ErrNotATable or ErrTooLarge.
func (r *rows) take(line int, cells []string) error {
	if len(cells) > maxColumns {
		return fmt.Errorf("%w: line %d has more than %d columns; delete those that are empty", ErrNotATable, line, maxColumns)
	}
	if r.header.places == nil {
		if strings.Trim(strings.Join(cells, ""), " \t\ufeff") == "" {
			return nil
		}
		return r.header.read(cells)
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

func (r *rows) each(fn func(row) error) error {
	for _, next := range r.list {
		if err := fn(next); err != nil {
			return err
		}
	}
	return nil
}
