package scanbench

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

// At a budget a reader sees every frame if it costs no more, and otherwise waits until it
// has paid for the last one.
func TestAtBudget(t *testing.T) {
	looks := func(cost float64, read ...int) []answer {
		out := make([]answer, 10)
		for i := range out {
			out[i].CPU = cost
		}
		for _, i := range read {
			out[i].Texts = []string{"another", "HEXIAO"}
		}
		return out
	}
	for name, c := range map[string]struct {
		looks []answer
		want  int
	}{
		"as cheap as ours":                   {looks(1, 3), 3},
		"cheaper":                            {looks(0.1, 3), 3},
		"twice as dear sees every second":    {looks(2, 3, 6), 6},
		"four times sees 0, 4 and 8":         {looks(4, 3, 5, 8), 8},
		"what is saved does not add up":      {append(looks(0.1), looks(4, 1, 4)...), 14},
		"the first frame is always seen":     {looks(100, 0), 0},
		"never read":                         {looks(1), -1},
		"read only in frames it had to skip": {looks(2, 1, 3, 5), -1},
	} {
		if got := atBudget(c.looks, 1, "HEXIAO"); got != c.want {
			t.Errorf("%s: frame %d, want %d", name, got, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	var got tally
	got.count("A", []string{"B", "A"}, nil)
	got.count("A", []string{"B"}, []string{"C"})
	got.count("A", nil, nil)
	got.count("", nil, []string{"A"})
	got.count("", []string{"A"}, nil)
	got.count("", []string{"A"}, []string{"B", "A"})
	got.count("A", []string{"B"}, []string{"B"})
	if diff := cmp.Diff(tally{read: 1, misread: 1, wrong: 1, disputed: 2}, got, cmp.AllowUnexported(tally{})); diff != "" {
		t.Error(diff)
	}
}

func TestQuarterTurn(t *testing.T) {
	g := &image.Gray{Pix: []uint8{1, 2, 3, 4, 5, 6}, Stride: 3, Rect: image.Rect(0, 0, 3, 2)}
	got := quarterTurn(g)
	if diff := cmp.Diff([]uint8{3, 6, 2, 5, 1, 4}, got.Pix); diff != "" || got.Rect != image.Rect(0, 0, 2, 3) {
		t.Error(got.Rect, diff)
	}
}

// What is asked reaches the program, and its answers are put to the questions they
// belong to, in whatever order they come.
func TestAsk(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "scanpeers")
	script := `#!/bin/sh
while read -r file symbology turns; do
	size=$(wc -c <"$file")
	for reader in zxing-cpp-full zxing-cpp-fast zbar; do
		line="{\"file\":\"$file\",\"rotation\":0,\"reader\":\"$reader\",\"cpu_ms\":1.5,\"texts\":[\"$symbology $turns $size\"]}"
		all="$line
$all"
	done
done
printf %s "$all"
`
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p := &peers{program, dir}
	answers := p.ask(t, []question{
		{img: image.NewGray(image.Rect(0, 0, 4, 4)), symbology: scanner.QR},
		{img: image.NewGray(image.Rect(0, 0, 6, 4)), symbology: scanner.Code128, rotations: []int{90}},
	})
	var got [][]string
	for _, a := range answers {
		got = append(got, a[0].Texts)
		if a[0].CPU != 1.5 {
			t.Errorf("%g ms", a[0].CPU)
		}
	}
	if diff := cmp.Diff([][]string{{"qr 0 27"}, {"code128 90 35"}}, got); diff != "" {
		t.Error(diff)
	}
}

// A benchmark watches a presentation until it is read, also where there is nobody to
// compare with.
func TestWatch(t *testing.T) {
	onThread(t) // its clock is the thread's
	camera := scannertest.Camera{Width: 640, Height: 480, Rate: 15}
	s := watch(t, nil, scannertest.Present(scannertest.LiesStill, camera, 1))
	if s.ours < 1 || s.ours > 15 || s.misread || s.cpu <= 0 {
		t.Errorf("%+v: not read within a second", s)
	}
}
