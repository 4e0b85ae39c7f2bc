package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"image/color"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/ordertable"
)

// asKiosk makes the test binary the real program: the same main, the same
// window, in a process of its own.
const asKiosk = "HEXIAO_TEST_AS_KIOSK"

func TestMain(m *testing.M) {
	if os.Getenv(asKiosk) != "" {
		main()
	}
	os.Exit(m.Run())
}

// Colours of the screens (kiosk/ui/look).
var (
	brand  = color.RGBA{G: 0x57, B: 0x4B, A: 0xFF}
	ink    = color.RGBA{R: 0x14, G: 0x18, B: 0x1F, A: 0xFF}
	paper  = color.RGBA{R: 0xF4, G: 0xF2, B: 0xEC, A: 0xFF}
	accept = color.RGBA{G: 0x5F, B: 0x30, A: 0xFF}
	refuse = color.RGBA{R: 0xA3, G: 0x12, B: 0x1F, A: 0xFF}
)

const table = `订单号,商品,规格,数量,货架,提货号,姓名,手机,核销码
A1,阳光玫瑰葡萄,1 串,2,B-12,86,张小明,13800130417,8800000011
A1,鲜牛奶,950 ml,1,B-12,86,张小明,13800130417,8800000011
A2,鸡蛋,30 枚,1,C-3,87,李大妈,13900133302,8800000022
`

// newTerminal makes a data folder with the orders of the table, without HQ.
func newTerminal(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	folder, err := terminal.EnsureLocal(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ordertable.Read(strings.NewReader(table), ordertable.CSV, ordertable.Options{})
	if err != nil || len(read.Entries) != 2 {
		t.Fatal(read, err)
	}
	store, err := terminal.OpenStore(folder, rand.Reader, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := terminal.ImportTable(folder, store, read.Entries); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// logBuffer is a log that a test may read while the program writes it.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// startKiosk starts the real program on the display.
func (d *display) startKiosk(args ...string) (*exec.Cmd, *logBuffer) {
	d.t.Helper()
	self, err := os.Executable()
	if err != nil {
		d.t.Fatal(err)
	}
	log := &logBuffer{}
	cmd := d.command(self, args...)
	cmd.Env = append(cmd.Env, asKiosk+"=1")
	cmd.Stderr = log
	start(d.t, cmd)
	eventually(d.t, "the window is ready", func() bool { return strings.Contains(log.String(), "window ready") })
	return cmd, log
}

// events reads what the journal has, in a form to compare.
func events(t testing.TB, dir string) []string {
	t.Helper()
	var got []string
	_, err := journal.Verify(dir+"/journal", journal.VerifyOptions{Each: func(e journal.Entry) error {
		got = append(got, string(e.Event.Body.Type())+" "+string(e.Event.Body.Subject()))
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCustomersTypeTheirCodes(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir := newTerminal(t)
	cmd, log := d.startKiosk("--data", dir, "--windowed", "1280x800", "--camera", "none")

	welcome := d.shows("Welcome", paper, 0.3)
	d.focus("Hexiao")
	d.typeKeys(strings.Split("8800000011", "")...)
	d.typeKeys("Return")
	d.typeKeys("Return") // ten digits that are no code of HQ's are asked about once
	d.shows("Accepted", accept, 0.2)
	if got := events(t, dir); len(got) != 1 || got[0] != "redeemed A1" {
		t.Errorf("the journal has %q", got)
	}

	d.typeKeys("Escape", "Return")
	for _, key := range strings.Split("8800000011", "") {
		d.typeKeys(key)
	}
	d.typeKeys("Return")
	d.typeKeys("Return")
	d.shows("Refused, for it is collected", refuse, 0.2)

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the program ended with %v\n%s", err, log)
		}
	case <-ctx.Done():
		t.Error("the program does not end when it is told to")
	}
	for _, secret := range []string{"8800000011", "张小明", "13800130417"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells a code, a name or a phone:\n%s", log)
		}
	}
	if got := shareOf(welcome, accept) + shareOf(welcome, refuse); got > 0.01 {
		t.Errorf("%.1f %% of Welcome is green or red; the other checks could not fail", 100*got)
	}
}

// A USB scanner that nobody grabbed types into the window, faster than people do.
func TestAScannerTypesIntoTheWindow(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir := newTerminal(t)
	_, log := d.startKiosk("--data", dir, "--windowed", "1280x800", "--camera", "none")
	d.shows("Welcome", paper, 0.3)
	d.focus("Hexiao")
	// A loaded machine may deliver the keys too slowly; a customer scans again.
	eventually(t, "the scan is in the journal", func() bool {
		keys := append(strings.Split("8800000022", ""), "Return")
		if out, err := d.command("xdotool", append([]string{"key", "--delay", "1"}, keys...)...).CombinedOutput(); err != nil {
			t.Fatalf("xdotool: %v\n%s", err, out)
		}
		got := events(t, dir)
		return len(got) == 1 && got[0] == "redeemed A2"
	})
	if !strings.Contains(log.String(), "source=wedge") {
		t.Errorf("it was taken for a person:\n%s", log)
	}
}

// A store that cannot be opened is shown, and the terminal begins once it can.
func TestAFolderInUse(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir := newTerminal(t)
	folder, err := terminal.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	store, err := terminal.OpenStore(folder, rand.Reader, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, log := d.startKiosk("--data", dir, "--windowed", "1280x800", "--camera", "none")
	d.shows("Out of order", refuse, 0.2)
	if text := log.String(); !strings.Contains(text, "another process holds this data folder") || strings.Count(text, "out of order") != 1 {
		t.Errorf("the log:\n%s", text)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "Welcome", func() bool {
		picture := d.screenshot()
		return shareOf(picture, refuse) < 0.01 && shareOf(picture, paper) > 0.3
	})
}

func TestNoDisplay(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "--data", newTerminal(t), "--camera", "none")
	cmd.Env = append(os.Environ(), asKiosk+"=1", "DISPLAY=:4095", "WAYLAND_DISPLAY=")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "is there a display?") || strings.Contains(string(out), "goroutine") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"--data", t.TempDir(), "--windowed", "big"}, {"--data", t.TempDir(), "--windowed", "9x9"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, nil, &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%v: exit %d, %q", args, code, &errs)
		}
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"--data", t.TempDir()}, nil, &out, &errs); code != 1 || !strings.Contains(errs.String(), "kioskctl enrol") {
		t.Errorf("a folder of nobody: exit %d, %q", code, &errs)
	}
}
