package daybook_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
	"hexiao/kiosk/desk"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// bodies has one of every type of event that this version knows.
func bodies() []kiosk.Body {
	lines := []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1, Short: 1, Damaged: 3, Reason: kiosk.ReasonShort}}
	return []kiosk.Body{
		kiosk.Redeemed{Order: "=A1", Method: kiosk.MethodAlone, Lines: lines},
		kiosk.Redeemed{Order: "A2", Method: kiosk.MethodLeader, By: "L1", Lines: lines[:1]},
		kiosk.RedemptionUndone{Order: "A2", By: "L1", Reason: "mistake"},
		kiosk.PaymentCollected{Order: "A3", Amount: 1280, Means: "cash", By: "S1"},
		kiosk.AfterSaleRegistered{
			Order: "A1", Kind: kiosk.AfterSaleReturn, Lines: []kiosk.Units{{Line: "1", Units: 1}, {Line: "2", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1",
		},
		kiosk.MissingReported{Order: "A1", Lines: []kiosk.Handed{{Line: "1", Short: 1}}},
		kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{{Expected: 5, Good: 3, Damaged: 1}, {Expected: 1, Good: 2}}},
		kiosk.SentBack{Order: "A4", Lines: []kiosk.Units{{Line: "1", Units: 4}}, Reason: kiosk.ReasonOverdue, By: "L1"},
		kiosk.OrderHeld{Order: "A5"}, kiosk.HoldRejected{Order: "A5", By: "S1"}, kiosk.SignedIn{By: "L1"}, kiosk.ClockChanged{}, kiosk.AttemptFailed{},
		kiosk.ReportDismissed{Order: "A1", By: "L1"}, kiosk.Rated{Order: "A1"}, kiosk.InvoiceRequested{Order: "A1"},
		kiosk.ReminderAsked{Order: "A6", By: "L1"}, kiosk.DayClosed{By: "L1"}, kiosk.SettingsChanged{By: "L1"}, kiosk.ConflictNoted{By: "L1"},
	}
}

func day() desk.DayBook {
	b := desk.DayBook{
		Day: "2026-11-23", Head: kiosk.Head{Seq: 120}, Pending: 2, Differ: 1,
		Totals: kiosk.DayTotals{Orders: 2, Units: 5, Alone: 1, Value: 123456, Cash: 1280, Commission: 4321},
		Closed: &desk.Happening{At: noon.Add(8 * time.Hour), Body: kiosk.DayClosed{By: "L1", Counted: 1300}},
	}
	for i, body := range bodies() {
		e := desk.DayEntry{PickupNumber: "86", Value: 999}
		e.At, e.Seq, e.Body, e.Settled = noon.Add(time.Duration(i)*time.Minute), uint64(100+i), body, kiosk.SettledAccepted
		switch i {
		case 1:
			e.Settled = kiosk.SettledConflict
		case 2:
			e.Settled = kiosk.SettledReplay
		case 4:
			e.Settled = ""
		}
		b.Entries = append(b.Entries, e)
	}
	return b
}

func about(lang desk.Lang) daybook.About {
	return daybook.About{Point: "幸福里", Terminal: "P001-1", Zone: time.FixedZone("CST", 8*3600), Lang: lang}
}

func rows(t daybook.Table, n int) []string {
	var out []string
	for _, row := range t.Rows[:n] {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.String())
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func TestTables(t *testing.T) {
	all := daybook.Tables(day(), about(desk.English))
	want := []string{
		"100|2026-11-23 12:00:00|handed over|=A1|86|3|1|3|9.99|||customer alone|short|accepted",
		"101|2026-11-23 12:01:00|handed over|A2|86|2|||9.99|||L1||conflict: handed over elsewhere",
		"102|2026-11-23 12:02:00|handover undone|A2|86||||9.99|||L1|mistake|known already",
		"103|2026-11-23 12:03:00|payment|A3|86||||9.99|12.80|cash|S1||accepted",
		"104|2026-11-23 12:04:00|after-sale|A1|86|2|||9.99|||L1|spoilt|not settled yet",
		"105|2026-11-23 12:05:00|customer misses something|A1|86||1||9.99|||customer alone||accepted",
		"106|2026-11-23 12:06:00|delivery signed for||86|5|1|1|9.99|||L1||accepted",
		"107|2026-11-23 12:07:00|returned to the merchant|A4|86|4|||9.99|||L1|not collected in time|accepted",
	}
	if diff := cmp.Diff(want, rows(all[1], len(want))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"104|2026-11-23 12:04:00|A1|86|return|2|9.99|spoilt|L1|not settled yet"}, rows(all[2], len(all[2].Rows))); diff != "" {
		t.Error(diff)
	}
	want = []string{
		"101|2026-11-23 12:01:00|handed over|A2|86|9.99|L1|conflict: handed over elsewhere",
		"104|2026-11-23 12:04:00|after-sale|A1|86|9.99|L1|not settled yet",
	}
	if diff := cmp.Diff(want, rows(all[3], len(all[3].Rows))); diff != "" {
		t.Error(diff)
	}
	totals := strings.Join(rows(all[0], len(all[0].Rows)), "\n")
	for _, line := range []string{"Value (yuan)|1234.56", "Cash counted (yuan)|13.00", "Day closed at|2026-11-23 20:00:00", "Last entry of the journal|120"} {
		if !strings.Contains(totals, line) {
			t.Errorf("no %q in\n%s", line, totals)
		}
	}
}

// Every type of event, settlement, reason and kind has a word in both languages.
func TestEveryWordIsThere(t *testing.T) {
	key, han := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`), regexp.MustCompile(`\p{Han}`)
	for _, lang := range []desk.Lang{desk.Chinese, desk.English} {
		d := day()
		var more []desk.DayEntry
		for _, r := range kiosk.Reasons() {
			e := d.Entries[4]
			sale := e.Body.(kiosk.AfterSaleRegistered)
			sale.Reason = r
			e.Body = sale
			more = append(more, e)
		}
		for _, s := range kiosk.Settlements() {
			e := d.Entries[0]
			e.Settled = s
			more = append(more, e)
		}
		d.Entries = append(d.Entries, more...)
		for _, table := range daybook.Tables(d, about(lang)) {
			words := append([]string{table.Name}, table.Columns...)
			for _, row := range table.Rows {
				if len(row) != len(table.Columns) {
					t.Fatalf("%s: a row of %d cells below %d columns", table.Name, len(row), len(table.Columns))
				}
				for i, c := range row {
					column := table.Columns[i]
					if c.Kind == daybook.Text && c.Text != "" && column != "Day" && !strings.ContainsAny(c.Text, "0123456789幸") {
						words = append(words, c.Text)
					}
				}
			}
			for _, w := range words {
				if w == "" || key.MatchString(w) && w != "after-sale" || han.MatchString(w) != (lang == desk.Chinese) {
					t.Errorf("%s, %s: %q", lang, table.Name, w)
				}
			}
		}
	}
}

func TestWriteCSV(t *testing.T) {
	var out bytes.Buffer
	if err := daybook.WriteCSV(&out, daybook.Tables(day(), about(desk.Chinese))); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.HasPrefix(text, "\ufeff合计\r\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		t.Errorf("no mark, or a line ends without CRLF: %.40q", text)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, row := range all {
		if len(row) == 14 && row[0] == "100" {
			found++
			if row[3] != "'=A1" || row[8] != "9.99" || row[11] != "顾客自助" {
				t.Errorf("%q", row)
			}
		}
	}
	if found != 1 {
		t.Errorf("the entry stands there %d times", found)
	}
}

func TestNeutral(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "A1": "A1", "=1+1": "'=1+1", "+86": "'+86", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "日报": "日报",
	} {
		if got := daybook.Neutral(cell); got != want {
			t.Errorf("%q becomes %q", cell, got)
		}
	}
}

func TestWriteXLSX(t *testing.T) {
	var out bytes.Buffer
	if err := daybook.WriteXLSX(&out, daybook.Tables(day(), about(desk.Chinese))); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if diff := cmp.Diff([]string{"合计", "明细", "售后", "平台差异"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	cell := func(sheet, at string) (shown string, kind excelize.CellType, formula string) {
		shown, err := f.GetCellValue(sheet, at)
		if err != nil {
			t.Fatal(err)
		}
		kind, err = f.GetCellType(sheet, at)
		if err != nil {
			t.Fatal(err)
		}
		formula, err = f.GetCellFormula(sheet, at)
		if err != nil {
			t.Fatal(err)
		}
		return shown, kind, formula
	}
	if shown, kind, formula := cell("明细", "D2"); shown != "=A1" || formula != "" || kind == excelize.CellTypeNumber || kind == excelize.CellTypeFormula {
		t.Errorf("the order is %q, %v, formula %q", shown, kind, formula)
	}
	if shown, kind, _ := cell("合计", "B14"); shown != "1,234.56" || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the value is %q, %v", shown, kind)
	}
	raw, err := f.GetCellValue("合计", "B14", excelize.Options{RawCellValue: true})
	if err != nil || raw != "1234.56" {
		t.Errorf("the value is stored as %q, %v", raw, err)
	}
}

// full is a writer on a full disk.
type full struct{ after int }

var errFull = errors.New("full")

func (w *full) Write(b []byte) (int, error) {
	if w.after -= len(b); w.after < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestAWriterThatFails(t *testing.T) {
	tables := daybook.Tables(day(), daybook.About{})
	for _, after := range []int{0, 10} {
		if err := daybook.WriteCSV(&full{after}, tables); !errors.Is(err, errFull) {
			t.Errorf("CSV after %d bytes: %v", after, err)
		}
		if err := daybook.WriteXLSX(&full{after}, tables); !errors.Is(err, errFull) {
			t.Errorf("XLSX after %d bytes: %v", after, err)
		}
	}
}
