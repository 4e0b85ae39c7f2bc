package ordertable

import (
	"archive/zip"
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
func readXLSX(data []byte, h header, g *grouper) (err error) {
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \r\n\t"), []byte("<")):
		return fmt.Errorf("%w: this is a web page that was named like a spreadsheet; open it and save it as .xlsx", ErrNotATable)
	case bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return fmt.Errorf("%w: this is an old or encrypted spreadsheet; save it as .xlsx without a password", ErrNotATable)
	case !bytes.HasPrefix(data, []byte("PK")):
		return fmt.Errorf("%w: it is no .xlsx file; if it is text, give it a name that ends in .csv", ErrNotATable)
	}
	if err := checkZip(data); err != nil {
		return err
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
	rows, err := readSheet(f, h)
	if err != nil {
		return err
	}
	from1904 := f.WorkBook != nil && f.WorkBook.WorkbookPr != nil && f.WorkBook.WorkbookPr.Date1904
	return g.take(rows, func(r row) row { return fromSpreadsheet(r, from1904) })
}

// maxParts is how many files a spreadsheet may be made of.
const maxParts = 5_000

// checkZip refuses by its list of contents what would unpack to too much. What a
// forged list hides the library finds when it unpacks.
func checkZip(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fmt.Errorf("%w: the spreadsheet is damaged or cut off; save it again", ErrNotATable)
	}
	if len(z.File) > maxParts {
		return fmt.Errorf("%w: the spreadsheet is made of more than %d parts", ErrTooLarge, maxParts)
	}
	var size uint64
	for _, f := range z.File {
		if size += min(f.UncompressedSize64, maxUnpacked+1); size > maxUnpacked {
			return fmt.Errorf("%w: the spreadsheet unpacks to more than %d MB; split it, or save it as .csv", ErrTooLarge, maxUnpacked>>20)
		}
	}
	return nil
}

func readSheet(f *excelize.File, h header) (*rows, error) {
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, fmt.Errorf("%w: the spreadsheet has no sheet", ErrNotATable)
	}
	sheet, visible := sheets[0], 0
	for _, s := range sheets {
		if shown, err := f.GetSheetVisible(s); err == nil && shown {
			if visible++; visible == 1 {
				sheet = s
			}
		}
	}
	from, err := f.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("%w: the first sheet cannot be read: %w", ErrNotATable, err)
	}
	defer func() { _ = from.Close() }() // read only
	out := newRows(h)
	merged := mergedCells(f, sheet)
	for line := 1; from.Next(); line++ {
		cells, err := from.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, fmt.Errorf("%w: line %d of the sheet cannot be read: %w", ErrNotATable, line, err)
		}
		if cells, err = merged.fill(line, cells, &out.header); err != nil {
			return nil, err
		}
		if err := out.take(line, cells); err != nil {
			return nil, err
		}
	}
	if err := from.Error(); err != nil {
		return nil, fmt.Errorf("%w: the sheet ends too early: %w", ErrNotATable, err)
	}
	if visible > 1 {
		out.header.notes = append(out.header.notes, fmt.Sprintf("only the first of %d sheets is read", visible))
	}
	return out, nil
}

// fromSpreadsheet turns the numbers that a spreadsheet stores into what a
// person would have written: it keeps numbers as binary floats, and dates as
// days since 1900.
func fromSpreadsheet(r row, from1904 bool) row {
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
				r.cell[c] = fromSerial(f, from1904, cell)
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
func fromSerial(days float64, from1904 bool, cell string) string {
	t, err := excelize.ExcelDateToTime(days, from1904)
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
