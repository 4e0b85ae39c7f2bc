package ordertable

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// Names and phones must not lie in temporary files, which a power cut leaves
// behind: reading a spreadsheet makes none.
func TestNoTemporaryFiles(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range [][]any{{"order", "product", "quantity", "name"}, {"A", "milk", 1, "王小明"}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	dir, before := t.TempDir(), time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	t.Setenv("TMPDIR", dir)
	if err := os.Chtimes(dir, before, before); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(&b, XLSX, Options{}); err != nil || len(got.Entries) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !info.ModTime().Equal(before) { // as it is after any file was made in it, gone or not
		t.Error("a temporary file was made")
	}
}
