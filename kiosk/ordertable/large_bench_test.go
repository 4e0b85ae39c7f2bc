package ordertable

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// BenchmarkLarge reads tables of 200,000 rows.
func BenchmarkLarge(b *testing.B) {
	const n = 200_000
	text := largeTable(n)
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	row := 0
	for line := range strings.Lines(text) {
		var cells []any
		for cell := range strings.SplitSeq(strings.TrimSpace(line), ",") {
			cells = append(cells, cell)
		}
		row++
		name, _ := excelize.CoordinatesToCellName(1, row)
		if err := w.SetRow(name, cells); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	var sheet bytes.Buffer
	if err := f.Write(&sheet); err != nil {
		b.Fatal(err)
	}
	for name, c := range map[string]struct {
		data   []byte
		format Format
	}{"csv": {[]byte(text), CSV}, "xlsx": {sheet.Bytes(), XLSX}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := Read(bytes.NewReader(c.data), c.format, Options{})
				if err != nil || len(got.Entries) != n/2 {
					b.Fatal(len(got.Entries), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
