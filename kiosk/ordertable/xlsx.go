package ordertable

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// maxUnpacked bounds what an XLSX may unpack to. All of it stays in memory: a
// temporary file would outlive a power cut with everybody's names in it.
const maxUnpacked = 256 << 20

// readXLSX gives the rows of the first visible sheet.
func readXLSX(data []byte, add func(row) error) (err error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return fmt.Errorf("%w: this is an old or encrypted spreadsheet; save it as .xlsx without a password", ErrNotATable)
	case !bytes.HasPrefix(data, []byte("PK")):
		return fmt.Errorf("%w: it is no .xlsx file; if it is text, give it a name that ends in .csv", ErrNotATable)
	}
	defer func() {
		// The library's parser was not made for hostile files.
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the spreadsheet is damaged; save it again", ErrNotATable)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked,
	})
	if err != nil {
		return fmt.Errorf("%w: the spreadsheet cannot be opened; save it again: %w", ErrNotATable, err)
	}
	defer func() { _ = f.Close() }() // read only
	rows, err := readSheet(f)
	if err != nil {
		return err
	}
	return rows.each(func(r row) error { return add(fromSpreadsheet(r)) })
}

func readSheet(f *excelize.File) (*rows, error) {
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, fmt.Errorf("%w: the spreadsheet has no sheet", ErrNotATable)
	}
	sheet := sheets[0]
	for _, s := range sheets {
		if visible, err := f.GetSheetVisible(s); err == nil && visible {
			sheet = s
			break
		}
	}
	from, err := f.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("%w: the first sheet cannot be read: %w", ErrNotATable, err)
	}
	defer func() { _ = from.Close() }() // read only
	out := newRows()
	for line := 1; from.Next(); line++ {
		cells, err := from.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, fmt.Errorf("%w: line %d of the sheet cannot be read: %w", ErrNotATable, line, err)
		}
		if err := out.take(line, cells); err != nil {
			return nil, err
		}
	}
	if err := from.Error(); err != nil {
		return nil, fmt.Errorf("%w: the sheet ends too early: %w", ErrNotATable, err)
	}
	return out, nil
}

// fromSpreadsheet turns the numbers that a spreadsheet stores into what a
// person would have written: it keeps numbers as binary floats, and dates as
// days since 1900.
func fromSpreadsheet(r row) row {
	for c := range r.cell {
		cell := r.cell[c]
		if cell == "" {
			continue
		}
		switch column(c) {
		case colPrice, colDue:
			if f, err := strconv.ParseFloat(cell, 64); err == nil {
				r.cell[c] = strconv.FormatFloat(f, 'f', 6, 64) // drops the noise behind 0.30000000000000004
			}
		case colCollectBy, colValidFrom, colExpected:
			if f, err := strconv.ParseFloat(cell, 64); err == nil {
				r.cell[c] = fromSerial(f, cell)
			}
		default:
			if strings.ContainsAny(cell, "eE") {
				r.cell[c] = unscientific(cell)
			}
		}
	}
	return r
}

// fromSerial writes a serial date as text; it gives the cell back when it is no
// date.
func fromSerial(days float64, cell string) string {
	t, err := excelize.ExcelDateToTime(days, false)
	if err != nil {
		return cell
	}
	t = t.Round(time.Second)
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2006-1-2")
	}
	return t.Format("2006-1-2 15:04:05")
}

// unscientific writes 1.38E+10 as digits: long order ids and phone numbers that
// a spreadsheet took for numbers.
func unscientific(cell string) string {
	if strings.Trim(cell, "0123456789.+eE") != "" {
		return cell
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil || f != float64(int64(f)) {
		return cell
	}
	return strconv.FormatInt(int64(f), 10)
}
