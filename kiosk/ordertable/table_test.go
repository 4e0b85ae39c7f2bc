package ordertable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"hexiao/kiosk"
)

const chinese = `订单号,行号,状态,提货号,货架,商品,规格,单位,数量,单价（元）,供应商,应付,姓名,手机,核销码,截止,生效,预计到货,批次,备注
A1,1,待提货,A-07,3-2,鲜牛奶,950 ml,瓶,2,12.80,青山牧场,0,张伟,138 0000 1234,12345678,2026-11-30,2026/11/24 9:00,2026年11月24日,B-9,随便
A1,2,,,,土鸡蛋,30 枚,盒,1,"1,029.9",,,,,,,,,,
A2,,已取消,,,红富士苹果,5 斤,箱,3,¥25,,3.5元,李娜,,,,,,,
`

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func wantChinese() []Entry {
	return []Entry{
		{Order: kiosk.Order{
			ID: "A1", Status: kiosk.StatusArrived, PickupNumber: "A-07", Shelf: "3-2", Consignment: "B-9",
			CollectBy:  time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC),
			ValidFrom:  time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC),
			ExpectedAt: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC),
			Lines: []kiosk.Line{
				{ID: "1", Product: "鲜牛奶", Spec: "950 ml", Unit: "瓶", Quantity: 2, UnitPrice: 1280, Supplier: "青山牧场"},
				{ID: "2", Product: "土鸡蛋", Spec: "30 枚", Unit: "盒", Quantity: 1, UnitPrice: 102990},
			}}, Name: "张伟", Phone: "138 0000 1234", OwnCode: "12345678"},
		{Order: kiosk.Order{
			ID: "A2", Status: kiosk.StatusCancelled, Due: 350,
			Lines: []kiosk.Line{{ID: "1", Product: "红富士苹果", Spec: "5 斤", Unit: "箱", Quantity: 3, UnitPrice: 2500}}}, Name: "李娜"},
	}
}

func TestReadEncodingsAndSeparators(t *testing.T) {
	encoded := func(e encoding.Encoding, s string) []byte {
		b, err := e.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	semicolons := strings.ReplaceAll(strings.ReplaceAll(chinese, ",", ";"), `"1;029.9"`, "1029.9")
	for name, data := range map[string][]byte{
		"utf-8":      []byte(chinese),
		"bom":        []byte("\xef\xbb\xbf" + chinese),
		"gb18030":    encoded(simplifiedchinese.GB18030, chinese),
		"utf-16 le":  encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), chinese),
		"utf-16 be":  encoded(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), chinese),
		"semicolon":  []byte(semicolons),
		"tab":        []byte(strings.ReplaceAll(semicolons, ";", "\t")),
		"crlf":       []byte("\r\n,,,\r\n" + strings.ReplaceAll(chinese, "\n", "\r\n") + ",,,\r\n"),
		"bare quote": []byte(strings.Replace(chinese, "随便", `5" 盘`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(bytes.NewReader(data), CSV, Options{Zone: shanghai(t)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(Table{Entries: wantChinese(), Rows: 3, Notes: []string{unused([]string{`"备注"`})}}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadXLSX(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(chinese, `"1,029.9"`, "1029.9")), "\n") {
		for j, cell := range strings.Split(line, ",") {
			var value any = cell
			switch {
			case cell == "12.80":
				value = 12.8
			case cell == "1029.9":
				value = 1029.9000000000001
			case cell == "2026-11-30":
				value = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
			case strings.HasPrefix(cell, "2026/11/24"):
				value = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
			case cell == "12345678":
				value = 1.2345678e7
			}
			name, _ := excelize.CoordinatesToCellName(j+1, i+2)
			if err := f.SetCellValue("Sheet1", name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b, XLSX, Options{Zone: shanghai(t)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Table{Entries: wantChinese(), Rows: 3, Notes: []string{unused([]string{`"备注"`})}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadJSON(t *testing.T) {
	head := `"status":"arrived","pickup_number":"A-07","shelf":"3-2","consignment":"B-9","name":"张伟","phone":"138 0000 1234","code":12345678,
		"collect_by":"2026-11-30","valid_from":"2026-11-24T01:00:00Z","expected":"2026-11-24"`
	milk := `"product":"鲜牛奶","spec":"950 ml","unit":"瓶","quantity":2,"unit price":12.80,"supplier":"青山牧场"`
	eggs := `"商品":"土鸡蛋","规格":"30 枚","单位":"盒","数量":"1","单价":"1029.9"`
	apples := `{"订单号":"A2","状态":"已取消","应付":3.5,"商品":"红富士苹果","规格":"5 斤","单位":"箱","数量":3,"单价":25,"姓名":"李娜","x":{"y":[1]}}`
	for name, text := range map[string]string{
		"nested": `[{"id":"A1",` + head + `,"lines":[{` + milk + `},{"id":"2",` + eggs + `}]},` + apples + `]`,
		"flat":   ` [{"order":"A1","line":1,` + head + `,` + milk + `},{"order":"A1","line":"2",` + eggs + `},` + apples + `] `,
		"stream": `{"order":"A1","id":"other",` + head + `,` + milk + "}\n{\"order\":\"A1\"," + eggs + "}\n" + apples + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(strings.NewReader(text), JSON, Options{Zone: shanghai(t)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(Table{Entries: wantChinese(), Rows: 3, Notes: []string{unused([]string{`"x"`})}}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadRows(t *testing.T) {
	table := "order,line,product,quantity,unit price,status,name,collect by,valid from,code\n" +
		"B1,1,milk,1,,,王小明,,,\n" + // 2: refused with line 3
		"B1,2,eggs,-1,,,,,,\n" + // 3
		"B2,1,milk,1,12.805,,,,,\n" + // 4
		"B3,1,milk,1,,王小明,,,,\n" + // 5: a name in the wrong column
		"B4,1,milk,1,,,,,,\n" + // 6
		"B4,1,eggs,1,,,,,,\n" + // 7: same line twice
		"B5,,milk,1,,,王小明,,,\n" + // 8
		",,milk,1,,,,,,\n" + // 9: no id
		"B5,,eggs,1,,,李娜,,,\n" + // 10: contradicts line 8
		"B6,,,1,,,,,,\n" + // 11
		"B7,,milk,1,,,,31.11.2026,,\n" + // 12
		"B8,,milk,1,,,,2026-01-01,2026-02-01,\n" + // 13
		"B9,,milk,1,,已核销,,,,\n" + // 14
		"B10,,milk,100001,,,,,,\n" + // 15
		"\"B\x01\",,milk,1,,,,,,\n" + // 16
		"B11,,milk,1,,,,,,ABC\n" + // 17
		"B12,,\"" + strings.Repeat("长", maxCell+1) + "\",1,,,,,,\n" + // 18
		"B13,,milk,1,\"12,80\",,,,,\n" + // 19
		"G1,,milk,1,,,,,,12345678\n" // 20: good
	got, err := Read(strings.NewReader(table), CSV, Options{Formats: kiosk.DefaultPolicy().CodeFormats})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Entries) != 1 || got.Entries[0].Order.ID != "G1" || got.Rows != 19 || got.Refused != 13 {
		t.Errorf("entries %v, %d rows, %d refused", got.Entries, got.Rows, got.Refused)
	}
	wants := []string{
		"line 2: order B1: not taken, because another of its rows is wrong",
		"line 3: order B1: quantity (数量) must be a whole number",
		"line 4: order B2: unit price (单价) must be an amount in yuan",
		"line 5: order B3: status (状态) must be paid",
		"line 6: order B4: not taken",
		`line 7: order B4: line "1" of the order stands twice`,
		"line 8: order B5: not taken",
		"line 9: there is no order id",
		"line 10: order B5: name (姓名) differs",
		"line 11: order B6: the product has no name",
		"line 12: order B7: collect by (截止) must be a date",
		"line 13: order B8: collect by (截止) lies before valid from (生效)",
		"line 14: order B9: status (状态) says that the order was handed over already",
		"line 15: order B10: quantity (数量) must be",
		"line 16: the order id must be short text",
		"line 17: order B11: code (核销码) has no form that the point's terminals read",
		"line 18: order B12: product (商品) is longer than 200",
		"line 19: order B13: unit price (单价) must be",
	}
	if len(got.Problems) != len(wants) {
		t.Fatalf("%d problems, want %d: %v", len(got.Problems), len(wants), got.Problems)
	}
	for i, want := range wants {
		if p := got.Problems[i]; !strings.Contains(p.Text, want) {
			t.Errorf("problem %d: %q, want %q", i, p.Text, want)
		}
		if strings.Contains(got.Problems[i].Text, "王小明") || strings.Contains(got.Problems[i].Text, "李娜") || strings.Contains(got.Problems[i].Text, "ABC") {
			t.Errorf("a cell's content in %q", got.Problems[i].Text)
		}
	}
}

func TestRowsOfAnOrderMayLieApart(t *testing.T) {
	got, err := Read(strings.NewReader("order,product,quantity,name\nA,x,1,张三\nB,x,1,\nA,y,1,张三\n"), CSV, Options{})
	if err != nil || len(got.Problems) != 0 || len(got.Entries) != 2 || len(got.Entries[0].Order.Lines) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTooManyLines(t *testing.T) {
	table := "order,product,quantity\n" + strings.Repeat("A,x,1\n", kiosk.MaxLines+1)
	got, err := Read(strings.NewReader(table), CSV, Options{})
	if err != nil || len(got.Entries) != 0 || len(got.Problems) != kiosk.MaxLines+1 {
		t.Errorf("%d entries, %d problems, %v", len(got.Entries), len(got.Problems), err)
	}
}

func TestRefusedWhole(t *testing.T) {
	utf16Odd := []byte("\xff\xfea")
	for name, c := range map[string]struct {
		format Format
		data   []byte
		want   error
		text   string
	}{
		"empty":            {CSV, nil, ErrEmpty, "no row"},
		"only header":      {CSV, []byte("order,product,quantity\n\n,,\n"), ErrEmpty, "no row"},
		"missing columns":  {CSV, []byte("order,name\n1,2\n"), ErrColumns, "missing product (商品), quantity (数量)"},
		"column twice":     {CSV, []byte("订单号,order,product,quantity\n"), ErrColumns, "order (订单号) stands twice"},
		"binary":           {CSV, []byte("\x00\x01\x02"), ErrNotATable, "neither UTF-8"},
		"not even gb18030": {CSV, []byte("\xff\xff\xff,\xff"), ErrNotATable, "neither UTF-8"},
		"odd utf-16":       {CSV, utf16Odd, ErrNotATable, "neither UTF-8"},
		"open quote":       {CSV, []byte("order,product,quantity\nA,\"x,1\nB,y,1\n"), ErrNotATable, "line 2: a quote"},
		"xlsx as csv":      {CSV, []byte("PK\x03\x04..."), ErrNotATable, ".xlsx"},
		"csv as xlsx":      {XLSX, []byte("order,product"), ErrNotATable, ".csv"},
		"xls":              {XLSX, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ErrNotATable, "old or encrypted"},
		"broken xlsx":      {XLSX, []byte("PK\x03\x04broken"), ErrNotATable, "damaged or cut off"},
		"empty json":       {JSON, []byte("[]"), ErrEmpty, "no row"},
		"json numbers":     {JSON, []byte("[1,2]"), ErrNotATable, "entry 1 is no JSON object"},
		"json cut":         {JSON, []byte(`[{"order":"A","product":"x","quantity":1}`), ErrNotATable, "nothing was taken"},
		"json bad lines":   {JSON, []byte(`[{"order":"A","lines":[3]}]`), ErrNotATable, "must be objects"},
		"json text":        {JSON, []byte(`hello`), ErrNotATable, "entry 1"},
		"many cells":       {CSV, []byte("order,product,quantity\nA,x,1\n" + strings.Repeat(",", maxSeparators+1)), ErrNotATable, "line 3 has more than"},
		"many columns":     {CSV, []byte("order,product,quantity\nA,x,1" + strings.Repeat(",", maxColumns)), ErrNotATable, "line 2 has more than"},
		"far column":       {XLSX, farColumn(t), ErrNotATable, "line 2 has more than"},
		"format":           {"ods", []byte("x"), ErrFormat, "order table"},
		"too many rows":    {CSV, []byte("order,product,quantity\n" + strings.Repeat("A,x,1\n", MaxRows+2)), ErrTooLarge, "split it"},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := Read(bytes.NewReader(c.data), c.format, Options{})
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) || len(table.Entries) != 0 {
				t.Errorf("Read: %v, want %v with %q", err, c.want, c.text)
			}
		})
	}
	if _, err := Read(io.LimitReader(zeros{}, MaxBytes+1), CSV, Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a huge table: %v", err)
	}
	broken := errors.New("broken disk")
	if _, err := Read(iotest.ErrReader(broken), CSV, Options{}); !errors.Is(err, broken) {
		t.Errorf("a broken reader: %v", err)
	}
}

// farColumn is a sheet whose second row has one cell, in the last column.
func farColumn(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for cell, value := range map[string]string{"A1": "order", "B1": "product", "C1": "quantity", "XFD2": "x"} {
		if err := f.SetCellStr("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]Format{"a.CSV": CSV, "b.tsv": CSV, "c.xlsx": XLSX, "d.json": JSON, "e.ndjson": JSON} {
		if got, err := FormatOf(name); got != want || err != nil {
			t.Errorf("FormatOf(%q) = %q, %v", name, got, err)
		}
	}
	if _, err := FormatOf("orders.ods"); !errors.Is(err, ErrFormat) {
		t.Errorf("FormatOf(.ods): %v", err)
	}
}

func bigTable(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("订单号,商品,规格,数量,单价,供应商,姓名,手机,货架\n")
	for i := range rows {
		fmt.Fprintf(&b, "D%07d,鲜牛奶,950 ml,%d,12.80,青山牧场,张伟,1380000%04d,%d-1\n", i/2, i%3+1, i/2%10_000, i/2%40)
	}
	return b.Bytes()
}

func BenchmarkRead100000Rows(b *testing.B) {
	data := bigTable(100_000)
	for b.Loop() {
		table, err := Read(bytes.NewReader(data), CSV, Options{})
		if err != nil || len(table.Entries) != 50_000 {
			b.Fatal(len(table.Entries), err)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkReadXLSX(b *testing.B) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	const rows = 100_000
	for i := range rows + 1 {
		cells := []any{"订单号", "商品", "数量", "单价"}
		if i > 0 {
			cells = []any{fmt.Sprintf("D%07d", i), "鲜牛奶", 2, 12.8}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		table, err := Read(bytes.NewReader(file.Bytes()), XLSX, Options{})
		if err != nil || len(table.Entries) != rows {
			b.Fatal(len(table.Entries), err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// Merged cells leave rows without an order id: the order they seem to belong to
// is refused, not taken without them; the others are taken.
func TestRowsThatMergedCellsLeave(t *testing.T) {
	const table = "order,product,quantity,name\n" +
		"A,apples,2,张三\n" + // 2
		",milk,1,\n" + // 3: of A, or of nobody
		"B,eggs,1,李四\n" + // 4: good
		",rice,1,王五\n" + // 5: an order of its own that lost its id
		",salt,1,\n" // 6: of nobody that can be known
	got, err := Read(strings.NewReader(table), CSV, Options{})
	if err != nil || len(got.Entries) != 1 || got.Entries[0].Order.ID != "B" || len(got.Entries[0].Order.Lines) != 1 || got.Refused != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	var texts []string
	for _, p := range got.Problems {
		texts = append(texts, p.Text)
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"line 2: order A: not taken", "line 3: there is no order id; if the row belongs to order A above", "line 5: there is no order id; fill in", "line 6: there is no order id; fill in"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}
