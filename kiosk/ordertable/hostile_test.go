package ordertable

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// sheet makes an XLSX of rows and merged blocks.
func sheet(t testing.TB, rows [][]any, merged ...string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	for _, block := range merged {
		from, to, _ := strings.Cut(block, ":")
		if err := f.MergeCell("Sheet1", from, to); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMergedCells: an order whose cells were merged over its rows is whole; where a
// quantity was merged it is refused, as nobody knows what of.
func TestMergedCells(t *testing.T) {
	rows := [][]any{
		{"团购订单"}, {"跟团号", "订单号", "收货人", "商品", "规格", "数量"},
		{1, "A", "王", "苹果", "大", 2}, {nil, nil, nil, nil, "小", 3}, {nil, nil, nil, "梨", "", 1},
		{2, "B", "李", "梨", "", 5},
		{3, "C", "赵", "梨", "甜", 5}, {nil, nil, nil, "梨", "酸", nil},
	}
	got, err := Read(bytes.NewReader(sheet(t, rows, "A1:F1", "A3:A5", "B3:B5", "C3:C5", "D3:D4", "A7:A8", "B7:B8", "F7:F8")), XLSX, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"A arrived #1 王 : 苹果/大/*2@0 苹果/小/*3@0 梨//*1@0", "B arrived #2 李 : 梨//*5@0"}
	if diff := cmp.Diff(want, short(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(got.Problems) != 2 || got.Refused != 1 || !strings.Contains(got.Problems[1].Text, "line 8: order C: quantity") {
		t.Errorf("a merged quantity: %v", got.Problems)
	}
	var many []string
	for i := range maxOpen + 5 {
		name, _ := excelize.ColumnNumberToName(i + 10)
		many = append(many, fmt.Sprintf("%s3:%s9", name, name))
	}
	wide := make([]any, maxColumns)
	for i := range wide {
		wide[i] = "x"
	}
	copy(wide, []any{1, "A", "王", "苹果", "大", 2})
	if _, err := Read(bytes.NewReader(sheet(t, [][]any{{"跟团号", "订单号", "收货人", "商品", "规格", "数量"}, {1}, wide, {2}}, many...)), XLSX, Options{}); err != nil && !errors.Is(err, ErrNotATable) {
		t.Errorf("many blocks: %v", err)
	}
}

// TestFormulas takes the stored result and evaluates nothing.
func TestFormulas(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for cell, v := range map[string]any{"A1": "order", "B1": "product", "C1": "quantity", "A2": "A", "B2": "milk", "C2": 7} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "C2", "=1+1"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("two"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b, XLSX, Options{})
	if err != nil || len(got.Entries) != 1 || got.Entries[0].Order.Lines[0].Quantity != 7 {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"only the first of 2 sheets is read"}, got.Notes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// zipped makes a zip of one part that repeats a byte.
func zipped(t testing.TB, name string, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = io.CopyN(w, endless{}, size)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestHostileFiles(t *testing.T) {
	good := sheet(t, [][]any{{"order", "product", "quantity"}, {"A", "milk", 1}})
	var parts bytes.Buffer
	z := zip.NewWriter(&parts)
	for i := range maxParts + 1 {
		if _, err := z.Create(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	// A list of contents that lies: the sizes in it are made small.
	lying := bytes.ReplaceAll(zipped(t, "xl/worksheets/sheet1.xml", maxUnpacked+1), []byte{0x01, 0x00, 0x00, 0x10}, []byte{0x01, 0x00, 0x00, 0x00})
	for name, c := range map[string]struct {
		data []byte
		err  error
		text string
	}{
		"bomb":          {zipped(t, "xl/worksheets/sheet1.xml", maxUnpacked+1), ErrTooLarge, "unpacks to more"},
		"lying bomb":    {lying, ErrNotATable, ""},
		"strings bomb":  {zipped(t, "xl/sharedStrings.xml", maxUnpacked+1), ErrTooLarge, "unpacks to more"},
		"many parts":    {parts.Bytes(), ErrTooLarge, "parts"},
		"cut off":       {good[:len(good)-100], ErrNotATable, "damaged or cut off"},
		"no sheet":      {zipped(t, "a.txt", 10), ErrNotATable, ""},
		"a web page":    {[]byte("<html><table><tr><td>订单号"), ErrNotATable, "web page"},
		"a csv":         {[]byte("order,product,quantity\nA,b,1\n"), ErrNotATable, "ends in .csv"},
		"entities":      {entities(t, good), ErrNotATable, ""},
		"half the rows": {bytes.Replace(good, []byte("PK\x05\x06"), []byte("PK\x05\x00"), 1), ErrNotATable, "damaged"},
	} {
		_, err := Read(bytes.NewReader(c.data), XLSX, Options{})
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// entities replaces the shared strings by ones that expand to gigabytes, where a
// reader expands them.
func entities(t *testing.T, good []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	r, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		to, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "xl/sharedStrings.xml" {
			_, err = io.WriteString(to, `<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&c;</t></si></sst>`)
		} else {
			from, oerr := f.Open()
			if oerr != nil {
				t.Fatal(oerr)
			}
			_, err = io.Copy(to, from)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBounded reads 200,000 rows, of GB18030 at that, and keeps no more than the
// manual says.
func TestBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a large table")
	}
	const n = 200_000
	text, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(largeTable(n)))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	got, err := Read(bytes.NewReader(text), CSV, Options{})
	if err != nil || len(got.Entries) != n/2 || got.Refused != 0 {
		t.Fatalf("%d orders, %v, %v", len(got.Entries), got.Problems[:min(3, len(got.Problems))], err)
	}
	runtime.ReadMemStats(&after)
	// All that was allocated, whether kept or not: a bound that no moment exceeds.
	if a := (after.TotalAlloc - before.TotalAlloc) / n; a > 5<<10 {
		t.Errorf("%d bytes a row", a)
	}
	runtime.KeepAlive(got)
}

func largeTable(n int) string {
	var b strings.Builder
	b.WriteString("订单号,商品,规格,数量,单价,姓名,手机,供应商,备注\n")
	for i := range n {
		fmt.Fprintf(&b, "2026112300%07d,红富士苹果,5 斤,2,12.80,王小明,1380000%04d,青山牧场,尽快\n", i/2, i/2%10_000)
	}
	return b.String()
}

// A table is refused with a known error, or every order that comes out is valid
// and every row was taken, named or counted as left out.
func FuzzRead(f *testing.F) {
	f.Add(uint8(0), []byte(chinese))
	f.Add(uint8(1), sheet(f, [][]any{{"order", "product", "quantity"}, {"A", "milk", 1}, {nil, "eggs", 2}}, "A2:A3"))
	f.Add(uint8(2), []byte(`[{"id":"A1","lines":[{"product":"a","quantity":1}]}]`))
	f.Add(uint8(0), []byte("跟团号,订单号,商品\n1,A,苹果*2；梨(x)*1\n合计,,\n"))
	f.Add(uint8(1), []byte("PK\x03\x04"))
	f.Add(uint8(0), []byte("order;product;quantity\nA;x;1\nA;;0\n"))
	f.Fuzz(func(t *testing.T, format uint8, data []byte) {
		formats := []Format{CSV, XLSX, JSON}
		got, err := Read(bytes.NewReader(data), formats[int(format)%len(formats)], Options{Mapping: Mapping{Prefix: "p"}})
		if err != nil {
			for _, known := range []error{ErrEmpty, ErrNotATable, ErrColumns, ErrTooLarge} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("an unknown error: %v", err)
		}
		lines := 0
		for _, e := range got.Entries {
			lines += len(e.Order.Lines)
			o := e.Order
			o.Point = anyPoint
			if err := o.Validate(); err != nil {
				t.Fatalf("an order that was taken: %v", err)
			}
		}
		if lines+len(got.Problems)+got.Left < got.Rows {
			t.Fatalf("%d rows, but %d lines, %d problems, %d left out", got.Rows, lines, len(got.Problems), got.Left)
		}
	})
}
