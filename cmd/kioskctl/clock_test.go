package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/journal"
)

// callAt runs a command by a wall clock that is off.
func callAt(t *testing.T, off time.Duration, stdin string, args ...string) string {
	t.Helper()
	var out, errs strings.Builder
	s := cli.IO{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Getenv: os.Getenv,
		Now: func() time.Time { return time.Now().Add(off) },
	}
	cli.Run(t.Context(), "kioskctl", "", &commands{}, args, s)
	return out.String() + errs.String()
}

// A clock that was set while the terminal was not running is found, told by
// status and doctor, and recorded by the next run.
func TestClockSetBetweenRuns(t *testing.T) {
	data := t.TempDir() + "/terminal"
	callAt(t, 0, "", "orders", "import", "--data", data, write(t, "t.csv", table))
	callAt(t, 0, "8800000011\n", "run", "--data", data, "--stdin")
	for off, says := range map[time.Duration]string{
		0: "nothing speaks against it", -time.Hour: "may be wrong: it was set by -1h0m0s", 9000 * time.Hour: "may be wrong: it was set by 9000h0m0s",
	} {
		if out := callAt(t, off, "", "status", "--data", data); !strings.Contains(out, "clock      ") || !strings.Contains(out, says) {
			t.Errorf("%v off, status says\n%s", off, out)
		}
		out := callAt(t, off, "", "doctor", "--data", data)
		if strings.Contains(out, "WRONG clock") != (off != 0) || strings.Contains(out, "timedatectl") != (off != 0) {
			t.Errorf("%v off, doctor says\n%s", off, out)
		}
	}
	callAt(t, -time.Hour, "8800000011\n", "run", "--data", data, "--stdin")
	shown := callAt(t, 0, "", "journal", "show", "--data", data)
	if !strings.Contains(shown, `"type":"clock-changed"`) || strings.Count(shown, `"clock":"suspect"`) != 1 || !strings.Contains(shown, `"jump":"-`) {
		t.Errorf("the journal shows\n%s", shown)
	}
	boot, err := terminal.MachineBoot()
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.Verify(filepath.Join(data, "journal"), journal.VerifyOptions{Each: func(e journal.Entry) error {
		if e.Event.At.Boot != boot.ID || e.Event.At.Mono <= 0 || e.Event.At.Mono > boot.Since() {
			t.Errorf("event %d is of boot %v at %v", e.Event.Seq, e.Event.At.Boot, e.Event.At.Mono)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
}
