package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
)

// samplePast is a past whose n-th writing can be told from the others.
func samplePast(n int) past {
	at := time.Date(2026, 3, 1, 4, n, 0, 0, time.UTC)
	m := kiosk.Moment{
		Wall: at, Mono: time.Duration(n) * time.Minute, Clock: kiosk.ClockSuspect, Boot: kiosk.BootID{7, 8, 9},
		HQ: kiosk.HQClock{Known: true, Offset: -time.Hour, Age: time.Second},
	}
	return past{last: m, at: m, floor: at.Add(-time.Hour), base: at.Add(-m.Mono), baseAt: m.Mono}
}

func same(t *testing.T, what string, want, got past) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.AllowUnexported(past{})); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestClockFileRemembers(t *testing.T) {
	f, _ := localFolder(t, 0, kiosk.Policy{})
	if p, err := readClockFile(f); err != nil || p != (past{}) {
		t.Errorf("no file: %+v, %v", p, err)
	}
	for n := range 5 {
		c, before, err := openClockFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if want := samplePast(2*n - 1); n > 0 {
			same(t, "after a restart", want, before)
		}
		for k := range 2 {
			if err := c.write(samplePast(2*n + k)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := c.close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.write(samplePast(99)); err != nil {
			t.Errorf("after close: %v", err)
		}
	}
}

// A slot that was cut off, rotted or is another terminal's counts for nothing,
// and the other slot does.
func TestClockFileDamaged(t *testing.T) {
	f, _ := localFolder(t, 0, kiosk.Policy{})
	c, _, err := openClockFile(f)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		if err := c.write(samplePast(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(f.Path, clockFileName)
	good, err := os.ReadFile(path)
	if err != nil || len(good) < clockSlot {
		t.Fatalf("%d bytes, %v", len(good), err)
	}
	// The second writing lies in the first slot.
	for i := range clockBytes + clockMAC {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := readClockFile(f)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "a flipped bit", samplePast(0), p)
	}
	for name, bad := range map[string][]byte{"emptied": {}, "cut off": good[:100], "zeros": make([]byte, 2*clockSlot)} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := readClockFile(f); err != nil || p != (past{}) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	other := f
	other.Config.Terminal = "LOCAL-2"
	if p, err := readClockFile(other); err != nil || p != (past{}) {
		t.Errorf("another terminal's: %+v, %v", p, err)
	}
	p, err := readClockFile(f)
	same(t, "put back", samplePast(1), p)
	if err != nil {
		t.Error(err)
	}
}
