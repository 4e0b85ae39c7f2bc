package daybook

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// WriteCSV writes the tables one below the other, each under its name.
func WriteCSV(w io.Writer, tables []Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // Excel reads UTF-8 only with a mark
		return fmt.Errorf("write the day's book: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var err error
	write := func(cells ...string) {
		if err == nil {
			err = out.Write(cells)
		}
	}
	for i, t := range tables {
		if i > 0 {
			write("")
		}
		write(t.Name)
		write(t.Columns...)
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for j, c := range row {
				cells[j] = c.String()
				if c.Kind == Text {
					cells[j] = Neutral(c.Text)
				}
			}
			write(cells...)
		}
	}
	if out.Flush(); err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("write the day's book: %w", err)
	}
	return nil
}

// Neutral keeps a spreadsheet from taking a text of a CSV file for a formula, see
// OWASP, "CSV Injection": those that Chinese input methods write count as well, and
// blanks before them are no matter.
func Neutral(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, unicode.IsSpace))
	if strings.ContainsRune("=+-@＝＋－＠", first) || cell != "" && strings.ContainsAny(cell[:1], "\t\r\n") {
		return "'" + cell
	}
	return cell
}

// Widths of a column, in characters of the sheet's font.
const (
	narrowest = 8
	widest    = 48
)

// WriteXLSX writes a workbook with a sheet for each table. Texts are texts and
// never formulas; amounts are numbers in yuan.
func WriteXLSX(w io.Writer, tables []Table) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			err = fmt.Errorf("write the day's workbook: %w", err)
		}
	}()
	money, err := f.NewStyle(&excelize.Style{NumFmt: 4}) // #,##0.00, ECMA-376 part 1, 18.8.30
	if err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for i, t := range tables {
		if i == 0 {
			err = f.SetSheetName(f.GetSheetName(0), t.Name)
		} else {
			_, err = f.NewSheet(t.Name)
		}
		if err == nil {
			err = writeSheet(f, t, head, money)
		}
		if err != nil {
			return err
		}
	}
	return f.Write(w)
}

func writeSheet(f *excelize.File, t Table, head, money int) error {
	s, err := f.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	for i, width := range widths(t) {
		if err := s.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	top := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		top[i] = excelize.Cell{StyleID: head, Value: c}
	}
	if err := s.SetRow("A1", top); err != nil {
		return err
	}
	for n, row := range t.Rows {
		cells := make([]any, len(row))
		for i, c := range row {
			switch c.Kind {
			case Whole:
				cells[i] = c.Number
			case Money:
				cells[i] = excelize.Cell{StyleID: money, Value: float64(c.Number) / 100} // exact to the fen below 2^53
			default:
				cells[i] = c.Text
			}
		}
		if err := s.SetRow(fmt.Sprintf("A%d", n+2), cells); err != nil {
			return err
		}
	}
	return s.Flush()
}

// widths fits each column to its longest cell; a Chinese character counts twice.
func widths(t Table) []float64 {
	out := make([]float64, len(t.Columns))
	fit := func(i int, text string) {
		n := 2.0
		for _, r := range text {
			n++
			if r >= 0x2E80 {
				n++
			}
		}
		out[i] = max(out[i], min(max(n, narrowest), widest))
	}
	for i, c := range t.Columns {
		fit(i, c)
	}
	for _, row := range t.Rows {
		for i, c := range row {
			fit(i, c.String())
		}
	}
	return out
}
