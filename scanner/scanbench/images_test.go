package scanbench

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hexiao/scanner"
	"hexiao/scanner/decode"
)

// photograph is one picture of a manifest.
type photograph struct {
	File      string
	Symbology scanner.Symbology
	Text      string // nothing may be read where it is empty
	Rotations []int
	Set       string
}

// photographs are those of HEXIAO_SCAN_IMAGES, or of the shared folder; none, and that is
// said, where there is no such folder.
func photographs(tb testing.TB) (folder string, list []photograph) {
	folder = os.Getenv("HEXIAO_SCAN_IMAGES")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data", "scan")
	}
	data, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		tb.Logf("NOT MEASURED: %v (HEXIAO_SCAN_IMAGES names the folder)", err)
		return folder, nil
	}
	if err := json.Unmarshal(data, &list); err != nil {
		tb.Fatal(err)
	}
	return folder, list
}

// tally counts what a reader made of photographs.
type tally struct{ read, misread, wrong, disputed int }

// count judges the texts of one picture. A text that others of another make read as well
// is there, whatever the manifest says, so that it is disputed and not wrong.
func (t *tally) count(want string, texts, others []string) {
	switch {
	case len(texts) == 0:
	case want != "" && slices.Contains(texts, want):
		t.read++
	case slices.ContainsFunc(texts, func(text string) bool { return slices.Contains(others, text) }):
		t.disputed++
	case want == "":
		t.wrong++
	default:
		t.misread++
	}
}

func BenchmarkImages(b *testing.B) {
	folder, list := photographs(b)
	if list == nil {
		return
	}
	p := findPeers(b)
	var ours tally
	sum := map[string]*tally{zxingFull: {}, zxingFast: {}, zbar: {}}
	tried := 0
	for _, photo := range list {
		img := load(b, filepath.Join(folder, photo.File))
		others := map[int][]string{} // by rotation
		if p != nil {
			for _, a := range p.ask(b, []question{{img, photo.Symbology, photo.Rotations}})[0] {
				sum[a.Reader].count(photo.Text, a.Texts, nil)
				others[a.Rotation] = append(others[a.Rotation], a.Texts...)
			}
		}
		turned, at := img, 0
		for _, rotation := range photo.Rotations {
			for ; at < rotation; at += 90 {
				turned = quarterTurn(turned)
			}
			if photo.Text != "" {
				tried++
			}
			before := ours
			ours.count(photo.Text, texts(decode.New(decode.Options{Strategy: decode.Full}).Read(turned)), others[rotation])
			if ours.misread+ours.wrong > before.misread+before.wrong {
				b.Logf("wrong: %s turned by %d", photo.File, rotation)
			}
		}
	}
	b.ReportMetric(float64(tried), "tried")
	b.ReportMetric(float64(ours.read), "read")
	b.ReportMetric(float64(ours.misread), "misread")
	b.ReportMetric(float64(ours.wrong), "false")
	b.ReportMetric(float64(ours.disputed), "disputed")
	if p != nil {
		b.ReportMetric(float64(ours.read-sum[zxingFull].read), "ahead")
		for _, name := range []string{zxingFull, zxingFast, zbar} {
			b.ReportMetric(float64(sum[name].read), name+"_read")
			b.ReportMetric(float64(sum[name].misread), name+"_misread")
			b.ReportMetric(float64(sum[name].wrong), name+"_false")
		}
	}
}

func load(tb testing.TB, name string) *image.Gray {
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	img, err := decode.LoadGray(f)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

func texts(results []decode.Result) (out []string) {
	for _, r := range results {
		out = append(out, r.Text)
	}
	return out
}
