package dashboard

import (
	"bytes"
	"encoding/csv"
	"slices"

	"hexiao/kiosk/daybook"
)

// download answers with a table of the page as a file. Texts of a CSV file that a
// spreadsheet would take for formulas are made harmless, see [daybook.Neutral].
func (q *request) download(c content, format string) error {
	i := slices.IndexFunc(c.Tables, func(t *table) bool { return t.Name == q.query.Get("table") })
	if i < 0 || format != "csv" && format != "xlsx" {
		return errNotFound
	}
	t := c.Tables[i]
	t.q = q
	rows, err := t.all(q)
	if err != nil {
		return err
	}
	name := t.Title
	if name == "" {
		name = q.t("page." + q.page.name)
	}
	file := daybook.Table{Name: sheetName(name), Columns: t.Columns}
	for _, r := range rows {
		cells := make([]daybook.Cell, len(r.Cells))
		for i, c := range r.Cells {
			cells[i] = c.loaded()
		}
		file.Rows = append(file.Rows, cells)
	}
	var body bytes.Buffer // whole, so that a failure is still a page
	kind := "text/csv; charset=utf-8"
	if format == "csv" {
		err = writeCSV(&body, file)
	} else {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		err = daybook.WriteXLSX(&body, []daybook.Table{file})
	}
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", kind)
	q.w.Header().Set("Content-Disposition", `attachment; filename="`+t.Name+"-"+q.now().In(q.zone()).Format("20060102-1504")+"."+format+`"`)
	if _, err := body.WriteTo(q.w); err != nil {
		q.d.Log.DebugContext(q.Context(), "file not delivered", "error", err)
	}
	return nil
}

// writeCSV writes a heading and rows as Excel reads them: UTF-8 with a mark, CRLF.
func writeCSV(body *bytes.Buffer, t daybook.Table) error {
	body.WriteString("\ufeff")
	w := csv.NewWriter(body)
	w.UseCRLF = true
	lines := [][]string{t.Columns}
	for _, r := range t.Rows {
		line := make([]string, len(r))
		for i, c := range r {
			if line[i] = c.String(); c.Kind == daybook.Text {
				line[i] = daybook.Neutral(c.Text)
			}
		}
		lines = append(lines, line)
	}
	return w.WriteAll(lines)
}

// sheetName keeps to what Excel takes for a sheet's name: 31 characters, some not.
func sheetName(text string) string {
	name := slices.DeleteFunc([]rune(text), func(r rune) bool { return bytes.ContainsRune([]byte(`:\/?*[]'`), r) })
	return string(name[:min(len(name), 31)])
}
