package scanbench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexiao/scanner"
)

// The readers that scanpeers knows.
const (
	zxingFull = "zxing-cpp-full"
	zxingFast = "zxing-cpp-fast"
	zbar      = "zbar"
)

// peers are the readers ours is held beside.
type peers struct{ program, folder string }

// findPeers returns nil, and says so, where there are none.
func findPeers(tb testing.TB) *peers {
	program := os.Getenv("HEXIAO_SCANPEERS")
	if program == "" {
		tb.Log("NOT COMPARED with zxing-cpp and zbar: HEXIAO_SCANPEERS does not name a built scanpeers")
		return nil
	}
	return &peers{program, tb.TempDir()}
}

// question is one picture for the peers.
type question struct {
	img       *image.Gray
	symbology scanner.Symbology
	rotations []int // none means upright alone
}

// answer is what a peer read from a picture at a rotation.
type answer struct {
	Rotation int
	Reader   string
	CPU      float64 `json:"cpu_ms"`
	Texts    []string
}

func (a answer) has(text string) bool { return slices.Contains(a.Texts, text) }

// ask returns the answers to each question, in their order.
func (p *peers) ask(tb testing.TB, questions []question) [][]answer {
	tb.Helper()
	var in bytes.Buffer
	number := map[string]int{}
	for i, q := range questions {
		name := filepath.Join(p.folder, fmt.Sprintf("%d.pgm", i))
		if err := os.WriteFile(name, pgm(q.img), 0o600); err != nil {
			tb.Fatal(err)
		}
		number[name] = i
		turns := "0"
		if len(q.rotations) > 0 {
			turns = strings.Trim(strings.Join(strings.Fields(fmt.Sprint(q.rotations)), ","), "[]")
		}
		fmt.Fprintf(&in, "%s\t%s\t%s\n", name, q.symbology, turns)
	}
	cmd := exec.CommandContext(tb.Context(), p.program)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("running %s: %v", p.program, err)
	}
	answers := make([][]answer, len(questions))
	for line := range bytes.Lines(out) {
		var a struct {
			File string
			answer
		}
		if err := json.Unmarshal(line, &a); err != nil {
			tb.Fatalf("%s said %q: %v", p.program, line, err)
		}
		i := number[a.File]
		answers[i] = append(answers[i], a.answer)
	}
	for i, a := range answers {
		if len(a) != 3*max(1, len(questions[i].rotations)) {
			tb.Fatalf("%s gave %d answers to picture %d", p.program, len(a), i)
		}
	}
	return answers
}

func pgm(g *image.Gray) []byte {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := fmt.Appendf(make([]byte, 0, w*h+20), "P5\n%d %d\n255\n", w, h)
	for y := range h {
		out = append(out, g.Pix[y*g.Stride:][:w]...)
	}
	return out
}

// quarterTurn turns a picture as scanpeers does, to the left.
func quarterTurn(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dy(), g.Rect.Dx()
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.Pix[y*w+x] = g.Pix[x*g.Stride+h-1-y]
		}
	}
	return out
}
