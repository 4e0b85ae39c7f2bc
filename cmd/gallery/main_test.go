package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui"
	"hexiao/kiosk/ui/sample"
)

// gallery runs the program and gives its exit code and what it printed.
func gallery(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestPicturesOfEveryState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	code, stdout, stderr := gallery(t.Context(), "--out", dir, "--size", "1024x600", "--lang", "en")
	if code != 0 {
		t.Fatal(stderr)
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range sample.States(desk.English) {
		name := n.Name + "-1024x600-en.png"
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		c, err := png.DecodeConfig(f)
		if err != nil || c.Width != 1024 || c.Height != 600 {
			t.Errorf("%s is %dx%d: %v", name, c.Width, c.Height, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if !strings.Contains(string(index), `src="`+name+`"`) {
			t.Errorf("the index does not show %s", name)
		}
	}
	if !strings.Contains(stdout, "pictures and index.html in "+dir) {
		t.Errorf("reported %q", stdout)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{"--size", "1024"}, {"--size", "axb"}, {"--size", "10x10"}, {"--size", "9999x9999"}, {"--lang", "fr"}, {"--no-such-flag"}, {"extra"},
	} {
		if code, _, stderr := gallery(t.Context(), args...); code != 2 || stderr == "" {
			t.Errorf("%v: exit code %d, %q", args, code, stderr)
		}
	}
}

func TestHelp(t *testing.T) {
	if code, stdout, _ := gallery(t.Context(), "--help"); code != 0 || !strings.Contains(stdout, "--out") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := gallery(t.Context(), "--out", filepath.Join(file, "below"), "--size", "1024x600")
	if code != 1 || !strings.Contains(stderr, "make the folder for the pictures") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestPicturesStopWhenTold(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if code, _, stderr := gallery(ctx, "--out", t.TempDir()); code != 1 || !strings.Contains(stderr, "stopped after") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestAllSizesAndLanguagesWhenNoneIsNamed(t *testing.T) {
	var c galleryCmd
	if len(c.sizes()) != 4 || len(c.langs()) != 2 {
		t.Errorf("sizes %v, languages %v", c.sizes(), c.langs())
	}
}

func TestTheWindowGoesThroughTheStates(t *testing.T) {
	b := &browser{lang: desk.Chinese}
	w, err := ui.New(test.NewTempApp(t), ui.Options{Windowed: fyne.NewSize(1024, 600), Tap: b.tap, Key: func(rune) {}, Pick: func(desk.Action, string) {}, Sound: func(desk.Cue, desk.Lang) {}})
	if err != nil {
		t.Fatal(err)
	}
	b.window = w
	b.draw()
	count := len(sample.States(desk.Chinese))
	b.tap(desk.TapBack)
	if b.at != count-1 {
		t.Errorf("back from the first state is %d, not the last", b.at)
	}
	b.tap(desk.TapDone)
	if b.at != 0 {
		t.Errorf("after the last comes %d", b.at)
	}
	b.tap(desk.TapLanguage)
	if b.lang != desk.English || b.at != 0 {
		t.Errorf("language %s, state %d", b.lang, b.at)
	}
}

func TestShowRunsUntilTold(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := show(ctx, test.NewTempApp(t), fyne.NewSize(1024, 600), desk.Chinese); err != nil {
		t.Error(err)
	}
}
