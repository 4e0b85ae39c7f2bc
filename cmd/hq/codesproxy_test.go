package main

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

func TestCodesProxy(t *testing.T) {
	dir := t.TempDir()
	db, table, picture := filepath.Join(dir, "hq.db"), filepath.Join(dir, "t.csv"), filepath.Join(dir, "code.png")
	must(t, "point", "add", "--db", db, "P1", "x")
	if err := os.WriteFile(table, []byte("order,product,quantity\nA,milk,1\nA,eggs,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "orders", "import", "--db", db, "--point", "P1", table)
	before := time.Now()
	var made hq.ProxyCode
	if err := json.Unmarshal([]byte(must(t, "codes", "proxy", "--db", db, "--order", "A", "--line", "2", "--until", "2h", "--png", picture)[0]), &made); err != nil {
		t.Fatal(err)
	}
	codes, err := kiosk.ParseCode(made.Code, nil)
	if err != nil || codes[0].Kind != kiosk.CodeSigned || made.Order != "A" || len(made.Lines) != 1 || made.Lines[0] != "2" ||
		made.Until.Before(before.Add(2*time.Hour-time.Minute)) || made.Until.After(time.Now().Add(2*time.Hour)) {
		t.Errorf("%+v, %v", made, err)
	}
	f, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(f)
	_ = f.Close()
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil || result.GetText() != made.Code {
		t.Errorf("the picture does not read as the code: %v", err)
	}
	if got := img.Bounds().Dx(); got != (41+8)*8 {
		t.Errorf("%d wide: no QR of version 6 with its quiet zone", got)
	}
	for _, c := range []struct {
		args string
		exit int
		text string
	}{
		{"--order Z", 1, "no such order"}, {"--order A --line 9", 1, "line"}, {"--order A --until tomorrow", 2, "--until"},
		{"--order A --until 2000h", 1, "45 days"}, {"--order A --until 2020-01-01T00:00:00Z", 1, "45 days"}, {"", 2, "--order"},
	} {
		code, out, errs := command(t, nil, append([]string{"codes", "proxy", "--db", db}, strings.Fields(c.args)...)...)
		if code != c.exit || out != "" || !strings.Contains(errs, c.text) {
			t.Errorf("%s: exit %d, %q, %q", c.args, code, out, errs)
		}
	}
}
