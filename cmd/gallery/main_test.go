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

	"hexiao/cmd/internal/cli"
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
	code, stdout, stderr := gallery(t.Context(), "--out", dir, "--size", "1024x600", "--lang", "en", "--look", "dark")
	if code != 0 {
		t.Fatal(stderr)
	}
	index, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range sample.States(desk.English) {
		name := n.Name + "-1024x600-en-dark.png"
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
		{"--size", "1024"}, {"--size", "axb"}, {"--size", "10x10"}, {"--size", "9999x9999"}, {"--lang", "fr"}, {"--look", "pink"}, {"--no-such-flag"}, {"extra"},
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
	if code, _, stderr := gallery(ctx, "--out", t.TempDir()); code != 1 || !strings.Contains(stderr, "stopped: context canceled") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestAllSizesLanguagesAndLooksWhenNoneIsNamed(t *testing.T) {
	for _, c := range []struct {
		cmd  galleryCmd
		want int
	}{
		{galleryCmd{}, 2 * (4 + 3)},
		{galleryCmd{Lang: "zh"}, 4 + 3},
		{galleryCmd{Look: "dark"}, 2 * 4},
		{galleryCmd{Size: cli.Size{Width: 1280, Height: 800}}, 2},
		{galleryCmd{Size: cli.Size{Width: 1024, Height: 600}}, 2},
		{galleryCmd{Size: cli.Size{Width: 1280, Height: 800}, Lang: "en", Look: "large"}, 1},
	} {
		if got := c.cmd.parts(); len(got) != c.want {
			t.Errorf("%+v draws %v", c.cmd, got)
		}
	}
	if !lookOf("large").Large || lookOf("contrast").Palette != "contrast" {
		t.Error("looks are not what their names say")
	}
}

// The index shows what is in the folder, by whoever drawn, and nothing that is
// no picture of a state.
func TestIndexShowsWhatIsInTheFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"keypad-1024x600-zh-light.png", "keypad-long-1080x1920-en-dark.png", "keypad-gone-1024x600-zh-light.png",
		"keypad-1024-zh-light.png", "keypad-1024x600-zh-light-2.png", "other.png",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeIndex(dir, sample.States(desk.English)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<section id="keypad" data-screen="keypad">`, `<section id="keypad-long" data-screen="keypad">`, `src="keypad-1024x600-zh-light.png" width="1024" height="600"`,
		`data-lang="en" data-size="1080x1920" data-look="dark"`, "<option>keypad</option>", "<option>1080x1920</option>", "<option>dark</option>", "2 pictures",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the index has no %s", want)
		}
	}
	for _, not := range []string{"gone", "other", "light-2", "<option>welcome"} {
		if strings.Contains(string(text), not) {
			t.Errorf("the index has %q", not)
		}
	}
	if err := writeIndex(filepath.Join(dir, "none"), nil); err == nil {
		t.Error("wrote an index into a folder that is not there")
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
	if err := show(ctx, test.NewTempApp(t), fyne.NewSize(1024, 600), desk.Chinese, desk.Look{}); err != nil {
		t.Error(err)
	}
}
