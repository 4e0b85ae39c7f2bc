package ordertable

import "errors"

// Returned by [FormatOf].
var (
	// ErrFormat is returned for a file name that ends in no known way.
	ErrFormat = errors.New("an order table is a .csv, .xlsx or .json file")
)

// Returned by [Read] for a table of which nothing can be taken.
var (
	// ErrEmpty is returned for a table without any row of orders.
	ErrEmpty = errors.New("the table is empty")
	// ErrNotATable is returned for bytes that are no table of the format.
	ErrNotATable = errors.New("not a readable table")
	// ErrColumns is returned when required columns are missing, or one stands twice.
	ErrColumns = errors.New("the columns do not fit")
	// ErrTooLarge is returned for a table over [MaxBytes] or [MaxRows].
	ErrTooLarge = errors.New("the table is too large")
)
