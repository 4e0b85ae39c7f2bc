package ordertable

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
)

// Limits of a table.
const (
	MaxBytes = 64 << 20
	MaxRows  = 500_000
)

// Format is a kind of table.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
	JSON Format = "json"
)

// FormatOf tells a file's format by the end of its name; it returns ErrFormat
// for another.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".txt":
		return CSV, nil
	case ".xlsx", ".xlsm":
		return XLSX, nil
	case ".json", ".ndjson", ".jsonl":
		return JSON, nil
	}
	return "", ErrFormat
}

// Options say how a table is understood.
type Options struct {
	// Zone is that of times without one; nil: UTC.
	Zone *time.Location
	// Formats, if any, are the codes that the point's terminals read: a code of
	// another form is refused, since nobody could ever collect with it.
	Formats []kiosk.CodeFormat
	// Mapping is what its source's tables have of their own.
	Mapping Mapping
}

// Entry is an order of a table with what an order must not hold in the clear.
// The order's point, version, lookups and sealed data are still empty: whoever
// imports it fills them in, see [Seal].
type Entry struct {
	Order       kiosk.Order
	Name, Phone string // of the customer
	OwnCode     string // the platform's own pickup code, normalised; empty: none
}

// Problem is a row that was not taken.
type Problem struct {
	Line  int           `json:"line"`            // of the file; in JSON the number of the object; 0: HQ refused the whole order
	Order kiosk.OrderID `json:"order,omitempty"` // whose row it is, where that can be told
	Text  string        `json:"text"`            // "line 3: what is wrong and what to do"
}

// Table is what was read.
type Table struct {
	Entries  []Entry   // the good orders, as they first appear
	Problems []Problem // by line
	Rows     int       // rows below the header that are not empty
	Refused  int       // orders refused, and rows that are of no order
	Left     int       // rows left out: totals, rows that say nothing, and what Mapping.Only does not keep
	// Notes say what the table has that is not used, and what was left out.
	Notes []string
}

// Read reads a whole table. It returns ErrEmpty, ErrNotATable, ErrColumns or
// ErrTooLarge when nothing at all can be taken, ErrMapping, or r's own error.
func Read(r io.Reader, format Format, o Options) (Table, error) {
	if err := o.Mapping.Check(); err != nil {
		return Table{}, err
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Table{}, fmt.Errorf("read the order table: %w", err)
	}
	if len(data) > MaxBytes {
		return Table{}, fmt.Errorf("%w: more than %d MB; split it", ErrTooLarge, MaxBytes>>20)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	g := grouper{options: o, orders: map[kiosk.OrderID]*group{}, goods: newGoodsReader(o.Mapping.Split)}
	h := newHeader()
	h.use(o.Mapping)
	switch format {
	case CSV:
		err = readCSV(data, h, &g)
	case XLSX:
		err = readXLSX(data, h, &g)
	case JSON:
		g.unit = "entry"
		err = readJSON(data, h, &g)
	default:
		err = ErrFormat
	}
	if err != nil {
		return Table{}, err
	}
	if g.table.Rows == 0 {
		return Table{}, fmt.Errorf("%w: there is no row below the names of the columns", ErrEmpty)
	}
	g.finish()
	return g.table, nil
}

func (t *Table) sort() {
	slices.SortStableFunc(t.Problems, func(a, b Problem) int { return a.Line - b.Line })
}
