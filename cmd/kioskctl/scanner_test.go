package main

import (
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

func TestDecode(t *testing.T) {
	dir := t.TempDir()
	code := savePNG(t, dir, "code.png", scannertest.Frame("HELLO HEXIAO", scannertest.Options{}))
	empty := savePNG(t, dir, "empty.png", image.NewGray(image.Rect(0, 0, 320, 240)))
	for _, strategy := range []string{"live", "full"} {
		out, errs, exit := call(t, "", "decode", "--symbology", "qr", "--strategy", strategy, code, empty)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if exit != 0 || len(lines) != 2 || !strings.Contains(lines[0], `"texts":["HELLO HEXIAO"],"symbology":"qr","cpu_ms":`) ||
			!strings.Contains(lines[1], `"texts":[]`) {
			t.Errorf("%s: exit %d\n%s%s", strategy, exit, out, errs)
		}
	}
	out, errs, exit := call(t, "", "decode", write(t, "no.png", "no picture"), dir+"/missing.png", write(t, "zero.png", ""), dir, code)
	if exit != 1 || strings.Count(out, `"error":`) != 4 || !strings.Contains(out, "HELLO HEXIAO") || !strings.Contains(errs, "4 of 5") {
		t.Errorf("exit %d\n%s%s", exit, out, errs)
	}
}

// All codes of a picture are in its line, of every symbology that is looked for and of no
// other, in both strategies.
func TestDecodeSeveral(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 1000, 600))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	put := func(at image.Point, format gozxing.BarcodeFormat, text string, w, h int) {
		writer := map[gozxing.BarcodeFormat]gozxing.Writer{
			gozxing.BarcodeFormat_QR_CODE: qrcode.NewQRCodeWriter(), gozxing.BarcodeFormat_DATA_MATRIX: datamatrix.NewDataMatrixWriter(),
			gozxing.BarcodeFormat_CODE_128: oned.NewCode128Writer(), gozxing.BarcodeFormat_EAN_13: oned.NewEAN13Writer(),
		}[format]
		m, err := writer.EncodeWithoutHint(text, format, w, h)
		if err != nil {
			t.Fatal(err)
		}
		for y := range m.GetHeight() {
			for x := range m.GetWidth() {
				if m.Get(x, y) {
					picture.SetGray(at.X+x, at.Y+y, color.Gray{})
				}
			}
		}
	}
	put(image.Pt(40, 40), gozxing.BarcodeFormat_QR_CODE, "FIRST", 230, 230)
	put(image.Pt(700, 40), gozxing.BarcodeFormat_QR_CODE, "SECOND", 230, 230)
	put(image.Pt(400, 60), gozxing.BarcodeFormat_DATA_MATRIX, "MATRIX", 140, 140)
	put(image.Pt(40, 380), gozxing.BarcodeFormat_CODE_128, "CODE128", 400, 140)
	put(image.Pt(540, 380), gozxing.BarcodeFormat_EAN_13, "6901234567892", 400, 140)
	file := savePNG(t, t.TempDir(), "several.png", picture)
	for symbology, want := range map[string]string{
		"qr": "FIRST SECOND", "code128": "CODE128", "datamatrix": "MATRIX", "ean13": "6901234567892",
		"qr,code128,datamatrix,ean13": "6901234567892 CODE128 FIRST MATRIX SECOND",
	} {
		for _, strategy := range []string{"full", "live"} {
			out, errs, exit := call(t, "", "decode", "--symbology", symbology, "--strategy", strategy, file)
			var line decoded
			if err := json.Unmarshal([]byte(out), &line); err != nil || exit != 0 {
				t.Fatalf("exit %d, %v\n%s%s", exit, err, out, errs)
			}
			slices.Sort(line.Texts)
			got := strings.Join(line.Texts, " ")
			if strategy == "live" { // one frame's budget may not suffice for all
				for _, text := range line.Texts {
					if !slices.Contains(strings.Fields(want), text) {
						t.Errorf("%s, live: %+v", symbology, line)
					}
				}
				if symbology == "qr" && got == "" {
					t.Errorf("live reads nothing: %+v", line)
				}
				continue
			}
			if got != want || line.Symbology == "" || line.CPUms <= 0 {
				t.Errorf("%s, full: %+v", symbology, line)
			}
		}
	}
}

// The live view in figures: no text of a code is printed unless it is asked for.
func TestScanTest(t *testing.T) {
	dir := t.TempDir()
	savePNG(t, dir, "1.png", scannertest.Frame("HELLO HEXIAO", scannertest.Options{}))
	out, errs, exit := call(t, "", "scan-test", "--camera", dir, "--seconds", "1", "--json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if exit != 0 || len(lines) != 2 || strings.Contains(out+errs, "HELLO") {
		t.Fatalf("exit %d\n%s%s", exit, out, errs)
	}
	var s second
	var sum summary
	if err := errors.Join(json.Unmarshal([]byte(lines[0]), &s), json.Unmarshal([]byte(lines[1]), &sum)); err != nil {
		t.Fatal(err)
	}
	if s.Second != 1 || s.FPS <= 0 || s.Codes[scanner.QR] == 0 || len(s.Reads) != 1 || s.Reads[0].Frames != 1 || s.Core <= 0 || s.Light < 50 {
		t.Errorf("%s", lines[0])
	}
	if sum.Frames == 0 || sum.Shown != 1 || sum.Median.Frames != 1 || sum.Device != nil || sum.Width == 0 || sum.Codes[scanner.QR] == 0 {
		t.Errorf("%s", lines[1])
	}
	out, errs, exit = call(t, "", "scan-test", "--camera", dir, "--seconds", "1", "--show-text", "--symbology", "qr")
	for _, want := range []string{"HELLO HEXIAO", "frames/s", "read after 0 ms in 1 frames", "presentations read", "% of a core"} {
		if exit != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q\n%s%s", exit, want, out, errs)
		}
	}
	for spec, says := range map[string]string{
		dir + "/none": "neither a device", "/dev/hexiao-none": "is not plugged in", "http://127.0.0.1:1/": "cannot be reached", "/dev/null": "/dev/null",
	} {
		if out, errs, exit := call(t, "", "scan-test", "--camera", spec); exit != 1 || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 || out != "" {
			t.Errorf("%s: exit %d\n%s%s", spec, exit, out, errs)
		}
	}
}

func TestQuantile(t *testing.T) {
	var reads []read
	for i := range 100 {
		reads = append(reads, read{MS: float64(100 - i), Frames: i + 1, Change: 5})
	}
	if got, want := quantile(reads, 0.95), (read{MS: 96, Frames: 96, Change: 5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := quantile(reads[:1], 0.95); got != reads[0] || quantile(nil, 0.5) != (read{}) {
		t.Errorf("got %+v", got)
	}
}

func savePNG(t *testing.T, dir, name string, picture image.Image) string {
	t.Helper()
	path := filepath.Join(dir, name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
