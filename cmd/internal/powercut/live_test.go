package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "hexiao/cmd/internal/terminal" // go test must not answer from its cache when what kioskctl is made of has changed
)

// The load and the judge against the real kioskctl, without a power cut: so the
// two agree before anybody boots a guest.
func TestRealTerminal(t *testing.T) {
	program := filepath.Join(t.TempDir(), "kioskctl")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "hexiao/cmd/kioskctl")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var entries []entry
	work := t.TempDir()
	k := kioskctl{program: program, data: filepath.Join(t.TempDir(), dataFolder)}
	l := load{k: k, work: work, mark: func(word string) error { entries = append(entries, mark(word)); return nil }}
	files, err := l.run(t.Context(), minAnswers)
	if err != nil {
		t.Fatal(err)
	}
	if files < 1 || l.done != minAnswers { // a spare may not be ready yet
		t.Errorf("%d files, %d answers", files, l.done)
	}
	h, err := readMarks(entries)
	if err != nil {
		t.Fatal(err)
	}
	j := judge{history: h, orders: firstOf(minAnswers), table: filepath.Join(work, "table1.csv")}
	end := h.at(len(entries))
	if end != (progress{2, minAnswers}) {
		t.Fatalf("%+v", end)
	}
	if _, err := j.examine(t.Context(), k, progress{2, minAnswers - 2}); err == nil || !strings.Contains(err.Error(), "38 had been answered") {
		t.Errorf("events too many: %v", err)
	}
	if f, err := j.examine(t.Context(), k, end); err != nil || f != (finding{}) {
		t.Errorf("as it was left: %+v, %v", f, err)
	}
	if err := setAside(k.data); err != nil {
		t.Error(err)
	}
	nobody := kioskctl{program: program, data: filepath.Join(t.TempDir(), dataFolder)}
	if f, err := j.examine(t.Context(), nobody, progress{}); err != nil || !f.unborn {
		t.Errorf("an empty folder: %+v, %v", f, err)
	}
	if _, err := j.examine(t.Context(), k, progress{2, minAnswers}); err == nil {
		t.Error("what the first examination collected is no part of the history, and was not noticed")
	}
	if _, err := (kioskctl{program: program, data: t.TempDir()}).scan(t.Context(), []string{orderID(1, 0)}); err == nil || !strings.Contains(err.Error(), "kioskctl enrol") {
		t.Errorf("a terminal that does not start: %v", err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range []string{
		"", "fly", "record", "check", "record --fly", "check --fly",
		"record --kioskctl k --log l --disk d --answers 3", "check --kioskctl k --log l --base b --cuts 0",
	} {
		if err := run(t.Context(), strings.Fields(args), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "wrong usage") {
			t.Errorf("%q: %v", args, err)
		}
	}
	missing := filepath.Join(t.TempDir(), "log")
	if err := run(t.Context(), []string{"check", "--kioskctl", "k", "--log", missing, "--base", "b"}, &bytes.Buffer{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// What stands in a report decides the exit code.
func TestReport(t *testing.T) {
	c := &checking{}
	c.tally.add(cut{kind: cutTorn}, progress{1, 5}, finding{ahead: true, torn: true}, nil)
	var out bytes.Buffer
	if err := c.report(&out); err != nil || !strings.Contains(out.String(), "1 power cuts, 0 violations") || !strings.Contains(out.String(), "1 cuts torn") {
		t.Errorf("%v\n%s", err, &out)
	}
	c.tally.add(cut{kind: cutAnywhere, entry: 9}, progress{1, 5}, finding{}, errViolated)
	out.Reset()
	if err := c.report(&out); err == nil || !strings.Contains(out.String(), `VIOLATION: cut "anywhere" at entry 9, after 5 answers`) ||
		!strings.Contains(out.String(), "2 power cuts, 1 violations") {
		t.Errorf("%v\n%s", err, &out)
	}
	c.tally.add(cut{}, progress{}, finding{}, context.DeadlineExceeded)
	if !c.stopped() {
		t.Error("a check that cannot be made goes on")
	}
}
