package terminal

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/stick"
)

const (
	tablesShown = 40 // order tables of a stick that a screen offers
	linesShown  = 12 // lines of a table that the screen names as not taken
)

// isTable leaves out what this terminal has written itself.
func isTable(name string) bool {
	_, err := ordertable.FormatOf(name)
	return err == nil && !strings.HasPrefix(name, "hexiao-") && !strings.EqualFold(path.Ext(name), ".txt")
}

// findTables lists the order tables on the stick, the newest first.
func (t *Terminal) findTables(ctx context.Context) (found, error) {
	var out found
	err := t.onStick(ctx, func(f *stick.Folder) error {
		files, err := f.List(isTable)
		if err == nil && len(files) == 0 {
			err = errNoFile
		}
		for _, file := range files[:min(len(files), tablesShown)] {
			out.files = append(out.files, desk.TableFile{Name: file.Name, Size: file.Size, Changed: file.Changed.In(t.zone)})
		}
		return err
	})
	return out, err
}

// importOrders takes an order table from the stick into a terminal without HQ.
// The codes that were made for its orders go to a table on the stick, and what
// was not taken, line by line, to another: a screen is too small for either.
func (t *Terminal) importOrders(ctx context.Context, j desk.Job, progress func(done, total int)) (found, error) {
	if t.o.Folder.Config.HQ.URL != "" {
		return found{}, errFromHQ
	}
	var out found
	err := t.onStick(ctx, func(f *stick.Folder) error {
		name, table, err := t.readTable(f, j.File)
		if err != nil {
			return err
		}
		out.result = name
		if len(table.Problems) > 0 {
			t.keepProblems(ctx, f, name, table.Problems)
		}
		out.facts = problemFacts(table)
		if len(table.Entries) == 0 {
			return errNoOrder
		}
		if codeless := slices.ContainsFunc(table.Entries, func(e ordertable.Entry) bool { return e.OwnCode == "" }); codeless {
			if err := f.Writable(); err != nil { // orders whose codes nobody can know help nobody
				return err
			}
		}
		progress(0, len(table.Entries))
		issued, err := ImportTable(t.o.Folder, t.store, table.Entries)
		if err != nil {
			return err
		}
		progress(len(table.Entries), len(table.Entries))
		out.facts = append(out.facts, desk.Fact{Name: desk.FactTaken, Count: int64(len(table.Entries))})
		if err := t.noteImport(ctx, j, len(table.Entries)); err != nil || len(issued) == 0 {
			return err
		}
		out.facts = append(out.facts, desk.Fact{Name: desk.FactCodes, Count: int64(len(issued))})
		codes, err := writeStickTable(ctx, f, "hexiao-codes-"+stem(name)+".csv", func(w io.Writer) error { return WriteCodes(w, issued) })
		out.facts = append(out.facts, desk.Fact{Name: desk.FactFile, Text: codes})
		return err
	})
	return out, err
}

// readTable reads the table of that name, or the newest one.
func (t *Terminal) readTable(f *stick.Folder, name string) (string, ordertable.Table, error) {
	if name == "" {
		files, err := f.List(isTable)
		if err != nil {
			return "", ordertable.Table{}, err
		}
		if len(files) == 0 {
			return "", ordertable.Table{}, errNoFile
		}
		name = files[0].Name
	}
	format, err := ordertable.FormatOf(name)
	if err != nil {
		return "", ordertable.Table{}, err
	}
	file, err := f.Read(name)
	if err != nil {
		return "", ordertable.Table{}, err
	}
	defer func() { _ = file.Close() }() // only read
	table, err := ordertable.Read(file, format, ordertable.Options{
		Zone: t.zone, Formats: t.store.Point().Policy.WithDefaults().CodeFormats,
	})
	return name, table, err
}

func problemFacts(table ordertable.Table) []desk.Fact {
	if len(table.Problems) == 0 {
		return nil
	}
	var lines []string
	for _, p := range table.Problems {
		if len(lines) == linesShown {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, strconv.Itoa(p.Line))
	}
	return []desk.Fact{
		{Name: desk.FactRefused, Count: int64(table.Refused)}, {Name: desk.FactFirstLines, Text: strings.Join(lines, ", ")},
	}
}

// noteImport records who brought orders in, and how many.
func (t *Terminal) noteImport(ctx context.Context, j desk.Job, orders int) error {
	err := context.Canceled
	t.send(ctx, func(at kiosk.Moment) {
		err = t.store.Record(at, kiosk.SettingsChanged{
			By: j.By, Settings: []kiosk.Setting{{Name: "orders.import", Value: strconv.Itoa(orders)}},
		})
	})
	return err
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// tableSize is a guess at the room that a small table needs.
const tableSize = 1 << 20

func writeStickTable(ctx context.Context, f *stick.Folder, name string, content func(io.Writer) error) (string, error) {
	return f.Write(ctx, name, tableSize, content)
}

// keepProblems says line by line what was not taken. The texts name columns and
// orders, never what stands in a cell of personal data. A stick that takes no file
// does not keep the other orders out: the screen names the lines.
func (t *Terminal) keepProblems(ctx context.Context, f *stick.Folder, name string, problems []ordertable.Problem) {
	_, err := writeStickTable(ctx, f, "hexiao-problems-"+stem(name)+".csv", func(w io.Writer) error {
		rows := [][]string{{"行 line", "订单号 order", "问题 problem"}}
		for _, p := range problems {
			rows = append(rows, []string{strconv.Itoa(p.Line), daybook.Neutral(string(p.Order)), daybook.Neutral(p.Text)})
		}
		return writeRows(w, rows)
	})
	if err != nil {
		t.o.Log.Warn("the lines that were not taken could not be written to the USB stick", "error", err)
	}
}

// WriteCodes writes the codes that were made for orders as a CSV table for a
// spreadsheet program.
func WriteCodes(w io.Writer, issued []IssuedCode) error {
	rows := [][]string{{"订单号", "提货码", "二维码内容"}}
	for _, c := range issued {
		rows = append(rows, []string{daybook.Neutral(string(c.Order)), kiosk.GroupTyped(c.Typed.Text), c.Opaque.Text})
	}
	return writeRows(w, rows)
}

func writeRows(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // Excel reads UTF-8 only with a mark
		return fmt.Errorf("write the table: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}
